/**
 * The seam to model providers: one request shape, one vocabulary of stream events, one usage record.
 * Adapters translate an official SDK into it; nothing outside `llm/` sees a provider's own types.
 */

import type { PriceSnapshot } from "../domain/price.ts";

export const PROVIDER_NAMES = ["anthropic", "openai", "openai-compatible", "mock"] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/**
 * What a model thought before it answered. It goes back unchanged, in front of the tool calls that followed from it, and
 * only to the provider that signed it: adapters leave out what another one thought.
 */
export interface ThinkingPart {
  readonly type: "thinking";
  /** Empty where the provider keeps it for itself. */
  readonly text: string;
  /** Opaque: read by the adapter that wrote it alone. Null where a server signs nothing. */
  readonly signature: string | null;
  readonly signedBy: ProviderName;
}

/** A call that a model asks for. Nothing has run. */
export interface ToolCallPart {
  readonly type: "tool-call";
  /** The provider's, and the same in the call's result. */
  readonly id: string;
  readonly name: string;
  /** An object of JSON. It is not checked against the tool's schema: whoever runs the tool does. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ToolResultPart {
  readonly type: "tool-result";
  readonly id: string;
  readonly text: string;
  readonly isError?: boolean;
}

export type MessagePart = TextPart | ThinkingPart | ToolCallPart | ToolResultPart;

/** Plain text, or parts: an assistant's are text, thinking and tool calls, a user's are tool results and then text. */
export type ModelMessage = { readonly role: "user" | "assistant" } & (
  | { readonly text: string; readonly parts?: undefined }
  | { readonly parts: readonly MessagePart[]; readonly text?: undefined }
) & {
    /** Everything up to the end of this message may be kept in the provider's cache: a later request repeats it. */
    readonly cache?: boolean;
  };

export interface ModelTool {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** Whether the model may, must or must not call tools, or must call this one. */
export type ToolChoice = "auto" | "required" | "none" | { readonly name: string };

/** The parts of a message, plain text or not. */
export function partsOf({ text, parts }: ModelMessage): readonly MessagePart[] {
  return parts ?? [{ type: "text", text }];
}

export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools?: readonly ModelTool[];
  /** `auto` where left out. */
  readonly toolChoice?: ToolChoice;
  /**
   * Tokens that the model may think for, a part of `maxTokens`; 1,024 at least. Providers that take an effort instead
   * get the nearest. Left out, the provider's default holds.
   */
  readonly thinkingTokens?: number;
  /** Tools and system prompt may be kept in the provider's cache. Only Anthropic needs to be told. */
  readonly cacheSystem?: boolean;
  /** Left out, the provider's default holds. Not every model takes it. */
  readonly temperature?: number;
  /** Upper bound of the answer, thinking included, in tokens. */
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
  /** A piece of what the model thinks, for people. The part to send back comes whole, as `thought`. */
  | { readonly type: "thinking"; readonly text: string }
  | { readonly type: "thought"; readonly part: ThinkingPart }
  /** Whole: its input has been read. */
  | ToolCallPart
  /** A call whose input is no object of JSON. It cannot be run; the model may be told and asked again. */
  | MalformedToolCall
  /** An attempt has failed before anything was handed out, and another follows after the wait. Only retry.ts says so. */
  | ({ readonly type: "retry" } & Retry)
  /** The call waits for the workspace's own limit on calls. Only admitted-provider.ts says so. */
  | { readonly type: "wait"; readonly waitMs: number; readonly message: string }
  /** Before any text: another provider is asked from here on. Only fallback.ts says so. */
  | ({ readonly type: "fallback" } & Fallback)
  /** The last event of a whole answer. A stream that ends without it throws: it must not be taken for whole. */
  | {
      readonly type: "done";
      readonly stopReason: StopReason;
      readonly usage: ModelUsage;
      readonly model: string;
      /** The attempts that failed before this one; left out by adapters, which make only one. */
      readonly retries?: readonly Retry[];
      /** Said by call-cost.ts. */
      readonly cost?: CallCost;
    };

/** What one call did cost. */
export interface CallCost {
  /** Millionths of a US dollar; null where nobody knows. */
  readonly micros: number | null;
  readonly price: PriceSnapshot | null;
}

/** What is told about a call before its answer begins, and by our side alone. */
export type ModelNotice = Extract<ModelEvent, { type: "retry" | "wait" | "fallback" }>;

export function isNotice(event: ModelEvent): event is ModelNotice {
  return event.type === "retry" || event.type === "wait" || event.type === "fallback";
}

export interface MalformedToolCall {
  readonly type: "malformed-tool-call";
  readonly id: string;
  readonly name: string;
  /** The input as it came, cut to some hundred characters. */
  readonly inputText: string;
  /** A sentence for people and models. */
  readonly problem: string;
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

export interface AskedModel {
  readonly provider: ProviderName;
  readonly model: string;
}

/** One provider that could not answer, and who was asked in its place. */
export interface Fallback {
  readonly from: AskedModel;
  readonly to: AskedModel;
  readonly reason: ModelErrorReason;
}

/** Why a call failed, in terms that are the same for every provider. */
export const MODEL_ERROR_REASONS = [
  "rejected-key",
  "no-permission",
  "no-credit",
  "rate-limited",
  "overloaded",
  "bad-request",
  /** A budget of the workspace stands in the way: nothing was sent. Only admitted-provider.ts says so. */
  "over-budget",
  "unreachable",
  "timed-out",
  "cut-off",
  // Not asked at all: the workspace's own limit, or the circuit breaker.
  "over-limit",
  "circuit-open",
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
  /** Something was handed out before the fault: it is a part of an answer, and must not be taken for a whole one. */
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
