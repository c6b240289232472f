/** Chat Completions as OpenAI and its likes stream it, after platform.openai.com/docs/api-reference/chat-streaming. */
import { createOpenAICompatibleProvider } from "../../../worker/llm/openai-compatible.ts";
import { openaiError, openaiFailures } from "./openai-responses.ts";
import { ANSWER, type FrameOptions, KEY, type Protocol } from "./protocol.ts";

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

function frames({
  native = "stop",
  pieces = ANSWER.pieces,
  calls = [],
  reportsUsage = true,
}: FrameOptions = {}): string[] {
  const piece = (fields: Record<string, unknown>) => chunk(delta(fields), reportsUsage ? null : undefined);
  return [
    piece({ role: "assistant", content: "" }),
    ...ANSWER.thinking.map((reasoning_content) => piece({ reasoning_content })),
    ...pieces.map((content) => piece({ content })),
    ...calls.flatMap(({ id, name, input }, index) => [
      piece({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
      ...input.map((text) => piece({ tool_calls: [{ index, function: { arguments: text } }] })),
    ]),
    chunk(delta({}, native)),
    ...(reportsUsage ? [chunk([], USAGE)] : []),
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
  callsTools: "tool_calls",
  signature: null,
  conversation: {
    reasoning_effort: "low",
    tools: [
      { type: "function", function: { name: "read_file", description: "Reads.", parameters: { type: "object" } } },
    ],
    tool_choice: "required",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "first" },
      {
        role: "assistant",
        content: "I look.",
        tool_calls: [{ id: "call_1", type: "function", function: { name: "read_file", arguments: '{"path":"a"}' } }],
      },
      { role: "tool", tool_call_id: "call_1", content: "Error: no such file" },
      { role: "user", content: "again" },
    ],
  },
  failures: openaiFailures(),
  streamErrors: [
    [`data: ${JSON.stringify(openaiError("server_error", null))}\n\n`, "overloaded"],
    [`data: ${JSON.stringify(openaiError("insufficient_quota", "insufficient_quota"))}\n\n`, "no-credit"],
    [`data: ${JSON.stringify({ error: { code: 429, message: "upstream" } })}\n\n`, "rate-limited"],
    [`data: ${JSON.stringify({ error: "overloaded" })}\n\n`, "overloaded"],
  ],
};
