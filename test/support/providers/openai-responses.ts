/** OpenAI's Responses stream, after platform.openai.com/docs/api-reference/responses-streaming and its error codes. */
import { createOpenAIProvider } from "../../../worker/llm/openai.ts";
import { ANSWER, type FrameOptions, json, KEY, type Protocol } from "./protocol.ts";

function frame(event: { type: string; [field: string]: unknown }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify({ sequence_number: 0, ...event })}\n\n`;
}

export function openaiError(type: string, code: string | null) {
  return { error: { message: `Incorrect API key provided: ${KEY}`, type, param: null, code } };
}

const USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 150,
};

const SEALED = "gAAAAABo";

/** `native` is the reason of an incomplete response, or `completed`, or the type of an item in a completed one. */
function frames({
  native = "completed",
  pieces = ANSWER.pieces,
  calls = [],
  reportsUsage = true,
}: FrameOptions = {}): string[] {
  const isIncomplete = ["max_output_tokens", "content_filter", "something_new"].includes(native);
  const response = {
    id: "resp_1",
    object: "response",
    model: ANSWER.model,
    status: isIncomplete ? "incomplete" : "completed",
    error: null,
    incomplete_details: isIncomplete ? { reason: native } : null,
    output: [],
    usage: reportsUsage ? USAGE : null,
  };
  const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
  return [
    frame({ type: "response.created", response: { ...response, status: "in_progress", usage: null } }),
    ...ANSWER.thinking.map((delta) =>
      frame({ type: "response.reasoning_summary_text.delta", ...place, summary_index: 0, delta }),
    ),
    frame({
      type: "response.output_item.done",
      output_index: 0,
      item: {
        ...{ type: "reasoning", id: "rs_1", encrypted_content: SEALED },
        summary: [{ type: "summary_text", text: ANSWER.thinking.join("") }],
      },
    }),
    ...pieces.map((delta) => frame({ type: "response.output_text.delta", ...place, delta, logprobs: [] })),
    ...calls.flatMap(({ id, name, input }, at) => [
      ...input.map((delta) =>
        frame({ type: "response.function_call_arguments.delta", item_id: `fc_${at}`, output_index: 2 + at, delta }),
      ),
      frame({
        type: "response.output_item.done",
        output_index: 2 + at,
        item: { type: "function_call", id: `fc_${at}`, call_id: id, name, arguments: input.join("") },
      }),
    ]),
    ...(native === "refusal" ? [frame({ type: "response.refusal.delta", ...place, delta: "" })] : []),
    frame({ type: isIncomplete ? "response.incomplete" : "response.completed", response }),
  ];
}

function failed(code: string): string {
  return frame({
    type: "response.failed",
    response: { id: "resp_1", status: "failed", error: { code, message: KEY }, usage: null },
  });
}

export const responsesProtocol: Protocol = {
  name: "openai",
  provider: (baseUrl, connection) => createOpenAIProvider({ connection, apiKey: KEY, baseUrl: `${baseUrl}/v1` }),
  path: "/v1/responses",
  keyHeader: ["authorization", `Bearer ${KEY}`],
  frames,
  optionalFrames: 0,
  stopReasons: [
    ["completed", "end"],
    ["max_output_tokens", "max-tokens"],
    ["content_filter", "refusal"],
    ["refusal", "refusal"],
    ["something_new", "other"],
  ],
  callsTools: "completed",
  signature: `rs_1 ${SEALED}`,
  conversation: {
    instructions: "Be brief.",
    store: false,
    include: ["reasoning.encrypted_content"],
    reasoning: { effort: "low", summary: "auto" },
    tools: [
      { type: "function", name: "read_file", description: "Reads.", parameters: { type: "object" }, strict: false },
    ],
    tool_choice: "required",
    input: [
      { role: "user", content: "first" },
      {
        ...{ type: "reasoning", id: "rs_1", encrypted_content: SEALED },
        summary: [{ type: "summary_text", text: "hm" }],
      },
      { role: "assistant", content: "I look." },
      { type: "function_call", call_id: "call_1", name: "read_file", arguments: '{"path":"a"}' },
      { type: "function_call_output", call_id: "call_1", output: "Error: no such file" },
      { role: "user", content: "again" },
    ],
  },
  failures: openaiFailures(),
  streamErrors: [
    [failed("server_error"), "overloaded"],
    [failed("rate_limit_exceeded"), "rate-limited"],
    [failed("invalid_prompt"), "bad-request"],
    [failed("something_new"), "overloaded"],
    [frame({ type: "error", code: "server_error", message: KEY, param: null }), "overloaded"],
    [frame({ type: "error", code: "insufficient_quota", message: KEY, param: null }), "no-credit"],
    [frame({ type: "error", code: null, message: KEY, param: null }), "overloaded"],
  ],
};

/** The HTTP errors are the same for both of OpenAI's protocols. */
export function openaiFailures(): Protocol["failures"] {
  return [
    { title: "400", script: json(400, openaiError("invalid_request_error", null)), reason: "bad-request" },
    {
      title: "400 too long",
      script: json(400, openaiError("invalid_request_error", "context_length_exceeded")),
      reason: "bad-request",
    },
    {
      title: "401",
      script: json(401, openaiError("invalid_request_error", "invalid_api_key")),
      reason: "rejected-key",
    },
    { title: "401 without a body", script: { status: 401, body: "" }, reason: "rejected-key" },
    { title: "402", script: json(402, openaiError("billing", null)), reason: "no-credit" },
    { title: "403", script: json(403, openaiError("invalid_request_error", null)), reason: "no-permission" },
    { title: "404", script: json(404, openaiError("invalid_request_error", "model_not_found")), reason: "bad-request" },
    { title: "500", script: json(500, openaiError("server_error", null)), reason: "overloaded" },
    { title: "503", script: json(503, openaiError("server_error", null)), reason: "overloaded" },
    {
      title: "429 without credit",
      script: json(429, openaiError("insufficient_quota", "insufficient_quota"), { "retry-after": "7" }),
      reason: "no-credit",
      retryAfterMs: 7_000,
    },
    {
      title: "429 with retry-after-ms",
      script: json(429, openaiError("requests", "rate_limit_exceeded"), {
        "retry-after": "1",
        "retry-after-ms": "650",
      }),
      reason: "rate-limited",
      retryAfterMs: 650,
    },
    {
      title: "502 with a web page",
      script: { status: 502, body: "<html>", headers: { "content-type": "text/html" } },
      reason: "overloaded",
    },
  ];
}
