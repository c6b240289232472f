/**
 * Turns what went wrong with a provider into a {@link ModelError}: one table for all of them.
 * Invariant: nothing that a provider or an SDK wrote reaches a message or a cause. Bodies may repeat the key or the
 * prompt, so they are only looked at, and every sentence is one of ours.
 */
import { ModelError, type ModelErrorReason } from "./provider.ts";

/** What is known of a failure. `kinds` are the type and code of the provider's error object, as it spelled them. */
export interface FaultFacts {
  /** Of the answer itself; null for an error within a stream. */
  readonly status: number | null;
  /** What an error within a stream names in place of one. It decides the reason, and is no status of ours to tell. */
  readonly namedStatus?: number | null;
  readonly kinds: readonly string[];
  readonly message: string;
}

/**
 * Error types and codes by reason. They decide before the status does: OpenAI sends an exhausted account as 429 and
 * Anthropic as 400. Sources: docs.anthropic.com/en/api/errors, platform.openai.com/docs/guides/error-codes.
 */
const REASON_OF_KIND: Readonly<Record<string, ModelErrorReason>> = {
  authentication_error: "rejected-key",
  invalid_api_key: "rejected-key",
  permission_error: "no-permission",
  billing_error: "no-credit",
  insufficient_quota: "no-credit",
  billing_hard_limit_reached: "no-credit",
  billing_not_active: "no-credit",
  rate_limit_error: "rate-limited",
  rate_limit_exceeded: "rate-limited",
  overloaded_error: "overloaded",
  api_error: "overloaded",
  server_error: "overloaded",
  server_is_overloaded: "overloaded",
  slow_down: "overloaded",
  timeout_error: "timed-out",
  invalid_request_error: "bad-request",
  invalid_prompt: "bad-request",
  not_found_error: "bad-request",
  context_length_exceeded: "bad-request",
};

/** Kinds that say less than the status beside them: OpenAI types a rejected key `invalid_request_error`. */
const VAGUE_KINDS = ["invalid_request_error", "api_error", "server_error"];

const REASON_OF_STATUS: Readonly<Record<number, ModelErrorReason>> = {
  401: "rejected-key",
  402: "no-credit",
  403: "no-permission",
  408: "timed-out",
  429: "rate-limited",
  504: "timed-out",
};

/** Why a call failed. An error event that says nothing we know counts as an overload: that is what they are for. */
export function reasonOf({ status: own, namedStatus = null, kinds, message }: FaultFacts): ModelErrorReason {
  const status = own ?? namedStatus;
  if (/credit balance is too low/i.test(message)) return "no-credit";
  const told = kinds.filter((kind) => status === null || !VAGUE_KINDS.includes(kind));
  for (const kind of told) {
    const reason = Object.hasOwn(REASON_OF_KIND, kind) ? REASON_OF_KIND[kind] : undefined;
    if (reason !== undefined) return reason;
  }
  if (status === null) return "overloaded";
  return REASON_OF_STATUS[status] ?? (status >= 500 ? "overloaded" : "bad-request");
}

const SENTENCES: Readonly<Record<ModelErrorReason, (label: string) => string>> = {
  "rejected-key": (label) => `${label} rejected the API key`,
  "no-permission": (label) => `${label} does not allow this key to do that`,
  "no-credit": (label) => `${label} accepts the key, but the account has no credit left`,
  "rate-limited": (label) => `${label} is limiting the rate of requests`,
  overloaded: (label) => `${label} is overloaded or failing`,
  "bad-request": (label) => `${label} refused the request as invalid`,
  unreachable: (label) => `${label} could not be reached`,
  "timed-out": (label) => `${label} did not answer in time`,
  "cut-off": (label) => `${label} ended the answer before it was complete`,
  "over-limit": (label) => `The workspace's limit of calls to ${label} is used up`,
  "circuit-open": (label) => `${label} failed several times and is not asked for a while`,
  "over-budget": () => "A budget of the workspace stands in the way: nothing was sent.",
  aborted: () => "The request was cancelled",
};

const SENTENCES_BY_STATUS: Readonly<Record<number, (label: string) => string>> = {
  404: (label) => `${label} does not know this model or address`,
  413: (label) => `${label} finds the request too large`,
};

/** The sentence for people. */
export function sentenceOf(reason: ModelErrorReason, label: string, facts: FaultFacts | null = null): string {
  const status = facts?.status ?? null;
  const suffix = status === null ? "." : ` (HTTP ${status}).`;
  if (reason === "bad-request" && facts?.kinds.includes("context_length_exceeded")) {
    return `The prompt is too long for the model of ${label}${suffix}`;
  }
  const told = status ?? facts?.namedStatus ?? null;
  if (reason === "bad-request" && told !== null) {
    if (status !== null && status < 400)
      return `${label} answered with a redirect; set the base URL to the final address${suffix}`;
    return `${(SENTENCES_BY_STATUS[told] ?? SENTENCES[reason])(label)}${suffix}`;
  }
  return `${SENTENCES[reason](label)}${suffix}`;
}

export function faultOf(reason: ModelErrorReason, label: string, cause?: unknown): ModelError {
  return new ModelError(reason, sentenceOf(reason, label), { cause: safeCause(cause) });
}

/** The fault that an error object in an answer or in a stream stands for. `now` is in epoch milliseconds. */
export function faultOfFacts(facts: FaultFacts, label: string, headers: Headers | null, now: number): ModelError {
  const reason = reasonOf(facts);
  const retryAfterMs = headers === null ? null : retryAfterOf(headers, now);
  return new ModelError(reason, sentenceOf(reason, label, facts), { retryAfterMs, status: facts.status });
}

/** No provider means more than this; a larger figure is noise, and a caller would sleep through a day. */
const RETRY_AFTER_CEILING_MS = 24 * 60 * 60 * 1_000;

/**
 * Milliseconds that `retry-after-ms` (OpenAI) or `Retry-After` asks for: seconds or an HTTP date (RFC 9110, 10.2.3).
 * Null when there is none or it cannot be read.
 */
export function retryAfterOf(headers: Headers, now: number): number | null {
  const precise = headers.get("retry-after-ms");
  const plain = headers.get("retry-after");
  const asked =
    precise !== null && isDecimal(precise)
      ? Number(precise)
      : plain === null
        ? Number.NaN
        : isDecimal(plain)
          ? Number(plain) * 1_000
          : Date.parse(plain) - now;
  return Number.isNaN(asked) ? null : Math.min(Math.max(0, Math.round(asked)), RETRY_AFTER_CEILING_MS);
}

function isDecimal(text: string): boolean {
  return /^\s*\d+(\.\d+)?\s*$/.test(text);
}

/**
 * Names and codes of an error and of what caused it, for the log: `TypeError <- Error ECONNREFUSED`. Messages are left
 * out, because a platform's error about a header repeats the header's value.
 */
function safeCause(error: unknown): string | undefined {
  const parts: string[] = [];
  for (let at = error; at instanceof Error && parts.length < 4; at = at.cause) {
    const code =
      "code" in at && typeof at.code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(at.code) ? ` ${at.code}` : "";
    parts.push(`${/^[A-Za-z]{1,60}$/.test(at.name) ? at.name : "Error"}${code}`);
  }
  return parts.length === 0 ? undefined : parts.join(" <- ");
}
