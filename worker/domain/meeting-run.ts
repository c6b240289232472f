/** A run about a meeting as it is listed and answered, and what people may say of it. No reading or writing. */
import * as z from "zod";
import { EFFECT_MODES } from "./effect.ts";
import { PROCESSING_PHASES, PROCESSING_VERSIONS } from "./meeting-processing.ts";
import { RUN_STATES } from "./run.ts";

const version = z.enum(PROCESSING_VERSIONS);
const instant = z.iso.datetime();

export const measuredCallSchema = z.object({
  version,
  phase: z.enum(PROCESSING_PHASES),
  provider: z.string(),
  model: z.string(),
  ...{ inputTokens: z.number(), outputTokens: z.number(), thinkingTokens: z.number() },
  ...{ cacheReadTokens: z.number(), cacheWriteTokens: z.number() },
  estimated: z.boolean(),
  costMicros: z.number().nullable(),
  latencyMs: z.number(),
  isMock: z.boolean(),
  failure: z.string().nullable(),
});

export const meetingRunSchema = z.object({
  runId: z.string(),
  meetingId: z.string(),
  state: z.enum(RUN_STATES),
  plan: z.object({
    version,
    mode: z.enum(EFFECT_MODES),
    ...{ thinking: z.boolean(), reviewByModel: z.boolean(), fallback: z.boolean() },
    ...{ model: z.string().nullable(), reviewModel: z.string().nullable() },
    hasPickedReviewer: z.boolean(),
  }),
  /** The version that came to an end; null before. */
  usedVersion: version.nullable(),
  /** Why v2 was given up for v1; null where it was not. */
  fellBackFrom: z.string().nullable(),
  calls: z.array(measuredCallSchema),
  totals: z.object({
    ...{ calls: z.number(), inputTokens: z.number(), outputTokens: z.number(), cacheReadTokens: z.number() },
    costMicros: z.number().nullable(),
    modelMs: z.number(),
    ...{ estimated: z.boolean(), isMock: z.boolean() },
  }),
  /** Writes on the run's sheet. */
  effects: z.number(),
  /** Writes that had been made before. */
  unchanged: z.number(),
  /** Writes on the sheet about which somebody had decided before. */
  remembered: z.number(),
  /** What somebody thinks of it; null for nothing. */
  isUseful: z.boolean().nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});
export type MeetingRun = z.output<typeof meetingRunSchema>;

/** The state of a meeting whose latest run is in this one. */
export function meetingStateAfter(state: MeetingRun["state"]): "processing" | "processed" | "failed" {
  if (state === "queued" || state === "running") return "processing";
  return state === "succeeded" ? "processed" : "failed";
}

/** Whether it asks for writes about which nobody has decided before. */
export function hasNews({ effects, remembered }: Pick<MeetingRun, "effects" | "remembered">): boolean {
  return effects > remembered;
}

export const meetingRunListSchema = z.object({ runs: z.array(meetingRunSchema) });

export const feedbackSchema = z.strictObject({ isUseful: z.boolean().nullable() });

const PERCENT = "must be a whole number from 0 to 100";
export const rolloutSchema = z.strictObject({
  v2Percent: z.int(PERCENT).min(0, PERCENT).max(100, PERCENT),
  fallback: z.boolean(),
});

/** What is set, and how the runs of the last 30 days went that have ended. */
export const rolloutViewSchema = rolloutSchema.extend({
  counts: z.strictObject({ v2: z.number(), v1: z.number(), fallbacks: z.number() }),
});
