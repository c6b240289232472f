/** Chat Completions as OpenAI and its likes stream it, after platform.openai.com/docs/api-reference/chat-streaming. */
import { createOpenAICompatibleProvider } from "../../../worker/llm/openai-compatible.ts";
import { openaiError, openaiFailures } from "./openai-responses.ts";
import { ANSWER, KEY, type Protocol } from "./protocol.ts";

function chunk(choices: readonly unknown[], usage?: unknown): string {
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: ANSWER.model };
  return `data: ${JSON.stringify({ ...head, choices, ...(usage === undefined ? {} : { usage }) })}\n\n`;
}

function delta(fields: Record<string, unknown>, finishReason: string | null = null) {
  return [{ index: 0, delta: fields, logprobs: null, finish_reason: finishReason }];
}

const USAGE = {
  prompt_tokens: 100,
  prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
  completion_tokens: 50,
  completion_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 150,
};

function frames(native = "stop", withUsage = true): string[] {
  return [
    chunk(delta({ role: "assistant", content: "" }), withUsage ? null : undefined),
    ...ANSWER.pieces.map((content) => chunk(delta({ content }), withUsage ? null : undefined)),
    chunk(delta({}, native)),
    ...(withUsage ? [chunk([], USAGE)] : []),
    "data: [DONE]\n\n",
  ];
}

export const chatProtocol: Protocol = {
  name: "openai-compatible",
  provider: (baseUrl, connection) =>
    createOpenAICompatibleProvider({ connection, apiKey: KEY, baseUrl: `${baseUrl}/v1`, model: "some-model" }),
  path: "/v1/chat/completions",
  keyHeader: ["authorization", `Bearer ${KEY}`],
  frames,
  // The usage and the end marker: without them the answer is whole, and its usage an estimate.
  optionalFrames: 2,
  stopReasons: [
    ["stop", "end"],
    ["length", "max-tokens"],
    ["content_filter", "refusal"],
    ["tool_calls", "tool-use"],
    ["something_new", "other"],
  ],
  withoutUsage: frames("stop", false),
  failures: openaiFailures(),
  streamErrors: [
    [`data: ${JSON.stringify(openaiError("server_error", null))}\n\n`, "overloaded"],
    [`data: ${JSON.stringify(openaiError("insufficient_quota", "insufficient_quota"))}\n\n`, "no-credit"],
    [`data: ${JSON.stringify({ error: { code: 429, message: "upstream" } })}\n\n`, "rate-limited"],
    [`data: ${JSON.stringify({ error: "overloaded" })}\n\n`, "overloaded"],
  ],
};
