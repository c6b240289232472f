/**
 * The corpus of hostile JavaScript and TypeScript programs: each ends as it must, holds nobody up, reaches nothing of the
 * host and leaves the next run alone.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import { resultOf } from "../guest.ts";
import { endOf, frozenClock, realClock } from "../harness.ts";
import { CANARY, differences, fingerprint } from "./host-integrity.ts";
import { JAVASCRIPT_PROGRAMS } from "./javascript/programs.ts";
import type { HostileProgram } from "./program.ts";
import { attempt, endingOf, Report } from "./trial.ts";

/**
 * What counts is that no program holds the others up for as long as it runs. An idle machine with two cores shows 20 to
 * 150 ms at worst, a busy one several times that; the report prints the figures.
 */
const TICK_LIMIT_MS = 1_000;
/** A tick is also late where the machine is busy. A program that is the cause is the cause each time. */
const TICK_ATTEMPTS = 8;
const AT_ONCE = 8;
/** A machine may be ten times slower than usual. */
const PATIENCE_MS = 120_000;

const report = new Report();
const before = fingerprint();

beforeAll(() => {
  Object.defineProperty(globalThis, CANARY, { value: "host", configurable: true });
});

afterAll(() => {
  console.log(report.toString());
});

async function expectUnaffected(): Promise<void> {
  expect(differences(before)).toEqual([]);
  expect(await resultOf("1 + 1", { clock: frozenClock })).toBe(2);
}

async function worstTick(program: HostileProgram, first: number): Promise<number> {
  let best = first;
  for (let tried = 1; best > TICK_LIMIT_MS && tried < TICK_ATTEMPTS; tried++) {
    best = Math.min(best, (await attempt(program, frozenClock)).worstTickMs);
  }
  return best;
}

/** Every so-manieth program, so that the sample reaches each family. */
const sample = (programs: readonly HostileProgram[], every: number) => programs.filter((_, i) => i % every === 0);

function inGroups(programs: readonly HostileProgram[]): [string, HostileProgram[]][] {
  const groups: [string, HostileProgram[]][] = [];
  for (let i = 0; i < programs.length; i += AT_ONCE) {
    groups.push([`${programs[i]!.family}: ${programs[i]!.name}`, programs.slice(i, i + AT_ONCE)]);
  }
  return groups;
}

describe("a hostile program", () => {
  it("is one of at least 450, and each has a name of its own", () => {
    const names = JAVASCRIPT_PROGRAMS.map(({ family, name }) => `${family}: ${name}`);
    expect(names.length).toBeGreaterThanOrEqual(450);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe("while the clock stands still", () => {
  it.each(JAVASCRIPT_PROGRAMS.map((program) => [`${program.family}: ${program.name}`, program] as const))(
    "%s",
    async (_name, program) => {
      const trial = await attempt(program, frozenClock);
      report.add(program, trial);
      const { outcome, usage } = trial.ran;
      expect(program.expected, JSON.stringify(outcome)).toContainEqual(endingOf(outcome, program.expected));
      expect(usage.fuel).toBeLessThanOrEqual(program.limits.fuel!);
      expect(usage.memoryBytes).toBeLessThanOrEqual(program.limits.memoryBytes!);
      expect(usage.outputBytes).toBeLessThanOrEqual(program.limits.outputBytes!);
      await expectUnaffected();
      expect(await worstTick(program, trial.worstTickMs)).toBeLessThanOrEqual(TICK_LIMIT_MS);
    },
    PATIENCE_MS,
  );
});

describe("eight at once, by the real clock", () => {
  it.each(inGroups(sample(JAVASCRIPT_PROGRAMS, 4)))(
    "end alike, from %s on",
    async (_name, programs) => {
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
  const endless = JAVASCRIPT_PROGRAMS.filter(({ expected }) => expected.length === 1 && expected[0] === "fuel");
  it.each(inGroups(sample(endless, 6)))(
    "stops those that fuel stopped, from %s on",
    async (_name, programs) => {
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
