/** A run of Python, played back from its journal, is the same run: output, outcome and fuel. */
import { describe, expect, it } from "vitest";
import type { Clock } from "../../../worker/domain/ports.ts";
import type { Ran, RunOptions } from "../harness.ts";
import { engine, run } from "./guest.ts";

/** Would show another time, and must not be asked to wait. */
function replayClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = 1_000_000;
  return {
    slept,
    now: () => (now += 3),
    sleep: (ms) => {
      slept.push(ms);
      return new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

async function replayOf(code: string, original: Ran, options: RunOptions): Promise<Ran> {
  const { signal: _, ...rest } = options;
  const clock = replayClock();
  const limits = { timeoutMs: 1_000_000, ...rest.limits, ...(rest.limits?.timeoutMs ? { timeoutMs: 1_000_000 } : {}) };
  const replayed = await run(code, { ...rest, limits, clock, replay: original.journal });
  // Only the watch over a silent isolate sleeps.
  expect(clock.slept.every((ms) => ms === 0 || ms === 1_000)).toBe(true);
  return replayed;
}

function expectSame(replayed: Ran, original: Ran): void {
  expect(replayed.stdout).toBe(original.stdout);
  expect(replayed.stderr).toBe(original.stderr);
  expect(replayed.usage.fuel).toBe(original.usage.fuel);
  expect(replayed.journal).toEqual(original.journal);
}

const CLOCKS = [
  "import asyncio, datetime, os, random, time, uuid",
  "print(time.time(), datetime.datetime.now(), time.perf_counter_ns(), random.random(), uuid.uuid4())",
  "end = time.time() + 0.08",
  "turns = 0",
  "while time.time() < end: turns += 1",
  "print(turns, time.time())",
  "time.sleep(0.04)",
  "print(time.time())",
  "async def tick(name):",
  "    for _ in range(3):",
  "        await asyncio.sleep(random.random() / 50)",
  "        print(name, time.monotonic())",
  "async def main(): await asyncio.gather(tick('a'), tick('b'))",
  "asyncio.run(main())",
  "open('f', 'w').write('x'); print(os.stat('f').st_mtime_ns)",
  "turns",
].join("\n");

describe("a replay", () => {
  it("of a program full of clocks, sleeps and chance is the same", async () => {
    const original = await run(CLOCKS);
    expect(original.outcome.kind).toBe("completed");
    const replayed = await replayOf(CLOCKS, original, {});
    expectSame(replayed, original);
    expect(replayed.outcome).toEqual(original.outcome);
  });

  it("of another run of the same program differs: the journal makes it the same, not chance", async () => {
    const [a, b] = [await run(CLOCKS), await run(CLOCKS)];
    expect(a.stdout).not.toBe(b.stdout);
  });

  it("of a run that was out of time stops at the same place", async () => {
    const code = "i = 0\nwhile True:\n    i += 1\n    if i % 20_000 == 0: print(i)";
    const options = { limits: { timeoutMs: 250 } };
    const original = await run(code, options);
    expect(original.outcome).toMatchObject({ kind: "limit", limit: "time" });
    const replayed = await replayOf(code, original, options);
    expectSame(replayed, original);
    expect(replayed.outcome).toMatchObject({ kind: "limit", limit: "time" });
    const positionOf = ({ outcome }: Ran) => outcome.kind === "limit" && [outcome.error.line, outcome.error.column];
    expect(positionOf(replayed)).toEqual(positionOf(original));
  });

  it("of a run that was out of time in C code, or asleep, stops at the same place", async () => {
    for (const code of ["print('in')\nsum(range(10**12))", "import time\nprint('in')\ntime.sleep(50)\nprint('out')"]) {
      const options = { limits: { timeoutMs: 250 } };
      const original = await run(code, options);
      const replayed = await replayOf(code, original, options);
      expectSame(replayed, original);
      expect(replayed.outcome).toMatchObject({ kind: "limit", limit: "time" });
    }
  });

  it("of a cancelled run is cancelled at the same place", async () => {
    const code = "i = 0\nwhile True:\n    i += 1\n    if i % 5_000 == 0: print(i)";
    const controller = new AbortController();
    const options: RunOptions = {
      signal: controller.signal,
      onOutput: () => void setTimeout(() => controller.abort(), 60),
    };
    const original = await run(code, options);
    expect(original.outcome).toEqual({ kind: "cancelled" });
    const replayed = await replayOf(code, original, {});
    expectSame(replayed, original);
    expect(replayed.outcome).toEqual({ kind: "cancelled" });
  });

  it("of a run that was cancelled before it began runs nothing", async () => {
    const original = await run("print('ran')", { signal: AbortSignal.abort() });
    const replayed = await replayOf("print('ran')", original, {});
    expect([replayed.outcome, replayed.stdout, replayed.usage.fuel]).toEqual([{ kind: "cancelled" }, "", 0]);
  });

  it("is written down as little as it needs: a loop that looks at no clock leaves no reading", async () => {
    const { journal } = await run("for i in range(3_000_000): pass");
    expect(journal.clock).toEqual([]);
    expect(journal.engine).toBe(engine.version);
    expect(journal.startedAt).toBeGreaterThan(1_700_000_000_000);
  });

  it("is bounded itself", async () => {
    const original = await run("print(1)");
    const endless = await run("while True: pass", { replay: original.journal, limits: { timeoutMs: 100 } });
    expect(endless.outcome).toMatchObject({ kind: "limit", limit: "time" });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const stopped = await run("while True: pass", { replay: original.journal, signal: controller.signal });
    expect(stopped.outcome).toEqual({ kind: "cancelled" });
  });
});
