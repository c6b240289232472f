/**
 * Plants canaries wherever a secret can come in, makes everything fail that can, and looks for them in all that was
 * logged, at every level and in every format.
 */
import { env as bindings } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { createApp } from "../../worker/app.ts";
import { LOG_FIELDS } from "../../worker/log-fields.ts";
import { api, createTenant, freshDatabase, ORIGIN, type Tenant } from "../support/workerd.ts";

const env = bindings as unknown as Env;
const CANARY = "c4n4ry5ecret";
let ana: Tenant;
let logged: string[];

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
  logged = [];
  for (const level of ["debug", "info", "warn", "error", "log"] as const) {
    vi.spyOn(console, level).mockImplementation((...said: unknown[]) => void logged.push(said.map(String).join(" ")));
  }
});

afterEach(() => {
  vi.restoreAllMocks();
});

function expectClean(): void {
  expect(logged.length).toBeGreaterThan(0);
  for (const line of logged) expect(line).not.toContain(CANARY);
}

/** Requests that carry a canary in each place where one can stand. */
const REQUESTS: readonly [string, RequestInit][] = [
  ["/healthz", { headers: { authorization: `Bearer ry_${CANARY}` } }],
  ["/api/runs", { headers: { authorization: `Basic ${CANARY}` } }],
  ["/runs", { headers: { cookie: `runyard_session=${CANARY}` } }],
  [`/sign-in/${CANARY}`, {}],
  [`/previews/${CANARY}/index.html`, {}],
  [`/no/such/${CANARY}`, {}],
  [`/api/runs/${CANARY}`, {}],
  [`/runs/${CANARY}/header?q=${CANARY}`, {}],
  [`/api/runs?q=${CANARY}&cursor=${CANARY}`, {}],
  [`/p/${CANARY}`, {}],
  ["/api/execute", { method: "POST", body: `{"code":"${CANARY}"`, headers: { "content-type": "application/json" } }],
  ["/login", { method: "POST", body: `secret=${CANARY}`, headers: { origin: `https://${CANARY}.example` } }],
  ["/api/execute", { method: "POST", body: CANARY, headers: { "idempotency-key": CANARY, "x-api-key": CANARY } }],
];

const BREAKS = ["sessions", "api_tokens", "sign_in_links", "previews", "runs"] as const;

describe("no secret reaches the log", () => {
  it("from a request, well or badly answered", async () => {
    const ask = async (path: string, init: RequestInit, isKnown: boolean) => {
      const headers = { ...(isKnown ? { authorization: `Bearer ${ana.token}` } : {}), ...init.headers };
      const answer = await createApp().request(
        ORIGIN + path,
        { ...init, headers },
        { ...env, LOG_LEVEL: "debug", LOG_FORMAT: "json" },
      );
      await answer.text();
    };
    for (const isKnown of [true, false]) for (const [path, init] of REQUESTS) await ask(path, init, isKnown);
    for (const table of BREAKS) {
      await env.DB.exec(`ALTER TABLE ${table} RENAME TO ${table}_away`);
      for (const [path, init] of REQUESTS) await ask(path, init, true);
      await env.DB.exec(`ALTER TABLE ${table}_away RENAME TO ${table}`);
    }
    expect(logged.some((line) => line.includes("a request failed"))).toBe(true);
    expectClean();
  });

  it("from a program, its input, its output and its error, while the database fails", async () => {
    const code = `console.log("${CANARY}"); console.error("${CANARY}"); throw new Error("${CANARY}")`;
    const body = { language: "javascript", code, stdin: CANARY, args: [CANARY] };
    await env.DB.exec("ALTER TABLE run_files RENAME TO run_files_away");
    const answer = await api(ana, "/api/execute", body, { "idempotency-key": CANARY });
    await answer.text();
    await env.DB.exec("ALTER TABLE run_files_away RENAME TO run_files");
    // The run's own object logs with the level of the tests, so a fault of its own is what shows here.
    expect(logged.join("\n")).not.toContain(CANARY);
  });
});

describe("a request in the log", () => {
  it("names the route and the run, and only fields of the vocabulary", async () => {
    const app = createApp();
    const answer = await app.request(
      `${ORIGIN}/api/runs/run_${"0".repeat(32)}`,
      { headers: { authorization: `Bearer ${ana.token}` } },
      { ...env, LOG_LEVEL: "info", LOG_FORMAT: "json" },
    );
    expect(answer.status).toBe(404);
    const line = JSON.parse(logged.at(-1)!);
    expect(line).toMatchObject({
      route: "/api/runs/:id",
      runId: `run_${"0".repeat(32)}`,
      workspaceId: "ws_ana",
      status: 404,
    });
    expect(
      Object.keys(line).every((name) => ["at", "level", "message", ...Object.keys(LOG_FIELDS)].includes(name)),
    ).toBe(true);
  });

  it.each([
    ["/healthz", "/healthz"],
    ["/login", "/login"],
    ["/api/runs?q=x", "/api/runs"],
    ["/no/such/page", "/*"],
  ])("for %s is named %s", async (path, route) => {
    const headers = { authorization: `Bearer ${ana.token}` };
    await createApp().request(ORIGIN + path, { headers }, { ...env, LOG_LEVEL: "info", LOG_FORMAT: "json" });
    expect(JSON.parse(logged.at(-1)!)).toMatchObject({ message: "request", route });
  });
});
