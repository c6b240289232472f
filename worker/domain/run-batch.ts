/** What is done to many runs with one request: which ones, how many at most, and what the answer says of each. */
import * as z from "zod";
import type { ErrorCode } from "./errors.ts";
import { RUN_STATES, type RunStateName } from "./run.ts";
import { runFilterSchema } from "./run-filter.ts";

/** Runs of one request: each asks its own object, and an invocation may ask a thousand times in all. */
export const BATCH_RUNS_MAX = 100;

const fields = {
  runIds: z.array(z.string()).min(1).max(BATCH_RUNS_MAX).optional(),
  /** All of a lane; short for a filter that says nothing else. */
  lane: runFilterSchema.shape.lane,
  filter: runFilterSchema.optional(),
};

type Selection = z.output<z.ZodObject<typeof fields>>;

function exactlyOne(body: Selection, context: z.RefinementCtx): void {
  const given = [body.runIds, body.lane, body.filter].filter((each) => each !== undefined);
  if (given.length === 1) return;
  context.addIssue({ code: "custom", path: [], message: "give exactly one of runIds, lane and filter" });
}

/** The body of `POST /api/runs/cancel`. */
export const cancelBatchSchema = z.strictObject(fields).superRefine(exactlyOne);

/** The body of `POST /api/runs/retry`. */
export const retryBatchSchema = z
  .strictObject({
    ...fields,
    /** Where an earlier answer with a filter ended. */
    cursor: z.string().optional(),
  })
  .superRefine(exactlyOne);

export type CancelBatch = z.output<typeof cancelBatchSchema>;
export type RetryBatch = z.output<typeof retryBatchSchema>;

/** What happened to one run. */
export type BatchResult =
  | { readonly runId: string; readonly ok: true; readonly state: RunStateName; readonly retriedAs: string | null }
  | { readonly runId: string; readonly ok: false; readonly code: ErrorCode; readonly detail: string };

const resultSchema = z.union([
  z.strictObject({
    runId: z.string(),
    ok: z.literal(true),
    /** Of the run itself, or of the new one that a retry started. */
    state: z.enum(RUN_STATES),
    retriedAs: z.string().nullable(),
  }),
  z.strictObject({ runId: z.string(), ok: z.literal(false), code: z.string(), detail: z.string() }),
]);

export const cancelBatchAnswerSchema = z.strictObject({
  results: z.array(resultSchema),
  /** Runs that fit and were not reached: ask again. */
  remaining: z.number(),
});

export const retryBatchAnswerSchema = z.strictObject({
  results: z.array(resultSchema),
  /** Pass it as `cursor` to go on; null when all that fit were retried. */
  nextCursor: z.string().nullable(),
});
