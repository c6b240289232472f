/** Many guests in one isolate share its memory: all of them end, and together they never hold more than the cap. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../worker/sandbox/engine.ts";
import { IMAGE } from "../../worker/sandbox/javascript/generated/image.ts";
import { quickJsModule } from "../../worker/sandbox/javascript/quickjs-module.ts";
import { runProgram } from "../../worker/sandbox/javascript/run.ts";
import { SliceQueue } from "../../worker/sandbox/javascript/slice-queue.ts";
import { MemoryGate } from "../../worker/sandbox/memory-gate.ts";
import { BY_THE_CLOCK, endOf, harness, type RunOptions, realClock } from "./harness.ts";

const MIB = 2 ** 20;

interface StartOptions extends Pick<RunOptions, "signal" | "onNotice"> {
  readonly timeoutMs?: number;
}

function start(memory: MemoryGate, code: string, { timeoutMs = 30_000, ...options }: StartOptions = {}) {
  const engine: Engine = {
    version: "",
    execute: (request) => runProgram(quickJsModule, IMAGE, request, { memory, slices: new SliceQueue() }),
  };
  return harness(engine, { language: "javascript", timeoutMs }).run(code, options);
}

/** The most that was held at any turn of the event loop while work went on. */
async function peakDuring(gate: MemoryGate, work: Promise<unknown>): Promise<number> {
  let [peak, done] = [0, false];
  void work.finally(() => {
    done = true;
  });
  while (!done) {
    peak = Math.max(peak, gate.heldBytes);
    await realClock.sleep(0);
  }
  return peak;
}

describe("a hundred guests with 64 MiB each", () => {
  it("all end, and never hold more than the cap", { timeout: 120_000 }, async () => {
    const gate = new MemoryGate(96 * MIB);
    const grow =
      "const a = []; for (let i = 0; i < 4; i++) { a.push(new Uint8Array(5 * 2 ** 20)); await null; } a.length";
    const runs = Promise.all(Array.from({ length: 100 }, () => start(gate, grow)));
    const peak = await peakDuring(gate, runs);
    for (const { outcome, usage } of await runs) {
      expect(outcome).toEqual({ kind: "completed", result: 4 });
      expect(usage.memoryBytes).toBeLessThanOrEqual(64 * MIB);
    }
    expect(peak).toBeLessThanOrEqual(96 * MIB);
    expect(peak).toBeGreaterThan(40 * MIB);
    expect(gate.heldBytes).toBe(0);
  });
});

describe("waiting for memory", () => {
  const take = (mebibytes: number) => `new Uint8Array(${mebibytes} * 2 ** 20).length`;
  const hold = (ms: number) =>
    `const a = new Uint8Array(14 * 2 ** 20); await new Promise((done) => setTimeout(done, ${ms})); a.length`;

  it("ends where all that hold it, and those who came before, were lost with their objects", async () => {
    const gate = new MemoryGate(96 * MIB);
    for (let lost = 0; lost < 12; lost++) gate.enter(4 * MIB, 64 * MIB);
    const { outcome } = await start(gate, "1 + 1");
    expect(outcome).toEqual({ kind: "completed", result: 2 });
  });

  it("counts neither as time nor as fuel of the guest", BY_THE_CLOCK, async () => {
    const gate = new MemoryGate(24 * MIB);
    const first = start(gate, hold(1_500));
    await realClock.sleep(100);
    const waiting = start(gate, `console.log('in'); ${take(12)}`, { timeoutMs: 1_000 });
    const [held, waited] = [await first, await waiting];
    expect(endOf(held.outcome)).toBe("completed");
    expect(waited.outcome).toEqual({ kind: "completed", result: 12 * MIB });
    expect(waited.stdout).toBe("in\n");
    expect(waited.usage.wallMs).toBeLessThan(1_000);
    const alone = await start(gate, `console.log('in'); ${take(12)}`);
    expect(waited.usage.fuel).toBe(alone.usage.fuel);
  });

  it("says so when it is long, at the start and in the middle, and when it is over", async () => {
    const gate = new MemoryGate(24 * MIB);
    const first = start(gate, hold(2_000));
    await realClock.sleep(100);
    const said: string[][] = [[], []];
    const grows = start(gate, `console.log('in'); ${take(12)}`, { onNotice: (text) => void said[0]!.push(text) });
    await realClock.sleep(50);
    const starts = start(gate, "console.log('started')", { onNotice: (text) => void said[1]!.push(text) });
    for (const { outcome } of await Promise.all([first, grows, starts])) expect(endOf(outcome)).toBe("completed");
    expect(said).toEqual(
      Array(2).fill([
        "Waiting for memory that other programs hold. The wait does not count as the program's time.",
        expect.stringMatching(/^The wait is over, after \d\.\d s\.$/),
      ]),
    );
    expect((await grows).stdout).toBe("in\n");
  });

  it("passes in silence when it is short", async () => {
    const gate = new MemoryGate(24 * MIB);
    const first = start(gate, hold(200));
    await realClock.sleep(50);
    const said: string[] = [];
    await Promise.all([first, start(gate, take(12), { onNotice: (text) => void said.push(text) })]);
    expect(said).toEqual([]);
  });

  it("can be cancelled, at the start and in the middle", async () => {
    const gate = new MemoryGate(24 * MIB);
    const first = start(gate, hold(2_000));
    await realClock.sleep(100);
    const controller = new AbortController();
    const { signal } = controller;
    const grows = start(gate, `${take(12)}; console.log('grown')`, { signal });
    const starts = start(gate, "console.log('started')", { signal });
    setTimeout(() => controller.abort(), 50);
    for (const { outcome, stdout } of await Promise.all([grows, starts])) {
      expect([outcome, stdout]).toEqual([{ kind: "cancelled" }, ""]);
    }
    expect(gate.heldBytes).toBeGreaterThan(14 * MIB);
    expect(endOf((await first).outcome)).toBe("completed");
    expect(gate.heldBytes).toBe(0);
  });

  it("is left by guests that are ended, whatever ends them", async () => {
    const gate = new MemoryGate(80 * MIB);
    const codes = [
      "for (;;);",
      "throw 1",
      "const a = []; for (;;) a.push(new Uint8Array(2 ** 20))",
      "syntax error",
      "1",
    ];
    const runs = await Promise.all(codes.map((code) => start(gate, code, { timeoutMs: 1_500 })));
    expect(runs.map(({ outcome }) => endOf(outcome))).toEqual(["time", "threw", "memory", "threw", "completed"]);
    expect(gate.heldBytes).toBe(0);
  });
});
