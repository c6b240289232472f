/** The wire shapes of `/api/status` and `/api/metrics/summary`. */
import * as z from "zod";
import { ERROR_CATEGORIES } from "./guest-outcome.ts";
import { HEALTH_STATES, healthSchema } from "./health.ts";
import { queueStatsSchema } from "./lane-schema.ts";
import { RUN_STATES } from "./run.ts";
import { instant } from "./run-schema.ts";

export const STATUS_DETAILS = ["summary", "full"] as const;

export const statusSummarySchema = z.strictObject({
  status: z.enum(HEALTH_STATES),
  checkedAt: instant,
  runs: z.strictObject({ waiting: z.number(), held: z.number(), running: z.number() }),
  lanes: z.strictObject({ busy: z.number(), paused: z.number() }),
  capacity: z.strictObject({ slots: z.number(), used: z.number() }),
  oldestWaitMs: z.number().nullable(),
});

export const statusSchema = statusSummarySchema.extend({
  /** With `detail=full`. */
  parts: healthSchema.shape.parts.optional(),
  queue: queueStatsSchema.optional(),
});

export type Status = z.output<typeof statusSchema>;

/** Hours that a summary looks back at most: thirty days. */
const HOURS_MAX = 720;

export const metricsQuerySchema = z.strictObject({ hours: z.coerce.number().int().min(1).max(HOURS_MAX).default(24) });

const durationSchema = z.strictObject({
  averageMs: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
});

export const metricsSummarySchema = z.strictObject({
  hours: z.number(),
  since: instant,
  /** Runs that were accepted since then, by what they are now. */
  runs: z.strictObject({ total: z.number(), byState: z.record(z.enum(RUN_STATES), z.number()) }),
  /** From 0 to 1, of the runs that ended and were not cancelled; null when there is none. */
  successRate: z.number().nullable(),
  duration: durationSchema,
  wait: durationSchema,
  errors: z.array(z.strictObject({ category: z.enum(ERROR_CATEGORIES), count: z.number() })),
  /** At this moment, whenever they were accepted. */
  now: z.strictObject({ queued: z.number(), running: z.number() }),
});

export type MetricsSummary = z.output<typeof metricsSummarySchema>;
