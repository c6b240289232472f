/** What an isolate says is data: here it is one that a program has made its own, and the host is the product's. */
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { createPythonEngine } from "../../../worker/sandbox/python/engine.ts";
import type { PythonHost } from "../../../worker/sandbox/python/protocol.ts";
import { endOf, realClock } from "../guest.ts";

const SAID = { output: [], fuel: 1, looked: false, sleepMs: 0 };
const TRACE = { file: null, line: null, column: null, text: null };
const COMPLETED = { ...SAID, ending: { kind: "completed", result: "1" }, memoryBytes: 1 };
const FAILURE = { ...TRACE, name: "E", message: "m", missingModule: null, isSyntax: false };

async function host(talk: (host: PythonHost) => Promise<unknown>, limits = {}) {
  const printed: string[] = [];
  const engine = createPythonEngine({
    run: async (_request, host) => {
      await host.begin();
      return await talk(host);
    },
  });
  const ran = await engine.execute({
    program: { language: "python", entry: "main.py", files: { "main.py": "" }, stdin: "", args: [] },
    limits: { ...DEFAULT_LIMITS, timeoutMs: 2_000, outputBytes: 2_000, fuel: 1_000, ...limits },
    ...{ seed: "seed", clock: realClock, signal: new AbortController().signal, capabilities: [], replay: null },
    onOutput: (_stream, text) => printed.push(text),
  });
  return { ...ran, printed: printed.join("") };
}

const exchange = (said: unknown) => (host: PythonHost) => host.exchange(said as never).then(() => COMPLETED);

describe("an exchange", () => {
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "go on"],
    ["an endless sleep", { ...SAID, sleepMs: Number.POSITIVE_INFINITY }],
    ["a sleep that is no number", { ...SAID, sleepMs: Number.NaN }],
    ["a sleep backwards", { ...SAID, sleepMs: -1 }],
    ["fuel that is no number", { ...SAID, fuel: Number.NaN }],
    ["fuel below nothing", { ...SAID, fuel: -1 }],
    ["fuel as text", { ...SAID, fuel: "1" }],
    ["output that is no list", { ...SAID, output: "x" }],
    ["output to a stream that does not exist", { ...SAID, output: [{ stream: "log", text: "x" }] }],
    ["output that is no text", { ...SAID, output: [{ stream: "stdout", text: 5 }] }],
    ["output of 20 MB", { ...SAID, output: [{ stream: "stdout", text: "x".repeat(20_000_000) }] }],
    ["more than there is to say", { ...SAID, now: 5 }],
  ])("of %s ends the run as the program's failure", async (_name, said) => {
    const { outcome, usage, printed } = await host(exchange(said));
    expect(outcome).toMatchObject({ kind: "threw", error: { category: "runtime", name: "Error" } });
    expect(usage.outputBytes).toBe(0);
    expect(printed).toBe("");
  });

  it("is told to stop for ever, and given up, where it says nonsense without an end", { timeout: 20_000 }, async () => {
    const { outcome } = await host(async (host) => {
      for (;;) if (!(await host.exchange(null as never)).stop) return COMPLETED;
    });
    expect(outcome).toMatchObject({ kind: "threw", error: { name: "Error" } });
  });

  it("that goes on after the stop is given up", { timeout: 20_000 }, async () => {
    let stops = 0;
    const { outcome } = await host(
      async (host) => {
        for (;;) if ((await host.exchange(SAID)).stop) stops += 1;
      },
      { timeoutMs: 100 },
    );
    expect(endOf(outcome)).toBe("time");
    expect(stops).toBeGreaterThan(1);
  });

  it("lies about its fuel and its output in vain", async () => {
    const { outcome, usage, printed } = await host(async (host) => {
      await host.exchange({ ...SAID, fuel: 10 ** 15, output: [{ stream: "stdout", text: "x".repeat(5_000) }] });
      await host.exchange({ ...SAID, fuel: 0, output: [{ stream: "stderr", text: "y".repeat(5_000) }] });
      return COMPLETED;
    });
    expect(endOf(outcome)).toBe("output");
    expect(usage).toMatchObject({ fuel: 1_000, outputBytes: 2_000 });
    expect(printed).toBe("x".repeat(2_000));
  });
});

describe("a report", () => {
  it.each<[string, unknown]>([
    ["of nothing", undefined],
    ["of a text", "done"],
    ["of an unknown kind", { ...COMPLETED, ending: { kind: "escaped" } }],
    ["of a result that is no text", { ...COMPLETED, ending: { kind: "completed", result: { a: 1 } } }],
    ["of a result of 3 MB", { ...COMPLETED, ending: { kind: "completed", result: "1".repeat(3_000_000) } }],
    ["of a limit that is none", { ...COMPLETED, ending: { kind: "stopped", limit: "patience", trace: TRACE } }],
    ["of a failure without a name", { ...COMPLETED, ending: { kind: "failed", failure: { ...FAILURE, name: "" } } }],
    ["of a line that is none", { ...COMPLETED, ending: { kind: "failed", failure: { ...FAILURE, line: -1 } } }],
    [
      "of a text too long",
      { ...COMPLETED, ending: { kind: "failed", failure: { ...FAILURE, message: "x".repeat(50_000) } } },
    ],
    ["of memory that is no number", { ...COMPLETED, memoryBytes: Number.NaN }],
    ["of more memory than there is", { ...COMPLETED, memoryBytes: 2 ** 40 }],
  ])("%s is the program's failure", async (_name, report) => {
    const { outcome, usage } = await host(async () => report);
    expect(outcome).toMatchObject({ kind: "threw", error: { category: "runtime", name: "Error" } });
    expect(usage.memoryBytes).toBe(0);
  });

  it("names no file of the host", async () => {
    const failure = { ...FAILURE, file: "/etc/passwd", line: 3 };
    const { outcome } = await host(async () => ({ ...COMPLETED, ending: { kind: "failed", failure } }));
    expect(outcome).toMatchObject({ kind: "threw", error: { name: "E", file: null, line: null } });
  });

  it.each([
    ["no JSON", "{", undefined],
    ["deep", "[".repeat(200_000) + "]".repeat(200_000), undefined],
    ["a prototype", '{"__proto__":{"polluted":1}}', JSON.parse('{"__proto__":{"polluted":1}}')],
  ])("gives a result that is %s as data or not at all", async (_name, result, expected) => {
    const { outcome } = await host(async () => ({ ...COMPLETED, ending: { kind: "completed", result } }));
    expect(outcome).toEqual({ kind: "completed", result: expected });
    expect("polluted" in {}).toBe(false);
  });

  it("that fails with a hostile error is the engine's failure, and nothing else happens", async () => {
    const { outcome } = await host(async () => {
      throw new Error("x".repeat(100));
    });
    expect(outcome).toMatchObject({ kind: "threw", error: { category: "infrastructure", name: "EngineFault" } });
  });
});
