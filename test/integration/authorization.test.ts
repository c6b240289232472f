/**
 * Who may use what, made from the table of routes: each route, asked by everybody who could ask, about what is theirs, what
 * is another workspace's, and what does not exist. A route that is added is asked by itself.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../worker/app.ts";
import { type Access, ROLES, SCOPES } from "../../worker/domain/access.ts";
import { newId } from "../../worker/domain/ids.ts";
import { itemSchema } from "../../worker/domain/item-schema.ts";
import { meetingAddedSchema } from "../../worker/domain/meeting.ts";
import { testedKeySchema } from "../../worker/domain/provider-key.ts";
import { scheduleViewSchema } from "../../worker/domain/snippet-schedule.ts";
import { createdEndpointSchema } from "../../worker/domain/webhook-endpoint.ts";
import { mayUse, ROUTE_ACCESS, routeName } from "../../worker/middleware/route-access.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import { canaryKey } from "../support/canary.ts";
import { addEndpoint, addRepository } from "../support/deliveries.ts";
import {
  api,
  browse,
  createPerson,
  createTenant,
  env,
  freshDatabase,
  ORIGIN,
  request,
  type Tenant,
} from "../support/workerd.ts";

/** One of everything in two workspaces: many requests in a row, on a machine that may be busy. */
const SETUP_TIMEOUT_MS = 60_000;
const ZEROS = "0".repeat(32);

/** What the parts of a path in braces or behind a colon stand for, in one workspace or in none. */
interface Things {
  readonly run: string;
  readonly endpoint: string;
  readonly message: string;
  readonly repository: string;
  readonly inbound: string;
  readonly delivery: string;
  readonly member: string;
  readonly invitation: string;
  readonly token: string;
  readonly session: string;
  readonly workspace: string;
  readonly preview: string;
  readonly providerKey: string;
  readonly call: string;
  readonly snippet: string;
  readonly schedule: string;
  readonly meeting: string;
  readonly item: string;
}

const ABSENT: Things = {
  run: `run_${ZEROS}`,
  endpoint: `ep_${ZEROS}`,
  message: `msg_${ZEROS}`,
  repository: "nowhere",
  inbound: `hook_${ZEROS}`,
  delivery: `dlv_${ZEROS}`,
  member: "usr_nobody",
  invitation: `inv_${ZEROS}`,
  token: `tok_${ZEROS}`,
  session: `ses_${ZEROS}`,
  workspace: `ws_${ZEROS}`,
  preview: "0".repeat(48),
  providerKey: `key_${ZEROS}`,
  call: `call_${ZEROS}`,
  snippet: "no-such-snippet",
  schedule: `sch_${ZEROS}`,
  meeting: `mtg_${ZEROS}`,
  item: `item_${ZEROS}`,
};

/** The beginning of a path, and what its first and second part with a name stand for. The first row that fits counts. */
const NAMED: readonly (readonly [RegExp, keyof Things, (keyof Things)?])[] = [
  [/^\/(?:api\/runs|runs|playground\/runs)\/:id/, "run"],
  [/^\/(?:api|settings)\/webhooks\/:id/, "endpoint", "message"],
  [/^\/(?:api\/repositories|repos)\/:key/, "repository"],
  [/^\/(?:api\/)?inbound-endpoints\/:id/, "inbound"],
  [/^\/(?:api\/)?deliveries\/:id/, "delivery"],
  [/^\/settings\/members\/:id/, "member"],
  [/^\/settings\/invitations\/:id/, "invitation"],
  [/^\/settings\/tokens\/:id/, "token"],
  [/^\/settings\/sessions\/:id/, "session"],
  [/^\/settings\/workspaces\/:id/, "workspace"],
  [/^\/(?:api\/workspace\/api-keys|settings\/keys)\/:id/, "providerKey"],
  [/^\/(?:api\/)?executions\/:id/, "call"],
  [/^\/(?:api\/)?meetings\/:id/, "meeting"],
  [/^\/(?:api\/items|stories)\/:id/, "item"],
  [/^\/playground\/previews\/:secret/, "preview"],
  [/^\/(?:api\/)?snippets\/:name/, "snippet", "schedule"],
];

/** Names that are not of a thing of one workspace: lanes come into being by their name, and who has a link may read it. */
const UNBOUND: Readonly<Record<string, string>> = {
  ...{ budget: "workspace:day", call: "call_x" },
  ...{ lane: "team:x", effect: "1" },
  slug: "nowhere",
  model: "default",
  secret: "0".repeat(48),
};

/** The key, as the confirmation of a deletion, is put in for each: it must be the one of the path. */
const REPOSITORY = { key: "", name: "api", gitUrl: "https://github.com/acme/changed" };

/** Bodies for routes that look at them before they look for the thing. */
const BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  "POST /api/runs/:id/move": { position: 1 },
  "POST /api/runs/:id/budget-decision": { decision: "stop" },
  "POST /mcp": { jsonrpc: "2.0", id: 1, method: "ping" },
  "POST /api/code/execute": { code: "1", capabilities: [] },
  "POST /api/runs/:id/effects/decisions": { decision: "approved" },
  "POST /runs/:id/budget-decisions": { decision: "stop" },
  "POST /api/budgets/calls/:call/settlement": { cost: 1 },
  "POST /api/runs/:id/priority": { priority: "high" },
  "PATCH /api/webhooks/:id": { description: "changed" },
  "PUT /api/repositories/:key": REPOSITORY,
  "PATCH /api/workspace/api-keys/:id": { model: "changed" },
  "POST /api/workspace/api-keys/:id/rotate": { key: canaryKey("another") },
  "PATCH /api/items/:id": { version: 1, fields: { title: "changed" } },
  "POST /runs/:id/steering": { do: "hold" },
  "POST /repos/:key": { ...REPOSITORY, defaultBranch: "main", takeLabels: "x", branchTemplate: "x/{key}" },
  "POST /repos/:key/deletion": { confirm: "" },
  "POST /settings/keys/:id/changes": { name: "changed", baseUrl: "http://127.0.0.1:9/v1", model: "" },
  "POST /settings/keys/:id/prices": { "prices.0.model": "llama", "prices.0.input": "1", "prices.0.output": "2" },
  "POST /settings/keys/:id/rotations": { key: canaryKey("another"), overlapSeconds: "60" },
  "POST /settings/limits": { anthropic: "40", openai: "100", "openai-compatible": "100", github: "100", jira: "80" },
  "POST /settings/meetings": { v2Percent: "100", fallback: "on" },
  "POST /settings/limits/retention": { days: "30" },
  "PUT /api/snippets/:name": { language: "javascript", code: "2" },
  "POST /api/snippets/:name/schedules": { cron: "0 9 * * *" },
  "POST /snippets/:name/schedules": { "schedule-cron": "0 9 * * *", "schedule-timeZone": "UTC" },
  "POST /snippets/:name/restorations": { version: "1" },
  "POST /snippets/:name/deletion": { confirm: "" },
  "POST /inbound-endpoints/:id/secrets": { keepOldSeconds: "60" },
  "POST /settings/members/:id/role": { role: "viewer" },
  "POST /settings/workspaces/:id/name": { "new-name": "renamed" },
  // The name of another one: the matrix needs its workspace to the end.
  "POST /settings/workspaces/:id/deletion": { confirm: "" },
};

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Exclude<Access, "open">;
  readonly things: readonly (keyof Things)[];
}

const isDestructive = ({ method, path }: { method: string; path: string }) =>
  method === "DELETE" || /(?:deletion|removal|withdrawal|revocation|choice)$/.test(path);

const ROUTES: readonly Route[] = Object.entries(ROUTE_ACCESS)
  .flatMap(([name, access]) => {
    if (access === "open") return [];
    const [method, path] = name.split(" ") as [string, string];
    const [, ...things] = NAMED.find(([pattern]) => pattern.test(path)) ?? [null];
    const count = path.match(/:\w+/g)?.length ?? 0;
    return [{ name, method, path, access, things: things.slice(0, count).filter((each) => each !== undefined) }];
  })
  .toSorted((a, b) => Number(isDestructive(a)) - Number(isDestructive(b)));

function pathOf({ path, things }: Route, from: Things): string {
  const left = [...things];
  return path.replace(/:(\w+)(?:\{[^}]*\})?/g, (_, name: string) => {
    const thing = left.shift();
    const value = thing ? from[thing] : UNBOUND[name];
    if (value === undefined) throw new Error(`the test does not know what :${name} stands for in ${path}`);
    return value;
  });
}

const isApi = ({ path }: Route) => /^\/(api|v1|mcp|metrics)/.test(path);

/** Asks a route as a machine or as a person, whichever it is for. */
function ask(route: Route, from: Things, who: Tenant | null, as: "token" | "session"): Promise<Response> {
  const { method, name } = route;
  const given = BODIES[name] ?? {};
  const named = given["key"] === "" ? "key" : "confirm";
  const body = named in given ? { ...given, [named]: from[route.things[0] ?? "repository"] } : given;
  const headers: Record<string, string> = { accept: isApi(route) ? "application/json" : "text/html", origin: ORIGIN };
  if (who && as === "token") headers["authorization"] = `Bearer ${who.token}`;
  if (who && as === "session") headers["cookie"] = `runyard_session=${who.session}`;
  if (route.path.endsWith("/stream")) headers["upgrade"] = "websocket";
  const init: RequestInit = { method, headers };
  if (method !== "GET" && method !== "DELETE") {
    if (isApi(route)) headers["content-type"] = "application/json";
    init.body = isApi(route) ? JSON.stringify(body) : new URLSearchParams(body as Record<string, string>);
  }
  return request(pathOf(route, from), init);
}

/** What an answer says, without what differs between any two. */
async function said(answer: Response, from: Things): Promise<string> {
  answer.webSocket?.accept();
  answer.webSocket?.close();
  if (answer.status === 101) return "101";
  let text = `${answer.status} ${answer.headers.get("location") ?? ""} ${await answer.text()}`;
  for (const [name, id] of Object.entries(from)) text = text.replaceAll(id, `{${name}}`);
  // Of a page what is its own: the frame around it is the same everywhere.
  return text.replace(/<!doctype.*<main[^>]*>|<\/main>.*$/gs, "").replace(/req_[0-9a-f]{32}/g, "{request}");
}

async function thingsOf(tenant: Tenant, colleague: Tenant): Promise<Things> {
  const program = { code: 'await stories.create({ title: "x" });', capabilities: ["stories.*"], mode: "review" };
  const ended = (await (await api(tenant, "/api/code/execute", program)).json()) as { runId: string };
  const endpoint = await addReceiver(tenant);
  const sent = (await (await api(tenant, `/api/webhooks/${endpoint}/test`, {})).json()) as { id: string };
  const repository = tenant.userId.replace("usr_", "repo-");
  await addRepository(tenant, { key: repository });
  const inbound = (await addEndpoint(tenant)).id;
  const tested = (await (await api(tenant, `/api/inbound-endpoints/${inbound}/test`, {})).json()) as { id: string };
  await browse(tenant, "/settings/invitations", { email: "", role: "viewer" });
  await browse(tenant, "/settings/tokens", { name: "thing", scopes: "runs:read", days: "7" });
  const previewed = await browse(tenant, "/playground/runs", {
    ...{ language: "html", entry: "index.html" },
    files: JSON.stringify({ "index.html": "<p>" }),
  });
  const one = async (sql: string) => (await env.DB.prepare(sql).bind(tenant.workspaceId).first<{ id: string }>())!.id;
  // Another one than the tenant's own, which is needed until the end.
  const session = tenant.userId.replace("usr_", "ses_other-");
  await env.DB.prepare(
    "INSERT INTO sessions SELECT secret_hash || '-', ?, user_id, NULL, '', created_at, last_seen_at, expires_at FROM sessions WHERE user_id = ?",
  )
    .bind(session, tenant.userId)
    .run();
  return {
    run: ended.runId,
    endpoint,
    message: sent.id,
    repository,
    inbound,
    delivery: tested.id,
    member: colleague.userId,
    invitation: await one("SELECT id FROM invitations WHERE workspace_id = ?"),
    token: await one("SELECT id FROM api_tokens WHERE workspace_id = ? AND name = 'thing'"),
    session,
    workspace: tenant.workspaceId,
    providerKey: await addProviderKey(tenant),
    call: await addCall(tenant),
    ...(await addSnippet(tenant, tenant.userId.replace("usr_", "snippet-"))),
    meeting: await addMeeting(tenant),
    item: await addItem(tenant),
    preview: previewed.headers.get("location")!.split("/").at(-1)!,
  };
}

/** What two routes delete, the API's and the console's, is made anew for each. */
async function madeAnew(tenant: Tenant, thing: keyof Things | undefined): Promise<Partial<Things>> {
  if (thing === "inbound") return { inbound: (await addEndpoint(tenant)).id };
  if (thing === "endpoint") return { endpoint: await addReceiver(tenant) };
  if (thing === "snippet") return addSnippet(tenant, own.snippet);
  if (thing === "providerKey") return { providerKey: await addProviderKey(tenant) };
  if (thing === "meeting") return { meeting: await addMeeting(tenant) };
  if (thing !== "repository") return {};
  await addRepository(tenant, { key: "repo-anew" });
  return { repository: "repo-anew" };
}

async function addProviderKey(tenant: Tenant): Promise<string> {
  const settings = {
    provider: "openai-compatible",
    baseUrl: "http://127.0.0.1:9/v1",
    model: "tiny",
    key: canaryKey("first"),
  };
  const made = await api(tenant, "/api/workspace/api-keys", { name: "Groq", ...settings });
  return testedKeySchema.parse(await made.json()).key.id;
}

/** The same transcript again is the same meeting, until that is deleted. */
async function addMeeting(tenant: Tenant): Promise<string> {
  const added = await api(tenant, "/api/meetings", { transcript: "Dana: PAY-12 is done." });
  return meetingAddedSchema.parse(await added.json()).id;
}

async function addItem(tenant: Tenant): Promise<string> {
  const added = await api(tenant, "/api/items", { kind: "story", fields: { title: "Export" } });
  return itemSchema.parse(await added.json()).id;
}

async function addSnippet(tenant: Tenant, name: string): Promise<Pick<Things, "snippet" | "schedule">> {
  await api(tenant, "/api/snippets", { name, language: "javascript", code: "1" });
  return { snippet: name, schedule: await addSchedule(tenant, name) };
}

async function addSchedule(tenant: Tenant, snippet: string): Promise<string> {
  const added = await api(tenant, `/api/snippets/${snippet}/schedules`, { cron: "0 9 * * *" });
  return scheduleViewSchema.parse(await added.json()).id;
}

async function addCall({ workspaceId, userId }: Tenant): Promise<string> {
  const call = newId("call", systemClock, systemRandom);
  await env.DB.prepare(
    `INSERT INTO executions (id, workspace_id, source, source_id, provider, model, outcome, started_at, ended_at, latency_ms,
       waited_ms, is_estimated, retries, fallbacks) VALUES (?, ?, 'generate', ?, 'mock', 'm', 'whole', ?, ?, 1, 0, 0, '[]', '[]')`,
  )
    .bind(call, workspaceId, userId, Date.now(), Date.now() + 1)
    .run();
  return call;
}

async function addReceiver(tenant: Tenant): Promise<string> {
  const made = await api(tenant, "/api/webhooks", { url: "http://127.0.0.1:9/x", events: ["run.failed"] });
  return createdEndpointSchema.parse(await made.json()).endpoint.id;
}

let own: Things;
let foreign: Things;
let people: Record<(typeof ROLES)[number], Tenant>;
/** Whose session and token were good a moment ago. */
let revoked: Tenant;

beforeAll(async () => {
  await freshDatabase();
  const ana = await createTenant("ana");
  const bo = await createTenant("bo");
  const { workspaceId } = ana;
  people = {
    owner: ana,
    admin: await createPerson("admin", { workspaceId, role: "admin" }),
    member: await createPerson("member", { workspaceId, role: "member" }),
    viewer: await createPerson("viewer", { workspaceId, role: "viewer" }),
  };
  const colleague = await createPerson("colleague", { workspaceId, role: "viewer" });
  const stranger = await createPerson("stranger", { workspaceId: bo.workspaceId, role: "viewer" });
  for (const [index, scope] of SCOPES.entries()) {
    await createPerson(`without${index}`, { workspaceId, scopes: SCOPES.filter((each) => each !== scope) });
  }
  revoked = await createPerson("revoked", { workspaceId });
  [own, foreign] = [await thingsOf(ana, colleague), await thingsOf(bo, stranger)];
  await env.DB.batch([
    env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(revoked.userId),
    env.DB.prepare("DELETE FROM api_tokens WHERE user_id = ?").bind(revoked.userId),
  ]);
}, SETUP_TIMEOUT_MS);

const EVERYTHING = () => [own, foreign, ABSENT];
const lessThan = (role: (typeof ROLES)[number]) => ROLES.slice(0, ROLES.indexOf(role));
const withoutScope = (scope: (typeof SCOPES)[number]): Tenant => {
  const name = `without${SCOPES.indexOf(scope)}`;
  return { workspaceId: "", userId: `usr_${name}`, token: `ry_${name}`, session: `session-${name}` };
};

/** The different answers that somebody gets, over all things. */
async function refusals(route: Route, who: Tenant | null, as: "token" | "session"): Promise<string[]> {
  const answers = await Promise.all(EVERYTHING().map(async (from) => said(await ask(route, from, who, as), from)));
  return [...new Set(answers)];
}

describe("the table of routes", () => {
  it("has a row for each route that is mounted, and none besides", () => {
    const mounted = createApp()
      .routes.filter(({ method, path }) => method !== "ALL" && path !== "/assets/*")
      .map(({ method, path }) => routeName(method, path));
    expect(Object.keys(ROUTE_ACCESS).toSorted()).toEqual([...new Set(mounted)].toSorted());
  });
});

describe.each(["viewer", "member", "admin"] as const)("every page, as seen by the role %s", (role) => {
  const pages = ROUTES.filter(({ method, path }) => method === "GET" && !isApi({ path } as Route));
  const targetsOf = (html: string) =>
    [...html.matchAll(/<(\w+)\b[^>]*>/g)].flatMap(([tag, name]) => {
      const method = name === "form" && !tag.includes('method="post"') ? "GET" : "POST";
      const attributes = [...tag.matchAll(/ (href|action|formaction|hx-get|hx-post)="(\/[^"]*)"/g)];
      return attributes.map(([, attribute, address]) => ({
        method: attribute === "href" || attribute === "hx-get" ? "GET" : method,
        address: address!,
      }));
    });

  it("leads nowhere that refuses them", async () => {
    const led = new Set<string>();
    for (const route of pages) {
      const answer = await ask(route, own, people[role], "session");
      const html = await answer.text();
      if (answer.status !== 200 || !answer.headers.get("content-type")?.startsWith("text/html")) continue;
      for (const { method, address } of targetsOf(html)) {
        if (address.startsWith("/assets/")) continue;
        led.add(`${method} ${address}`);
        const isAllowed = mayUse({ role, scopes: null }, method, address);
        expect(isAllowed, `${method} ${address} on ${route.path}`).toBe(true);
      }
    }
    // Whoever may, has it.
    const has = (name: string) => led.has(name);
    expect(has("GET /runs")).toBe(true);
    expect(has("POST /playground/runs")).toBe(role !== "viewer");
    expect(has(`POST /runs/${own.run}/retries`)).toBe(role !== "viewer");
    expect(has("POST /settings/webhooks")).toBe(role === "admin");
    expect(has(`POST /repos/${own.repository}/deletion`)).toBe(role === "admin");
    expect(has("GET /settings/audit")).toBe(role === "admin");
  });
});

describe.each(ROUTES.map((route) => [route.name, route] as const))("%s", (_, route) => {
  const { access, things } = route;

  it("refuses whoever is nobody, not any more, of too low a role, or without the scope; the same for all things", async () => {
    const signIn = isApi(route) ? /^401 / : /^303 \/login(?:\?next=\S+)? /;
    for (const answer of [...(await refusals(route, null, "session")), ...(await refusals(route, revoked, "session"))])
      expect(answer).toMatch(signIn);
    for (const answer of await refusals(route, revoked, "token")) expect(answer).toMatch(/^401 /);
    const low = lessThan(access.role).flatMap((role) => [
      refusals(route, people[role], "session"),
      ...(access.scope === null ? [] : [refusals(route, people[role], "token")]),
    ]);
    const limited = refusals(route, access.scope === null ? people.owner : withoutScope(access.scope), "token");
    for (const answers of await Promise.all([...low, limited])) {
      // Its body is the same, too, whatever was asked about.
      expect(answers).toHaveLength(1);
      expect(answers[0]).toMatch(/^403 /);
    }
  });

  it("answers to whoever may: of what is theirs; of the rest as if it did not exist", async () => {
    const who = people[access.role];
    // What changes somebody, or takes something away, is the owner's to try: it is gone afterwards.
    const asker = isDestructive(route) || route.path.includes("/members/") ? people.owner : who;
    const as = isApi(route) ? "token" : "session";
    if (things.length > 0) {
      const theirs = await said(await ask(route, foreign, asker, as), foreign);
      expect(theirs).toBe(await said(await ask(route, ABSENT, asker, as), ABSENT));
      expect(theirs).toMatch(/^404 /);
    }
    if (isDestructive(route)) own = { ...own, ...(await madeAnew(people.owner, things[0])) };
    // A preview, a session and a token are of the person who made them.
    const holder = things[0] === "preview" || things[0] === "session" || things[0] === "token" ? people.owner : asker;
    const answer = await said(await ask(route, own, holder, as), own);
    if (things.length > 0) expect(answer).not.toMatch(/^404 /);
    expect(answer).not.toMatch(/^(?:401|403|5\d\d) |^303 \/login(?:\?next=\S+)? /);
  });
});

describe("every route, its refusals included", () => {
  const names = Object.keys(ROUTE_ACCESS).map((name) => name.split(" ") as [string, string]);
  const addressOf = (path: string) => path.replace(/:(\w+)(?:\{[^}]*\})?/g, (_, name) => UNBOUND[name] ?? ABSENT.run);
  const cookie = () => `runyard_session=${people.owner.session}`;

  it("answers with headers that keep out scripts, frames, guessed types and other origins", async () => {
    for (const [method, path] of names) {
      // What is previewed runs scripts and asks for its own files, and has no origin.
      const isPreview = path.startsWith("/previews");
      for (const headers of [{}, { cookie: cookie() }]) {
        const answer = await request(addressOf(path), { method, headers: { ...headers, origin: ORIGIN } });
        await answer.text();
        const name = `${method} ${path}`;
        const policy = answer.headers.get("content-security-policy") ?? "";
        expect(policy, name).toContain("default-src 'none'");
        if (isPreview) expect(policy, name).toMatch(/^sandbox (?!.*allow-same-origin)/);
        else expect(policy, name).toContain("script-src 'self'; style-src 'self'");
        expect(answer.headers.get("x-content-type-options"), name).toBe("nosniff");
        expect(answer.headers.get("referrer-policy"), name).toMatch(/^(?:same-origin|no-referrer)$/);
        expect(answer.headers.get("x-request-id"), name).toMatch(/^req_/);
        if (!isPreview) expect(answer.headers.get("access-control-allow-origin"), name).toBeNull();
        if (answer.headers.get("content-type")?.startsWith("text/html") && !path.startsWith("/status"))
          expect(answer.headers.get("cache-control"), name).toContain("no-store");
      }
    }
  });

  it("refuses whatever changes something, and each socket, to pages of other origins", async () => {
    const isDelivery = (path: string) => path.startsWith("/webhook/");
    for (const [method, path] of names) {
      const isSocket = path.endsWith("/stream");
      if ((method === "GET" && !isSocket) || isDelivery(path)) continue;
      const strangers: Record<string, string>[] = [
        { origin: "https://evil.example" },
        { origin: "null" },
        { origin: `${ORIGIN}.evil.example` },
        {},
        { origin: ORIGIN, "sec-fetch-site": "cross-site" },
      ];
      for (const stranger of strangers) {
        const headers = { cookie: cookie(), ...stranger, ...(isSocket ? { upgrade: "websocket" } : {}) };
        const answer = await request(addressOf(path), { method, headers });
        expect(answer.status, `${method} ${path} from ${JSON.stringify(stranger)}`).toBe(403);
        // As OpenAI's clients spell codes, under /v1.
        expect((await answer.text()).replaceAll("_", "-")).toContain("bad-origin");
      }
    }
  });
});
