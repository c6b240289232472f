/** Calls of models in a run: what is kept over a crash, and what waits for a person. */
import { expect, it } from "vitest";
import { type ModelCallRow, ModelCalls } from "../../../durable-objects/run-executor/model-calls.ts";
import { capOf } from "../../../worker/domain/budget-state.ts";
import { DECISION_MS } from "../../../worker/domain/budget-wait.ts";
import { OverBudgetError } from "../../../worker/llm/call-cost.ts";
import { priceOf } from "../../../worker/llm/prices.ts";
import type { Provider } from "../../../worker/llm/provider.ts";

const CAP = capOf({ kind: "run", id: "run_1" }, "always", 100);
const USAGE = {
  ...{ inputTokens: 3, outputTokens: 4, thinkingTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
};
const PRICE = priceOf("anthropic", "claude-sonnet-5", 1_000_000)!;
const request = (prompt: string) => ({ prompt, system: "", maxTokens: 10 });

/** What outlives an object, and a provider that refuses what a budget refuses. Time goes by while somebody sleeps. */
function world() {
  const rows = new Map<number, ModelCallRow>();
  const asked: string[] = [];
  let [now, isRefusing] = [1_000_000, false];
  const provider: Provider = {
    name: "anthropic",
    defaultModel: "claude-sonnet-5",
    async *stream({ messages }) {
      const refusal = { granted: false, reason: "cap", cap: CAP, leftMicros: 1 } as const;
      if (isRefusing) throw new OverBudgetError(refusal, { model: "claude-sonnet-5", neededMicros: 50, price: PRICE });
      const text = messages[0]!.text!;
      asked.push(text);
      yield { type: "text", text: `about ${text}` };
      yield { type: "done", stopReason: "end", usage: USAGE, model: "m", cost: { micros: 5, price: null } };
    },
  };
  const storage = {
    answer: (call: number, of: object) => {
      const row = rows.get(call);
      return row && JSON.stringify(row.request) === JSON.stringify(of) ? row.answer : null;
    },
    put: (row: ModelCallRow) => void rows.set(row.call, row),
    spending: () => undefined,
    isCheap: false,
    finishCheaply: () => undefined,
  };
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      now += ms;
    },
  };
  const refuse = (refuses: boolean) => {
    isRefusing = refuses;
  };
  const object = () => new ModelCalls({ storage, clock, provider: async () => provider });
  return { object, asked, clock, refuse };
}

const { signal } = new AbortController();

it("gives a program that is started again the answers that were paid for, and asks on where it was lost", async () => {
  const { object, asked } = world();
  const first = object().begin(() => undefined);
  const answer = await first.generate(request("one"), signal);
  const second = object().begin(() => undefined);
  expect(await second.generate(request("one"), signal)).toEqual(answer);
  await second.generate(request("two"), signal);
  expect(asked).toEqual(["one", "two"]);
});

it("asks anew where the program does not ask for the same as before", async () => {
  const { object, asked } = world();
  await object()
    .begin(() => undefined)
    .generate(request("one"), signal);
  await object()
    .begin(() => undefined)
    .generate(request("another"), signal);
  expect(asked).toEqual(["one", "another"]);
});

it("waits while the program's clock stands still, and goes on by itself when the call fits", async () => {
  const { object, refuse, clock } = world();
  const calls = object();
  const said: string[] = [];
  const { generate, clock: programClock } = calls.begin((sentence) => said.push(sentence));
  refuse(true);
  const [before, realBefore] = [programClock.now(), clock.now()];
  const answer = generate(request("one"), signal);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(calls.waiting).toMatchObject({ budget: "run:always:run_1", neededMicros: 50, leftMicros: 1 });
  refuse(false);
  expect(await answer).toMatchObject({ text: "about one", cost: 0.000005 });
  expect([programClock.now(), calls.waiting, said.length]).toEqual([before, null, 1]);
  expect(clock.now()).toBeGreaterThan(realBefore);
});

it("tells the program that the budget refused it when nobody decides in time", async () => {
  const { object, refuse, clock } = world();
  refuse(true);
  const startedAt = clock.now();
  const answer = object()
    .begin(() => undefined)
    .generate(request("one"), signal);
  await expect(answer).rejects.toMatchObject({ name: "BudgetError" });
  expect(clock.now() - startedAt).toBe(DECISION_MS);
});

it("stops waiting when the run is stopped", async () => {
  const { object, refuse } = world();
  refuse(true);
  const stop = new AbortController();
  const answer = object()
    .begin(() => undefined)
    .generate(request("one"), stop.signal);
  stop.abort();
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
});
