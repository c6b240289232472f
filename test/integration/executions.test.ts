/** Calls of models: recorded, let through the gate, taken over by other keys; against providers over real HTTP. */
import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { CircuitAddress, GateAnswer } from "../../durable-objects/budget-ledger/rpc.ts";
import type { Env } from "../../durable-objects/env.ts";
import { providerOf } from "../../worker/actions/workspace-provider.ts";
import { type Dependencies, dependenciesOf } from "../../worker/dependencies.ts";
import { AHEAD_MS, AHEAD_PER_MINUTE, CALLS_PER_MINUTE, CALLS_PER_MINUTE_MAX } from "../../worker/domain/call-limits.ts";
import { CIRCUIT } from "../../worker/domain/circuit.ts";
import { EXECUTION_LASTS_MS, type Execution, executionListSchema } from "../../worker/domain/execution.ts";
import { testedKeySchema } from "../../worker/domain/provider-key.ts";
import { ModelError, type ModelEvent } from "../../worker/llm/provider.ts";
import { summarizeExecutions } from "../../worker/store/execution-figures.ts";
import { canaryKey } from "../support/canary.ts";
import { generatedLines } from "../support/generated-lines.ts";
import { anthropicProtocol } from "../support/providers/anthropic.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { openaiError } from "../support/providers/openai-responses.ts";
import { json } from "../support/providers/protocol.ts";
import { providerPlace } from "../support/providers/provider-place.ts";
import type { Script } from "../support/providers/scripted-server.ts";
import {
  api,
  browse,
  createTenant,
  env,
  freshDatabase,
  ORIGIN,
  problemOf,
  request,
  type Tenant,
} from "../support/workerd.ts";

const CANARY = canaryKey("a1b2");
const DAY_MS = 86_400_000;
const KEYS = "/api/workspace/api-keys";
const OK: Script = { body: chatProtocol.frames().join("") };
const REFUSED: Script = json(401, openaiError("invalid_request_error", "invalid_api_key"));
const NO_CREDIT: Script = json(402, openaiError("insufficient_quota", "insufficient_quota"));
const CUT: Script = { body: chatProtocol.frames().slice(0, -4).join(""), ending: "destroy" };

let ana: Tenant;
let bo: Tenant;
let dependencies: Dependencies;

beforeEach(async () => {
  dependencies = dependenciesOf(bindings as unknown as Env);
  // What the test before left to be told belongs to its own database.
  for (const workspaceId of ["ws_ana", "ws_bo"]) await dependencies.calls.flush(workspaceId);
  await freshDatabase();
  dependencies.knownPrincipals.forgetAll();
  dependencies.knownKeys.forgetAll();
  [ana, bo] = [await createTenant("ana"), await createTenant("bo")];
});

/** A saved key for a chat server, which answers its test well and then as the scripts say. */
async function addKey(name: string, ...scripts: Script[]) {
  const { baseUrl, requests } = await providerPlace(OK, ...scripts);
  const fields = { name, provider: "openai-compatible", baseUrl: `${baseUrl}/v1`, model: `${name}-model`, key: CANARY };
  const { key } = testedKeySchema.parse(await (await api(ana, KEYS, fields)).json());
  return { id: key.id, asked: async () => (await requests()).length - 1 };
}

async function generate(tenant = ana, description = "print the primes") {
  const headers = { cookie: `runyard_session=${tenant.session}`, origin: ORIGIN, "content-type": "application/json" };
  const body = JSON.stringify({ description, language: "typescript" });
  const answer = await request("/playground/generations", { method: "POST", headers, body });
  return generatedLines<Record<string, unknown>>(await answer.text());
}

async function calls(tenant = ana, query = ""): Promise<Execution[]> {
  return executionListSchema.parse(await (await api(tenant, `/api/executions${query}`)).json()).executions;
}

/** The calls as soon as so many have ended: they are written down behind the answer. */
async function ended(count: number, tenant = ana): Promise<Execution[]> {
  await expect.poll(async () => (await calls(tenant)).filter(({ outcome }) => outcome !== "live").length).toBe(count);
  return calls(tenant);
}

const one = (id: string) =>
  api(ana, `/api/executions/${id}`).then((answer) => answer.json() as Promise<Record<string, unknown>>);

describe("a call of a model", () => {
  it("is recorded with what it asked, answered and used, whole; without the key, also where both repeat it", async () => {
    const repeating = { body: chatProtocol.frames().join("").replace("a\u2028b", `key ${CANARY}`) };
    expect(repeating.body).not.toBe(OK.body);
    await addKey("main", repeating);
    await generate(ana, `print the primes with ${CANARY}`);
    const [call] = await ended(1);
    expect(call).toMatchObject({
      ...{ source: { kind: "generate", id: ana.userId }, provider: "openai-compatible", outcome: "whole" },
      ...{ reason: null, retries: [], fallbacks: [], waitedMs: 0 },
      // Nobody knows what a server of one's own asks for.
      ...{ costMicros: null, price: null },
    });
    expect(call!.tokens).toMatchObject({ isEstimated: false });
    expect(call!.latencyMs).toBeGreaterThanOrEqual(call!.firstTokenMs!);
    const detail = await one(call!.id);
    expect(detail["prompt"]).toContain("print the primes with [redacted]");
    expect(detail["answer"]).toContain("key [redacted]");
    const { results } = await env.DB.prepare("SELECT * FROM execution_texts").all();
    expect(JSON.stringify(results)).not.toContain("canary");
  });

  it("has the exact cost of a priced model beside the price of that moment", async () => {
    // Its answer names another model, as servers do that give a version's full name.
    const { baseUrl } = await providerPlace({ body: anthropicProtocol.frames().join("") });
    const fields = { name: "claude", provider: "anthropic", baseUrl, model: "claude-sonnet-4-5", key: CANARY };
    testedKeySchema.parse(await (await api(ana, KEYS, fields)).json());
    await generate();
    const [call] = await ended(1);
    expect(call!.price).toMatchObject({ source: expect.stringContaining("genai-prices") });
    // 10 fresh at $3 a million, 60 read at $0.30, 30 written at $3.75 and 50 out at $15, rounded up.
    expect(call!.costMicros).toBe(911);
    expect(await (await browse(ana, `/executions/${call!.id}`)).text()).toContain("$0.00");
  });

  it("is recorded as the mock's, which costs nothing", async () => {
    expect((await generate()).at(-1)).toMatchObject({ isMock: true });
    const [call] = await ended(1);
    expect(call).toMatchObject({ provider: "mock", outcome: "whole", costMicros: 0, tokens: { isEstimated: true } });
    const page = await (await browse(ana, `/executions/${call!.id}`)).text();
    expect(page).toContain("Mock");
    expect(page).toContain("<dt>First token after</dt>");
    expect(page).not.toContain("$0");
  });

  it("is a part where its answer was cut, failed with its reason where none came, and has its retries", async () => {
    await addKey("main", json(503, openaiError("server_error", null)), OK, CUT, REFUSED);
    for (let at = 0; at < 3; at++) await generate();
    const [failed, cut, retried] = await ended(3);
    expect(retried).toMatchObject({ outcome: "whole", retries: [{ attempt: 1, reason: "overloaded", status: 503 }] });
    expect(cut).toMatchObject({ outcome: "partial", reason: "cut-off", tokens: { isEstimated: true } });
    expect(failed).toMatchObject({
      outcome: "failed",
      reason: "rejected-key",
      status: 401,
      tokens: null,
    });
    expect((await one(cut!.id))["answer"]).not.toBe("");
  });

  it("has cost $0 where the provider refused it to the end, whoever knows its price, and else is unknown", async () => {
    const failing = json(503, openaiError("server_error", null));
    const lost: Script = { body: "", ending: "destroy" };
    const { id } = await addKey("main", REFUSED, failing, REFUSED, lost, REFUSED);
    const price = { prices: [{ model: "main-model", input: 1, output: 1 }] };
    const headers = { authorization: `Bearer ${ana.token}`, "content-type": "application/json" };
    const shown: (number | null)[] = [];
    for (const count of [1, 2, 3]) {
      if (count === 2) await request(`${KEYS}/${id}`, { method: "PATCH", headers, body: JSON.stringify(price) });
      await generate();
      const [latest] = await ended(count);
      expect(latest).toMatchObject({ outcome: "failed", reason: "rejected-key", retries: count === 1 ? [] : [{}] });
      shown.push(latest!.costMicros);
    }
    // The connection of one attempt of the last was lost: an answer may have been written there.
    expect(shown).toEqual([0, 0, null]);
    const [third, , first] = await calls();
    const page = async (of: Execution) => (await browse(ana, `/executions/${of.id}`)).text();
    expect(await page(first!)).toMatch(/<dt>Cost<\/dt><dd>\$0\.00<\/dd>/);
    expect(await page(third!)).toMatch(/<dt>Cost<\/dt><dd>unknown<\/dd>/);
    expect(await summarizeExecutions(dependencies.db, ana.workspaceId, {})).toMatchObject({ calls: 3, unpriced: 1 });
  });

  it("is recorded as stopped where its reader leaves", async () => {
    const provider = await providerOf(dependencies, ana.workspaceId, { kind: "api", id: "tok_x" });
    const { signal } = new AbortController();
    const messages = [{ role: "user", text: "print the primes" }] as const;
    for await (const event of provider.stream({ model: "m", system: "", messages, maxTokens: 10, signal }))
      if (event.type === "text") break;
    const [call] = await ended(1);
    expect(call).toMatchObject({ outcome: "partial", reason: "aborted", source: { kind: "api", id: "tok_x" } });
  });

  it("is answered also where its record cannot be put into D1, and is there when D1 is back", async () => {
    await addKey("main", OK);
    await env.DB.exec("ALTER TABLE executions RENAME TO away");
    expect((await generate()).at(-1)).toMatchObject({ type: "done", provider: "openai-compatible" });
    await env.DB.exec("ALTER TABLE away RENAME TO executions");
    expect((await ended(1))[0]).toMatchObject({ outcome: "whole" });
  });

  it("that lost its server is closed as unknown, when it cannot be under way any more", async () => {
    await generate();
    await ended(1);
    const old = Date.now() - EXECUTION_LASTS_MS - 1;
    const lost = (id: string, startedAt: number) =>
      env.DB.prepare(
        `INSERT INTO executions (id, workspace_id, source, source_id, provider, model, outcome, started_at, waited_ms,
           is_estimated, retries, fallbacks) VALUES (?, ?, 'run', 'run_x', 'openai', 'm', 'live', ?, 0, 0, '[]', '[]')`,
      )
        .bind(id, ana.workspaceId, startedAt)
        .run();
    await lost(`call_${"1".repeat(32)}`, old);
    await lost(`call_${"2".repeat(32)}`, Date.now());
    await sweep();
    expect((await calls(ana, "?source=run")).map(({ outcome }) => outcome)).toEqual(["live", "unknown"]);
  });

  it("is kept without its texts for as long as the workspace says, and not at all where it says 0", async () => {
    const retention = (days: string) => browse(ana, "/settings/limits/retention", { days });
    await generate();
    const [call] = await ended(1);
    expect((await one(call!.id))["prompt"]).toContain("print the primes");
    const refused = await retention("-1");
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("<b>days</b> must be 0 or more");
    expect((await retention("7")).status).toBe(303);
    expect((await one(call!.id))["prompt"]).not.toBeNull();
    await env.DB.prepare("UPDATE executions SET started_at = ?")
      .bind(Date.now() - 7 * DAY_MS - 1)
      .run();
    await sweep();
    expect((await one(call!.id))["prompt"]).toBeNull();
    expect((await retention("0")).status).toBe(303);
    await generate();
    const [latest] = await ended(2);
    expect(await one(latest!.id)).toMatchObject({ prompt: null, answer: null });
    expect(await (await retention("401")).text()).toContain("400 days at most");
  });

  it("is seen by nobody of another workspace, and listed by filters, page by page", async () => {
    for (let at = 0; at < 3; at++) await generate();
    const all = await ended(3);
    expect(await calls(bo)).toEqual([]);
    expect(await problemOf(await api(bo, `/api/executions/${all[0]!.id}`))).toMatchObject({ status: 404 });
    expect(await calls(ana, "?provider=openai")).toEqual([]);
    expect(await calls(ana, "?provider=mock&outcome=whole&source=generate")).toHaveLength(3);
    const first = executionListSchema.parse(await (await api(ana, "/api/executions?limit=2")).json());
    const second = await calls(ana, `?limit=2&cursor=${first.nextCursor}`);
    expect([...first.executions, ...second].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(await problemOf(await api(ana, "/api/executions?outcome=good"))).toMatchObject({ status: 422 });
    const csv = await (await browse(ana, "/executions/export?format=csv")).text();
    expect(csv.split("\r\n")).toHaveLength(5);
    expect(await (await browse(ana, "/executions/export?format=json")).json()).toHaveLength(3);
  });

  it("counts in the figures: sums, and percentiles by nearest rank", async () => {
    const rows = Array.from({ length: 20 }, (_, index) =>
      env.DB.prepare(
        `INSERT INTO executions (id, workspace_id, source, source_id, provider, model, outcome, started_at, ended_at,
           latency_ms, waited_ms, input_tokens, output_tokens, is_estimated, cost_micros, price, retries, fallbacks)
         VALUES (?, ?, 'api', 'tok', 'openai', 'gpt', 'whole', 1, 2, ?, 0, 10, 1, 0, ?, '{}', '[]', '[]')`,
      ).bind(`call_${String(index).padStart(32, "f")}`, ana.workspaceId, (index + 1) * 10, index === 0 ? null : 7),
    );
    await env.DB.batch(rows);
    expect(await summarizeExecutions(dependencies.db, ana.workspaceId, {})).toEqual({
      ...{ group: "", calls: 20, whole: 20, inputTokens: 200, outputTokens: 20, costMicros: 133, unpriced: 1 },
      ...{ p50Ms: 100, p95Ms: 190 },
    });
  });
});

const ledgerStub = () => {
  const { BUDGET_LEDGER } = bindings as unknown as { BUDGET_LEDGER: DurableObjectNamespace };
  return BUDGET_LEDGER.get(BUDGET_LEDGER.idFromName(ana.workspaceId));
};
/** The first alarm of an instance sweeps the record. */
async function sweep(): Promise<void> {
  await evictDurableObject(ledgerStub());
  expect(await runDurableObjectAlarm(ledgerStub())).toBe(true);
}

const address: CircuitAddress = { service: "anthropic", keyId: "key_x" };
const NO_NEWS = { ends: [], records: [] };
let attempts = 0;

/** Asks for one call, of which nobody knows the price. */
const begin = (of: CircuitAddress, tenant = ana) => {
  const attempt = { id: `call_${++attempts}`, boundMicros: null, subjects: [], address: of };
  return dependencies.budget(tenant.workspaceId).begin(attempt, NO_NEWS);
};

/** A call that failed by its provider's fault. */
async function fail(of: CircuitAddress): Promise<void> {
  const { epoch } = (await begin(of)) as Extract<GateAnswer, { type: "admitted" }>;
  const end = {
    id: `call_${attempts}`,
    address: of,
    epoch,
    verdict: "fault",
    isHeld: false,
    costMicros: null,
  } as const;
  await dependencies.budget(ana.workspaceId).note({ ends: [end], records: [] });
}

describe("the gate", () => {
  const gate = () => dependencies.budget(ana.workspaceId);

  it("lets a minute's worth through, makes the next wait, and refuses who would wait too long; also after an eviction", async () => {
    await gate().limit({ ...CALLS_PER_MINUTE, anthropic: 2 });
    for (let at = 0; at < 2; at++) expect(await begin(address)).toMatchObject({ type: "admitted", waitMs: 0 });
    await evictDurableObject(ledgerStub());
    const third = await begin(address);
    expect(third).toMatchObject({ type: "admitted" });
    expect((third as { waitMs: number }).waitMs).toBeGreaterThan(25_000);
    expect(await begin(address)).toMatchObject({ type: "admitted" });
    expect(await begin(address)).toMatchObject({ type: "over-limit" });
    // Other services and other workspaces have limits of their own.
    expect(await begin({ service: "openai", keyId: "key_y" })).toMatchObject({ waitMs: 0 });
    expect(await begin(address, bo)).toMatchObject({ waitMs: 0 });
  });

  it("gives leave for calls ahead where there is plenty, and counts them as made", async () => {
    const perMinute = 4 * AHEAD_PER_MINUTE;
    await gate().limit({ ...CALLS_PER_MINUTE, anthropic: perMinute });
    expect(await begin({ ...address, service: "openai" })).not.toHaveProperty("ahead");
    let asked = 0;
    while ("ahead" in (await begin(address))) asked++;
    // Five calls each until half of them are left; some flowed in meanwhile.
    expect(asked).toBeGreaterThanOrEqual(perMinute / 2 / 5 - 1);
    expect(asked).toBeLessThan(perMinute / 2 / 5 + 100);
  });

  it("gives none by a key with faults, where there is a cap, and for what has a price", async () => {
    await gate().limit({ ...CALLS_PER_MINUTE, anthropic: CALLS_PER_MINUTE_MAX });
    expect(await begin(address)).toMatchObject({ ahead: CALLS_PER_MINUTE_MAX / AHEAD_PER_MINUTE });
    const priced = { id: "call_priced", boundMicros: 1, subjects: [], address };
    expect(await gate().begin(priced, NO_NEWS)).not.toHaveProperty("ahead");
    await fail(address);
    expect(await begin(address)).not.toHaveProperty("ahead");
    expect(await begin({ ...address, keyId: "key_y" })).toHaveProperty("ahead");
    const setAt = Date.now();
    const cap = gate().putCap({ kind: "agent", id: "a" }, "day", 1);
    // While it waits for the end of all leave, nobody is given more.
    expect(await begin({ ...address, keyId: "key_y" })).not.toHaveProperty("ahead");
    await cap;
    expect(Date.now() - setAt).toBeGreaterThan(AHEAD_MS / 2);
    expect(await begin({ ...address, keyId: "key_y" })).not.toHaveProperty("ahead");
    await gate().removeCap("agent:day:a");
  });

  it("opens for a key that fails, tells it after an eviction as well, and leaves other keys alone", async () => {
    for (let at = 0; at < CIRCUIT.faultsToOpen; at++) await fail(address);
    await evictDurableObject(ledgerStub());
    expect(await begin(address)).toMatchObject({ type: "circuit-open" });
    expect(await begin({ ...address, keyId: "key_y" })).toMatchObject({ type: "admitted" });
    const { circuits } = await gate().describeGate();
    expect(circuits).toMatchObject([{ keyId: "key_x", state: "open", changes: [{ from: "closed", to: "open" }] }]);
    expect(await (await browse(ana, "/settings/limits")).text()).toContain("closed to open");
    await gate().forgetCircuit("key_x");
    expect((await gate().describeGate()).circuits).toEqual([]);
  });

  it("is set on the page, which names what is wrong", async () => {
    const values = { anthropic: "7", openai: "8", "openai-compatible": "9", github: "10", jira: "11" };
    expect((await browse(ana, "/settings/limits", values)).status).toBe(303);
    expect((await gate().describeGate()).limits).toMatchObject({ anthropic: 7, jira: 11 });
    const wrong = await browse(ana, "/settings/limits", { ...values, jira: "0" });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain("must be 1 or more");
  });

  it("explains a wait to who waits, and counts it on the call", async () => {
    await addKey("main", OK);
    await gate().limit({ ...CALLS_PER_MINUTE, "openai-compatible": 30 });
    const key = { service: "openai-compatible", keyId: "any" } as const;
    await Promise.all(Array.from({ length: 30 }, () => begin(key)));
    const events = await generate();
    expect(events[0]).toMatchObject({ type: "wait", message: expect.stringContaining("for the rate limit of") });
    expect(events.at(-1)).toMatchObject({ type: "done" });
    const [call] = await ended(1);
    expect(call!.waitedMs).toBe(events[0]!["waitMs"]);
    expect(call!.latencyMs).toBeGreaterThanOrEqual(call!.waitedMs);
  });
});

describe("a fallback", () => {
  const fallbacks = (...ids: string[]) =>
    request("/settings/keys/fallbacks", {
      method: "POST",
      headers: { cookie: `runyard_session=${ana.session}`, origin: ORIGIN },
      body: new URLSearchParams(ids.map((id) => ["keyId", id])),
    });

  async function setUp(first: readonly Script[], second: readonly Script[]) {
    const next = await addKey("next", ...second);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const main = await addKey("main", ...first);
    expect((await fallbacks(next.id)).status).toBe(303);
    return { main, next };
  }

  it("is asked where the key in use cannot answer, and stands on the call", async () => {
    const { main, next } = await setUp([NO_CREDIT], [OK]);
    const events = await generate();
    expect(events[0]).toMatchObject({ type: "fallback", reason: "no-credit", to: { model: "next-model" } });
    expect(events.at(-1)).toMatchObject({ type: "done" });
    const [call] = await ended(1);
    expect(call).toMatchObject({
      outcome: "whole",
      fallbacks: [{ from: { model: "main-model" }, reason: "no-credit" }],
    });
    expect([await main.asked(), await next.asked()]).toEqual([1, 1]);
    expect(await (await browse(ana, "/settings/limits")).text()).toContain("50.0 %");
  });

  it("is paid by the price of its own key, also where its answer is cut", async () => {
    const { main, next } = await setUp([NO_CREDIT, NO_CREDIT], [OK, CUT]);
    const price = async (id: string, model: string, output: number) => {
      const headers = { authorization: `Bearer ${ana.token}`, "content-type": "application/json" };
      const body = JSON.stringify({ prices: [{ model, input: 0, output }] });
      expect((await request(`${KEYS}/${id}`, { method: "PATCH", headers, body })).status).toBe(200);
    };
    await price(main.id, "main-model", 1);
    await price(next.id, "next-model", 2);
    await generate();
    await generate();
    const [cut, whole] = await ended(2);
    const own = { source: "set by hand", pricedAs: "next-model" };
    expect(whole).toMatchObject({ outcome: "whole", price: own, costMicros: 2 * whole!.tokens!.output });
    expect(cut).toMatchObject({ outcome: "partial", price: own, costMicros: 2 * cut!.tokens!.output });
    expect(cut!.costMicros).toBeGreaterThan(0);
  });

  it("is not asked once text was handed out, nor for a request that is bad everywhere", async () => {
    const { next } = await setUp([CUT, json(400, openaiError("invalid_request_error", null))], [OK]);
    expect((await generate()).at(-1)).toMatchObject({ type: "error", isPartial: true });
    expect((await generate()).at(-1)).toMatchObject({ type: "error" });
    expect(await next.asked()).toBe(0);
  });

  it("is asked at once while the circuit is open, without asking the provider that fails", async () => {
    const { main, next } = await setUp([OK], [OK]);
    const key = { service: "openai-compatible", keyId: main.id } as const;
    for (let at = 0; at < CIRCUIT.faultsToOpen; at++) await fail(key);
    expect(await generate()).toContainEqual(expect.objectContaining({ type: "fallback", reason: "circuit-open" }));
    expect([await main.asked(), await next.asked()]).toEqual([0, 1]);
  });

  it("is told to fail by the last one's reason where none can answer", async () => {
    await setUp([NO_CREDIT], [REFUSED]);
    expect((await generate()).at(-1)).toMatchObject({ type: "error", message: expect.stringContaining("rejected") });
    expect((await ended(1))[0]).toMatchObject({ outcome: "failed", reason: "rejected-key" });
  });

  it("cannot be a key of another workspace, or one key twice", async () => {
    const { id } = await addKey("main", OK);
    expect(await (await fallbacks(id, id)).text()).toContain("names a key twice");
    expect(await (await fallbacks(`key_${"0".repeat(32)}`)).text()).toContain("not there any more");
  });
});

it("leaves a provider's fault as it is when there is nobody else to ask", async () => {
  await addKey("main", REFUSED);
  const provider = await providerOf(dependencies, ana.workspaceId, { kind: "run", id: "run_x" });
  const { signal } = new AbortController();
  const messages = [{ role: "user", text: "print the primes" }] as const;
  const events: ModelEvent[] = [];
  const read = async () => {
    for await (const event of provider.stream({ model: "m", system: "", messages, maxTokens: 10, signal }))
      events.push(event);
  };
  await expect(read()).rejects.toBeInstanceOf(ModelError);
  expect(events).toEqual([]);
});
