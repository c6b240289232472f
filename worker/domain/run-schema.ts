/** The wire shapes of runs as zod schemas: what `/openapi.json` publishes and what tests check answers against. */

import * as z from "zod";
import { budgetWaitSchema, modelSpendingSchema } from "./budget-wait.ts";
import { codeGrantsSchema } from "./code-grants.ts";
import { ERROR_CATEGORIES, LIMIT_NAMES } from "./guest-outcome.ts";
import { issueSchema } from "./issue.ts";
import { PRIORITIES } from "./lane.ts";
import { LANGUAGES } from "./languages.ts";
import { receiptSchema } from "./receipt.ts";
import { REPLAY_ASPECTS, type ReplayVerdict } from "./replay.ts";
import { ATTEMPT_ENDINGS, RUN_KINDS, RUN_STATES, type RunDetail, type RunSummary, STEP_NAMES } from "./run.ts";

export const instant = z.iso.datetime();

export const actSchema = z.strictObject({ by: z.string(), at: instant });

export const programErrorSchema = z.strictObject({
  category: z.enum(ERROR_CATEGORIES),
  name: z.string(),
  message: z.string(),
  file: z.string().nullable(),
  line: z.number().nullable(),
  column: z.number().nullable(),
  stack: z.string().nullable(),
});

export const usageSchema = z.strictObject({
  fuel: z.number(),
  memoryBytes: z.number(),
  wallMs: z.number(),
  queuedMs: z.number(),
  outputBytes: z.number(),
  hostCalls: z.number(),
  models: modelSpendingSchema.optional(),
});

export const runSummarySchema = z.strictObject({
  id: z.string(),
  kind: z.enum(RUN_KINDS),
  state: z.enum(RUN_STATES),
  title: z.string(),
  language: z.enum(LANGUAGES).nullable(),
  lane: z.string(),
  priority: z.enum(PRIORITIES),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  attempts: z.number(),
  error: programErrorSchema.nullable(),
  limitReached: z.enum(LIMIT_NAMES).nullable(),
}) satisfies z.ZodType<RunSummary>;

const limitsSchema = z.strictObject({
  timeoutMs: z.number(),
  fuel: z.number(),
  memoryBytes: z.number(),
  outputBytes: z.number(),
  hostCalls: z.number(),
});

export const runDetailSchema = runSummarySchema.extend({
  waitingFor: z.string().nullable(),
  wait: z
    .strictObject({
      position: z.number(),
      waitingCount: z.number(),
      hold: actSchema.nullable(),
      pause: actSchema.nullable(),
      isForCapacity: z.boolean(),
      forRuns: z.array(z.string()),
    })
    .nullable(),
  steps: z.array(
    z.strictObject({
      name: z.enum(STEP_NAMES),
      state: z.enum(["pending", "running", "succeeded", "failed", "cancelled"]),
      startedAt: instant.nullable(),
      finishedAt: instant.nullable(),
      models: modelSpendingSchema.optional(),
    }),
  ),
  attemptHistory: z.array(
    z.strictObject({
      number: z.number(),
      startedAt: instant,
      endedAt: instant.nullable(),
      ending: z.enum(ATTEMPT_ENDINGS),
    }),
  ),
  expiresAt: instant.nullable(),
  limits: limitsSchema.nullable(),
  grants: z
    .strictObject({ fetch: z.array(z.string()), model: z.boolean().optional(), code: codeGrantsSchema.optional() })
    .nullable(),
  entry: z.string().nullable(),
  issue: issueSchema.nullable(),
  usage: usageSchema.nullable(),
  cost: z.number().nullable(),
  budgetWait: budgetWaitSchema.nullable(),
  receipt: receiptSchema.nullable(),
  result: z.json().nullable(),
  success: z.boolean().nullable(),
  retryOf: z.string().nullable(),
  forkOf: z.strictObject({ of: z.string(), call: z.number() }).nullable(),
  lastSeq: z.number(),
}) satisfies z.ZodType<RunDetail>;

/** The answer of `POST /api/execute` once the run has ended. */
export const executeAnswerSchema = z.strictObject({
  runId: z.string(),
  state: z.enum(RUN_STATES),
  success: z.boolean(),
  stdout: z.string(),
  stderr: z.string(),
  result: z.json().nullable(),
  error: programErrorSchema.nullable(),
  limitReached: z.enum(LIMIT_NAMES).nullable(),
  usage: usageSchema.nullable(),
});

/** The answer of everything that starts a run without waiting for it. */
export const acceptedAnswerSchema = z.strictObject({ runId: z.string(), state: z.enum(RUN_STATES) });

/** The answer of `POST /api/runs/{id}/replay`. */
export const replayVerdictSchema = z.strictObject({
  identical: z.boolean(),
  difference: z
    .strictObject({
      aspect: z.enum(REPLAY_ASPECTS),
      place: z.string().nullable(),
      recorded: z.string().nullable(),
      replayed: z.string().nullable(),
    })
    .nullable(),
  engine: z.strictObject({ recorded: z.string(), replayed: z.string() }),
  usage: usageSchema.omit({ queuedMs: true }),
}) satisfies z.ZodType<ReplayVerdict>;

export const runListSchema = z.strictObject({
  runs: z.array(runSummarySchema),
  /** Pass it as `cursor` to read on; null on the last page. */
  nextCursor: z.string().nullable(),
});

export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
