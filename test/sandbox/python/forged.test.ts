/** What an isolate says is data: here it is one that a program has made its own, and the host is the product's. */
import { describe, expect, it } from "vitest";
import type { Limits } from "../../../worker/domain/program.ts";
import { createPythonEngine } from "../../../worker/sandbox/python/engine.ts";
import type { IsolateRequest, PythonHost } from "../../../worker/sandbox/python/protocol.ts";
import { endOf, harness, type RunOptions, realClock } from "../harness.ts";

const SAID = { output: [], fuel: 1, looked: false, sleepMs: 0 };
/** As long as a run may print here, in UTF-16 units. */
const PIECE = { stream: "stdout", text: "x".repeat(1_000) };
const TRACE = { file: null, line: null, column: null, text: null };
const COMPLETED = { ...SAID, ending: { kind: "completed", result: "1" }, memoryBytes: 1 };
/** Our own code says nothing but reports and exchanges: the program has made it say something else. */
const FORGED = { kind: "threw", error: { category: "runtime", message: expect.stringContaining("broke the report") } };
const FAULT = { kind: "threw", error: { category: "infrastructure", name: "EngineFault" } };
const FAILURE = { ...TRACE, name: "E", message: "m", missingModule: null, isSyntax: false };

/** What an isolate does from the beginning, in the place of ours. */
type Isolate = (host: PythonHost, request: IsolateRequest) => Promise<unknown>;

async function isolate(run: Isolate, { limits, ...options }: RunOptions = {}) {
  const engine = createPythonEngine({ run: (request, host) => run(host, request) });
  const { stdout, stderr, ...ran } = await harness(engine, { language: "python", timeoutMs: 2_000 }).run("1", {
    limits: { outputBytes: 2_000, fuel: 1_000, ...limits },
    ...options,
  });
  return { ...ran, printed: stdout + stderr };
}

/** One that begins as it should. */
const host = (talk: (host: PythonHost) => Promise<unknown>, limits: Partial<Limits> = {}) =>
  isolate(
    async (host) => {
      await host.begin();
      return talk(host);
    },
    { limits },
  );

const GIVEN_UP = /It did not stop when it was told to, and was given up\.$/;
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
    ["many pieces that are together more than the run may print", { ...SAID, output: Array(3).fill(PIECE) }],
    ["pieces of nothing", { ...SAID, output: [{ stream: "stdout", text: "" }] }],
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
      await host.exchange({ ...SAID, fuel: 10 ** 15, output: [{ stream: "stdout", text: "ü".repeat(1_500) }] });
      await host.exchange({ ...SAID, fuel: 0, output: [{ stream: "stderr", text: "y".repeat(1_500) }] });
      return COMPLETED;
    });
    expect(endOf(outcome)).toBe("output");
    expect(usage).toMatchObject({ fuel: 1_000, outputBytes: 2_000 });
    expect(printed).toBe("ü".repeat(1_000));
  });

  it("of many letters, each a piece, is handed on; of too many it is not", async () => {
    const letters = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ stream: i % 2 ? "stdout" : "stderr", text: "x" }));
    const limits = { outputBytes: 2 ** 20 };
    expect((await host(exchange({ ...SAID, output: letters(30_000) }), limits)).printed.length).toBe(30_000);
    expect((await host(exchange({ ...SAID, output: letters(40_000) }), limits)).outcome).toMatchObject(FORGED);
  });

  it("beside another one is the program's failure: an isolate speaks and waits", async () => {
    const { outcome, printed } = await host(async (host) => {
      await Promise.all(Array.from({ length: 50 }, () => host.exchange({ ...SAID, output: [PIECE] as never })));
      return COMPLETED;
    });
    expect(outcome).toMatchObject(FORGED);
    expect(printed.length).toBeLessThanOrEqual(1_000);
  });

  it("after the end is heard by nobody, and told to stop", async () => {
    let late: Promise<unknown> = Promise.resolve();
    const printed: string[] = [];
    const ran = isolate(
      async (host) => {
        await host.begin();
        late = realClock.sleep(50).then(() => host.exchange({ ...SAID, output: [PIECE] as never }));
        return COMPLETED;
      },
      { onOutput: (_stream, text) => void printed.push(text) },
    );
    expect((await ran).outcome).toEqual({ kind: "completed", result: 1 });
    expect(await late).toMatchObject({ stop: true });
    expect(printed).toEqual([]);
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

  it("keeps a result without a prototype of its own, and an error within bounds", async () => {
    const { outcome } = await host(async () => {
      throw new Error("x".repeat(3_000_000));
    });
    expect(outcome).toMatchObject(FAULT);
    expect(JSON.stringify(outcome).length).toBeLessThan(2_000);
  });
});

describe("an isolate", () => {
  it("cannot begin twice", async () => {
    const { outcome } = await host((host) => host.begin());
    expect(outcome).toMatchObject(FAULT);
  });

  it("is let go of when it has answered", async () => {
    let disposed = 0;
    const { outcome } = await host(async () =>
      Object.defineProperty({ ...COMPLETED }, Symbol.dispose, { value: () => (disposed += 1) }),
    );
    expect(outcome).toEqual({ kind: "completed", result: 1 });
    expect(disposed).toBe(1);
  });

  it("that calls itself unwanted has failed", async () => {
    expect((await isolate(async () => null)).outcome).toMatchObject(FORGED);
  });

  it("that falls silent is given up after its time, and told so when it asks", { timeout: 20_000 }, async () => {
    let wanted: (() => Promise<boolean>) | null = null;
    const { outcome, usage } = await host(
      (host) => {
        wanted = () => host.isWanted();
        return new Promise(() => undefined);
      },
      { timeoutMs: 50 },
    );
    expect(outcome).toMatchObject({
      kind: "limit",
      limit: "time",
      error: { message: expect.stringMatching(GIVEN_UP) },
    });
    expect(usage.wallMs).toBeLessThan(12_000);
    expect(await wanted!()).toBe(false);
  });

  it("is wanted while it runs, also when it was told to stop", async () => {
    const controller = new AbortController();
    const wanted: boolean[] = [];
    const { outcome } = await isolate(
      async (host) => {
        wanted.push(await host.isWanted());
        await host.begin();
        controller.abort();
        await host.exchange(SAID);
        wanted.push(await host.isWanted());
        return { ...COMPLETED, ending: { kind: "stopped", limit: null, trace: TRACE } };
      },
      { signal: controller.signal },
    );
    expect(outcome).toEqual({ kind: "cancelled" });
    expect(wanted).toEqual([true, true]);
  });

  it("that does not start is given up, as a fault", async () => {
    let now = 0;
    const clock = {
      now: () => now,
      sleep: async (ms: number) => {
        await realClock.sleep(ms / 100);
        now += 30_000;
      },
    };
    const never = async (host: PythonHost) => {
      await host.isWanted();
      return new Promise(() => undefined);
    };
    const { outcome } = await isolate(never, { clock });
    expect(outcome).toMatchObject(FAULT);
    expect(outcome).toMatchObject({ error: { message: expect.stringContaining("did not start") } });
  });

  it("that waits for its turn says so, and when it has come", async () => {
    const said: string[] = [];
    const run: Isolate = async (host) => {
      await realClock.sleep(2_500);
      await host.isWanted();
      await host.begin();
      return COMPLETED;
    };
    const { outcome } = await isolate(run, { onNotice: (text) => void said.push(text) });
    expect(outcome).toEqual({ kind: "completed", result: 1 });
    expect(said).toEqual([
      "Waiting for its turn, because other Python programs run. The wait does not count as the program's time.",
      expect.stringMatching(/^The wait is over, after \d\.\d s\.$/),
    ]);
  });
});
