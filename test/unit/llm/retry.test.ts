import { describe, expect, it } from "vitest";
import {
  MODEL_ERROR_REASONS,
  ModelError,
  type ModelErrorReason,
  type ModelEvent,
  type Provider,
} from "../../../worker/llm/provider.ts";
import {
  DEFAULT_RETRIES,
  RETRY_AFTER_MS_MAX,
  RETRY_WITHIN_MS,
  type RetrySettings,
  retrySettingsProblem,
  withRetries,
} from "../../../worker/llm/retry.ts";

const USAGE = {
  ...{ inputTokens: 1, outputTokens: 1, thinkingTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
  estimated: false,
};
const DONE: ModelEvent = { type: "done", stopReason: "end", usage: USAGE, model: "m" };
const TEXT: ModelEvent = { type: "text", text: "abc" };
const fault = (reason: ModelErrorReason, details = {}) => new ModelError(reason, `It failed: ${reason}.`, details);

type Attempt = readonly (ModelEvent | Error)[];

/** A world in which the wait is the only thing that takes time, and randomness is a byte. */
function world(
  attempts: readonly Attempt[],
  { byte = 0xff, attemptMs = 0, keys = 1, settings = {} as Partial<RetrySettings> } = {},
) {
  const waits: number[] = [];
  const asked: number[] = [];
  let now = 1_000;
  const sleep = async (ms: number) => {
    waits.push(ms);
    now += ms;
  };
  const clock = { now: () => now, sleep };
  const random = { bytes: (length: number) => new Uint8Array(length).fill(byte) };
  const left = attempts.values();
  const provider = (key: number): Provider => ({
    name: "mock",
    defaultModel: "m",
    async *stream() {
      asked.push(key);
      now += attemptMs;
      for (const event of left.next().value ?? []) {
        if (event instanceof Error) throw event;
        yield event;
      }
    },
  });
  const [first, ...others] = Array.from({ length: keys }, (_, at) => provider(at));
  const run = async (signal = new AbortController().signal) => {
    const events: ModelEvent[] = [];
    const request = { model: "m", system: "", messages: [], maxTokens: 1, signal };
    try {
      const retrying = withRetries([first!, ...others], { clock, random }, { ...DEFAULT_RETRIES, ...settings });
      for await (const event of retrying.stream(request)) events.push(event);
      return { events, error: null };
    } catch (error) {
      return { events, error: error as ModelError };
    }
  };
  return { run, waits, asked };
}

describe("withRetries", () => {
  it("asks again after 1, 2 and 4 seconds at most, and then gives up", async () => {
    const { run, waits, asked } = world(Array(9).fill([fault("overloaded", { status: 529 })]));
    const { events, error } = await run();
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(asked).toHaveLength(4);
    const history = [1_000, 2_000, 4_000].map((waitMs, at) => ({
      attempt: at + 1,
      reason: "overloaded",
      status: 529,
      waitMs,
    }));
    expect(events).toEqual(history.map((retry) => ({ type: "retry", ...retry })));
    expect(error).toMatchObject({ reason: "overloaded", status: 529, isPartial: false, retries: history });
  });

  it.each([
    [0x00, [0, 0, 0]],
    [0x80, [502, 1_004, 2_008]],
    [0xff, [1_000, 2_000, 4_000]],
  ])("waits a random part of each: with the byte %i", async (byte, expected) => {
    const { run } = world(Array(9).fill([fault("unreachable")]), { byte });
    expect((await run()).error?.retries.map(({ waitMs }) => waitMs)).toEqual(expected);
  });

  it.each([
    [{ attempts: 1 }, []],
    [{ attempts: 3, baseMs: 200 }, [104, 209]],
    [{ attempts: 3, baseMs: 200, jitter: false }, [200, 400]],
  ])("keeps to the settings of a call: %j", async (settings, expected) => {
    const { run, waits } = world(Array(9).fill([fault("overloaded")]), { byte: 0x85, settings });
    expect((await run()).error?.reason).toBe("overloaded");
    expect(waits).toEqual(expected);
  });

  it("refuses settings that no call could keep to", async () => {
    expect(retrySettingsProblem(DEFAULT_RETRIES)).toBeNull();
    for (const wrong of [{ attempts: 0 }, { attempts: 1.5 }, { attempts: 11 }, { baseMs: -1 }, { baseMs: 30_001 }]) {
      expect(retrySettingsProblem({ ...DEFAULT_RETRIES, ...wrong })).toMatch(/whole number/);
      expect((await world([], { settings: wrong }).run()).error?.message).toMatch(/whole number/);
    }
  });

  it("tells with a whole answer what failed before it", async () => {
    const { run } = world([[fault("rate-limited", { status: 429 })], [TEXT, DONE]], { byte: 0 });
    const { events, error } = await run();
    const retry = { attempt: 1, reason: "rate-limited", status: 429, waitMs: 0 };
    expect(error).toBeNull();
    expect(events).toEqual([{ type: "retry", ...retry }, TEXT, { ...DONE, retries: [retry] }]);
  });

  it.each(MODEL_ERROR_REASONS)("asks again after %s only where that can help", async (reason) => {
    const { run, asked } = world([[fault(reason)], [DONE]]);
    const { error } = await run();
    const helps = ["rate-limited", "overloaded", "unreachable", "timed-out", "cut-off"].includes(reason);
    expect(asked).toHaveLength(helps ? 2 : 1);
    expect(error?.reason ?? null).toBe(helps ? null : reason);
  });

  it("waits as long as the provider asks for, unless that is longer than anybody would", async () => {
    const asks = (retryAfterMs: number) => world([[fault("rate-limited", { retryAfterMs })], [DONE]]);
    const longer = asks(7_000);
    expect((await longer.run()).error).toBeNull();
    expect(longer.waits).toEqual([7_000]);
    const shorter = asks(10);
    await shorter.run();
    expect(shorter.waits).toEqual([1_000]);
    const longest = asks(RETRY_AFTER_MS_MAX);
    expect((await longest.run()).error).toBeNull();
    const tooLong = asks(RETRY_AFTER_MS_MAX + 1);
    expect((await tooLong.run()).error).toMatchObject({ reason: "rate-limited", retries: [] });
    expect(tooLong.waits).toEqual([]);
  });

  const CALL: ModelEvent = { type: "tool-call", id: "1", name: "f", input: {} };
  it.each([TEXT, CALL, { type: "thinking", text: "hm" } as const])(
    "never asks again once $type was handed out",
    async (first) => {
      const { run, asked } = world([[fault("overloaded")], [first, fault("cut-off")], [DONE]]);
      const { events, error } = await run();
      expect(asked).toHaveLength(2);
      expect(events.map(({ type }) => type)).toEqual(["retry", first.type]);
      expect(error).toMatchObject({ reason: "cut-off", isPartial: true });
      expect(error?.retries).toHaveLength(1);
    },
  );

  it("begins no attempt long after the first", async () => {
    const { run, asked } = world(Array(9).fill([fault("timed-out")]), { attemptMs: RETRY_WITHIN_MS / 2 });
    await run();
    expect(asked).toHaveLength(2);
  });

  it("asks with the key before where the new one is rejected, at once, and tells so", async () => {
    const { run, asked, waits } = world(
      [[fault("rejected-key", { status: 401 })], [fault("overloaded")], [TEXT, DONE]],
      { keys: 2 },
    );
    const { events, error } = await run();
    expect(error).toBeNull();
    expect(asked).toEqual([0, 1, 1]);
    expect(waits).toEqual([1_000]);
    expect(events.at(-1)).toMatchObject({ retries: [{ reason: "rejected-key", waitMs: 0 }, { reason: "overloaded" }] });
    const both = world([[fault("rejected-key")], [fault("rejected-key")], [DONE]], { keys: 2 });
    expect((await both.run()).error?.reason).toBe("rejected-key");
    expect(both.asked).toEqual([0, 1]);
  });

  it("stops in the middle of a wait", async () => {
    const stop = new AbortController();
    const { asked } = world([]);
    const provider: Provider = {
      name: "mock",
      defaultModel: "m",
      // biome-ignore lint/correctness/useYield: it fails before it has anything to say.
      async *stream() {
        asked.push(0);
        throw fault("overloaded");
      },
    };
    const sleep = () => {
      stop.abort();
      return new Promise<void>(() => {});
    };
    const clock = { now: () => 0, sleep };
    const random = { bytes: (length: number) => new Uint8Array(length).fill(1) };
    const request = { model: "m", system: "", messages: [], maxTokens: 1, signal: stop.signal };
    const reading = (async () => {
      for await (const _ of withRetries([provider], { clock, random }).stream(request));
    })();
    await expect(reading).rejects.toMatchObject({ reason: "aborted" });
    expect(asked).toEqual([0]);
  });

  it("lets a bug of ours through as it is", async () => {
    const { run, asked } = world([[new TypeError("a bug")]]);
    expect((await run()).error).toBeInstanceOf(TypeError);
    expect(asked).toHaveLength(1);
  });
});
