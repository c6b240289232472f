/**
 * The seam to model providers: one request shape, one vocabulary of stream events, one usage record.
 * Adapters translate an official SDK into it; nothing outside `llm/` sees a provider's own types.
 */

import type { PriceSnapshot } from "../domain/price.ts";

export const PROVIDER_NAMES = ["anthropic", "openai", "openai-compatible", "mock"] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

export interface ModelMessage {
  readonly role: "user" | "assistant";
  readonly text: string;
}

export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** Upper bound of the answer, in tokens. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/**
 * Tokens as the provider reported them. `estimated` marks figures that were counted by us instead.
 * The totals mean the same for every provider: Anthropic leaves cached tokens out of its input, OpenAI counts them in,
 * and adapters bring both to the form below, so that `inputTokens + outputTokens` is all that was processed.
 */
export interface ModelUsage {
  /** All input: fresh, read from a cache and written to a cache. */
  readonly inputTokens: number;
  /** All output, thinking included. */
  readonly outputTokens: number;
  /** The part of `outputTokens` that was spent on reasoning; 0 where a provider does not say. */
  readonly thinkingTokens: number;
  /** The part of `inputTokens` that came from a cache. */
  readonly cacheReadTokens: number;
  /** The part of `inputTokens` that was put into a cache. */
  readonly cacheWriteTokens: number;
  readonly estimated: boolean;
}

export type StopReason = "end" | "max-tokens" | "refusal" | "tool-use" | "other";

export type ModelEvent =
  | { readonly type: "text"; readonly text: string }
  /** An attempt has failed before any text, and another follows after the wait. Only retry.ts says so. */
  | ({ readonly type: "retry" } & Retry)
  /** The last event of a whole answer. A stream that ends without it throws: it must not be taken for whole. */
  | {
      readonly type: "done";
      readonly stopReason: StopReason;
      readonly usage: ModelUsage;
      readonly model: string;
      /** The attempts that failed before this one; left out by adapters, which make only one. */
      readonly retries?: readonly Retry[];
      /** Said by budgeted-provider.ts. */
      readonly cost?: CallCost;
    };

/** What one call did cost. */
export interface CallCost {
  /** Millionths of a US dollar; null where nobody knows. */
  readonly micros: number | null;
  readonly price: PriceSnapshot | null;
}

/** One attempt that failed and was followed by another. */
export interface Retry {
  /** From 1. */
  readonly attempt: number;
  readonly reason: ModelErrorReason;
  /** As {@link ModelError.status}. */
  readonly status: number | null;
  /** How long the next attempt waits. */
  readonly waitMs: number;
}

/** Why a call failed, in terms that are the same for every provider. */
export const MODEL_ERROR_REASONS = [
  "rejected-key",
  "no-permission",
  "no-credit",
  "rate-limited",
  "overloaded",
  "bad-request",
  /** A budget of the workspace stands in the way: nothing was sent. Only budgeted-provider.ts says so. */
  "over-budget",
  "unreachable",
  "timed-out",
  "cut-off",
  "aborted",
] as const;
export type ModelErrorReason = (typeof MODEL_ERROR_REASONS)[number];

const RETRYABLE_REASONS: readonly ModelErrorReason[] = [
  "rate-limited",
  "overloaded",
  "unreachable",
  "timed-out",
  "cut-off",
];

export interface ModelErrorDetails {
  /** As safe as the message: a name and a code, never an SDK's error, which carries headers and bodies. */
  readonly cause?: unknown;
  readonly retryAfterMs?: number | null;
  readonly status?: number | null;
  readonly usage?: ModelUsage | null;
  readonly retries?: readonly Retry[];
  readonly isPartial?: boolean;
}

/** A fault of a provider. `message` is safe to show: it never holds a key, a header or a body. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly reason: ModelErrorReason;
  readonly retryable: boolean;
  /** What the provider asked for in `Retry-After`, if it did. */
  readonly retryAfterMs: number | null;
  /** The HTTP status, where the provider answered with one; null for faults of the network or inside a stream. */
  readonly status: number | null;
  /** What the failed call still cost, where that is known. A caller that keeps accounts adds it like any other. */
  readonly usage: ModelUsage | null;
  /** The attempts that failed before the one that this is about. */
  readonly retries: readonly Retry[];
  /** Text was handed out before the fault: it is a part of an answer, and must not be taken for a whole one. */
  readonly isPartial: boolean;

  constructor(reason: ModelErrorReason, message: string, details: ModelErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.reason = reason;
    this.retryable = RETRYABLE_REASONS.includes(reason);
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.status = details.status ?? null;
    this.usage = details.usage ?? null;
    this.retries = details.retries ?? [];
    this.isPartial = details.isPartial ?? false;
  }

  /** The same fault with what came before it. */
  after(retries: readonly Retry[], isPartial: boolean): ModelError {
    const { cause, retryAfterMs, status, usage } = this;
    return new ModelError(this.reason, this.message, { cause, retryAfterMs, status, usage, retries, isPartial });
  }
}

export interface Provider {
  readonly name: ProviderName;
  /** Model that is used when a request names none. */
  readonly defaultModel: string;
  /**
   * Streams one answer: text events and then, for a whole answer, exactly one `done`. Nothing is sent before the first
   * event is asked for; leaving the loop early closes the connection. Never retries: one place in front of all adapters
   * is in charge of that. Throws {@link ModelError}, and nothing else for faults outside this program.
   */
  stream(request: ModelRequest): AsyncIterable<ModelEvent>;
}
