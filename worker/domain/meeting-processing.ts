/**
 * How a meeting is made into items, in words that runs, screens and the API share: the two ways, what somebody may choose
 * about one processing, its phases, and what came of it. No model and no sandbox here; `worker/meetings` does the work.
 */
import * as z from "zod";
import { EFFECT_MODES } from "./effect.ts";
import { modelProblem } from "./provider-key.ts";

/**
 * `v2`: the model writes one program against the capabilities. `v1`: it calls them as tools, over as many round trips as
 * it wants.
 */
export const PROCESSING_VERSIONS = ["v1", "v2"] as const;
export type ProcessingVersion = (typeof PROCESSING_VERSIONS)[number];

/** In the order in which they first begin. `converse` is all of v1. */
export const PROCESSING_PHASES = ["generate", "check", "review", "execute", "heal", "converse"] as const;
export type ProcessingPhase = (typeof PROCESSING_PHASES)[number];

const modelName = z
  .string()
  .trim()
  .min(1, "is empty")
  .superRefine((text, context) => {
    const message = modelProblem(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  })
  .nullable()
  .default(null);

const choiceSchema = z.strictObject({
  /** `auto`: the workspace's rollout decides. */
  version: z.enum([...PROCESSING_VERSIONS, "auto"]).default("auto"),
  mode: z.enum(EFFECT_MODES).default("review"),
  /** Whether the model may think before it answers. */
  thinking: z.boolean().default(false),
  /** Whether a model looks at a program before it runs; means nothing for v1. */
  reviewByModel: z.boolean().default(false),
  /** The model that writes; null for that of the workspace's key. */
  model: modelName,
  /** The model that reviews; null for one of another provider, where the workspace has a key of one. */
  reviewModel: modelName,
});
export type ProcessingChoice = z.output<typeof choiceSchema>;

function needsReview({ reviewByModel, reviewModel }: Omit<ProcessingChoice, "version">, context: z.RefinementCtx) {
  if (reviewByModel || reviewModel === null) return;
  context.addIssue({ code: "custom", path: ["reviewModel"], message: "reviews nothing without reviewByModel" });
}

export const processingChoiceSchema = choiceSchema.superRefine(needsReview);
/** The bodies of `POST /api/meetings/{id}/process` and `…/process-v2`. */
export const processRequestSchema = choiceSchema
  .extend({ version: choiceSchema.shape.version.unwrap().default("v1") })
  .superRefine(needsReview);
export const processV2RequestSchema = choiceSchema.omit({ version: true }).superRefine(needsReview);

/**
 * What was chosen, with what the workspace's settings and keys made of it when the run was accepted. A review without a
 * model of its own is made by the one that writes.
 */
export interface ProcessingPlan extends Omit<ProcessingChoice, "version"> {
  readonly meetingId: string;
  readonly version: ProcessingVersion;
  /** Whether nobody had named `reviewModel`. */
  readonly hasPickedReviewer: boolean;
  readonly fallback: boolean;
}

/** What a workspace has set about its processings. */
export interface Rollout {
  /** Of the runs that name no version, in percent, from 0 to 100. */
  readonly v2Percent: number;
  /** Whether v1 is tried where v2 has failed for good. */
  readonly fallback: boolean;
}

/** How runs about meetings that have ended went, of the last {@link ROLLOUT_DAYS} days. */
export interface RolloutCounts {
  /** Processed by one program. */
  readonly v2: number;
  /** Processed by tool calls from the beginning. */
  readonly v1: number;
  /** Begun by a program and given up for tool calls. */
  readonly fallbacks: number;
}

export const ROLLOUT_DAYS = 30;

export const DEFAULT_ROLLOUT: Rollout = { v2Percent: 100, fallback: true };

/** The same run gets the same version whenever it is asked for: a run that is started again does not change its way. */
export function versionOf(
  choice: ProcessingChoice["version"],
  runId: string,
  { v2Percent }: Rollout,
): ProcessingVersion {
  if (choice !== "auto") return choice;
  return percentileOf(runId) < v2Percent ? "v2" : "v1";
}

/** From 0 to 99, spread evenly over ids: FNV-1a in 32 bits. */
function percentileOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193) >>> 0;
  return hash % 100;
}

/** One call of a model, as it was measured. */
export interface MeasuredCall {
  readonly version: ProcessingVersion;
  readonly phase: ProcessingPhase;
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Whether the figures were counted by us: true for the mock, and for servers that tell none. */
  readonly estimated: boolean;
  /** Millionths of a US dollar; null where nobody knows. */
  readonly costMicros: number | null;
  readonly latencyMs: number;
  /** No model was called: what it wrote is labelled. */
  readonly isMock: boolean;
  /** What went wrong; null for a call that was answered. */
  readonly failure: string | null;
}

/** Why a processing came to nothing, or to less than it should. */
export const PROCESSING_FAILURES = [
  /** The provider refused or could not be reached: no key, no credit, no network, over a budget. */
  "no-answer",
  /** The model answered, without one whole program. */
  "no-program",
  "does-not-compile",
  "threw",
  /** A limit of the program, of the answer, or of round trips. */
  "limit",
  "cancelled",
] as const;
export type ProcessingFailure = (typeof PROCESSING_FAILURES)[number];

/** v1 would meet the same fault again, or nobody wants it any more. */
const FINAL_FAILURES: readonly ProcessingFailure[] = ["no-answer", "cancelled"];

export function allowsFallback(failure: ProcessingFailure): boolean {
  return !FINAL_FAILURES.includes(failure);
}

/** All calls of one processing together. */
export interface ProcessingTotals {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  /** Null where the cost of one of them is not known. */
  readonly costMicros: number | null;
  readonly modelMs: number;
  readonly estimated: boolean;
  readonly isMock: boolean;
}

export function totalsOf(calls: readonly MeasuredCall[]): ProcessingTotals {
  const sum = (pick: (call: MeasuredCall) => number) => calls.reduce((total, call) => total + pick(call), 0);
  const isPriced = calls.every(({ costMicros }) => costMicros !== null);
  return {
    calls: calls.length,
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    cacheReadTokens: sum(({ cacheReadTokens }) => cacheReadTokens),
    costMicros: isPriced ? sum(({ costMicros }) => costMicros ?? 0) : null,
    modelMs: sum(({ latencyMs }) => latencyMs),
    estimated: calls.some(({ estimated }) => estimated),
    isMock: calls.some(({ isMock }) => isMock),
  };
}
