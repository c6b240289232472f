/**
 * Failures that the mock provider produces on demand, so that every error on the screen can be seen without an account:
 * a prompt that holds `mock:` and one of these names fails in exactly that way. The first name in a prompt counts;
 * unknown names are ignored.
 */

export type MockFailure =
  /** An HTTP error instead of an answer. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly type: string;
      readonly code: string | null;
      readonly message: string;
      readonly headers: Record<string, string>;
    }
  /** A stream that ends badly after half of the answer. */
  | { readonly kind: "cut" | "garbage" | "stream-error" }
  /** No answer at all. */
  | { readonly kind: "unreachable" | "timeout" }
  /** A whole stream without text, with a tool's input that breaks off, or with another reason for its end. */
  | { readonly kind: "empty" | "malformed-call" }
  | { readonly kind: "finish"; readonly reason: "length" | "content_filter" };

export const MOCK_FAILURES: Readonly<Record<string, MockFailure>> = {
  "400": status(400, "invalid_request_error", null, "Invalid request"),
  "401": status(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided"),
  "402": status(402, "billing_error", null, "Payment required"),
  "403": status(403, "permission_error", null, "This key may not use this model"),
  // OpenAI's own way to say it: the status of a rate limit with another code.
  "no-credit": status(429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota"),
  "429": status(429, "requests", "rate_limit_exceeded", "Rate limit reached", { "retry-after": "2" }),
  "503": status(503, "server_error", null, "Service unavailable"),
  "529": status(529, "overloaded_error", null, "Overloaded"),
  timeout: { kind: "timeout" },
  unreachable: { kind: "unreachable" },
  cut: { kind: "cut" },
  garbage: { kind: "garbage" },
  "stream-error": { kind: "stream-error" },
  empty: { kind: "empty" },
  "malformed-call": { kind: "malformed-call" },
  "max-tokens": { kind: "finish", reason: "length" },
  refusal: { kind: "finish", reason: "content_filter" },
};

function status(
  code: number,
  type: string,
  name: string | null,
  message: string,
  headers: Record<string, string> = {},
): MockFailure {
  return { kind: "status", status: code, type, code: name, message, headers };
}

export function mockFailureOf(prompt: string): MockFailure | null {
  for (const [, name = ""] of prompt.matchAll(/\bmock:([a-z0-9-]+)/g)) {
    if (Object.hasOwn(MOCK_FAILURES, name)) return MOCK_FAILURES[name] ?? null;
  }
  return null;
}
