/** What tests in workerd share: a fresh database, a person with a session, a machine with a token, and requests. */
import { type D1Migration, reset } from "cloudflare:test";
import { exports, env as testEnv } from "cloudflare:workers";
import { expect } from "vitest";
import { sha256Hex } from "../../worker/digest.ts";
import { type Role, SCOPES, type Scope } from "../../worker/domain/access.ts";
import { problemSchema } from "../../worker/domain/run-schema.ts";
import { heard } from "./heard.ts";
import { expectNoTraces } from "./searched-traces.ts";

interface TestEnv {
  readonly DB: D1Database;
  readonly TEST_MIGRATIONS: D1Migration[];
}

export const env = testEnv as unknown as TestEnv;
export const ORIGIN = "http://runyard.test";

export interface Tenant {
  readonly workspaceId: string;
  readonly userId: string;
  readonly token: string;
  readonly session: string;
}

const RESETS_MAX = 10;
/** All as one text: one statement after another, with a list of the migrations applied, took most of a short test's time. */
const MIGRATION_SQL = env.TEST_MIGRATIONS.flatMap(({ queries }) => queries).join(";\n");

/**
 * Empties everything and applies the migrations. A database that is written to in that moment, by runs that an earlier
 * test left, can outlive a reset: it is emptied again.
 */
export async function freshDatabase(): Promise<void> {
  await expectNoTraces();
  for (let attempt = 1; attempt <= RESETS_MAX; attempt++) {
    await reset();
    const left = await env.DB.prepare("SELECT name FROM sqlite_master WHERE name = 'workspaces'").first();
    if (left) continue;
    await env.DB.prepare(MIGRATION_SQL).run();
    return;
  }
  throw new Error(`the database still has tables after ${RESETS_MAX} resets`);
}

/** A workspace with one person, a session and a token. `name` keeps two tenants apart. */
export async function createTenant(name: string): Promise<Tenant> {
  const workspaceId = `ws_${name}`;
  await env.DB.prepare("INSERT INTO workspaces VALUES (?, ?, 0, ?)").bind(workspaceId, name, Date.now()).run();
  return createPerson(name, { workspaceId });
}

export interface PersonOptions {
  readonly workspaceId: string;
  readonly role?: Role;
  /** Of the token; all of them if there is none. */
  readonly scopes?: readonly Scope[];
}

/** A person in a workspace that is there, with a session and a token. */
export async function createPerson(
  name: string,
  { workspaceId, role = "owner", scopes = SCOPES }: PersonOptions,
): Promise<Tenant> {
  const person = { workspaceId, userId: `usr_${name}`, token: `ry_${name}`, session: `session-${name}` };
  const { userId } = person;
  const now = Date.now();
  const run = (sql: string, ...values: (string | number)[]) => env.DB.prepare(sql).bind(...values);
  await env.DB.batch([
    run("INSERT INTO users (id, name, created_at) VALUES (?, ?, ?)", userId, name, now),
    run("INSERT INTO memberships VALUES (?, ?, ?, ?)", workspaceId, userId, role, now),
    run(
      `INSERT INTO api_tokens (id, secret_hash, name, workspace_id, user_id, prefix, scopes, created_at)
       VALUES (?, ?, 't', ?, ?, 'ry_', ?, ?)`,
      ...[`tok_${name}`, await sha256Hex(person.token), workspaceId, userId, JSON.stringify(scopes), now],
    ),
    run(
      `INSERT INTO sessions (secret_hash, id, user_id, user_agent, created_at, last_seen_at, expires_at)
       VALUES (?, ?, ?, 'test', ?, ?, ?)`,
      ...[await sha256Hex(person.session), `ses_${name}`, userId, now, now, now + 3_600_000],
    ),
  ]);
  return person;
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await (exports as unknown as { default: Fetcher }).default.fetch(
    new Request(ORIGIN + path, { redirect: "manual", ...init }),
  );
  const to = `${init.method ?? "GET"} ${path}`;
  heard.push({ to, text: [...answer.headers].join("\n") });
  return answer.body ? new Response(answer.body.pipeThrough(overheard(to)), answer) : answer;
}

/** What is read of an answer is heard, and goes on as it is. */
function overheard(to: string): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder("latin1");
  let text = "";
  return new TransformStream({
    transform: (chunk, controller) => {
      text += decoder.decode(chunk, { stream: true });
      controller.enqueue(chunk);
    },
    flush: () => void heard.push({ to, text }),
  });
}

/** A request of a machine: with its token, and a JSON body if there is one. */
export function api(
  tenant: Tenant,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  return request(path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${tenant.token}`, ...json, ...headers },
    ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
  });
}

const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === "string" || body instanceof Uint8Array;

/** A request of a person's browser: with the session cookie, and our own origin on unsafe methods. */
export function browse(
  tenant: Tenant,
  path: string,
  form?: Record<string, string>,
  headers: Record<string, string> = {},
) {
  return request(path, {
    method: form ? "POST" : "GET",
    headers: { cookie: `runyard_session=${tenant.session}`, ...(form ? { origin: ORIGIN } : {}), ...headers },
    ...(form ? { body: new URLSearchParams(form) } : {}),
  });
}

/** The problem that an answer is, checked against its schema. */
export async function problemOf(answer: Response) {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const problem = problemSchema.parse(await answer.json());
  expect(problem.status).toBe(answer.status);
  return problem;
}

/** Looks again and again until what it sees holds; the test's own time-out ends it. */
export async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface Frame {
  readonly events?: { seq: number; type: string; text?: string; stream?: string; state?: string }[];
  readonly type?: "end";
  readonly seq?: number;
  readonly state?: string;
}

/** Reads a run's stream until the server closes it. */
export async function readStream(tenant: Tenant, runId: string, after = 0): Promise<{ frames: Frame[]; code: number }> {
  const answer = await api(tenant, `/api/runs/${runId}/stream?after=${after}`, undefined, { upgrade: "websocket" });
  const socket = answer.webSocket;
  if (!socket) throw new Error(`no socket: ${answer.status} ${await answer.text()}`);
  const frames: Frame[] = [];
  return new Promise((resolve) => {
    socket.addEventListener("message", (event) => {
      heard.push({ to: "a stream", text: event.data as string });
      frames.push(JSON.parse(event.data as string));
    });
    socket.addEventListener("close", (event) => resolve({ frames, code: event.code }));
    socket.accept();
  });
}
