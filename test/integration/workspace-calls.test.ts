import { describe, expect, it } from "vitest";
import type {
  AttemptEnd,
  BeginAnswer,
  BudgetLedgerRpc,
  CallAttempt,
  CallNews,
} from "../../durable-objects/budget-ledger/rpc.ts";
import { AHEAD_MS } from "../../worker/domain/call-limits.ts";
import { WorkspaceCalls } from "../../worker/workspace-calls.ts";

const ADDRESS = { service: "openai-compatible", keyId: "key_a" } as const;
const NO_NEWS: CallNews = { ends: [], records: [] };

function attempt(id: string, different: Partial<CallAttempt> = {}): CallAttempt {
  return { id, boundMicros: null, subjects: [], address: ADDRESS, ...different };
}

function news(id: string): CallNews {
  return { ends: [], records: [{ id, isLive: false, row: `{"id":"${id}"}`, texts: null }] };
}

function end(verdict: AttemptEnd["verdict"]): AttemptEnd {
  return { id: "call_x", address: ADDRESS, epoch: 3, verdict, isHeld: false, costMicros: null };
}

/** An object that gives leave for so many calls, and a clock that moves when it is told to. */
function desk(ahead: number) {
  const heard: string[] = [];
  const sleeps: { readonly until: number; readonly wake: () => void }[] = [];
  let now = 1_000_000;
  let isStalled = false;
  const answer: BeginAnswer = { type: "admitted", epoch: 3, waitMs: 0, ...(ahead === 0 ? {} : { ahead }) };
  let failures = 0;
  let answers: Promise<unknown> = Promise.resolve();
  const fails = () => {
    if (failures > 0 && failures--) throw new Error("the object was reset");
  };
  const ledger = {
    begin: async ({ id }: CallAttempt) => {
      heard.push(`begin ${id}`);
      await answers;
      fails();
      return answer;
    },
    note: async ({ records, ends }: CallNews) => {
      const told = [
        ...records.map(({ id, isLive }) => (isLive ? `${id} live` : id)),
        ...ends.map(({ verdict }) => verdict),
      ];
      heard.push(`note ${told.join(" ")}`);
      fails();
    },
  } as unknown as BudgetLedgerRpc;
  const calls = new WorkspaceCalls({
    clock: {
      now: () => now,
      sleep: (ms) => new Promise((wake) => isStalled || sleeps.push({ until: now + ms, wake })),
    },
    ledger: () => ledger,
    afterwards: () => undefined,
    log: { warn: (message) => heard.push(message) },
  });
  const pass = async (ms: number) => {
    now += ms;
    for (const { until, wake } of sleeps) if (until <= now) wake();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const stall = () => {
    isStalled = true;
  };
  /** So many of the next calls of the object fail. */
  const fail = (count: number) => {
    failures = count;
  };
  /** What is asked from now on is answered when this is called. */
  const hold = () => {
    const held = Promise.withResolvers<void>();
    answers = held.promise;
    return held.resolve;
  };
  return { calls, heard, pass, stall, fail, hold };
}

describe("WorkspaceCalls", () => {
  it("asks once where it is given leave, and again when that is used up", async () => {
    const { calls, heard } = desk(2);
    for (const id of ["a", "b", "c", "d"]) {
      expect(await calls.begin("ws_1", attempt(id), NO_NEWS)).toMatchObject({ type: "admitted", epoch: 3 });
    }
    expect(heard).toEqual(["begin a", "begin d"]);
  });

  it("asks for another key, another workspace, and for what money is held back for", async () => {
    const { calls, heard } = desk(9);
    await calls.begin("ws_1", attempt("a"), NO_NEWS);
    await calls.begin("ws_1", attempt("b", { address: { ...ADDRESS, keyId: "key_b" } }), NO_NEWS);
    await calls.begin("ws_2", attempt("c"), NO_NEWS);
    await calls.begin("ws_1", attempt("d", { boundMicros: 7 }), NO_NEWS);
    expect(heard).toEqual(["begin a", "begin b", "begin c", "begin d"]);
  });

  it("asks where no leave is given, when its time is over, and after a fault", async () => {
    const without = desk(0);
    for (const id of ["a", "b"]) await without.calls.begin("ws_1", attempt(id), NO_NEWS);
    expect(without.heard).toEqual(["begin a", "begin b"]);

    const { calls, heard, pass } = desk(9);
    await calls.begin("ws_1", attempt("a"), NO_NEWS);
    await pass(AHEAD_MS - 1);
    await calls.begin("ws_1", attempt("b"), NO_NEWS);
    await pass(1);
    await calls.begin("ws_1", attempt("c"), NO_NEWS);
    calls.tell("ws_1", { ends: [end("fault")], records: [] });
    await calls.begin("ws_1", attempt("d"), NO_NEWS);
    expect(heard).toEqual(["begin a", "begin c", "note fault", "begin d"]);
  });

  it("takes no leave that it had asked for before a fault", async () => {
    const { calls, heard, hold } = desk(9);
    const release = hold();
    const begun = calls.begin("ws_1", attempt("a"), NO_NEWS);
    calls.tell("ws_1", { ends: [end("fault")], records: [] });
    release();
    await begun;
    await calls.begin("ws_1", attempt("b"), NO_NEWS);
    expect(heard).toEqual(["begin a", "note fault", "begin b"]);
  });

  it("tells again what an object did not hear that was lost meanwhile, three times in all", async () => {
    const { calls, heard, pass, fail } = desk(0);
    fail(2);
    calls.tell("ws_1", news("a"));
    for (const ms of [50, 200, 1_000, 10_000]) await pass(ms);
    expect(heard).toEqual(["note a", "note a", "note a"]);
    fail(99);
    calls.tell("ws_1", news("b"));
    for (const ms of [50, 200, 1_000, 10_000]) await pass(ms);
    expect(heard.slice(3)).toEqual(["note b", "note b", "note b", "calls could not be written down"]);
  });

  it("tells what came of earlier attempts although the next one could not be asked about", async () => {
    const { calls, heard, pass, fail } = desk(0);
    fail(1);
    const begun = calls.begin("ws_1", attempt("a"), { ends: [end("ok")], records: [] });
    await expect(begun).rejects.toThrow("reset");
    await pass(50);
    expect(heard).toEqual(["begin a", "note ok"]);
  });

  it("gathers what it is told for a moment, each workspace's by itself", async () => {
    const { calls, heard, pass } = desk(0);
    calls.tell("ws_1", news("a"));
    calls.tell("ws_2", news("b"));
    await pass(30);
    calls.tell("ws_1", news("c"));
    expect(heard).toEqual([]);
    await pass(20);
    expect(heard).toEqual(["note a c", "note b"]);
    await calls.flush("ws_1");
    expect(heard).toHaveLength(2);
  });

  it("tells of a call that has begun and ended in one moment its end alone, in whatever order it hears", async () => {
    const { calls, heard, pass } = desk(0);
    const live = (id: string) => ({ ends: [], records: news(id).records.map((each) => ({ ...each, isLive: true })) });
    for (const told of [live("a"), news("a"), news("b"), live("b"), live("c")]) calls.tell("ws_1", told);
    await pass(50);
    expect(heard).toEqual(["note a b c live"]);
  });

  it("tells before it asks, when somebody wants to read it, and when there is much of it", async () => {
    const { calls, heard } = desk(0);
    calls.tell("ws_1", news("a"));
    await calls.begin("ws_1", attempt("b"), NO_NEWS);
    calls.tell("ws_1", news("c"));
    await calls.flush("ws_1");
    calls.tell("ws_1", { ends: [], records: [{ id: "d", isLive: false, row: "", texts: "x".repeat(1_000_000) }] });
    expect(heard).toEqual(["note a", "begin b", "note c", "note d"]);
  });

  it("tells by another's hand what whoever was to tell has not", async () => {
    const { calls, heard, stall, pass } = desk(0);
    // The platform stopped that request: its sleep never ends.
    stall();
    calls.tell("ws_1", news("a"));
    await pass(10_000);
    expect(heard).toEqual([]);
    calls.tell("ws_1", news("b"));
    expect(heard).toEqual(["note a b"]);
  });
});
