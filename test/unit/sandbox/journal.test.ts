/** The journal of a run: how long it may become, and that a replay sees the same. */
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { type Journal, JournalReader, JournalWriter } from "../../../worker/sandbox/journal.ts";
import { Session } from "../../../worker/sandbox/python/session.ts";

const LOOKS = 100_000;
/** 20,000 readings, then one each 20 ms. */
const MOST_READINGS = 20_000 + 80_000 / 20 + 1;

const newSession = (clock: { now: () => number }, replay: Journal | null) =>
  new Session({
    program: { language: "python", entry: "main.py", files: { "main.py": "" }, stdin: "", args: [] },
    limits: { ...DEFAULT_LIMITS, timeoutMs: 300_000 },
    ...{ seed: "seed", signal: new AbortController().signal, capabilities: [], replay },
    clock: { ...clock, sleep: async () => undefined },
    ...{ onOutput: () => undefined, onNotice: () => undefined },
  });

function expectSteady(shown: readonly number[], real: readonly number[]): void {
  const lags = shown.map((ms, i) => real[i]! - ms);
  expect(Math.min(...lags.slice(0, 20_000))).toBe(0);
  expect(Math.max(...lags.slice(0, 20_000))).toBe(0);
  expect(Math.min(...lags)).toBe(0);
  expect(Math.max(...lags)).toBeLessThan(20);
}

describe("a clock that is looked at each millisecond", () => {
  it("fills no journal, and shows the same in a replay", () => {
    const writer = new JournalWriter(0);
    const real = Array.from({ length: LOOKS }, (_, i) => i);
    const shown = real.map((now) => writer.readClock(now));
    expectSteady(shown, real);
    const journal = writer.journal("x");
    expect(journal.clock.length).toBeLessThanOrEqual(MOST_READINGS);
    const reader = new JournalReader(journal);
    expect(real.map(() => reader.readClock())).toEqual(shown);
    expect(reader.journal("x")).toEqual(journal);
  });

  it("does so in Python, too", async () => {
    let now = 0;
    const [real, said] = [[0], { output: [], fuel: 1, looked: true, sleepMs: 0 }];
    const session = newSession({ now: () => now }, null);
    const shown = [(await session.begin()).now];
    while (now < LOOKS) {
      now += 1;
      real.push(now);
      shown.push((await session.exchange(said)).now);
    }
    session.accept(said);
    expectSteady(shown, real);
    const journal = session.journal("x");
    expect(journal.clock.length).toBeLessThanOrEqual(MOST_READINGS);
    const again = newSession({ now: () => 0 }, journal);
    const replayed = [(await again.begin()).now];
    while (replayed.length < shown.length) replayed.push((await again.exchange(said)).now);
    again.accept(said);
    expect(replayed).toEqual(shown);
    expect(again.journal("x")).toEqual(journal);
  });
});
