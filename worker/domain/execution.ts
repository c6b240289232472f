/** A call of a model as it is kept: what made it, how it ended, what it used. Shapes and bounds; no reading or writing. */
import * as z from "zod";

export const EXECUTION_SOURCES = ["generate", "run", "api"] as const;
export type ExecutionSourceKind = (typeof EXECUTION_SOURCES)[number];

/** What made a call, and its id: a person, a run, a token. */
export interface ExecutionSource {
  readonly kind: ExecutionSourceKind;
  readonly id: string;
}

export const EXECUTION_OUTCOMES = ["live", "whole", "partial", "failed", "unknown"] as const;
export type ExecutionOutcome = (typeof EXECUTION_OUTCOMES)[number];

export const EXECUTION_PROVIDERS = ["anthropic", "openai", "openai-compatible", "mock"] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

export const EXECUTION_BOUNDS = {
  /** Of prompt and of answer, each: both together stay below the 2 MB of a row, at three bytes a character. */
  textChars: 200_000,
  /** Rows of an export. A longer one is cut into ranges of time. */
  exportRows: 10_000,
  pageRows: 50,
  apiRowsMax: 200,
  retentionDaysMax: 400,
} as const;

export const TEXT_RETENTION_DAYS = 30;
/** How long a row without its texts is kept: a year, and the month of the year before for comparison. */
export const EXECUTION_KEPT_DAYS = 400;
/** No call lasts longer, with all its waits and retries: one that is live after this has lost its server. */
export const EXECUTION_LASTS_MS = 3_600_000;

export const retrySchema = z.object({
  attempt: z.int(),
  reason: z.string(),
  status: z.int().nullable(),
  waitMs: z.int(),
});

export const fallbackSchema = z.object({
  from: z.object({ provider: z.enum(EXECUTION_PROVIDERS), model: z.string() }),
  to: z.object({ provider: z.enum(EXECUTION_PROVIDERS), model: z.string() }),
  reason: z.string(),
});

export type StoredRetry = z.output<typeof retrySchema>;
export type StoredFallback = z.output<typeof fallbackSchema>;

export const executionTokensSchema = z.object({
  input: z.int(),
  output: z.int(),
  thinking: z.int(),
  cacheRead: z.int(),
  cacheWrite: z.int(),
  /** Counted by us: the provider did not say. */
  isEstimated: z.boolean(),
});

export const executionSchema = z.object({
  id: z.string(),
  source: z.object({ kind: z.enum(EXECUTION_SOURCES), id: z.string() }),
  provider: z.enum(EXECUTION_PROVIDERS),
  model: z.string(),
  outcome: z.enum(EXECUTION_OUTCOMES),
  /** Why it did not come whole, in the words of a model's faults. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  /** Of the provider's last answer, where it was not a success. */
  status: z.int().nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  latencyMs: z.int().nullable(),
  firstTokenMs: z.int().nullable(),
  waitedMs: z.int(),
  tokens: executionTokensSchema.nullable(),
  /** Millionths of a US dollar; 0 where nobody was asked or all refused, null where nobody knows it, or not yet. */
  costMicros: z.int().nullable(),
  price: z.unknown(),
  retries: z.array(retrySchema),
  fallbacks: z.array(fallbackSchema),
});
export type Execution = z.output<typeof executionSchema>;

export interface ExecutionTexts {
  readonly prompt: string;
  readonly answer: string;
  readonly promptChars: number;
  readonly answerChars: number;
}

export const executionListSchema = z.object({
  executions: z.array(executionSchema),
  nextCursor: z.string().nullable(),
});

const day = z.iso.date("must be a day, such as 2026-11-20");

/** Which calls somebody asks for. Days are meant from their first to their last instant, in UTC. */
export const executionFilterSchema = z.strictObject({
  source: z.enum(EXECUTION_SOURCES).optional(),
  provider: z.enum(EXECUTION_PROVIDERS).optional(),
  model: z.string().min(1).max(200).optional(),
  outcome: z.enum(EXECUTION_OUTCOMES).optional(),
  from: day.optional(),
  to: day.optional(),
});
export type ExecutionFilter = z.output<typeof executionFilterSchema>;

export const EXECUTION_GROUPS = ["model", "day"] as const;
export type ExecutionGroup = (typeof EXECUTION_GROUPS)[number];

/** Figures over calls. Sums leave out what is not known, and say how many calls that were. */
export interface ExecutionFigures {
  /** The model, or the day; empty for all together. */
  readonly group: string;
  readonly calls: number;
  readonly whole: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
  /** Calls that ended, of models, without a known cost. */
  readonly unpriced: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export const retentionSchema = z.strictObject({
  days: z.coerce
    .number("must be a number of days")
    .int("must be a whole number of days")
    .min(0, "must be 0 or more")
    .max(EXECUTION_BOUNDS.retentionDaysMax, `must be ${EXECUTION_BOUNDS.retentionDaysMax} days at most`),
});
