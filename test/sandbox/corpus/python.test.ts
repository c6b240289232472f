/**
 * The corpus of hostile Python programs: each ends as it must, holds nobody up, reaches nothing of the host and leaves the
 * next run alone.
 */
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { PYTHON_PACKAGE } from "../../../worker/sandbox/python/package.ts";
import { endOf, frozenClock, realClock } from "../harness.ts";
import { printed } from "../python/guest.ts";
import type { HostileProgram } from "./program.ts";
import { PYTHON_PROGRAMS } from "./python/programs.ts";
import { endless, expectNamesOfTheirOwn, expectPrompt, inGroups, PATIENCE_MS, sample, watchHost } from "./suite.ts";
import { attempt, endingOf, type Trial } from "./trial.ts";

/** The engine runs three of them at once. */
const AT_ONCE = 6;
/**
 * What counts is that no program holds the others up for as long as it runs. To start Python takes 100 to 200 ms without a
 * pause, and three may start one after the other; a busy machine takes several times that. The report prints the figures.
 */
const TICK_LIMIT_MS = 2_500;

const { report, expectUnaffected } = watchHost(async () => {
  expect(await printed("print('ok')", { clock: frozenClock })).toBe("ok\n");
});

function expectAsExpected(
  { expected, name, limits }: HostileProgram,
  { ran: { outcome, usage, stderr } }: Trial,
): void {
  expect.soft(expected, `${name}: ${JSON.stringify(outcome)} ${stderr}`).toContainEqual(endingOf(outcome, expected));
  expect.soft(usage.fuel, name).toBeLessThanOrEqual(limits.fuel!);
  const memoryBytes = Math.max(limits.memoryBytes!, PYTHON_PACKAGE.memoryPages * 65_536);
  expect.soft(usage.memoryBytes, name).toBeLessThanOrEqual(memoryBytes);
  expect.soft(usage.outputBytes, name).toBeLessThanOrEqual(limits.outputBytes!);
}

describe("a hostile program in Python", () => {
  it("is one of at least 300, and each has a name of its own", () => expectNamesOfTheirOwn(PYTHON_PROGRAMS, 300));
});

describe("while the clock stands still, six at once", () => {
  it.each(inGroups(PYTHON_PROGRAMS, AT_ONCE))(
    "%s",
    async (_names, programs) => {
      const trials = await Promise.all(programs.map((program) => attempt(program, frozenClock)));
      for (const [i, trial] of trials.entries()) {
        report.add(programs[i]!, trial);
        expectAsExpected(programs[i]!, trial);
      }
      await expectUnaffected();
      for (const [i, trial] of trials.entries()) await expectPrompt(programs[i]!, trial, TICK_LIMIT_MS);
    },
    PATIENCE_MS,
  );
});

describe("the time limit", () => {
  it.each(inGroups(sample(endless(PYTHON_PROGRAMS), 6), AT_ONCE))(
    "stops those that fuel stopped: %s",
    async (_names, programs) => {
      const limits = (program: HostileProgram) => ({ ...program.limits, fuel: DEFAULT_LIMITS.fuel, timeoutMs: 300 });
      const trials = await Promise.all(programs.map((program) => attempt(program, realClock, limits(program))));
      for (const [i, { ran }] of trials.entries()) {
        expect(endOf(ran.outcome), programs[i]!.name).toBe("time");
      }
      await expectUnaffected();
    },
    PATIENCE_MS,
  );
});
