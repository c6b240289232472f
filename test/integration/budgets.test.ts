/** Budgets in the product: set, held in the middle of a run, decided about, and never in the way of settings. */
import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { providerOf } from "../../worker/actions/workspace-provider.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import { auditListSchema } from "../../worker/domain/audit.ts";
import { budgetListSchema, budgetSchema } from "../../worker/domain/budget.ts";
import { CALLS_PER_MINUTE } from "../../worker/domain/call-limits.ts";
import { executionListSchema } from "../../worker/domain/execution.ts";
import type { HandPrice } from "../../worker/domain/hand-price.ts";
import { testedKeySchema } from "../../worker/domain/provider-key.ts";
import { runDetailSchema } from "../../worker/domain/run-schema.ts";
import { createdEndpointSchema } from "../../worker/domain/webhook-endpoint.ts";
import { budgetEventSchema } from "../../worker/domain/webhook-events.ts";
import { canaryKey } from "../support/canary.ts";
import { addRepository } from "../support/deliveries.ts";
import { anthropicProtocol } from "../support/providers/anthropic.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { providerPlace } from "../support/providers/provider-place.ts";
import { receiverPlace } from "../support/receiver-place.ts";
import {
  api,
  browse,
  createPerson,
  createTenant,
  freshDatabase,
  problemOf,
  request,
  type Tenant,
  until,
} from "../support/workerd.ts";

let ana: Tenant;
let tenants = 0;
/** What one scripted answer costs by claude-sonnet-5: 10 fresh, 60 cached, 30 written to the cache, 50 out. */
const ANSWER_COST = 0.000607;
const EACH_RUN = { subject: { kind: "run", id: "*" }, period: "always" };
const PROGRAM = `
const first = await generate({ prompt: "one", maxTokens: 100 });
console.log("first", first.cost);
const before = Date.now();
try {
  const second = await generate({ prompt: "two", maxTokens: 1000 });
  console.log("second", second.model, Date.now() - before < 2500 ? "no time" : "time went by");
} catch (error) {
  console.log(error.name);
}
`;

beforeEach(async () => {
  await freshDatabase();
  const dependencies = dependenciesOf(bindings as unknown as Env);
  dependencies.knownPrincipals.forgetAll();
  dependencies.knownKeys.forgetAll();
  // A budget outlives the database: each test has a workspace of its own.
  ana = await createTenant(`ana${++tenants}`);
});

async function put(tenant: Tenant, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${tenant.token}`, "content-type": "application/json" };
  return request("/api/budgets", { method: "PUT", headers, body: JSON.stringify(body) });
}

/** A key for a server that speaks Anthropic's protocol and answers every request alike. */
async function pricedProvider(...pieces: string[]) {
  const frames = anthropicProtocol.frames(pieces.length > 0 ? { pieces } : {});
  const { baseUrl, requests } = await providerPlace({ body: frames.join("") });
  const key = { name: "main", provider: "anthropic", baseUrl, model: "claude-sonnet-5", key: canaryKey("budget") };
  expect((await api(ana, "/api/workspace/api-keys", key)).status).toBe(201);
  return { asked: async () => (await requests()).slice(1).map(({ body }) => body as Record<string, unknown>) };
}

const start = async (code = PROGRAM) => {
  const body = { language: "javascript", code, grants: { model: true } };
  const answer = await api(ana, "/api/execute", body, { prefer: "respond-async" });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { runId: string }).runId;
};
const run = async (id: string) => runDetailSchema.parse(await (await api(ana, `/api/runs/${id}`)).json());
const log = async (id: string) => (await api(ana, `/api/runs/${id}/log.txt`)).text();
const decide = (id: string, decision: object, who = ana) => api(who, `/api/runs/${id}/budget-decision`, decision);

async function waiting() {
  const provider = await pricedProvider();
  expect((await put(ana, { ...EACH_RUN, limit: 0.005 })).status).toBe(200);
  const id = await start();
  const { budgetWait } = await until(
    () => run(id),
    (seen) => seen.budgetWait !== null,
  );
  return { id, wait: budgetWait!, ...provider };
}

const address = { service: "anthropic", keyId: "key_x" } as const;
const attemptAt = (id: string, boundMicros: number) => ({ id, boundMicros, subjects: [], address });
const endOf = (id: string, costMicros: number | null) =>
  ({ id, address, epoch: 0, verdict: "ok", isHeld: true, costMicros }) as const;

const ended = (id: string) =>
  until(
    () => run(id),
    ({ finishedAt }) => finishedAt !== null,
  );

describe("a run that hits a cap in the middle", () => {
  it("waits for a decision, and goes on when the cap is raised, at no cost in time", async () => {
    const { id, wait, asked } = await waiting();
    expect(wait).toMatchObject({ budget: `run:always:${id}`, leftMicros: 5_000 - 607 });
    expect(await (await browse(ana, `/runs/${id}`)).text()).toContain("Waiting for a decision about the budget");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await asked()).toHaveLength(1);
    expect((await decide(id, { decision: "raise", by: 0.01 })).status).toBe(200);
    const { state, cost, usage } = await ended(id);
    expect([state, cost]).toEqual(["succeeded", 2 * ANSWER_COST]);
    expect(usage?.models).toEqual({ calls: 2, inputTokens: 200, outputTokens: 100, costMicros: 1_214 });
    expect(await log(id)).toContain("no time");
    const replay = await (await api(ana, `/api/runs/${id}/replay`, {})).json();
    expect(replay).toMatchObject({ identical: true });
    const { entries } = auditListSchema.parse(await (await api(ana, "/api/audit?kind=budget.raised")).json());
    expect(entries).toMatchObject([{ target: wait.budget, details: { run: id, limit: "$0.015" } }]);
  });

  it("finishes cheaply: a cheaper model, and no more tokens than what is left can pay", async () => {
    const { id, asked } = await waiting();
    expect((await decide(id, { decision: "finish-cheaply" })).status).toBe(200);
    expect((await ended(id)).state).toBe("succeeded");
    const [, second] = await asked();
    expect(second).toMatchObject({ model: "claude-haiku-4-5" });
    expect(second!["max_tokens"]).toBeLessThan(1_000);
    expect(second!["max_tokens"]).toBeGreaterThan(500);
  });

  it("stops", async () => {
    const { id, asked } = await waiting();
    expect((await decide(id, { decision: "stop" })).status).toBe(200);
    expect((await ended(id)).state).toBe("cancelled");
    expect(await asked()).toHaveLength(1);
    expect((await problemOf(await decide(id, { decision: "stop" }))).code).toBe("not-waiting");
  });

  it("is raised by an admin alone, and decided otherwise by a member", async () => {
    const { id } = await waiting();
    const member = await createPerson("mel", { workspaceId: ana.workspaceId, role: "member" });
    expect((await problemOf(await decide(id, { decision: "raise", by: 1 }, member))).code).toBe("forbidden");
    expect((await decide(id, { decision: "finish-cheaply" }, member)).status).toBe(200);
    await ended(id);
  });
});

describe("the processing of a meeting that hits a cap", () => {
  async function waitingMeeting() {
    const provider = await pricedProvider("```typescript\nexport default 7;\n```");
    expect((await put(ana, { ...EACH_RUN, limit: 0.05 })).status).toBe(200);
    const added = await api(ana, "/api/meetings", { title: "Planning", transcript: "Dana: PAY-12 is done." });
    const { id: meeting } = (await added.json()) as { id: string };
    const accepted = await api(ana, `/api/meetings/${meeting}/process-v2`, {});
    const { runId: id } = (await accepted.json()) as { runId: string };
    const { budgetWait, state } = await until(
      () => run(id),
      (seen) => seen.budgetWait !== null || seen.finishedAt !== null,
    );
    expect([state, budgetWait]).toMatchObject(["running", { budget: `run:always:${id}`, leftMicros: 50_000 }]);
    return { id, ...provider };
  }

  it("waits for a decision, and goes on with the same call when the cap is raised", async () => {
    const { id, asked } = await waitingMeeting();
    expect(await (await browse(ana, `/runs/${id}`)).text()).toContain("Waiting for a decision about the budget");
    expect(await asked()).toEqual([]);
    expect((await decide(id, { decision: "raise", by: 1 })).status).toBe(200);
    expect(await ended(id)).toMatchObject({ state: "succeeded", result: 7, cost: ANSWER_COST });
    expect(await asked()).toMatchObject([{ model: "claude-sonnet-5" }]);
    expect(await log(id)).toMatch(/Waiting for a decision about the budget.*The run can be stopped, go on/);
  });

  it("finishes cheaply", async () => {
    const { id, asked } = await waitingMeeting();
    expect((await decide(id, { decision: "finish-cheaply" })).status).toBe(200);
    expect((await ended(id)).state).toBe("succeeded");
    expect(await asked()).toMatchObject([{ model: "claude-haiku-4-5" }]);
  });

  it("stops, and has cost nothing", async () => {
    const { id, asked } = await waitingMeeting();
    expect((await decide(id, { decision: "stop" })).status).toBe(200);
    expect(await ended(id)).toMatchObject({ state: "cancelled", cost: 0 });
    expect(await asked()).toEqual([]);
  });
});

describe("budgets", () => {
  it("show what is spent, also before there was one, and say so when a limit is below it", async () => {
    await pricedProvider();
    await ended(await start("await generate({ prompt: 'one', maxTokens: 100 })"));
    const list = async () => budgetListSchema.parse(await (await api(ana, "/api/budgets")).json());
    // What calls cost is told together, some milliseconds later.
    await until(list, ({ spent }) => spent.day === ANSWER_COST);
    const set = budgetSchema.parse(
      await (await put(ana, { subject: { kind: "workspace" }, period: "day", limit: 0.0001 })).json(),
    );
    expect(set).toMatchObject({ id: "workspace:day", spent: ANSWER_COST, left: 0 });
    expect(set.note).toContain("$0.000607 of $0.0001 are spent");
    // The settings stay open, whatever is spent.
    expect((await browse(ana, "/settings/budgets")).status).toBe(200);
    const cleared = await request("/api/budgets/workspace:day", {
      method: "DELETE",
      headers: { authorization: `Bearer ${ana.token}` },
    });
    expect(cleared.status).toBe(204);
    const { spent, budgets } = await list();
    expect([spent.day, spent.month, budgets]).toEqual([ANSWER_COST, ANSWER_COST, []]);
  });

  it("refuse a generation with a sentence, before anything is sent", async () => {
    const { asked } = await pricedProvider();
    await put(ana, { subject: { kind: "workspace" }, period: "month", limit: 0.001 });
    const generated = await request("/playground/generations", {
      method: "POST",
      headers: {
        cookie: `runyard_session=${ana.session}`,
        origin: "http://runyard.test",
        "content-type": "application/json",
      },
      body: JSON.stringify({ description: "fizzbuzz", language: "typescript" }),
    });
    const [line] = (await generated.text()).trim().split("\n");
    expect(JSON.parse(line!)).toMatchObject({ type: "error", reason: "over-budget" });
    expect(await asked()).toEqual([]);
    // It was no call: none is listed, nor counted against the provider.
    const listed = async () =>
      ((await (await api(ana, "/api/executions")).json()) as { executions: unknown[] }).executions;
    await expect.poll(listed, { timeout: 8_000 }).toEqual([]);
  });

  it("say where nothing counts in them", async () => {
    const noteOf = async (subject: object) => {
      const answer = await put(ana, { subject, period: "day", limit: 1 });
      return ((await answer.json()) as { note: string | null }).note;
    };
    expect(await noteOf({ kind: "agent", id: "writer" })).toContain("nothing counts in this budget");
    expect(await noteOf({ kind: "repository", id: "api-wbe" })).toContain("no repository with this key");
    expect(await (await browse(ana, "/settings/budgets")).text()).toContain("no repository with this key");
    await addRepository(ana, { key: "api-web" });
    expect(await noteOf({ kind: "repository", id: "api-web" })).toBeNull();
    const ofRun = async (id: string) => {
      const answer = await put(ana, { subject: { kind: "run", id }, period: "always", limit: 1 });
      return ((await answer.json()) as { note: string | null }).note;
    };
    expect(await ofRun("run_zzz")).toContain("no run with this id");
    expect(await ofRun("*")).toBeNull();
  });

  it("take no period that a subject has not, and no absurd amount", async () => {
    const answer = await put(ana, { subject: { kind: "run", id: "*" }, period: "day", limit: 1 });
    expect((await problemOf(answer)).errors).toMatchObject([{ path: "period" }]);
    for (const [limit, message] of [
      [-1, "must be 0 or more"],
      [1e9, "must be 1000000 or less"],
      ["1", "must be a number of US dollars"],
    ]) {
      const problem = await problemOf(await put(ana, { ...EACH_RUN, limit }));
      expect(problem).toMatchObject({ status: 422, errors: [{ path: "limit", message }] });
    }
  });

  it("keep calls of unknown outcome at their bound until somebody settles them", async () => {
    const ledger = dependenciesOf(bindings as unknown as Env).budget(ana.workspaceId);
    await put(ana, { subject: { kind: "workspace" }, period: "day", limit: 1 });
    await ledger.begin(attemptAt("call_1", 400_000), { ends: [], records: [] });
    await ledger.note({ ends: [endOf("call_1", null)], records: [] });
    const list = async () => budgetListSchema.parse(await (await api(ana, "/api/budgets")).json());
    expect(await list()).toMatchObject({ unknownCount: 1, budgets: [{ reserved: 0.4, left: 0.6 }] });
    expect((await api(ana, "/api/budgets/calls/call_1/settlement", { cost: 0.1 })).status).toBe(200);
    // A repeat changes nothing.
    expect(await (await api(ana, "/api/budgets/calls/call_1/settlement", { cost: 0.3 })).json()).toMatchObject({
      cost: 0.1,
    });
    expect(await list()).toMatchObject({ unknownCount: 0, budgets: [{ spent: 0.1, reserved: 0, left: 0.9 }] });
  });
});

describe("a price that is set by hand", () => {
  const DAY = { subject: { kind: "workspace" }, period: "day" };
  const PRICE = { model: "llama", input: 0.15, output: 0.6, cachedInput: 0.075 };

  /** A key for a server of one's own, which answers every request alike. */
  async function ownServer(body = chatProtocol.frames().join("")) {
    const { baseUrl, requests } = await providerPlace({ body });
    const key = { name: "own", provider: "openai-compatible", baseUrl: `${baseUrl}/v1`, model: PRICE.model };
    const made = testedKeySchema.parse(await (await api(ana, "/api/workspace/api-keys", key)).json());
    return { id: made.key.id, asked: async () => (await requests()).slice(1).map(({ body }) => body) };
  }

  const setPrices = (id: string, prices: readonly object[]) =>
    request(`/api/workspace/api-keys/${id}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${ana.token}`, "content-type": "application/json" },
      body: JSON.stringify({ prices }),
    });
  const ask = () =>
    api(ana, "/v1/chat/completions", { model: "llama", max_tokens: 500, messages: [{ role: "user", content: "hi" }] });
  const calls = async () => executionListSchema.parse(await (await api(ana, "/api/executions")).json()).executions;
  const ended = (count: number) =>
    until(calls, (seen) => seen.length === count && seen.every(({ outcome }) => outcome !== "live"));
  const spending = async () => budgetListSchema.parse(await (await api(ana, "/api/budgets")).json());

  it("lets a model through that a cap would refuse, for what it costs exactly, and is kept with the call", async () => {
    const { id, asked } = await ownServer();
    await put(ana, { ...DAY, limit: 1 });
    const refused = await ask();
    expect(await refused.text()).toMatch(/price of llama is not known.*nothing was sent.*Settings, Provider keys/);
    expect(await asked()).toEqual([]);

    expect((await setPrices(id, [PRICE])).status).toBe(200);
    expect((await ask()).status).toBe(200);
    const [call] = await ended(1);
    // 10 fresh and 30 into a cache at $0.15 a million, 60 from a cache at $0.075, 50 out at $0.60: 40.5, rounded up.
    expect(call).toMatchObject({
      costMicros: 41,
      price: {
        ...{ source: "set by hand", pricedAs: "llama" },
        rates: [{ aboveInputTokens: 0, input: 150_000, output: 600_000, cacheRead: 75_000, cacheWrite: 150_000 }],
      },
    });
    expect(await spending()).toMatchObject({ budgets: [{ spent: 0.000041, reserved: 0 }], unknownCount: 0 });
    const shown = await (await browse(ana, `/executions/${call!.id}`)).text();
    expect(shown).toContain("llama, set by hand: $0.15 in, $0.60 out, $0.075 cached for a million tokens");

    // A later price changes no earlier cost, and another model of the same server has none.
    expect((await setPrices(id, [{ ...PRICE, input: 15 }])).status).toBe(200);
    expect((await calls())[0]).toMatchObject({ costMicros: 41, price: { rates: [{ input: 150_000 }] } });
    const { entries } = auditListSchema.parse(await (await api(ana, "/api/audit?kind=key.priced")).json());
    expect(entries.map(({ target, details }) => [target, details])).toEqual([
      [id, { name: "own", model: "llama", price: "$15.00 in, $0.60 out, $0.075 cached" }],
      [id, { name: "own", model: "llama", price: "$0.15 in, $0.60 out, $0.075 cached" }],
    ]);
  });

  it("is missed again behind a wait, by a budget that was set meanwhile", async () => {
    const { asked } = await ownServer();
    const ledger = dependenciesOf(bindings as unknown as Env).budget(ana.workspaceId);
    // The next call waits for two seconds.
    await ledger.limit({ ...CALLS_PER_MINUTE, "openai-compatible": 30 });
    const address = { service: "openai-compatible", keyId: "any" } as const;
    for (let call = 0; call < 30; call++)
      await ledger.begin({ id: `call_${call}`, boundMicros: null, subjects: [], address }, { ends: [], records: [] });
    const answer = ask();
    await until(calls, (seen) => seen.length === 1);
    expect((await put(ana, { ...DAY, limit: 1 })).status).toBe(200);
    expect(await (await answer).text()).toMatch(/price of llama is not known.*nothing was sent/);
    expect(await asked()).toEqual([]);
    const [refused] = await ended(1);
    expect(refused).toMatchObject({ outcome: "failed", reason: "over-budget", tokens: null, costMicros: 0 });
    expect(refused!.message).toContain("nothing was sent");
    const page = await (await browse(ana, `/executions/${refused!.id}`)).text();
    expect(page).toMatch(/<dt>Cost<\/dt><dd>\$0\.00<\/dd>/);
  });

  it("is the operator's to set for a server of theirs, and holds there in the same way", async () => {
    const { baseUrl } = await providerPlace({ body: chatProtocol.frames().join("") });
    const known = dependenciesOf(bindings as unknown as Env);
    const choice = { provider: "openai-compatible", baseUrl: `${baseUrl}/v1`, model: "llama", hasKey: false } as const;
    const askOf = async (prices: readonly HandPrice[], maxTokens = 500) => {
      const dependencies = { ...known, config: { ...known.config, provider: { choice, key: null, prices } } };
      const provider = await providerOf(dependencies, ana.workspaceId, { kind: "api", id: "tok_x" });
      const request = { model: "llama", system: "", messages: [{ role: "user", text: "hi" }], maxTokens } as const;
      const { signal } = new AbortController();
      for await (const event of provider.stream({ ...request, signal })) if (event.type === "done") return event.cost;
      throw new Error("there was no end");
    };
    await put(ana, { ...DAY, limit: 0.0005 });
    await expect(askOf([])).rejects.toThrow(/price of llama is not known.*RUNYARD_MODEL_PRICES/);
    const price = { model: "llama", input: 150_000, output: 600_000, cachedInput: 75_000 };
    expect(await askOf([price])).toMatchObject({ micros: 41, price: { source: "set by hand" } });
    await expect.poll(spending).toMatchObject({ budgets: [{ spent: 0.000041, reserved: 0 }] });
    await expect(askOf([price], 1_000)).rejects.toThrow("nothing was sent");
  });

  it("is held back as the worst case: a cap below it refuses, and what is left pays a shorter answer", async () => {
    const { id, asked } = await ownServer();
    await setPrices(id, [{ model: "llama", input: 0, output: 1_000 }]);
    await put(ana, { ...EACH_RUN, limit: 0.3 });
    const run1 = await start("await generate({ prompt: 'one', maxTokens: 400 })");
    await until(
      () => run(run1),
      (seen) => seen.budgetWait !== null,
    );
    expect(await asked()).toEqual([]);
    expect((await decide(run1, { decision: "finish-cheaply" })).status).toBe(200);
    // The answer has 50 tokens at $1,000 a million; what was asked for was cut to the 300 that can be paid.
    const over = await until(
      () => run(run1),
      ({ finishedAt }) => finishedAt !== null,
    );
    expect(over).toMatchObject({ state: "succeeded", cost: 0.05 });
    expect(await asked()).toMatchObject([{ max_tokens: 300 }]);
  });

  it("counts as unknown where the answer had begun, whatever status the error behind it names", async () => {
    const error = { error: { code: 502, message: "The upstream is gone" } };
    const { id } = await ownServer(`${chatProtocol.frames().slice(0, -4).join("")}data: ${JSON.stringify(error)}\n\n`);
    await setPrices(id, [PRICE]);
    await put(ana, { ...DAY, limit: 1 });
    expect((await ask()).status).toBe(503);
    expect(await ended(1)).toMatchObject([{ outcome: "partial", reason: "overloaded" }]);
    await expect.poll(async () => (await spending()).unknownCount).toBe(1);
  });

  it("may be nothing: such a call costs $0, also where nobody counted its tokens, and passes any cap", async () => {
    // Without its usage and its end.
    const { id } = await ownServer(chatProtocol.frames().slice(0, -2).join(""));
    await setPrices(id, [{ model: "llama", input: 0, output: 0 }]);
    await put(ana, { ...DAY, limit: 0 });
    expect((await ask()).status).toBe(200);
    const [call] = await ended(1);
    expect(call).toMatchObject({ costMicros: 0, tokens: { isEstimated: true } });
    expect(await spending()).toMatchObject({ budgets: [{ spent: 0 }], unknownCount: 0 });
  });
});

describe("warnings of a budget", () => {
  const ledger = () => dependenciesOf(bindings as unknown as Env).budget(ana.workspaceId);

  /** An endpoint that hears of budgets alone. */
  async function subscribed(answers?: string) {
    const { url, received } = receiverPlace(answers);
    const created = await api(ana, "/api/webhooks", { url, events: ["budget.warning"] });
    const { secret } = createdEndpointSchema.parse(await created.json());
    return async (count: number) => {
      const lines = await until(received, (each) => each.length >= count);
      return lines.map(({ body, headers }) => budgetEventSchema.parse(new Webhook(secret).verify(body, headers)));
    };
  }

  async function spend(id: string, micros: number, of = ledger()): Promise<void> {
    expect(await of.begin(attemptAt(id, micros), { ends: [], records: [] })).toMatchObject({ type: "admitted" });
    await of.note({ ends: [endOf(id, micros)], records: [] });
  }

  it("are told at 50, 80 and 100 %, once each, and shown in the console", async () => {
    const heard = await subscribed();
    await put(ana, { subject: { kind: "workspace" }, period: "month", limit: 1 });
    expect(await (await browse(ana, "/")).text()).not.toContain("data-budget-banner");
    for (const [index, share] of [400_000, 100_000, 100_000, 200_000, 100_000, 100_000].entries())
      await spend(`call_${index}`, share);
    // A repeat is no spending.
    await ledger().settle("call_5", 100_000);
    const told = (await heard(3)).map(({ data }) => data);
    for (const { workspaceId, budget } of told) {
      expect(workspaceId).toBe(ana.workspaceId);
      const period = { id: "workspace:month", subject: { kind: "workspace" }, period: "month", limitMicros: 1_000_000 };
      expect(budget).toMatchObject({ ...period, window: new Date().toISOString().slice(0, 7) });
    }
    const seen = told.map(({ budget }) => [budget.percent, budget.spentMicros]);
    expect(seen.toSorted(([a], [b]) => a! - b!)).toEqual([
      [50, 500_000],
      [80, 800_000],
      [100, 1_000_000],
    ]);
    for (const path of ["/", "/settings/budgets"]) {
      const text = await (await browse(ana, path)).text();
      expect(text).toContain("data-budget-banner");
      expect(text).toContain("<b>100 %</b>");
    }
  });

  it("survive a crash of the ledger between the spending and the word of it", async () => {
    const heard = await subscribed();
    await put(ana, { subject: { kind: "workspace" }, period: "day", limit: 1 });
    const stub = ledger();
    await runInDurableObject(stub as unknown as DurableObjectStub, async (instance, state) => {
      await spend("call_lost", 600_000, instance as unknown as typeof stub);
      // As if it had died before it could arm a near alarm: what was armed before the spending is left.
      await state.storage.setAlarm(Date.now() + 500);
      await state.storage.sync();
      state.abort("killed by the test");
    }).catch(() => {});
    const [told, ...more] = await heard(1);
    expect(told?.data.budget).toMatchObject({ percent: 50, spentMicros: 600_000 });
    expect(more).toEqual([]);
  });
});
