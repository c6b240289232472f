/** When the server is killed: at random, and at the moments at which something has just been promised or begun. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "../support/seeded-random.ts";
import type { Sight, Timeline } from "./timeline.ts";

export interface KillPoint {
  readonly name: string;
  /** Of so many kills in all. */
  readonly weight: number;
  /** Before anything is waited for, so that not always the first one is hit. */
  readonly idleMs: number;
  /** Kills behind the next one of these; null for right after the pause. */
  readonly sight: Sight | null;
  /** At most so long behind it. */
  readonly behindMs: number;
}

const POINTS: readonly KillPoint[] = [
  { name: "at random", weight: 5, idleMs: 2_000, sight: null, behindMs: 0 },
  { name: "while a run is submitted", weight: 3, idleMs: 0, sight: "asked", behindMs: 8 },
  { name: "right after a run was accepted", weight: 2, idleMs: 100, sight: "accepted", behindMs: 0 },
  { name: "at a claim", weight: 2, idleMs: 300, sight: "claimed", behindMs: 5 },
  { name: "at a first line", weight: 2, idleMs: 300, sight: "first-line", behindMs: 20 },
  { name: "at some line", weight: 2, idleMs: 1_000, sight: "line", behindMs: 5 },
  { name: "right after a run was cancelled", weight: 1, idleMs: 0, sight: "cancelled", behindMs: 5 },
  { name: "at a run's end, while it is listed", weight: 4, idleMs: 300, sight: "ended", behindMs: 10 },
  { name: "when an interrupted run has gone on", weight: 2, idleMs: 0, sight: "resumed", behindMs: 5 },
];
/** The server is killed once more while it starts. */
export const WHILE_IT_STARTS = "while the server starts";
const STARTING: KillPoint = { name: WHILE_IT_STARTS, weight: 2, idleMs: 1_200, sight: null, behindMs: 0 };

/** Every so many kills the runs are left alone for a while: else those that take seconds never get to their end. */
const CALM_EVERY = 4;
const CALM_MS = 3_500;
/** What does not come within this time is not waited for: the kill is. */
const SIGHT_TIMEOUT_MS = 2_000;

export interface PlannedKill {
  readonly point: KillPoint;
  readonly idleMs: number;
  readonly behindMs: number;
}

export function planKills(random: SeededRandom, kills: number): readonly PlannedKill[] {
  const wheel = [...POINTS, STARTING].flatMap((point) => Array.from({ length: point.weight }, () => point));
  return Array.from({ length: kills }, (_, index) => {
    const point = random.pick(wheel);
    const calmMs = index % CALM_EVERY === CALM_EVERY - 1 ? CALM_MS : 0;
    const idleMs = calmMs + random.integer(0, point.idleMs);
    return { point, idleMs, behindMs: random.integer(0, point.behindMs) };
  });
}

/** Resolves when it is time to kill, with what it was that came. */
export async function reach({ point, idleMs, behindMs }: PlannedKill, timeline: Timeline): Promise<string> {
  await sleep(idleMs);
  if (point.sight === null) return point.name;
  const seen = await timeline.next(point.sight, SIGHT_TIMEOUT_MS);
  await sleep(behindMs);
  return `${point.name} (${seen ?? "none came"})`;
}
