/** The engine's pure parts: names of modules, results, random numbers, output, fuel. */
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { FUEL_QUANTUM, UNWIND_FUEL } from "../../../worker/sandbox/javascript/limits.ts";
import { readResult } from "../../../worker/sandbox/javascript/marshal.ts";
import { Killed, Meter, VERDICT } from "../../../worker/sandbox/javascript/meter.ts";
import { LoadFailure, ModuleLoader } from "../../../worker/sandbox/javascript/module-loader.ts";
import { Output } from "../../../worker/sandbox/javascript/output.ts";
import { SeededRandom } from "../../../worker/sandbox/javascript/random.ts";
import { SliceQueue } from "../../../worker/sandbox/javascript/slice-queue.ts";
import { atOnce } from "../../../worker/sandbox/javascript/steps.ts";
import { JournalWriter } from "../../../worker/sandbox/journal.ts";

const loaderOf = (names: readonly string[]) =>
  new ModuleLoader(
    {
      ...{ language: "typescript", entry: "main.ts", stdin: "", args: [] },
      files: Object.fromEntries(names.map((name) => [name, `// ${name}`])),
    },
    () => undefined,
  );

describe("module names", () => {
  const loader = loaderOf(["main.ts", "util.ts", "both.ts", "both.js", "lib/index.ts", "lib/a.js", "d.json", "x.mts"]);

  it.each([
    ["main.ts", "./util", "util.ts"],
    ["main.ts", "./util.ts", "util.ts"],
    ["main.ts", "./util.js", "util.ts"],
    ["main.ts", "./both.js", "both.js"],
    ["main.ts", "./both", "both.ts"],
    ["main.ts", "./x.mjs", "x.mts"],
    ["main.ts", "./lib", "lib/index.ts"],
    ["main.ts", "./lib/", "lib/index.ts"],
    ["main.ts", "/lib/a.js", "lib/a.js"],
    ["lib/a.js", "../util", "util.ts"],
    ["lib/a.js", ".", "lib/index.ts"],
    ["lib/a.js", "../d", "d.json"],
    ["main.ts", "runyard", "runyard:module"],
  ])("from %s, %s is %s", (base, specifier, expected) => {
    expect(loader.resolve(base, specifier)).toBe(expected);
  });

  it.each(["lodash", "../../main.ts", "./none", "util.ts", "runyard:module", "constructor", "./__proto__"])(
    "%s is nothing",
    (specifier) => {
      const name = loader.resolve("main.ts", specifier);
      expect(name).toContain(":");
      expect(() => atOnce(loader.source(name))).toThrow(LoadFailure);
    },
  );

  it("remember only so many failures", () => {
    const other = loaderOf(["main.ts"]);
    for (let i = 0; i < 5_000; i++) other.resolve("main.ts", `./none-${i}`);
    expect(other.failures.length).toBeLessThanOrEqual(100);
    expect(() => atOnce(other.source(other.resolve("main.ts", "./one-more")))).toThrow(LoadFailure);
  });
});

describe("reading a result", () => {
  it.each([
    ["undefined", undefined],
    ['{"a":[1,"]]"]}', { a: [1, "]]"] }],
    ["not json", undefined],
    ["[".repeat(100) + "]".repeat(100), undefined],
  ])("of %s", (text, value) => {
    expect(readResult(text)).toEqual({ kind: "value", value });
  });

  it("measures bytes, not characters", () => {
    expect(readResult(JSON.stringify("€".repeat(340_000)))).toMatchObject({ kind: "value" });
    expect(readResult(JSON.stringify("€".repeat(360_000)))).toEqual({ kind: "too-large" });
    expect(readResult("too-large")).toEqual({ kind: "too-large" });
  });
});

describe("random numbers", () => {
  it("depend on the seed alone", () => {
    expect(new SeededRandom("a").hex(16)).toBe(new SeededRandom("a").hex(16));
    expect(new SeededRandom("a").hex(16)).not.toBe(new SeededRandom("b").hex(16));
    expect(new SeededRandom("").hex(5)).toMatch(/^[0-9a-f]{10}$/);
  });
});

describe("output", () => {
  it("joins what belongs together and cuts at a character", () => {
    const seen: [string, string][] = [];
    const output = new Output(10, (stream, text) => void seen.push([stream, text]));
    const utf8 = (text: string) => new TextEncoder().encode(text);
    expect(output.write("stdout", utf8("ab"))).toBe(true);
    expect(output.write("stdout", utf8("c"))).toBe(true);
    expect(output.write("stderr", utf8("d"))).toBe(true);
    expect(output.write("stdout", utf8("€€€"))).toBe(false);
    expect(seen).toEqual([]);
    output.flush();
    output.flush();
    expect(seen).toEqual([
      ["stdout", "abc"],
      ["stderr", "d"],
      ["stdout", "€€"],
    ]);
    expect(output.bytes).toBe(10);
  });
});

describe("the meter", () => {
  const meterOf = (fuel: number, now: () => number = () => 0) => {
    const meter = new Meter(
      { ...DEFAULT_LIMITS, fuel },
      { now, sleep: async () => {} },
      new AbortController().signal,
      new JournalWriter(0),
      { slices: new SliceQueue(), pauses: true },
    );
    const counter = { value: 0 };
    meter.attach(counter, () => undefined);
    return { meter, counter };
  };

  it("counts what was used, also beyond a quantum and in the last part of one", () => {
    const { meter, counter } = meterOf(10 * FUEL_QUANTUM);
    counter.value = -1;
    expect(meter.onFuelSpent(false, true)).toBe(VERDICT.continue);
    counter.value = -500;
    meter.onFuelSpent(false, true);
    counter.value -= 7;
    expect(meter.fuelUsed).toBe(2 * FUEL_QUANTUM + 1 + 500 + 7);
  });

  it("ends at the first unit above the limit, and not before", () => {
    const { meter, counter } = meterOf(FUEL_QUANTUM + 10);
    counter.value = -1;
    meter.onFuelSpent(false, true);
    expect(counter.value).toBe(9);
    counter.value = 0;
    meter.checkFuel();
    expect(meter.endedBy).toBeNull();
    counter.value = -1;
    meter.onFuelSpent(true, true);
    expect([meter.endedBy, meter.fuelUsed]).toEqual(["fuel", FUEL_QUANTUM + 10]);
  });

  it("asks to suspend where it may, by time or by quanta", () => {
    let now = 0;
    const { meter, counter } = meterOf(1e9, () => now);
    const spend = (maySuspend: boolean) => {
      counter.value = -1;
      return meter.onFuelSpent(false, maySuspend);
    };
    expect(spend(true)).toBe(VERDICT.continue);
    now = 6;
    expect(spend(false)).toBe(VERDICT.continue);
    expect(spend(true)).toBe(VERDICT.suspend);
    const frozen = meterOf(1e9);
    const verdicts = Array.from({ length: 100 }, () => {
      frozen.counter.value = -1;
      return frozen.meter.onFuelSpent(false, true);
    });
    expect(verdicts).toContain(VERDICT.suspend);
  });

  it("stops a guest that does not unwind", () => {
    const { meter } = meterOf(1e9);
    meter.end("time");
    meter.end("fuel");
    expect(meter.endedBy).toBe("time");
    expect(meter.onFuelSpent(true, true)).toBe(VERDICT.unwind);
    for (let i = 1; i < UNWIND_FUEL; i++) meter.onFuelSpent(false, true);
    expect(() => meter.onFuelSpent(false, true)).toThrow(Killed);
  });
});
