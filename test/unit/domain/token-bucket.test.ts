import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fullBucket, refill, takeToken, underLimit } from "../../../worker/domain/token-bucket.ts";

const MINUTE_MS = 60_000;
const NO_BOUND = Number.MAX_SAFE_INTEGER;
const START = 1_000_000;

/** When each of the calls is let through that are asked for at these instants; null for those that are turned away. */
function letThrough(instants: readonly number[], perMinute: number, longestMs = NO_BOUND): (number | null)[] {
  let bucket = fullBucket(perMinute, START);
  return instants.map((now) => {
    const taken = takeToken(bucket, perMinute, now, longestMs);
    bucket = taken.bucket;
    return taken.waitMs === null ? null : now + taken.waitMs;
  });
}

const rates = fc.integer({ min: 1, max: 600 });
const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 });

const instantsOf = (each: readonly number[]) => {
  let now = START;
  return each.map((gap) => {
    now += gap;
    return now;
  });
};

describe("a token bucket", () => {
  it("lets a minute's worth through at once, and then one for each part of a minute", () => {
    const now = Array.from({ length: 43 }, () => START);
    const through = letThrough(now, 40);
    expect(through.slice(0, 40).every((at) => at === START)).toBe(true);
    expect(through.slice(40)).toEqual([START + 1_500, START + 3_000, START + 4_500]);
  });

  it("never lets more through in any span of time than a bucketful and what flows in meanwhile", () => {
    fc.assert(
      fc.property(rates, gaps, (perMinute, each) => {
        const through = letThrough(instantsOf(each), perMinute).filter((at) => at !== null);
        through.sort((a, b) => a - b);
        for (let first = 0; first < through.length; first++) {
          for (let last = first; last < through.length; last++) {
            const span = through[last]! - through[first]!;
            // Waits are whole milliseconds.
            expect(last - first + 1).toBeLessThanOrEqual(perMinute + ((span + 1) * perMinute) / MINUTE_MS + 1e-6);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("has the same share of a minute left under another limit, and lets nobody wait for longer", () => {
    fc.assert(
      fc.property(rates, rates, fc.integer({ min: 1, max: 700 }), (before, after, calls) => {
        let bucket = fullBucket(before, START);
        let toldMs = 0;
        for (let call = 0; call < calls; call++) {
          const taken = takeToken(bucket, before, START, NO_BOUND);
          [bucket, toldMs] = [taken.bucket, taken.waitMs!];
        }
        const changed = underLimit(bucket, before, after, START);
        expect(changed.tokens / after).toBeCloseTo(bucket.tokens / before);
        const { waitMs } = takeToken(changed, after, START, NO_BOUND);
        expect(waitMs).toBeGreaterThanOrEqual(toldMs);
        expect(underLimit(changed, after, before, START).tokens).toBeCloseTo(bucket.tokens);
      }),
    );
    expect(underLimit({ tokens: 0, at: START }, 10, 100, START + MINUTE_MS).tokens).toBe(100);
  });

  it("lets calls through in the order in which they asked", () => {
    fc.assert(
      fc.property(rates, gaps, (perMinute, each) => {
        const through = letThrough(instantsOf(each), perMinute).map((at) => at!);
        expect(through).toEqual(through.toSorted((a, b) => a - b));
      }),
    );
  });

  it("does not make a caller wait longer than need be", () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 500 }), (perMinute, calls) => {
        const last = letThrough(
          Array.from({ length: calls }, () => START),
          perMinute,
        ).at(-1)!;
        const missing = Math.max(0, calls - perMinute);
        expect(last - START).toBe(Math.ceil((missing * MINUTE_MS) / perMinute));
      }),
    );
  });

  it("takes nothing from who is turned away, and is as good as new after a minute of rest", () => {
    const longest = 1_000;
    let { bucket } = takeToken(fullBucket(1, START), 1, START, longest);
    const refused = takeToken(bucket, 1, START, longest);
    expect(refused).toMatchObject({ waitMs: null, tooLongMs: MINUTE_MS });
    bucket = refused.bucket;
    expect(takeToken(bucket, 1, START + MINUTE_MS, longest).waitMs).toBe(0);
  });

  it("fills nothing where the clock goes back, and loses nothing", () => {
    fc.assert(
      fc.property(rates, gaps, (perMinute, each) => {
        const back = instantsOf(each).toReversed();
        const through = letThrough(back, perMinute).filter((at) => at !== null);
        const inOneMinute = through.filter((at) => at <= back[0]!).length;
        expect(inOneMinute).toBeLessThanOrEqual(perMinute + ((back[0]! - START) * perMinute) / MINUTE_MS + 1);
      }),
    );
  });

  it("holds no more than a lowered limit", () => {
    expect(refill(fullBucket(100, START), 10, START).tokens).toBe(10);
  });
});
