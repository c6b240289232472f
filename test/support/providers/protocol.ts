/**
 * What the conformance suite needs to know of a protocol: how an answer and a failure look on its wire. The same answer
 * in every protocol, so that one expectation fits all.
 */
import type { Connection } from "../../../worker/llm/connection.ts";
import type { ModelErrorReason, ModelUsage, Provider, ProviderName, StopReason } from "../../../worker/llm/provider.ts";
import { canaryKey } from "../canary.ts";
import type { Script } from "./scripted-server.ts";

/** An answer as every protocol carries it. The text has characters of one to four bytes in UTF-8. */
export const ANSWER = {
  thinking: ["hm, ", "世"],
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

/** A tool call as it is streamed: the text of its input in pieces. */
export interface StreamedCall {
  readonly id: string;
  readonly name: string;
  readonly input: readonly string[];
}

/** Two calls: the input of one comes in many pieces, the other has none. */
export const CALLS: readonly StreamedCall[] = [
  { id: "call_1", name: "read_file", input: ['{"path":', ' "docs/世', '界.md", "lines', '": [1, 2], "a\\"b": {}}'] },
  { id: "call_2", name: "now", input: [] },
];
export const CALL_EVENTS = [
  { type: "tool-call", id: "call_1", name: "read_file", input: { path: "docs/世界.md", lines: [1, 2], 'a"b': {} } },
  { type: "tool-call", id: "call_2", name: "now", input: {} },
] as const;

export interface FrameOptions {
  /** The protocol's own stop reason; its usual one where left out. */
  readonly native?: string | undefined;
  readonly pieces?: readonly string[];
  readonly calls?: readonly StreamedCall[];
  readonly reportsUsage?: boolean;
}

export interface Protocol {
  readonly name: ProviderName;
  provider(baseUrl: string, connection: Connection): Provider;
  /** The path below the base URL that a call goes to. */
  readonly path: string;
  /** The header that carries the key, and its value. */
  readonly keyHeader: readonly [name: string, value: string];
  /** The frames of the recorded answer. */
  frames(options?: FrameOptions): readonly string[];
  /** The protocol's stop reason of an answer that calls tools. */
  readonly callsTools: string;
  /** What the recorded thought must be sent back with. */
  readonly signature: string | null;
  /** What the suite's conversation with tools must look like on the wire. */
  readonly conversation: unknown;
  /** How many frames at the end may be missing from a whole answer. */
  readonly optionalFrames: number;
  readonly stopReasons: readonly (readonly [native: string, ours: StopReason])[];
  readonly failures: readonly ProtocolFailure[];
  /** An error inside a stream that began well. */
  readonly streamErrors: readonly (readonly [frame: string, reason: ModelErrorReason])[];
}

export const KEY = canaryKey("secret");

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return { status, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}
