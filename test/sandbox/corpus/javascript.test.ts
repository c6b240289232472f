/**
 * The corpus of hostile JavaScript and TypeScript programs: each ends as it must, holds nobody up, reaches nothing of the
 * host and leaves the next run alone.
 */
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { SLICE_FUEL } from "../../../worker/sandbox/javascript/limits.ts";
import { resultOf } from "../guest.ts";
import { endOf, frozenClock, realClock } from "../harness.ts";
import { JAVASCRIPT_PROGRAMS } from "./javascript/programs.ts";
import type { HostileProgram } from "./program.ts";
import {
  endless,
  expectNamesOfTheirOwn,
  expectPrompt,
  inGroups,
  nameOf,
  PATIENCE_MS,
  sample,
  watchHost,
} from "./suite.ts";
import { attempt, endingOf } from "./trial.ts";

/**
 * What counts is that no program holds the others up for as long as it runs. An idle machine with two cores shows 20 to
 * 150 ms at worst, a busy one several times that; the report prints the figures.
 */
const TICK_LIMIT_MS = 1_000;
const AT_ONCE = 8;

const { report, expectUnaffected } = watchHost(async () => {
  expect(await resultOf("1 + 1", { clock: frozenClock })).toBe(2);
});

describe("a hostile program", () => {
  it("is one of at least 450, and each has a name of its own", () => expectNamesOfTheirOwn(JAVASCRIPT_PROGRAMS, 450));
});

describe("while the clock stands still", () => {
  it.each(JAVASCRIPT_PROGRAMS.map((program) => [nameOf(program), program] as const))(
    "%s",
    async (_name, program) => {
      const trial = await attempt(program, frozenClock);
      report.add(program, trial);
      const { outcome, usage } = trial.ran;
      expect(program.expected, JSON.stringify(outcome)).toContainEqual(endingOf(outcome, program.expected));
      expect(usage.fuel).toBeLessThanOrEqual(program.limits.fuel!);
      expect(usage.memoryBytes).toBeLessThanOrEqual(program.limits.memoryBytes!);
      expect(usage.outputBytes).toBeLessThanOrEqual(program.limits.outputBytes!);
      // By fuel alone, so on any machine: no work of any kind goes on for longer than two slices.
      expect(trial.pauses).toBeGreaterThanOrEqual(Math.floor(usage.fuel / (2 * SLICE_FUEL)));
      await expectUnaffected();
      await expectPrompt(program, trial, TICK_LIMIT_MS);
    },
    PATIENCE_MS,
  );
});

describe("eight at once, by the real clock", () => {
  it.each(inGroups(sample(JAVASCRIPT_PROGRAMS, 4), AT_ONCE))(
    "end alike: %s",
    async (_names, programs) => {
      const trials = Promise.all(programs.map((program) => attempt(program, realClock)));
      expect(await resultOf("[1, 2, 3].map((n) => n * n)")).toEqual([1, 4, 9]);
      for (const [i, { ran }] of (await trials).entries()) {
        const { expected, name } = programs[i]!;
        expect(expected, name).toContainEqual(endingOf(ran.outcome, expected));
      }
      await expectUnaffected();
    },
    PATIENCE_MS,
  );
});

describe("the time limit", () => {
  it.each(inGroups(sample(endless(JAVASCRIPT_PROGRAMS), 6), AT_ONCE))(
    "stops those that fuel stopped: %s",
    async (_names, programs) => {
      const limits = (program: HostileProgram) => ({ ...program.limits, fuel: DEFAULT_LIMITS.fuel, timeoutMs: 40 });
      const trials = await Promise.all(programs.map((program) => attempt(program, realClock, limits(program))));
      for (const [i, { ran }] of trials.entries()) {
        expect(endOf(ran.outcome), programs[i]!.name).toBe("time");
      }
      await expectUnaffected();
    },
    PATIENCE_MS,
  );
});
