import { describe, expect, it } from "vitest";
import {
  GUESS_RULES,
  GUESSES_KEPT_MS,
  guess,
  NO_GUESSES,
  takeBackGuess,
  takeTokens,
} from "../../../worker/domain/rate-limit.ts";
import { fullBucket } from "../../../worker/domain/token-bucket.ts";
import { RateLimits } from "../../../worker/rate-limits.ts";

describe("takeTokens", () => {
  it("grants what there is, and says when there is one again", () => {
    let taken = takeTokens(fullBucket(60, 0), 60, 0, 50);
    expect(taken).toMatchObject({ granted: 50, retryAfterMs: 0 });
    taken = takeTokens(taken.bucket, 60, 0, 50);
    expect(taken).toMatchObject({ granted: 10, retryAfterMs: 0 });
    taken = takeTokens(taken.bucket, 60, 400, 50);
    expect(taken).toMatchObject({ granted: 0, retryAfterMs: 600 });
    expect(takeTokens(taken.bucket, 60, 1_000, 50)).toMatchObject({ granted: 1 });
  });
});

describe("guess", () => {
  const rule = GUESS_RULES.account;

  it("lets some tries pass, then waits twice as long each time, up to the longest", () => {
    let guesses = NO_GUESSES;
    let now = 1_000;
    const waits: number[] = [];
    for (let tries = 0; tries < 20; tries++) {
      const tried = guess(guesses, rule, now);
      expect(tried.retryAfterMs).toBe(0);
      waits.push(tried.guesses.notBefore - now);
      if (tried.guesses.notBefore > now) {
        expect(guess(tried.guesses, rule, tried.guesses.notBefore - 1).retryAfterMs).toBe(1);
        expect(guess(tried.guesses, rule, now).guesses).toEqual(tried.guesses);
      }
      guesses = tried.guesses;
      now = Math.max(now, guesses.notBefore);
    }
    expect(waits.slice(0, 7)).toEqual([0, 0, 0, 0, 1_000, 2_000, 4_000]);
    expect(waits.at(-1)).toBe(rule.longestWaitMs);
    expect(guess(guesses, rule, now + GUESSES_KEPT_MS + 1).guesses.count).toBe(1);
  });

  it("does not count a try that was right, and those before it on", () => {
    const { guesses } = guess({ count: 60, notBefore: 0, at: 5 }, GUESS_RULES.address, 10);
    expect(takeBackGuess(guesses, 10)).toMatchObject({ count: 60, notBefore: 10 });
  });
});

describe("RateLimits", () => {
  const PER_MINUTE = 6_000;

  /** Some isolates before one object. */
  function limited() {
    const state = { now: 0, asked: 0, bucket: fullBucket(PER_MINUTE, 0), isSilent: false };
    const object = {
      async take(perMinute: number, wanted: number) {
        state.asked++;
        if (state.isSilent) await new Promise(() => {});
        const taken = takeTokens(state.bucket, perMinute, state.now, wanted);
        state.bucket = taken.bucket;
        return taken;
      },
      guess: async () => 0,
      takeBackGuess: async () => {},
      forgetGuesses: async () => {},
    };
    const clock = { now: () => state.now, sleep: async () => {} };
    return { state, isolates: [1, 2, 3].map(() => new RateLimits(clock, () => object)) };
  }

  it.each([
    ["one after the other, and asks it seldom", 1, 1 / 5],
    ["many at once", 300, Number.POSITIVE_INFINITY],
  ])("lets as many through as the object grants, over several isolates: %s", async (_title, atOnce, askedPart) => {
    const { state, isolates } = limited();
    let passed = 0;
    let refused = 0;
    const take = async (isolate: RateLimits) => {
      const answer = await isolate.request("token:1", PER_MINUTE);
      if (answer === null) passed++;
      else refused++;
      if (answer) expect(answer).toMatchObject({ code: "too-many-requests", retryAfterSeconds: 1 });
    };
    for (let second = 0; second < 30; second++) {
      state.now = second * 1_000;
      for (let round = 0; round < 300 / atOnce; round++)
        await Promise.all(isolates.flatMap((isolate) => Array.from({ length: atOnce }, () => take(isolate))));
    }
    // A bucketful, and what flowed in during 29 seconds.
    expect(passed).toBeLessThanOrEqual(PER_MINUTE + 2_900);
    expect(passed).toBeGreaterThan(8_500);
    expect(passed + refused).toBe(27_000);
    expect(state.asked).toBeLessThan(passed * askedPart);
  });

  it("lets nobody wait for somebody who never hears", async () => {
    const { state, isolates } = limited();
    const [isolate] = isolates as [RateLimits, ...RateLimits[]];
    state.isSilent = true;
    void isolate.request("token:1", PER_MINUTE);
    state.isSilent = false;
    expect(await isolate.request("token:1", PER_MINUTE)).toBeNull();
    // Somebody else asks for the next lease in the end.
    state.now = 1_000;
    expect(await isolate.request("token:1", PER_MINUTE)).toBeNull();
    const { asked } = state;
    expect(isolate.request("token:1", PER_MINUTE)).toBeNull();
    expect(state.asked).toBe(asked);
  });
});
