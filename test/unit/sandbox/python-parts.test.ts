/** The parts of the Python engine that are pure: its build, its image, its queue, its reading of a crash. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { meterPython, suspenderModule } from "../../../scripts/python/wasm-meter.ts";
import { PLAYGROUND_MODES } from "../../../worker/domain/playground-modes.ts";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { Slots } from "../../../worker/domain/slots.ts";
import type { Journal } from "../../../worker/sandbox/journal.ts";
import { readDump } from "../../../worker/sandbox/python/isolate/crash-trace.ts";
import { encodeSnapshot, Snapshot } from "../../../worker/sandbox/python/isolate/snapshot.ts";
import { PYTHON_PACKAGE } from "../../../worker/sandbox/python/package.ts";
import { Session } from "../../../worker/sandbox/python/session.ts";
import { whileWanted } from "../../../worker/sandbox/python/wanted.ts";

const PACKAGE = "node_modules/pyodide/";
const glue = () => readFileSync(`${PACKAGE}pyodide.asm.mjs`, "utf8");

describe("the metered interpreter", () => {
  it("takes the memory that the playground says it takes", () => {
    expect(PLAYGROUND_MODES.python.memoryHint).toContain(` ${PYTHON_PACKAGE.memoryPages / 16} MiB`);
  });

  it("is the same in every build, and what was built", () => {
    const wasm = new Uint8Array(readFileSync(`${PACKAGE}pyodide.asm.wasm`));
    const built = readFileSync("worker/sandbox/python/generated/python.wasm");
    expect(Buffer.from(meterPython(wasm, glue())).equals(built)).toBe(true);
  });

  it("refuses another file than the pinned one", () => {
    const other = new Uint8Array(readFileSync("worker/sandbox/javascript/generated/quickjs.wasm"));
    expect(() => meterPython(other, glue())).toThrow(/expected/);
  });

  it("goes on without a pause where one is not asked for, or not possible", () => {
    const calls: string[] = [];
    let answer = 0;
    const host = {
      spent: () => {
        calls.push("spent");
        return answer;
      },
      suspend: () => {
        calls.push("suspend");
        throw new Error("JavaScript lies on the stack");
      },
      resumed: () => void calls.push("resumed"),
    };
    const module = new WebAssembly.Module(Buffer.from(suspenderModule()));
    const spent = new WebAssembly.Instance(module, { host }).exports["on_fuel_spent"] as () => void;
    spent();
    expect(calls.splice(0)).toEqual(["spent"]);
    answer = 1;
    spent();
    expect(calls).toEqual(["spent", "suspend", "resumed"]);
  });
});

it("an image of memory holds the pages that differ, and puts them back", () => {
  const fresh = new Uint8Array(8 * 4_096).fill(1);
  const started = fresh.slice();
  started[5] = 2;
  started[7 * 4_096 + 4_095] = 3;
  const header = Uint8Array.from([9, 8, 7, 6]);
  const file = encodeSnapshot(header, fresh, started);
  expect(file.length).toBe(2 * 4 + 2 * 4 + 4 + 2 * 4_096);
  const snapshot = new Snapshot(file.buffer as ArrayBuffer);
  expect([...snapshot.header]).toEqual([9, 8, 7, 6]);
  const memory = fresh.slice();
  snapshot.restore(memory);
  expect(memory).toEqual(started);
});

describe("slots", () => {
  const clock = { now: () => 0, sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 10)) };

  it("let so many run at once, the others in the order of their arrival", async () => {
    const slots = new Slots(3, clock);
    const begun: number[] = [];
    let [running, most] = [0, 0];
    const work = Array.from({ length: 10 }, (_, i) =>
      slots.use(async () => {
        begun.push(i);
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(20);
        running -= 1;
        return i;
      }),
    );
    expect(await Promise.all(work)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // Those that are let in at once may begin in either order: each looks on a timer of its own.
    for (const [place, i] of begun.entries()) expect(Math.abs(i - place)).toBeLessThan(3);
    expect(most).toBe(3);
  });

  it("come free when work fails", async () => {
    const slots = new Slots(1, clock);
    await expect(slots.use(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await slots.use(async () => "next")).toBe("next");
  });

  it.each([
    ["is no longer wanted", async () => false],
    ["has lost its host", () => Promise.reject(new Error("the object was evicted"))],
  ])("come free when work that never ends %s", async (_name, later) => {
    const slots = new Slots(1, clock);
    let asked = 0;
    const isWanted = async () => (asked++ < 2 ? true : later());
    const never = () => new Promise<string>(() => undefined);
    const hung = slots.use(() => whileWanted({ isWanted }, clock, never));
    const next = slots.use(() => whileWanted({ isWanted: async () => true }, clock, async () => "next"));
    expect(await Promise.all([hung, next])).toEqual([null, "next"]);
    expect(asked).toBe(3);
  });

  it("are not taken by work that was not wanted when its turn came", async () => {
    const work = async () => {
      throw new Error("began");
    };
    expect(await whileWanted({ isWanted: async () => false }, clock, work)).toBeNull();
  });

  it("pass on what fails", async () => {
    const fails = whileWanted({ isWanted: async () => true }, clock, () => Promise.reject(new Error("no")));
    await expect(fails).rejects.toThrow("no");
  });
});

describe("a replay", () => {
  it("looks at each reading of the journal's clock once or twice, however many there are", async () => {
    const readings = Array.from({ length: 2_000 }, (_, i): [number, number] => [i + 1, 1_000 + i * 5]);
    let looks = 0;
    const clock = new Proxy(readings, {
      get(list, key, receiver) {
        if (typeof key === "string" && /^\d+$/.test(key)) looks += 1;
        return Reflect.get(list, key, receiver);
      },
    });
    const journal: Journal = { engine: "x", startedAt: 990, clock, hostCalls: [], stop: null };
    const now = () => 0;
    const session = new Session({
      program: { language: "python", entry: "main.py", files: { "main.py": "" }, stdin: "", args: [] },
      ...{ limits: DEFAULT_LIMITS, seed: "seed", signal: new AbortController().signal, capabilities: [] },
      ...{ clock: { now, sleep: async () => undefined }, replay: journal },
      ...{ onOutput: () => undefined, onNotice: () => undefined },
    });
    const shown = [(await session.begin()).now];
    for (const _ of readings) shown.push((await session.exchange({ ...QUIET, looked: true })).now);
    expect(shown).toEqual([990, ...readings.map(([, ms]) => ms)]);
    expect(looks).toBeLessThanOrEqual(2 * readings.length);
    session.accept({ ...QUIET, looked: true });
    expect(session.journal("x").clock).toEqual(readings);
  });
});

const QUIET = { output: [], fuel: 1, looked: false, sleepMs: 0 };

describe("the trace of a crash", () => {
  const printed = (text: string) => [new TextEncoder().encode(text)];

  it("is shown as Python shows others, without our own code", () => {
    const dump = [
      "Stack (most recent call first):",
      '  File "/lib/python314.zip/json/decoder.py", line 361 in raw_decode',
      '  File "/program/lib/read.py", line 2 in read',
      '  File "/program/main.py", line 7 in <module>',
      '  File "<runyard>", line 206 in _execute',
      "",
    ].join("\n");
    expect(readDump(printed(dump), "/program")).toEqual({
      file: "lib/read.py",
      line: 2,
      column: null,
      text: [
        "Traceback (most recent call last):",
        '  File "main.py", line 7, in <module>',
        '  File "lib/read.py", line 2, in read',
        '  File "/lib/python314.zip/json/decoder.py", line 361, in raw_decode',
        "",
      ].join("\n"),
    });
  });

  it("is none where the program was not running", () => {
    expect(readDump(printed("<no Python frame>\n"), "/program").file).toBeNull();
  });
});
