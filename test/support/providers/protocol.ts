/**
 * What the conformance suite needs to know of a protocol: how an answer and a failure look on its wire. The same answer
 * in every protocol, so that one expectation fits all.
 */
import type { Connection } from "../../../worker/llm/connection.ts";
import type { ModelErrorReason, ModelUsage, Provider, StopReason } from "../../../worker/llm/provider.ts";
import type { Script } from "./scripted-server.ts";

/** An answer as every protocol carries it. The text has characters of one to four bytes in UTF-8. */
export const ANSWER = {
  pieces: ["Grüße", ", 世界", " 👩‍🚀", "\n```ts\n", "a\u2028b"],
  model: "model-that-answered",
} as const;
export const ANSWER_TEXT = ANSWER.pieces.join("");

/** What adapters must make of the figures that the protocols' answers carry. */
export const ANSWER_USAGE: ModelUsage = {
  inputTokens: 100,
  outputTokens: 50,
  thinkingTokens: 20,
  cacheReadTokens: 60,
  cacheWriteTokens: 30,
  estimated: false,
};

export interface ProtocolFailure {
  readonly title: string;
  readonly script: Script;
  readonly reason: ModelErrorReason;
  readonly retryAfterMs?: number;
}

export interface Protocol {
  readonly name: string;
  provider(baseUrl: string, connection: Connection): Provider;
  /** The path below the base URL that a call goes to. */
  readonly path: string;
  /** The header that carries the key, and its value. */
  readonly keyHeader: readonly [name: string, value: string];
  /** The frames of the recorded answer; `native` is the protocol's own stop reason, or its usual one. */
  frames(native?: string): readonly string[];
  /** How many frames at the end may be missing from a whole answer. */
  readonly optionalFrames: number;
  readonly stopReasons: readonly (readonly [native: string, ours: StopReason])[];
  /** A whole answer whose server reports no usage. */
  readonly withoutUsage: readonly string[];
  readonly failures: readonly ProtocolFailure[];
  /** An error inside a stream that began well. */
  readonly streamErrors: readonly (readonly [frame: string, reason: ModelErrorReason])[];
}

export const KEY = "sk-test-0123456789-secret";

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return { status, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}
