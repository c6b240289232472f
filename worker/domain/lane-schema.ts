/** The wire shapes of lanes and of what people ask of them, as zod schemas. */
import * as z from "zod";
import { PRIORITIES, type Priority } from "./lane.ts";
import type { LaneView } from "./lane-view.ts";
import { TERMINAL_STATES, type TerminalState } from "./run.ts";
import { actSchema, instant } from "./run-schema.ts";

const byPriority = z.record(z.enum(PRIORITIES), z.number());

/** What a lane is like, without its runs. */
const laneFigures = {
  lane: z.string(),
  concurrency: z.number(),
  /** Slots that the workspace lets the lane use at the moment. */
  allotted: z.number(),
  isShort: z.boolean(),
  pause: actSchema.nullable(),
  waitingCount: z.number(),
  waitingByPriority: byPriority,
  heldCount: z.number(),
  oldestEnqueuedAt: instant.nullable(),
};

/** `GET /api/lanes/{lane}`. */
export const laneViewSchema = z.strictObject({
  ...laneFigures,
  waiting: z.array(
    z.strictObject({
      runId: z.string(),
      priority: z.enum(PRIORITIES),
      position: z.number(),
      enqueuedAt: instant,
      hold: actSchema.nullable(),
      expiresAt: instant.nullable(),
    }),
  ),
  claimed: z.array(
    z.strictObject({ runId: z.string(), priority: z.enum(PRIORITIES), enqueuedAt: instant, claimedAt: instant }),
  ),
}) satisfies z.ZodType<LaneView & { lane: string }>;

/** `GET /api/lanes`. */
export const laneListSchema = z.strictObject({
  lanes: z.array(
    z.strictObject({ lane: z.string(), isPaused: z.boolean(), waitingCount: z.number(), runningCount: z.number() }),
  ),
  /** Lanes that did not fit into the list. */
  leftOut: z.number(),
});

export interface LaneStats extends Omit<LaneView, "waiting" | "claimed"> {
  readonly lane: string;
  readonly runningCount: number;
}

export interface Throughput {
  /** The figures are of so much time up to now, in milliseconds. */
  readonly windowMs: number;
  readonly ended: number;
  readonly byState: Readonly<Record<TerminalState, number>>;
}

export interface QueueStats {
  readonly checkedAt: string;
  readonly capacity: { readonly slots: number; readonly used: number };
  readonly waitingCount: number;
  readonly heldCount: number;
  readonly runningCount: number;
  readonly pausedLanes: number;
  readonly waitingByPriority: Readonly<Record<Priority, number>>;
  readonly oldestEnqueuedAt: string | null;
  readonly oldestWaitMs: number | null;
  readonly throughput: Throughput;
  /** The lanes in which runs wait or run, and those that are paused. */
  readonly lanes: readonly LaneStats[];
  /** Lanes that did not answer: their figures are missing. */
  readonly silentLanes: readonly string[];
  /** Busy lanes that were not asked, because there are too many. */
  readonly leftOut: number;
}

/** `GET /api/queue/stats`. */
export const queueStatsSchema = z.strictObject({
  checkedAt: instant,
  capacity: z.strictObject({ slots: z.number(), used: z.number() }),
  waitingCount: z.number(),
  heldCount: z.number(),
  runningCount: z.number(),
  pausedLanes: z.number(),
  waitingByPriority: byPriority,
  oldestEnqueuedAt: instant.nullable(),
  oldestWaitMs: z.number().nullable(),
  throughput: z.strictObject({
    windowMs: z.number(),
    ended: z.number(),
    byState: z.record(z.enum(TERMINAL_STATES), z.number()),
  }),
  lanes: z.array(z.strictObject({ ...laneFigures, runningCount: z.number() })),
  silentLanes: z.array(z.string()),
  leftOut: z.number(),
}) satisfies z.ZodType<QueueStats>;

export const RELATIVE_PLACES = ["first", "up", "down", "last"] as const;

/** The body of `POST /api/runs/{id}/move`. */
export const moveSchema = z.strictObject({
  /** A place in the lane, counted from 1, or one that depends on where the run is. A larger number means the end. */
  position: z.union(
    [z.number().int().min(1), z.enum(RELATIVE_PLACES)],
    `must be a whole number from 1, or one of ${RELATIVE_PLACES.join(", ")}`,
  ),
});

export type Place = z.output<typeof moveSchema>["position"];

/** The body of `POST /api/runs/{id}/priority`. */
export const prioritySchema = z.strictObject({ priority: z.enum(PRIORITIES) });
