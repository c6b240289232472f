/** Hostile guests on one thread, on a simulated clock: how long others wait, how late each of them ends, and what it costs. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { FUEL_QUANTUM, SLICE_MS } from "../../../worker/sandbox/javascript/limits.ts";
import { Meter, VERDICT } from "../../../worker/sandbox/javascript/meter.ts";
import { SliceQueue } from "../../../worker/sandbox/javascript/slice-queue.ts";
import { JournalWriter } from "../../../worker/sandbox/journal.ts";

const QUANTUM_MS = 0.4;
/** What a turn of the event loop costs, what each timer in it does, and what the end of a run does. */
const TURN_MS = 0.1;
const TIMER_MS = 0.05;
const END_MS = 0.5;

/** An event loop as the platform has it: all timers that are due are answered before it looks at input again. */
class Thread {
  now = 1_000_000;
  /** The longest time in which nobody looked at input. */
  longestTurnMs = 0;
  #timers: { readonly dueAt: number; readonly ring: () => void }[] = [];

  readonly clock = {
    now: () => this.now,
    sleep: (ms: number) => new Promise<void>((ring) => void this.#timers.push({ dueAt: this.now + ms, ring })),
  };

  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      this.now = Math.max(this.now + TURN_MS, Math.min(...this.#timers.map(({ dueAt }) => dueAt)));
      const [startedAt, due] = [this.now, this.#timers.filter(({ dueAt }) => dueAt <= this.now)];
      this.#timers = this.#timers.filter((timer) => !due.includes(timer));
      for (const { ring } of due) {
        this.now += TIMER_MS;
        ring();
        for (let i = 0; i < 30; i++) await null;
      }
      this.longestTurnMs = Math.max(this.longestTurnMs, this.now - startedAt);
    }
    return done;
  }
}

/** Computes for so long, then sleeps for a millisecond; endless work never sleeps. */
interface Work {
  readonly timeoutMs: number;
  readonly computesMs: number;
  readonly signal?: AbortSignal;
}

async function guest(thread: Thread, slices: SliceQueue, { timeoutMs, computesMs, signal }: Work) {
  const limits = { ...DEFAULT_LIMITS, timeoutMs };
  const meter = new Meter(limits, thread.clock, signal ?? new AbortController().signal, new JournalWriter(0), {
    slices,
    pauses: true,
  });
  const counter = { value: 0 };
  meter.attach(counter, () => undefined);
  for (let computedMs = 0; meter.endedBy === null; computedMs += QUANTUM_MS) {
    if (computedMs >= computesMs) {
      computedMs = 0;
      await meter.sleepUntil(
        meter.now + 1,
        () => false,
        () => new Promise(() => {}),
      );
    }
    thread.now += QUANTUM_MS;
    counter.value = -1;
    if (meter.onFuelSpent(true, true) === VERDICT.suspend) await meter.yield();
  }
  const endedAt = thread.now;
  thread.now += END_MS;
  return { endedAt, overMs: meter.wallMs - timeoutMs, quanta: meter.fuelUsed / FUEL_QUANTUM };
}

/** @param isShared false where nobody knows of the others */
async function race(works: readonly Work[], isShared = true) {
  const [thread, shared] = [new Thread(), new SliceQueue()];
  const guests = works.map((work) => guest(thread, isShared ? shared : new SliceQueue(), work));
  const results = await thread.run(Promise.all(guests));
  const quanta = results.map((result) => result.quanta);
  return {
    longestTurnMs: thread.longestTurnMs,
    worstOverMs: Math.max(...results.map(({ overMs }) => overMs)),
    sum: quanta.reduce((sum, each) => sum + each, 0),
    spread: 1 - Math.min(...quanta) / Math.max(...quanta),
  };
}

const endless = (count: number, timeoutMs = 1_000): Work[] =>
  Array.from({ length: count }, () => ({ timeoutMs, computesMs: Number.POSITIVE_INFINITY }));

describe("ten endless guests", () => {
  it("let others in after each slice; without a queue, after ten", async () => {
    const [alone, together] = [await race(endless(10), false), await race(endless(10))];
    expect(alone.longestTurnMs).toBeGreaterThan(9 * SLICE_MS);
    // Of the first slices, which nobody waits for, and of the ends there is one turn each.
    expect(together.longestTurnMs).toBeLessThan(2 * SLICE_MS);
  });

  it("end within 20 ms of their deadlines", async () => {
    expect((await race(endless(10))).worstOverMs).toBeLessThanOrEqual(20);
  });

  it("get the same work done, and as much as before", async () => {
    const [alone, together] = [await race(endless(10), false), await race(endless(10))];
    expect(together.spread).toBeLessThan(0.1);
    expect(together.sum / alone.sum).toBeGreaterThan(0.9);
  });

  it("end in time whatever their deadlines are", async () => {
    // Nobody waits for the first slice of all ten, which begin at once here.
    const any = fc.array(fc.integer({ min: 60, max: 600 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(any, async (timeouts) => {
        const works = timeouts.flatMap((timeoutMs) => endless(1, timeoutMs));
        expect((await race(works)).worstOverMs).toBeLessThanOrEqual(20);
      }),
      { numRuns: 60 },
    );
  });
});

describe("fifty endless guests", () => {
  it("let others in all the same", async () => {
    const { longestTurnMs, spread, worstOverMs } = await race(endless(50, 3_000));
    expect(spread).toBeLessThan(0.2);
    expect(longestTurnMs).toBeLessThan(50);
    expect(worstOverMs).toBeLessThan(60);
  });
});

describe("a guest alone", () => {
  it("waits for no timer at the end of its slices, though none takes less than a millisecond", async () => {
    const thread = new Thread();
    const { sleep } = thread.clock;
    thread.clock.sleep = (ms) => sleep(Math.max(1, ms));
    const [{ quanta }] = await thread.run(Promise.all([guest(thread, new SliceQueue(), endless(1)[0]!)]));
    expect((quanta * QUANTUM_MS) / 1_000).toBeGreaterThan(0.93);
  });
});

describe("guests that sleep before their slice is over", () => {
  const napping = (count: number): Work[] =>
    Array.from({ length: count }, () => ({ timeoutMs: 1_000, computesMs: SLICE_MS - 1 }));

  it("let others in after each slice too", async () => {
    const [alone, together] = [await race(napping(10), false), await race(napping(10))];
    expect(alone.longestTurnMs).toBeGreaterThan(8 * (SLICE_MS - 1));
    expect(together.longestTurnMs).toBeLessThan(2 * SLICE_MS);
  });

  it("take turns with those that never do", async () => {
    const { spread, longestTurnMs } = await race([...napping(5), ...endless(5)]);
    expect(spread).toBeLessThan(0.5);
    expect(longestTurnMs).toBeLessThan(2 * SLICE_MS);
  });
});

describe("a guest that waits for its turn", () => {
  it("notices within a nap and a slice that it was cancelled", async () => {
    const [thread, slices, controller] = [new Thread(), new SliceQueue(), new AbortController()];
    const others = endless(49).map((work) => guest(thread, slices, work));
    const last = guest(thread, slices, { ...endless(1)[0]!, signal: controller.signal });
    let cancelledAt = 0;
    const cancels = thread.clock.sleep(500).then(() => {
      cancelledAt = thread.now;
      controller.abort();
    });
    const [{ endedAt }] = await thread.run(Promise.all([last, cancels, ...others]));
    expect(endedAt - cancelledAt).toBeLessThan(50);
  });

  it("does not wait for one that never comes back", async () => {
    const [thread, slices] = [new Thread(), new SliceQueue()];
    const { signal } = new AbortController();
    const claim = { deadline: Number.POSITIVE_INFINITY, signal, wokenAt: null };
    const lost = { now: thread.clock.now, sleep: () => new Promise<void>(() => {}) };
    void slices.next({ ...claim, clock: lost });
    const startedAt = thread.now;
    await thread.run(slices.next({ ...claim, clock: thread.clock }));
    expect(thread.now - startedAt).toBeGreaterThan(99);
    expect(thread.now - startedAt).toBeLessThan(150);
  });

  it("gets it also where the clock stands still, beside others whose clock goes", async () => {
    const [thread, slices] = [new Thread(), new SliceQueue()];
    const still = { now: () => 5, sleep: thread.clock.sleep };
    const limits = { ...DEFAULT_LIMITS, fuel: 30_000_000 };
    const meter = new Meter(limits, still, new AbortController().signal, new JournalWriter(0), {
      slices,
      pauses: true,
    });
    const counter = { value: 0 };
    meter.attach(counter, () => undefined);
    const computing = async () => {
      while (meter.endedBy === null) {
        thread.now += QUANTUM_MS;
        counter.value = -1;
        if (meter.onFuelSpent(true, true) === VERDICT.suspend) await meter.yield();
      }
    };
    await thread.run(Promise.all([computing(), guest(thread, slices, endless(1)[0]!)]));
    expect(meter.endedBy).toBe("fuel");
  });
});
