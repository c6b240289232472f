/** A run's stream cut into its attempts, and what must be true of them whatever was killed when. Pure. */
import type { StreamEvent } from "../support/stream-client.ts";
import { expectedLines, type Job, withoutTimes } from "./workload.ts";

export interface Attempt {
  /** When the program had begun, by its own clock; null when it was lost before it could say so. */
  readonly beganAt: number | null;
  /** When it had ended, by its own clock; null when it was lost or stopped. */
  readonly endedAt: number | null;
  /** When the last thing of it was stored. */
  readonly lastStoredAt: number;
  /** What the program wrote, by lines. */
  readonly lines: readonly string[];
}

export function attemptsOf(events: readonly StreamEvent[]): Attempt[] {
  const groups: StreamEvent[][] = [];
  for (const event of events) {
    if (event.type === "step-start" && event.step === "execute") groups.push([]);
    groups.at(-1)?.push(event);
  }
  return groups.map(toAttempt);
}

function toAttempt(events: readonly StreamEvent[]): Attempt {
  const own = events.filter(({ type, stream }) => type === "step-start" || (type === "output" && stream === "stdout"));
  const lines = own.flatMap(({ text }) => (text === undefined ? [] : [text]));
  const mark = (name: string) => {
    const line = lines.find((each) => each.startsWith(`${name} `));
    return line === undefined ? null : Number(line.slice(name.length + 1));
  };
  return { beganAt: mark("begin"), endedAt: mark("end"), lastStoredAt: Date.parse(own.at(-1)!.at), lines };
}

/** Lines that are missing, doubled or out of order in any attempt; and in the last one, that it is whole if it succeeded. */
export function lineFaults(job: Pick<Job, "lines">, attempts: readonly Attempt[], hasSucceeded: boolean): string[] {
  const expected = expectedLines(job);
  return attempts.flatMap(({ lines }, index) => {
    const written = lines.map(withoutTimes);
    const wrong = written.findIndex((line, position) => line !== expected[position]);
    const name = `attempt ${index + 1}`;
    if (wrong >= 0)
      return [`${name} has ${JSON.stringify(written[wrong])} in place of ${JSON.stringify(expected[wrong])}`];
    const mustBeWhole = hasSucceeded && index === attempts.length - 1;
    return mustBeWhole && written.length < expected.length ? [`${name} ends with line ${written.length}`] : [];
  });
}

export interface Presence {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Since when and until when each attempt was there: one that was lost lived until the server was killed or ended. */
export function presences(name: string, attempts: readonly Attempt[], serverEndedAt: readonly number[]): Presence[] {
  return attempts.flatMap(({ beganAt, endedAt, lastStoredAt }, index) => {
    if (beganAt === null) return [];
    const isLost = endedAt === null && index < attempts.length - 1;
    const killed = isLost ? serverEndedAt.find((at) => at >= lastStoredAt) : undefined;
    return [{ name: `${name}, attempt ${index + 1}`, from: beganAt, to: endedAt ?? killed ?? lastStoredAt }];
  });
}

/** Attempts of one lane that were there at the same time. */
export function overlaps(all: readonly Presence[]): string[] {
  const sorted = all.toSorted((a, b) => a.from - b.from);
  let latest: Presence | null = null;
  return sorted.flatMap((each) => {
    const before = latest;
    if (latest === null || each.to > latest.to) latest = each;
    return before !== null && each.from < before.to
      ? [`${each.name} began ${before.to - each.from} ms before ${before.name} had ended`]
      : [];
  });
}
