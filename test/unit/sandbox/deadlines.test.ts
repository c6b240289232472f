/** Ten endless guests on one thread, on a simulated clock: how late each of them ends, and what it costs. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { Deadlines } from "../../../worker/sandbox/javascript/deadlines.ts";
import { FUEL_QUANTUM } from "../../../worker/sandbox/javascript/limits.ts";
import { Meter, VERDICT } from "../../../worker/sandbox/javascript/meter.ts";
import { JournalWriter } from "../../../worker/sandbox/journal.ts";

const QUANTUM_MS = 0.4;
/** What a turn of the event loop costs among busy timers, and what the end of a run does. */
const TURN_MS = 0.3;
const END_MS = 0.5;

/** An event loop whose timers fire in the order in which they were set, as those of a Worker do. */
class Thread {
  now = 1_000_000;
  readonly #timers: (() => void)[] = [];

  readonly clock = {
    now: () => this.now,
    sleep: () => new Promise<void>((resolve) => void this.#timers.push(resolve)),
  };

  async run(until: Promise<unknown>): Promise<void> {
    let done = false;
    void until.then(() => {
      done = true;
    });
    while (!done) {
      this.now += TURN_MS;
      this.#timers.shift()?.();
      for (let i = 0; i < 20; i++) await null;
    }
  }
}

async function endlessGuest(thread: Thread, deadlines: Deadlines, timeoutMs: number) {
  const limits = { ...DEFAULT_LIMITS, timeoutMs };
  const meter = new Meter(limits, thread.clock, new AbortController().signal, new JournalWriter(0), {
    deadlines,
    pauses: true,
  });
  const counter = { value: 0 };
  meter.attach(counter, () => undefined);
  while (meter.endedBy === null) {
    thread.now += QUANTUM_MS;
    counter.value = -1;
    if (meter.onFuelSpent(true, true) === VERDICT.suspend) await meter.yield();
  }
  thread.now += END_MS;
  return { overMs: meter.wallMs - timeoutMs, quanta: meter.fuelUsed / FUEL_QUANTUM };
}

/** @param timeouts of the guests that start one after the other, each within the slice of the one before */
async function race(timeouts: readonly number[], isShared: boolean) {
  const thread = new Thread();
  const shared = new Deadlines();
  const guests = timeouts.map((timeoutMs) => endlessGuest(thread, isShared ? shared : new Deadlines(), timeoutMs));
  const all = Promise.all(guests);
  await thread.run(all);
  const results = await all;
  return {
    worstMs: Math.max(...results.map(({ overMs }) => overMs)),
    quanta: results.reduce((sum, { quanta }) => sum + quanta, 0),
  };
}

describe("ten endless guests", () => {
  const timeouts = Array.from({ length: 10 }, () => 1_000);

  it("end within 20 ms of their deadlines; without looking at each other they would not", async () => {
    const [alone, together] = [await race(timeouts, false), await race(timeouts, true)];
    expect(alone.worstMs).toBeGreaterThan(40);
    expect(together.worstMs).toBeLessThanOrEqual(20);
  });

  it("do as much work as before", async () => {
    const [alone, together] = [await race(timeouts, false), await race(timeouts, true)];
    expect(together.quanta / alone.quanta).toBeGreaterThan(0.93);
  });

  it("end in time whatever their deadlines are", async () => {
    const any = fc.array(fc.integer({ min: 10, max: 600 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(any, async (mixed) => {
        expect((await race(mixed, true)).worstMs).toBeLessThanOrEqual(20);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a guest that never comes back", () => {
  it("holds up nobody for long", () => {
    const deadlines = new Deadlines();
    void deadlines.during(1_000, new Promise(() => {}));
    expect([deadlines.hasPassed(999), deadlines.hasPassed(1_000), deadlines.hasPassed(1_100)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(deadlines.hasPassed(1_101)).toBe(false);
  });
});
