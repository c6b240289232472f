/** Anthropic's Messages stream, after docs.anthropic.com/en/api/messages-streaming and /en/api/errors. */
import { createAnthropicProvider } from "../../../worker/llm/anthropic.ts";
import { ANSWER, type FrameOptions, json, KEY, type Protocol } from "./protocol.ts";

function frame(event: { type: string; [field: string]: unknown }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function error(type: string, message = `the key ${KEY} was in the request`) {
  return { type: "error", error: { type, message }, request_id: "req_1" };
}

const SIGNATURE = "EqQBCkYIARgCIkA9";

function frames({
  native = "end_turn",
  pieces = ANSWER.pieces,
  calls = [],
  reportsUsage = true,
}: FrameOptions = {}): string[] {
  // 10 fresh + 60 read + 30 written: Anthropic leaves the cached ones out of `input_tokens`.
  const usage = { input_tokens: 10, cache_read_input_tokens: 60, cache_creation_input_tokens: 30, output_tokens: 1 };
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    content: [],
    model: ANSWER.model,
    stop_reason: null,
  };
  const final = { input_tokens: null, output_tokens: 50, output_tokens_details: { thinking_tokens: 20 } };
  return [
    frame({ type: "message_start", message: { ...message, ...(reportsUsage ? { usage } : {}) } }),
    frame({ type: "ping" }),
    frame({ type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } }),
    ...ANSWER.thinking.map((thinking) => delta(0, { type: "thinking_delta", thinking })),
    delta(0, { type: "signature_delta", signature: SIGNATURE }),
    frame({ type: "content_block_stop", index: 0 }),
    frame({ type: "content_block_start", index: 1, content_block: { type: "text", text: "" } }),
    ...pieces.map((text) => delta(1, { type: "text_delta", text })),
    frame({ type: "content_block_stop", index: 1 }),
    ...calls.flatMap(({ id, name, input }, at) => [
      frame({
        type: "content_block_start",
        index: 2 + at,
        content_block: { type: "tool_use", id, name, input: {} },
      }),
      ...["", ...input].map((partial_json) => delta(2 + at, { type: "input_json_delta", partial_json })),
      frame({ type: "content_block_stop", index: 2 + at }),
    ]),
    frame({
      type: "message_delta",
      delta: { stop_reason: native, stop_sequence: null },
      ...(reportsUsage ? { usage: final } : {}),
    }),
    frame({ type: "message_stop" }),
  ];
}

function delta(index: number, fields: Record<string, unknown>): string {
  return frame({ type: "content_block_delta", index, delta: fields });
}

export const anthropicProtocol: Protocol = {
  name: "anthropic",
  provider: (baseUrl, connection) => createAnthropicProvider({ connection, apiKey: KEY, baseUrl }),
  path: "/v1/messages",
  keyHeader: ["x-api-key", KEY],
  frames,
  optionalFrames: 0,
  stopReasons: [
    ["end_turn", "end"],
    ["stop_sequence", "end"],
    ["max_tokens", "max-tokens"],
    ["model_context_window_exceeded", "max-tokens"],
    ["refusal", "refusal"],
    ["tool_use", "tool-use"],
    ["pause_turn", "other"],
    ["something_new", "other"],
  ],
  callsTools: "tool_use",
  signature: SIGNATURE,
  conversation: {
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    thinking: { type: "enabled", budget_tokens: 2_048 },
    tools: [{ name: "read_file", description: "Reads.", input_schema: { type: "object" } }],
    tool_choice: { type: "any" },
    messages: [
      { role: "user", content: "first" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: SIGNATURE },
          { type: "text", text: "I look." },
          { type: "tool_use", id: "call_1", name: "read_file", input: { path: "a" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_1", content: "no such file", is_error: true },
          { type: "text", text: "again", cache_control: { type: "ephemeral" } },
        ],
      },
    ],
  },
  failures: [
    { title: "400", script: json(400, error("invalid_request_error")), reason: "bad-request" },
    {
      title: "400 without credit",
      script: json(400, error("invalid_request_error", "Your credit balance is too low to access the Anthropic API.")),
      reason: "no-credit",
    },
    { title: "401", script: json(401, error("authentication_error")), reason: "rejected-key" },
    { title: "402", script: json(402, error("billing_error")), reason: "no-credit" },
    { title: "403", script: json(403, error("permission_error")), reason: "no-permission" },
    { title: "404", script: json(404, error("not_found_error")), reason: "bad-request" },
    { title: "413", script: json(413, error("request_too_large")), reason: "bad-request" },
    { title: "500", script: json(500, error("api_error")), reason: "overloaded" },
    { title: "504", script: json(504, error("timeout_error")), reason: "timed-out" },
    { title: "529", script: json(529, error("overloaded_error")), reason: "overloaded" },
    {
      title: "429 with Retry-After",
      script: json(429, error("rate_limit_error"), { "retry-after": "7" }),
      reason: "rate-limited",
      retryAfterMs: 7_000,
    },
  ],
  streamErrors: [
    [frame(error("overloaded_error")), "overloaded"],
    [frame(error("api_error")), "overloaded"],
    [frame(error("rate_limit_error")), "rate-limited"],
    [frame(error("timeout_error")), "timed-out"],
    [frame(error("invalid_request_error")), "bad-request"],
    [frame(error("something_new")), "overloaded"],
    ["event: error\ndata: not json\n\n", "overloaded"],
  ],
};
