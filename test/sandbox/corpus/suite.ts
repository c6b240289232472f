/**
 * What the corpora of all languages have in common: programs in groups, a host that is watched, and how long others had
 * to wait. Owns no expectation of how a program ends.
 */
import { afterAll, beforeAll, expect } from "vitest";
import { frozenClock } from "../harness.ts";
import { CANARY, differences, fingerprint } from "./host-integrity.ts";
import type { HostileProgram } from "./program.ts";
import { attempt, Report, type Trial } from "./trial.ts";

/** A machine may be ten times slower than usual. */
export const PATIENCE_MS = 120_000;
/** A tick is also late where the machine is busy. A program that is the cause is the cause each time. */
const TICK_ATTEMPTS = 8;

export const nameOf = ({ family, name }: HostileProgram) => `${family}: ${name}`;

/** Every so-manieth program, so that the sample reaches each family. */
export const sample = (programs: readonly HostileProgram[], every: number) =>
  programs.filter((_, i) => i % every === 0);

/** Those that nothing but their fuel ended. */
export const endless = (programs: readonly HostileProgram[]) =>
  programs.filter(({ expected }) => expected.length === 1 && expected[0] === "fuel");

/** Rows for `it.each`: the names of a group, and its programs. */
export function inGroups(programs: readonly HostileProgram[], size: number): [string, HostileProgram[]][] {
  const groups: [string, HostileProgram[]][] = [];
  for (let i = 0; i < programs.length; i += size) {
    const group = programs.slice(i, i + size);
    groups.push([group.map(nameOf).join(", "), group]);
  }
  return groups;
}

export function expectNamesOfTheirOwn(programs: readonly HostileProgram[], least: number): void {
  const names = programs.map(nameOf);
  expect(names.length).toBeGreaterThanOrEqual(least);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
}

/**
 * Watches the host while the programs of one file run, and prints what was tried when they have run.
 * @param nextRun a harmless program, which must run as if nothing had been before it
 */
export function watchHost(nextRun: () => Promise<void>) {
  const report = new Report();
  const before = fingerprint();
  beforeAll(() => {
    Object.defineProperty(globalThis, CANARY, { value: "host", configurable: true });
  });
  afterAll(() => {
    console.log(report.toString());
  });
  const expectUnaffected = async () => {
    expect(differences(before)).toEqual([]);
    await nextRun();
  };
  return { report, expectUnaffected };
}

/** Others were served in time while the program ran, or while it was tried again. */
export async function expectPrompt(program: HostileProgram, { worstTickMs }: Trial, limitMs: number): Promise<void> {
  let best = worstTickMs;
  for (let tried = 1; best > limitMs && tried < TICK_ATTEMPTS; tried++) {
    best = Math.min(best, (await attempt(program, frozenClock)).worstTickMs);
  }
  expect(best, program.name).toBeLessThanOrEqual(limitMs);
}
