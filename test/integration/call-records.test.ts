/** The records of calls on their way to D1, by the object of a workspace's calls. */
import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Ledger } from "../../durable-objects/budget-ledger/ledger.ts";
import { BudgetStorage } from "../../durable-objects/budget-ledger/storage.ts";
import type { Env } from "../../durable-objects/env.ts";
import { WakeUp } from "../../durable-objects/wake-up.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import { type Execution, executionListSchema } from "../../worker/domain/execution.ts";
import { executionRecord } from "../../worker/store/executions.ts";
import type { ExecutionRow } from "../../worker/store/schema.ts";
import { api, createTenant, freshDatabase, type Tenant } from "../support/workerd.ts";

const ADDRESS = { service: "anthropic", keyId: "key_x" } as const;
const { BUDGET_LEDGER } = bindings as unknown as { BUDGET_LEDGER: DurableObjectNamespace };
let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

const ledger = () => dependenciesOf(bindings as unknown as Env).budget(ana.workspaceId);
const stub = () => BUDGET_LEDGER.get(BUDGET_LEDGER.idFromName(ana.workspaceId));

/** As they are listed, which has all of them copied first. */
async function calls(): Promise<Execution[]> {
  return executionListSchema.parse(await (await api(ana, "/api/executions")).json()).executions;
}

const one = (id: string) =>
  api(ana, `/api/executions/${id}`).then((answer) => answer.json() as Promise<Record<string, unknown>>);

function wholeOf(id: string): ExecutionRow {
  const row = rowOf(id);
  return { ...row, outcome: "whole", endedAt: row.startedAt + 5, latencyMs: 5 };
}

/** Of a call that is live. */
function rowOf(id: string): ExecutionRow {
  return {
    ...{ id, workspaceId: ana.workspaceId, source: "api", sourceId: "tok_x", provider: "openai", model: "m" },
    ...{ outcome: "live", reason: null, message: null, status: null, startedAt: Date.now(), endedAt: null },
    ...{ latencyMs: null, firstTokenMs: null, waitedMs: 0, isEstimated: false, costMicros: null, price: null },
    ...{ inputTokens: null, outputTokens: null, thinkingTokens: null, cacheReadTokens: null, cacheWriteTokens: null },
    ...{ retries: [], fallbacks: [] },
  };
}

describe("the record of a call", () => {
  it("is found as live by a ledger that was killed before the call ended, and is there whole when it has", async () => {
    const live = { id: `call_${"3".repeat(32)}`, outcome: "live" } as const;
    const row = rowOf(live.id);
    const attempt = { id: "call_a", boundMicros: 1_000, subjects: [], address: ADDRESS } as const;
    const begun = await ledger().begin(attempt, {
      ends: [],
      records: [executionRecord(row, null)],
    });
    expect(begun).toMatchObject({ type: "admitted" });
    await runInDurableObject(stub(), (_, state) => state.abort("killed by the test")).catch(() => {});
    expect(await calls()).toMatchObject([live]);
    const whole = wholeOf(row.id);
    const texts = { prompt: "p", answer: "a", promptChars: 1, answerChars: 1 };
    const news = { ends: [], records: [executionRecord(whole, texts)] };
    // A repeat changes nothing, and neither does its beginning when it comes late.
    await ledger().note(news);
    expect(await calls()).toMatchObject([{ outcome: "whole", latencyMs: 5 }]);
    await ledger().note(news);
    await ledger().note({ ends: [], records: [executionRecord(row, null)] });
    expect(await calls()).toMatchObject([{ outcome: "whole", latencyMs: 5 }]);
    expect((await one(live.id))["answer"]).toBe("a");
  });

  it("is whole also where its end came before its beginning, and D1 had neither", async () => {
    const row = rowOf(`call_${"4".repeat(32)}`);
    const whole = wholeOf(row.id);
    for (const record of [executionRecord(whole, null), executionRecord(row, null)])
      await ledger().note({ ends: [], records: [record] });
    expect(await calls()).toMatchObject([{ outcome: "whole", latencyMs: 5 }]);
  });

  it("does not keep others back where D1 will never take it, not even those that were told with it", async () => {
    const broken = { id: "call_broken", isLive: false, row: JSON.stringify(["call_broken"]), texts: null };
    const whole = wholeOf(`call_${"5".repeat(32)}`);
    const texts = { prompt: "p", answer: "a", promptChars: 1, answerChars: 1 };
    await ledger().note({
      ends: [],
      records: [broken, executionRecord(whole, texts), { ...broken, id: "call_other" }],
    });
    await ledger().note({ ends: [], records: [executionRecord(wholeOf(`call_${"8".repeat(32)}`), null)] });
    expect(await calls()).toHaveLength(2);
    expect((await one(whole.id))["answer"]).toBe("a");
  });

  it("is copied in parts where many long ones are told at once", async () => {
    const texts = { prompt: "p".repeat(190_000), answer: "a", promptChars: 190_000, answerChars: 1 };
    const rows = Array.from({ length: 7 }, (_, at) => wholeOf(`call_${String(at).padEnd(32, "7")}`));
    await ledger().note({ ends: [], records: rows.map((row) => executionRecord(row, texts)) });
    const batches = await runInDurableObject(stub(), (_, { storage }) =>
      storage.sql.exec<{ records: number }>("SELECT records FROM owed_batches ORDER BY ordinal").toArray(),
    );
    expect(batches.map(({ records }) => records)).toEqual([2, 2, 2, 1]);
    expect(await calls()).toHaveLength(7);
    for (const { id } of rows) expect((await one(id))["prompt"]).toHaveLength(190_000);
  });

  it("is taken over from an object that stored each record in a row of its own", async () => {
    const whole = wholeOf(`call_${"6".repeat(32)}`);
    const { id } = whole;
    const [row, texts] = [whole, { id, prompt: "p", answer: "a", promptChars: 1, answerChars: 1 }].map((each) =>
      JSON.stringify(each),
    );
    await ledger().note({ ends: [], records: [] });
    await runInDurableObject(stub(), (_, { storage }) => {
      storage.sql.exec(
        "CREATE TABLE owed_records (ordinal INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, row TEXT NOT NULL, texts TEXT)",
      );
      storage.sql.exec("INSERT INTO owed_records (id, row, texts) VALUES (?, ?, ?)", id, row, texts);
    });
    await runInDurableObject(stub(), (_, state) => state.abort("restarted by the test")).catch(() => {});
    expect(await calls()).toMatchObject([{ id, outcome: "whole" }]);
    expect((await one(id))["answer"]).toBe("a");
  });

  it("is taken over without its texts where the workspace keeps none", async () => {
    await ledger().keepTexts(false);
    const whole = wholeOf(`call_${"6".repeat(32)}`);
    await runInDurableObject(stub(), (_, { storage }) => {
      storage.sql.exec("DROP TABLE owed_batches");
      storage.sql.exec("CREATE TABLE owed_records (ordinal INTEGER PRIMARY KEY, id TEXT, row TEXT, texts TEXT)");
      const texts = JSON.stringify({ id: whole.id, prompt: "p", answer: "a", promptChars: 1, answerChars: 1 });
      storage.sql.exec("INSERT INTO owed_records VALUES (1, ?, ?, ?)", whole.id, JSON.stringify(whole), texts);
    });
    await runInDurableObject(stub(), (_, state) => state.abort("restarted by the test")).catch(() => {});
    const stored = await runInDurableObject(stub(), (_, { storage }) =>
      storage.sql.exec<{ texts: string }>("SELECT texts FROM owed_batches").toArray(),
    );
    expect(stored).toEqual([{ texts: "null" }]);
  });
});

it("a call whose maker was lost is unknown after its time, and not only with a later call's", async () => {
  await ledger().note({ ends: [], records: [] });
  const minutes = (count: number) => count * 60_000;
  const seen = await runInDurableObject(stub(), async (_, { storage }) => {
    const begun = Date.now();
    let now = begun;
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const wakeUp = new WakeUp(storage, clock);
    const books = new BudgetStorage(storage);
    const random = { bytes: (length: number) => new Uint8Array(length) };
    const of = new Ledger({
      ...{ storage: books, workspaceId: "ws_ana", clock, random, wakeUp },
      warn: async () => {},
    });
    const call = (id: string) => of.reserve({ id, boundMicros: 5, subjects: [] });
    await storage.deleteAlarm();
    await call("call_first");
    now += minutes(10);
    await call("call_second");
    const rings: [number | null, number][] = [];
    for (let ring = 0; ring < 2; ring++) {
      const alarm = await storage.getAlarm();
      now = alarm!;
      wakeUp.rang();
      await storage.deleteAlarm();
      await of.alarm();
      rings.push([now - begun, (await of.overview()).unknownCount]);
    }
    return rings;
  });
  expect(seen).toEqual([
    [minutes(15), 1],
    [minutes(25), 2],
  ]);
});
