/**
 * A meeting processed by tool calls: the model calls capabilities over as many round trips as it wants, until it calls
 * none. Calls of one answer are made in order. What goes wrong with a call goes back to the model as its result.
 *
 * Invariant: an answer, and what each of its calls gave, is kept before the next question is asked.
 */
import type { MeasuredCall, ProcessingFailure } from "../domain/meeting-processing.ts";
import type { MalformedToolCall, MessagePart, ModelMessage, ToolCallPart, ToolResultPart } from "../llm/provider.ts";
import { type Answer, askModel } from "./ask-model.ts";
import type { Processed, ProcessedMeeting, ProcessingOptions, ProcessingPorts, ToolAnswer } from "./ports.ts";
import { longSentence, THINKING_TOKENS } from "./process-by-program.ts";
import { meetingPrompt, TRANSCRIPT_CHARS, toolsSystem } from "./prompt.ts";

export const TOOL_BOUNDS = {
  /** Long meetings take ten or so; a model that is still not done goes around in circles. */
  roundTrips: 30,
  /** Of all of them together: a transcript of the largest size, sent again with each. */
  tokens: 3_000_000,
  /** Calls of the whole processing. */
  calls: 1_200,
  /** Of one answer. */
  answerTokens: 8_000,
  /** Of one result: a hundred items with their texts. */
  resultChars: 60_000,
} as const;

type Ended =
  | Omit<Extract<Processed, { kind: "failed" }>, "calls">
  | Omit<Extract<Processed, { kind: "processed" }>, "calls">;

export async function processByTools(
  ports: ProcessingPorts,
  meeting: ProcessedMeeting,
  options: ProcessingOptions,
): Promise<Processed> {
  const conversation = new Conversation(ports, options);
  ports.tell({ type: "begin", phase: "converse" });
  let ended: Ended | null = null;
  try {
    ended = await conversation.run(meetingPrompt(meeting));
  } finally {
    ports.tell({ type: "end", phase: "converse", isOk: ended?.kind === "processed" });
  }
  return { ...ended, calls: conversation.calls };
}

class Conversation {
  readonly #ports: ProcessingPorts;
  readonly #options: ProcessingOptions;
  readonly #messages: ModelMessage[] = [];
  readonly calls: MeasuredCall[] = [];
  #toolCalls = 0;

  constructor(ports: ProcessingPorts, options: ProcessingOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async run(prompt: string): Promise<Ended> {
    if (prompt.length > TRANSCRIPT_CHARS) return failed("limit", longSentence(prompt.length));
    // It is sent again with each round trip.
    this.#messages.push({ role: "user", text: prompt, cache: true });
    for (let round = 1; round <= TOOL_BOUNDS.roundTrips; round++) {
      const answer = await this.#ask(round);
      this.calls.push(answer.call);
      if (answer.kind === "no-answer") {
        return failed(answer.reason === "aborted" ? "cancelled" : "no-answer", answer.sentence);
      }
      const ended = endOf(answer) ?? this.#beyondBounds(answer);
      if (ended) return ended;
      if (this.#ports.signal.aborted) return failed("cancelled", "The run was cancelled.");
      const results = await this.#results(answer, round);
      this.#messages.push({ role: "assistant", parts: ownMessage(answer, round) }, { role: "user", parts: results });
    }
    return failed(
      "limit",
      `The model was still calling tools after ${TOOL_BOUNDS.roundTrips} round trips. What it wrote until then is listed.`,
    );
  }

  #ask(round: number) {
    const { thinking } = this.#options;
    const { provider, capabilities } = this.#ports;
    const request = {
      system: toolsSystem(),
      cacheSystem: true,
      messages: this.#withCachedEnd(),
      tools: capabilities.tools,
      maxTokens: TOOL_BOUNDS.answerTokens + (thinking ? THINKING_TOKENS : 0),
      ...(thinking ? { thinkingTokens: THINKING_TOKENS } : {}),
    };
    return askModel(this.#ports, { name: `v1:${round}`, version: "v1", phase: "converse", provider, request });
  }

  /** The last message is cached, too: the next round trip repeats everything up to there. */
  #withCachedEnd(): ModelMessage[] {
    return this.#messages.map((message, at) =>
      at === this.#messages.length - 1 ? { ...message, cache: true } : message,
    );
  }

  #beyondBounds({ toolCalls }: Answer): Ended | null {
    const tokens = this.calls.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
    if (tokens > TOOL_BOUNDS.tokens) {
      return failed(
        "limit",
        `The conversation used ${tokens} tokens; at most ${TOOL_BOUNDS.tokens} are spent on a meeting.`,
      );
    }
    if (this.#toolCalls + toolCalls.length > TOOL_BOUNDS.calls) {
      return failed("limit", `The model called tools more than ${TOOL_BOUNDS.calls} times.`);
    }
    return null;
  }

  async #results({ toolCalls }: Answer, round: number): Promise<MessagePart[]> {
    const name = `results:${round}`;
    const known = this.#ports.kept.get(name) as ToolResultPart[] | undefined;
    const results: ToolResultPart[] = [];
    for (const [at, call] of toolCalls.entries()) {
      const answer = await this.#call(call);
      const text = answer.ok ? resultText(answer.value) : answer.message;
      results.push({ type: "tool-result", id: idOf(call, round, at), text, ...(answer.ok ? {} : { isError: true }) });
    }
    // The model has answered to what it was told then. The calls were made all the same: they put back on the desk what
    // an attempt that was lost had there.
    if (known !== undefined) return known;
    this.#ports.kept.put(name, results);
    return results;
  }

  async #call(call: ToolCallPart | MalformedToolCall): Promise<ToolAnswer> {
    const number = this.#toolCalls++;
    if (call.type === "malformed-tool-call") return { ok: false, message: call.problem };
    const capability = this.#ports.capabilities.capabilityOf(call.name);
    if (capability === null) return { ok: false, message: `There is no tool called “${call.name.slice(0, 64)}”.` };
    return this.#ports.callTool(capability, call.input, number);
  }
}

function failed(reason: ProcessingFailure, sentence: string): Ended {
  return { kind: "failed", version: "v1", reason, sentence, program: null, outcome: null };
}

/** What an answer ends the conversation with; null for one that goes on. */
function endOf({ toolCalls, stopReason, text }: Answer): Ended | null {
  if (stopReason === "refusal") return failed("no-program", "The model declined to process this meeting.");
  if (stopReason === "max-tokens") {
    return failed(
      "limit",
      "The model reached the limit of its answer in the middle of a call. What it wrote until then is listed.",
    );
  }
  return toolCalls.length > 0 ? null : { kind: "processed", version: "v1", program: null, result: text.trim() };
}

/** What the model said, with calls that could not be read as calls without input: each result needs its call. */
function ownMessage({ parts, toolCalls }: Answer, round: number): MessagePart[] {
  const calls = toolCalls.map((call, at): MessagePart => {
    if (call.type === "tool-call") return call;
    return { type: "tool-call", id: idOf(call, round, at), name: call.name || "unnamed", input: {} };
  });
  return [...parts.filter(({ type }) => type !== "tool-call"), ...calls];
}

/** A call that came without an id gets one of ours. */
function idOf({ id }: ToolCallPart | MalformedToolCall, round: number, at: number): string {
  return id === "" ? `call_${round}_${at}` : id;
}

function resultText(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length <= TOOL_BOUNDS.resultChars) return text;
  return `${text.slice(0, TOOL_BOUNDS.resultChars).toWellFormed()}\n(cut: the answer has ${text.length} characters; ask for less)`;
}
