/**
 * The provider that a newcomer without a key gets. It is a small OpenAI-compatible server inside the Worker, reached
 * through its `fetch` alone, so that the adapter and the SDK in front of it are the ones that real servers get.
 * Owns the protocol, the pace and the failures on demand; what it says is mock-answer.ts's.
 * Invariants: no model is called and nothing leaves the Worker; the same request gives the same bytes.
 */
import * as z from "zod";
import type { Clock } from "../domain/ports.ts";
import { boundedAnswer } from "../egress/answer.ts";
import { type CallTimeouts, type Connection, DEFAULT_TIMEOUTS } from "./connection.ts";
import { answerOf } from "./mock-answer.ts";
import { type MockFailure, mockFailureOf } from "./mock-failures.ts";
import { meetingAnswer } from "./mock-meeting.ts";
import type { MeetingRound, MockCall } from "./mock-meeting-calls.ts";
import { toolCallFor } from "./mock-tool-call.ts";
import { createOpenAICompatibleProvider } from "./openai-compatible.ts";
import type { Provider } from "./provider.ts";
import type { SdkFetch } from "./request-head.ts";
import { estimateTokens } from "./usage.ts";

export const MOCK_MODEL = "runyard-mock";
/** Reserved by RFC 6761: were it ever to reach a network, it would resolve to nothing. */
const MOCK_BASE_URL = "http://mock.invalid/v1";

/** How fast the mock writes. */
export interface MockPace {
  readonly firstPieceMs: number;
  readonly pieceMs: number;
}

/** About what a mid-size model does: a quarter of a second, then some 80 words a second. */
const DEFAULT_PACE: MockPace = { firstPieceMs: 250, pieceMs: 12 };
/** At the default pace the longest answer takes 5 s: longer ones come in larger pieces. */
const MAX_PIECES = 400;
/** A model that is asked to think says something; this one says what is true. */
const THINKING = "This is the mock provider: it looks for words in the prompt, and thinks nothing.";
/** Someone who asks for `mock:timeout` wants to see it, not to wait two minutes for it. */
const MOCK_TIMEOUTS: CallTimeouts = { ...DEFAULT_TIMEOUTS, firstByteMs: 5_000 };

export interface MockOptions {
  readonly clock: Clock;
  readonly pace?: MockPace;
  readonly timeouts?: CallTimeouts;
}

export function createMockProvider(options: MockOptions): Provider {
  const send = createMockFetch(options);
  const connection: Connection = {
    fetch: async (url, init) => boundedAnswer(await send(url, init), { signal: init.signal! }),
    clock: options.clock,
    timeouts: options.timeouts ?? MOCK_TIMEOUTS,
  };
  return createOpenAICompatibleProvider({
    connection,
    baseUrl: MOCK_BASE_URL,
    model: MOCK_MODEL,
    name: "mock",
    label: "The mock provider",
    usageIsEstimated: true,
  });
}

const chatRequestSchema = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({
        role: z.string(),
        content: z.string().nullish(),
        tool_calls: z.array(z.unknown()).optional(),
        tool_call_id: z.string().optional(),
      }),
    )
    .min(1),
  stream: z.boolean().optional(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  tools: z
    .array(
      z.object({ function: z.object({ name: z.string(), parameters: z.record(z.string(), z.unknown()).optional() }) }),
    )
    .optional(),
  tool_choice: z
    .union([z.enum(["auto", "required", "none"]), z.object({ function: z.object({ name: z.string() }) })])
    .optional(),
  reasoning_effort: z.string().nullish(),
});
type ChatRequest = z.output<typeof chatRequestSchema>;

/** `POST …/chat/completions`, streaming or whole, as a server would answer it. */
export function createMockFetch({ clock, pace = DEFAULT_PACE }: MockOptions): SdkFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (request.method !== "POST" || !new URL(request.url).pathname.endsWith("/chat/completions")) {
      return errorResponse(404, "invalid_request_error", "unknown_url", "Unknown request URL");
    }
    const body = chatRequestSchema.safeParse(await request.json().catch(() => null));
    if (!body.success) return errorResponse(400, "invalid_request_error", null, "The request is not a chat completion");
    const prompt = body.data.messages.findLast((message) => message.role === "user")?.content ?? "";
    const failure = mockFailureOf(prompt);
    if (failure?.kind === "unreachable") throw new TypeError("The mock refused the connection");
    if (failure?.kind === "timeout") await aborted(request.signal);
    if (failure?.kind === "status")
      return errorResponse(failure.status, failure.type, failure.code, failure.message, failure.headers);
    const answer = mockAnswer(body.data, prompt, failure);
    return body.data.stream ? streamed(body.data, answer, failure, clock, pace) : whole(body.data, answer);
  };
}

/** Never resolves: a server that has the request and says nothing. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function errorResponse(
  status: number,
  type: string,
  code: string | null,
  message: string,
  headers: Record<string, string> = {},
) {
  return Response.json({ error: { message, type, param: null, code } }, { status, headers });
}

interface MockAnswer {
  readonly thinking: string;
  readonly text: string;
  readonly calls: readonly MockCall[];
  readonly finishReason: string;
}

function mockAnswer(request: ChatRequest, prompt: string, failure: MockFailure | null): MockAnswer {
  if (failure?.kind === "empty") return { thinking: "", text: "", calls: [], finishReason: "stop" };
  const thinking = request.reasoning_effort && request.reasoning_effort !== "none" ? THINKING : "";
  const { text, calls } = said(request, prompt);
  if (calls.length > 0) return { thinking, text, calls: withFailure(calls, failure), finishReason: "tool_calls" };
  return { thinking, text, calls, finishReason: failure?.kind === "finish" ? failure.reason : "stop" };
}

/** A meeting is processed; for anything else a tool is called that the prompt names, or a text is written. */
function said({ messages, tools = [], tool_choice: choice = "auto" }: ChatRequest, prompt: string): MeetingRound {
  const round = meetingAnswer({ messages, tools: tools.map(({ function: { name } }) => name) });
  if (round !== null) return round;
  const last = messages.at(-1)!;
  const offered = tools.map(({ function: { name, parameters = {} } }) => ({ name, schema: parameters }));
  const asked = { tools: offered, choice: typeof choice === "object" ? { name: choice.function.name } : choice };
  const call = last.role === "tool" ? null : toolCallFor(prompt, asked);
  // The id is fixed: the same prompt gives the same bytes.
  if (call) return { text: "", calls: [{ id: "call_mock", ...call }] };
  return { text: answerOf(last.role === "tool" ? (last.content ?? "") : prompt), calls: [] };
}

function withFailure([first, ...others]: readonly MockCall[], failure: MockFailure | null): readonly MockCall[] {
  const isCut = failure?.kind === "malformed-call";
  return [{ ...first!, arguments: isCut ? first!.arguments.slice(0, -1) : first!.arguments }, ...others];
}

function usageOf({ messages, tools }: ChatRequest, { thinking, text, calls }: MockAnswer) {
  const textChars = (value: unknown) => (value === undefined ? 0 : JSON.stringify(value).length);
  const asked = messages.map(({ content, tool_calls }) => (content?.length ?? 0) + textChars(tool_calls));
  const prompt_tokens = estimateTokens(asked.reduce((sum, chars) => sum + chars, textChars(tools)));
  const reasoning_tokens = estimateTokens(thinking.length);
  const answered = calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, text.length);
  const completion_tokens = estimateTokens(answered) + reasoning_tokens;
  return {
    ...{ prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    completion_tokens_details: { reasoning_tokens },
  };
}

/** Fixed values where a server would put an id and a time: the same prompt gives the same bytes. */
function envelope(request: ChatRequest, object: string) {
  return { id: "chatcmpl-mock", object, created: 0, model: request.model };
}

function toolCallsOf({ calls }: MockAnswer) {
  const written = calls.map(({ id, ...call }) => ({ id, type: "function", function: call }));
  return written.length === 0 ? undefined : written;
}

function whole(request: ChatRequest, answer: MockAnswer): Response {
  const message = {
    ...{ role: "assistant", content: answer.text || null, refusal: null },
    reasoning_content: answer.thinking || undefined,
    tool_calls: toolCallsOf(answer),
  };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }];
  return Response.json({ ...envelope(request, "chat.completion"), choices, usage: usageOf(request, answer) });
}

function streamed(
  request: ChatRequest,
  answer: MockAnswer,
  failure: MockFailure | null,
  clock: Clock,
  pace: MockPace,
): Response {
  const frames = framesOf(request, answer, failure);
  const encoder = new TextEncoder();
  let sent = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(out) {
      await clock.sleep(sent === 0 ? pace.firstPieceMs : pace.pieceMs);
      if (cancelled) return;
      const frame = frames[sent++];
      if (frame !== undefined) return out.enqueue(encoder.encode(frame));
      if (failure?.kind === "cut") out.error(new TypeError("The mock closed the connection"));
      else out.close();
    },
    cancel() {
      cancelled = true;
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
  });
}

/** The server-sent events of one answer, in order. A failure in the stream comes after half of the text. */
function framesOf(request: ChatRequest, answer: MockAnswer, failure: MockFailure | null): string[] {
  const chunk = (choices: unknown[], usage?: unknown) =>
    // An undefined field is left out of JSON: no usage where none was asked for.
    `data: ${JSON.stringify({ ...envelope(request, "chat.completion.chunk"), choices, usage })}\n\n`;
  const delta = (fields: unknown) => chunk([{ index: 0, delta: fields, logprobs: null, finish_reason: null }]);
  const pieces = [
    ...piecesOf(answer.thinking).map((reasoning_content) => delta({ reasoning_content })),
    ...piecesOf(answer.text).map((content) => delta({ content })),
    ...answer.calls.flatMap(({ id, name, arguments: input }, index) => [
      delta({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
      ...piecesOf(input, Math.ceil(MAX_PIECES / answer.calls.length)).map((text) =>
        delta({ tool_calls: [{ index, function: { arguments: text } }] }),
      ),
    ]),
  ];
  const start = delta({ role: "assistant", content: "" });
  const half = [start, ...pieces.slice(0, Math.ceil(pieces.length / 2))];
  if (failure?.kind === "cut") return half;
  if (failure?.kind === "garbage") return [...half, "data: {not json\n\n"];
  if (failure?.kind === "stream-error") {
    return [
      ...half,
      `data: ${JSON.stringify({ error: { message: "overloaded", type: "server_error", code: null } })}\n\n`,
    ];
  }
  const end = chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: answer.finishReason }]);
  const usage = request.stream_options?.include_usage ? [chunk([], usageOf(request, answer))] : [];
  return [start, ...pieces, end, ...usage, "data: [DONE]\n\n"];
}

/** Words with the blanks behind them, gathered so that there are never more than `most`. */
function piecesOf(answer: string, most = MAX_PIECES): string[] {
  const words = answer.match(/\s*\S+\s*/g) ?? [];
  const size = Math.max(1, Math.ceil(words.length / most));
  const pieces: string[] = [];
  for (let at = 0; at < words.length; at += size) pieces.push(words.slice(at, at + size).join(""));
  return pieces;
}
