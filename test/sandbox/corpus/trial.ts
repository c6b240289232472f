/**
 * Tries one hostile program: how it ended, how long others had to wait meanwhile, and what it did to the host.
 * Owns the figures that are printed at the end, not what they must be.
 */
import type { GuestOutcome } from "../../../worker/domain/guest-outcome.ts";
import type { Language } from "../../../worker/domain/languages.ts";
import type { Clock } from "../../../worker/domain/ports.ts";
import type { Limits } from "../../../worker/domain/program.ts";
import { run } from "../guest.ts";
import { endOf, type Ran } from "../harness.ts";
import { run as runPython } from "../python/guest.ts";
import type { Ending, HostileProgram } from "./program.ts";

const RUN: Readonly<Record<Language, typeof run>> = { javascript: run, typescript: run, python: runPython };

export interface Trial {
  readonly ran: Ran;
  readonly ms: number;
  /** The longest that a turn of the event loop took while the program ran. */
  readonly worstTickMs: number;
  /** How often the run let others in. */
  readonly pauses: number;
}

/** Runs a program beside a loop of ticks. */
export async function attempt(
  program: HostileProgram,
  clock: Clock,
  limits: Partial<Limits> = program.limits,
): Promise<Trial> {
  const { files, language, entry, stdin } = program;
  let [worstTickMs, pauses, done] = [0, 0, false];
  const counting: Clock = {
    now: () => clock.now(),
    sleep(ms) {
      pauses += 1;
      return clock.sleep(ms);
    },
  };
  const begunAt = Date.now();
  const running = RUN[language](files, { language, entry, stdin, clock: counting, limits }).finally(() => {
    done = true;
  });
  const ticking = (async () => {
    while (!done) {
      const startedAt = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 0));
      worstTickMs = Math.max(worstTickMs, Date.now() - startedAt);
    }
  })();
  const [ran] = await Promise.all([running, ticking]);
  return { ran, ms: Math.max(1, Date.now() - begunAt), worstTickMs, pauses };
}

/** How a run ended, in the terms of what was expected. */
export function endingOf(outcome: GuestOutcome, expected: readonly Ending[]): Ending | "cancelled" {
  switch (outcome.kind) {
    case "completed":
      return expected.includes("completed") ? "completed" : { result: outcome.result };
    case "threw":
      return `throws ${outcome.error.name}`;
    case "limit":
      return outcome.limit;
    case "cancelled":
      return "cancelled";
  }
}

/** Runs with less fuel say little about how much of it a millisecond takes. */
const MEASURED_FUEL = 2_000_000;

interface Tally {
  programs: number;
  leastFuelPerMs: number;
  worstTickMs: number;
  worstProgram: string;
  readonly endings: Map<string, number>;
}

const newTally = (): Tally => ({
  ...{ programs: 0, worstTickMs: 0, worstProgram: "", leastFuelPerMs: Number.POSITIVE_INFINITY },
  endings: new Map(),
});

/** Counts what was tried, by family. */
export class Report {
  readonly #families = new Map<string, Tally>();

  add({ family, name }: HostileProgram, { ran, ms, worstTickMs }: Trial): void {
    const known = this.#families.get(family);
    const tally = known ?? newTally();
    if (known === undefined) this.#families.set(family, tally);
    const { fuel } = ran.usage;
    if (fuel >= MEASURED_FUEL) tally.leastFuelPerMs = Math.min(tally.leastFuelPerMs, fuel / ms);
    tally.programs += 1;
    const ending = endOf(ran.outcome);
    tally.endings.set(ending, (tally.endings.get(ending) ?? 0) + 1);
    if (worstTickMs <= tally.worstTickMs) return;
    tally.worstTickMs = worstTickMs;
    tally.worstProgram = name;
  }

  toString(): string {
    const rows = [...this.#families].map(
      ([family, { programs, endings, worstTickMs, worstProgram, leastFuelPerMs }]) => {
        const counts = [...endings].sort().map(([ending, count]) => `${count} ${ending}`);
        const work = Number.isFinite(leastFuelPerMs) ? `, at least ${Math.round(leastFuelPerMs)} fuel/ms` : "";
        return `${family}: ${programs} (${counts.join(", ")}), worst tick ${worstTickMs} ms in "${worstProgram}"${work}`;
      },
    );
    const total = [...this.#families.values()].reduce((sum, { programs }) => sum + programs, 0);
    return [`${total} hostile programs`, ...rows].join("\n");
  }
}
