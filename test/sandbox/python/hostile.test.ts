/** An isolate that a program has taken over can say anything. Nothing that it says is believed. */
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../../worker/domain/program.ts";
import { createPythonEngine } from "../../../worker/sandbox/python/engine.ts";
import type { PythonHost } from "../../../worker/sandbox/python/protocol.ts";
import { realClock } from "../guest.ts";

type Say = (host: PythonHost) => Promise<unknown>;

const quiet = { output: [], fuel: 1, looked: false, sleepMs: 0 };
const done = { ...quiet, ending: { kind: "completed", result: "1" }, memoryBytes: 1 };
const trace = { file: "main.py", line: 1, column: 1, text: "here" };
const failure = { ...trace, name: "E", message: "m", missingModule: null, isSyntax: false };

async function runWith(say: Say, limits: Partial<Limits> = {}) {
  const output: string[] = [];
  const engine = createPythonEngine({ run: (_request, host) => say(host) });
  const result = await engine.execute({
    program: { language: "python", entry: "main.py", files: { "main.py": "1" }, stdin: "", args: [] },
    limits: { ...DEFAULT_LIMITS, ...limits },
    seed: "seed",
    clock: realClock,
    signal: new AbortController().signal,
    replay: null,
    capabilities: [],
    onOutput: (_stream, text) => void output.push(text),
  });
  return { ...result, output: output.join("") };
}

/** Our own code says nothing but reports and exchanges: the program has made it say something else. */
const forged = { kind: "threw", error: { category: "runtime", message: expect.stringContaining("broke the report") } };
const fault = { kind: "threw", error: { category: "infrastructure", name: "EngineFault" } };

describe("a report", () => {
  it.each([
    ["nothing", undefined],
    ["a text", "completed"],
    ["another kind of ending", { ...done, ending: { kind: "won" } }],
    ["a result that is no text", { ...done, ending: { kind: "completed", result: { toString: 1 } } }],
    ["negative fuel", { ...done, fuel: -1 }],
    ["fuel that is no number", { ...done, fuel: Number.NaN }],
    ["a third stream", { ...done, output: [{ stream: "stdin", text: "x" }] }],
    ["more than is asked", { ...done, usage: 1 }],
    ["an endless message", { ...done, ending: { kind: "failed", failure: { ...failure, message: "x".repeat(1e6) } } }],
    ["a line that is no number", { ...done, ending: { kind: "failed", failure: { ...failure, line: "1" } } }],
  ])("of %s is the program's failure, not a result", async (_name, report) => {
    const say: Say = async (host) => {
      await host.begin();
      return report;
    };
    expect((await runWith(say)).outcome).toMatchObject(forged);
  });

  it("names no file but the program's", async () => {
    const say: Say = async (host) => {
      await host.begin();
      return { ...done, ending: { kind: "failed", failure: { ...failure, file: "../secrets" } } };
    };
    const { outcome } = await runWith(say);
    expect(outcome).toMatchObject({ kind: "threw", error: { file: null, line: null, column: null } });
  });

  it("with a result that is not JSON, or is too deep, has no result", async () => {
    for (const result of ["{", "[".repeat(100) + "]".repeat(100)]) {
      const say: Say = async (host) => {
        await host.begin();
        return { ...done, ending: { kind: "completed", result } };
      };
      expect((await runWith(say)).outcome).toEqual({ kind: "completed", result: undefined });
    }
  });

  it("keeps a result from having another prototype", async () => {
    const say: Say = async (host) => {
      await host.begin();
      return { ...done, ending: { kind: "completed", result: '{"__proto__": {"polluted": true}}' } };
    };
    const { outcome } = await runWith(say);
    expect(outcome).toMatchObject({ kind: "completed" });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("of more fuel than the limit counts as the limit", async () => {
    const say: Say = async (host) => {
      await host.begin();
      return { ...done, fuel: 10 ** 15 };
    };
    expect((await runWith(say, { fuel: 5_000 })).usage.fuel).toBe(5_000);
  });
});

describe("an isolate", () => {
  it("prints no more than the limit, whatever it sends", async () => {
    const say: Say = async (host) => {
      await host.begin();
      const output = [{ stream: "stdout" as const, text: "ü".repeat(10_000) }];
      await host.exchange({ ...quiet, output });
      await host.exchange({ ...quiet, output });
      return done;
    };
    const { outcome, output, usage } = await runWith(say, { outputBytes: 1_025 });
    expect(outcome).toMatchObject({ kind: "limit", limit: "output" });
    expect(output).toBe("ü".repeat(512));
    expect(usage.outputBytes).toBe(1_024);
  });

  it("that goes on after it was told to stop has still run out of time", async () => {
    const say: Say = async (host) => {
      await host.begin();
      while (!(await host.exchange(quiet)).stop);
      return done;
    };
    expect((await runWith(say, { timeoutMs: 50 })).outcome).toMatchObject({ kind: "limit", limit: "time" });
  });

  it("cannot begin twice, and cannot say what is no exchange", async () => {
    const twice: Say = async (host) => {
      await host.begin();
      await host.begin();
      return done;
    };
    expect((await runWith(twice)).outcome).toMatchObject(fault);
    const nonsense: Say = async (host) => {
      await host.begin();
      await host.exchange({ ...quiet, sleepMs: -1 });
      return done;
    };
    expect((await runWith(nonsense)).outcome).toMatchObject(forged);
  });

  it("is let go of when it has answered", async () => {
    let disposed = 0;
    const say: Say = async (host) => {
      await host.begin();
      return Object.defineProperty({ ...done }, Symbol.dispose, { value: () => (disposed += 1) });
    };
    expect((await runWith(say)).outcome).toEqual({ kind: "completed", result: 1 });
    expect(disposed).toBe(1);
  });

  it("that calls itself unwanted has failed", async () => {
    expect((await runWith(async () => null)).outcome).toMatchObject(forged);
  });

  it("that ends without an answer is a fault", async () => {
    const say: Say = async () => {
      throw new Error("the platform ended it");
    };
    expect((await runWith(say)).outcome).toMatchObject(fault);
  });

  it("that falls silent is given up after its time", { timeout: 20_000 }, async () => {
    const say: Say = async (host) => {
      await host.begin();
      return new Promise((resolve) => setTimeout(() => resolve(done), 15_000));
    };
    const { outcome, usage } = await runWith(say, { timeoutMs: 50 });
    expect(outcome).toMatchObject({ kind: "limit", limit: "time" });
    expect(usage.wallMs).toBeLessThan(12_000);
  });
});
