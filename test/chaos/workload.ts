/** What is submitted while the server is killed again and again: planned from a seed, before anything runs. */
import { PRIORITIES, type Priority, repositoryLane } from "../../worker/domain/lane.ts";
import type { SeededRandom } from "../support/seeded-random.ts";

/** Runs of one workload. */
export const WORKLOAD_RUNS = 50;
/** Kills that one workload endures. A run is set aside when it was resumed three times, so more kills need more runs. */
export const KILLS_A_WORKLOAD = 16;
export const PEOPLE = 3;
export const REPOSITORIES = ["alpha", "beta", "gamma"];
/** Kills for each issue that GitHub tells of. */
export const KILLS_AN_ISSUE = 3;
/** Submitted before the first kill, so that lines form. */
const FIRST_RUNS = 12;

export interface Job {
  readonly index: number;
  readonly key: string;
  /** Whose token is used. */
  readonly person: number;
  /** A repository's lane; null for the lane of the person's token. */
  readonly lane: string | null;
  readonly priority: Priority;
  /** Lines that the program prints, with a pause before each. */
  readonly lines: number;
  readonly pauseMs: number;
  /** Submitted when so many kills were made. */
  readonly afterKills: number;
  readonly delayMs: number;
  /** Asked to stop so long after it was accepted; null for never. */
  readonly cancelAfterMs: number | null;
  /** Held so long after it was accepted, if it still waits then, and for so long; null for never. */
  readonly hold: { readonly afterMs: number; readonly forMs: number } | null;
  /** May wait for so long; null for ever. */
  readonly waitMaxMs: number | null;
  /** The request is sent once more although it was answered. */
  readonly isRepeated: boolean;
  /** Nobody repeats the request when its answer is lost: the run may exist or not. */
  readonly isAbandoned: boolean;
  readonly watchers: number;
}

export function planJobs(random: SeededRandom, kills: number): readonly Job[] {
  const workloads = Math.max(1, Math.ceil(kills / KILLS_A_WORKLOAD));
  const total = workloads * WORKLOAD_RUNS;
  return Array.from({ length: total }, (_, index) => planJob(random.fork(index + 1), index, kills / total));
}

function planJob(random: SeededRandom, index: number, killsEach: number): Job {
  const isLong = random.chance(0.2);
  const durationMs = isLong ? random.integer(1_000, 3_000) : random.integer(200, 1_000);
  const pauseMs = random.integer(10, 60);
  return {
    index,
    key: `chaos-${index}`,
    person: random.integer(0, PEOPLE - 1),
    lane: random.chance(0.6) ? repositoryLane(random.pick(REPOSITORIES)) : null,
    priority: random.pick(PRIORITIES),
    lines: Math.max(3, Math.round(durationMs / pauseMs)),
    pauseMs,
    afterKills: index < FIRST_RUNS ? 0 : Math.floor(index * killsEach),
    delayMs: random.integer(0, 300),
    cancelAfterMs: random.chance(0.1) ? random.integer(0, 2_000) : null,
    hold: random.chance(0.1) ? { afterMs: random.integer(0, 100), forMs: random.integer(200, 3_000) } : null,
    waitMaxMs: random.chance(0.04) ? random.integer(100, 2_000) : null,
    isRepeated: random.chance(0.2),
    isAbandoned: random.chance(0.04),
    watchers: random.chance(0.2) ? 2 : 1,
  };
}

/** The program: marks with the time at its begin and its end, and numbered lines between them. */
export function codeOf({ index, lines, pauseMs }: Pick<Job, "index" | "lines" | "pauseMs">): string {
  return `// job ${index}
console.log("begin " + Date.now());
for (let line = 1; line <= ${lines}; line++) {
  await new Promise((resolve) => setTimeout(resolve, ${pauseMs}));
  console.log("line " + line + " of ${lines}");
}
console.log("end " + Date.now());`;
}

const MARK = "<time>";

/** What one whole attempt prints, with its times left out. */
export function expectedLines({ lines }: Pick<Job, "lines">): string[] {
  const numbered = Array.from({ length: lines }, (_, index) => `line ${index + 1} of ${lines}\n`);
  return [`begin ${MARK}\n`, ...numbered, `end ${MARK}\n`];
}

export function withoutTimes(line: string): string {
  return line.replace(/^(begin|end) \d+$/m, `$1 ${MARK}`);
}
