/**
 * An answer as OpenAI's clients read it: whole, or in chunks. Shapes alone; nothing is sent from here.
 */
import { ModelError, type ModelEvent, type ModelUsage, type StopReason, type ToolCallPart } from "./provider.ts";

export interface AnswerHead {
  /** Of the answer. */
  readonly id: string;
  /** Epoch seconds. */
  readonly created: number;
  /** The model that was asked. */
  readonly model: string;
}

type Done = Extract<ModelEvent, { type: "done" }>;

const FINISH_REASONS: Readonly<Record<StopReason, string>> = {
  end: "stop",
  other: "stop",
  "max-tokens": "length",
  refusal: "content_filter",
  "tool-use": "tool_calls",
};

export function usageOf({ inputTokens, outputTokens, thinkingTokens, cacheReadTokens }: ModelUsage) {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadTokens },
    completion_tokens_details: { reasoning_tokens: thinkingTokens },
  };
}

function callOf({ id, name, input }: ToolCallPart) {
  return { id, type: "function", function: { name, arguments: JSON.stringify(input) } };
}

/** What a client cannot be given: OpenAI's shape has the input as a text, and a client would run into it unawares. */
function malformed(event: Extract<ModelEvent, { type: "malformed-tool-call" }>): ModelError {
  return new ModelError("bad-request", `The model called a tool in a way that cannot be read. ${event.problem}`);
}

/** Gathers a whole answer. Throws {@link ModelError} as `events` does, and for a tool call that cannot be read. */
export async function wholeCompletion(head: AnswerHead, events: AsyncIterable<ModelEvent>) {
  let [content, reasoning] = ["", ""];
  const calls: ReturnType<typeof callOf>[] = [];
  let done: Done | null = null;
  for await (const event of events) {
    if (event.type === "text") content += event.text;
    if (event.type === "thinking") reasoning += event.text;
    if (event.type === "tool-call") calls.push(callOf(event));
    if (event.type === "malformed-tool-call") throw malformed(event);
    if (event.type === "done") done = event;
  }
  // Providers end in `done` or throw.
  if (done === null) throw new Error("A provider's answer ended without its last event");
  const message = {
    ...{ role: "assistant", content: content === "" && calls.length > 0 ? null : content, refusal: null },
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: FINISH_REASONS[done.stopReason] }];
  return { ...head, object: "chat.completion", model: done.model, choices, usage: usageOf(done.usage) };
}

/** Turns events into the data of server-sent events, one answer each. */
export class CompletionChunks {
  readonly #head: AnswerHead;
  readonly #tellsUsage: boolean;
  #calls = 0;

  constructor(head: AnswerHead, tellsUsage: boolean) {
    this.#head = head;
    this.#tellsUsage = tellsUsage;
  }

  /** Says who speaks; before any other. */
  start(): string {
    return this.#chunk({ role: "assistant", content: "" });
  }

  /** Throws {@link ModelError} for a tool call that cannot be read. */
  of(event: ModelEvent): string[] {
    switch (event.type) {
      case "text":
        return [this.#chunk({ content: event.text })];
      case "thinking":
        return [this.#chunk({ reasoning_content: event.text })];
      case "tool-call":
        return [this.#chunk({ tool_calls: [{ index: this.#calls++, ...callOf(event) }] })];
      case "malformed-tool-call":
        throw malformed(event);
      case "done":
        return [
          this.#chunk({}, FINISH_REASONS[event.stopReason]),
          ...(this.#tellsUsage ? [this.#json([], usageOf(event.usage))] : []),
          "[DONE]",
        ];
      default:
        return [];
    }
  }

  #chunk(delta: object, finishReason: string | null = null): string {
    return this.#json([{ index: 0, delta, logprobs: null, finish_reason: finishReason }], null);
  }

  #json(choices: readonly unknown[], usage: ReturnType<typeof usageOf> | null): string {
    // With usage asked for, every chunk has the field.
    const told = this.#tellsUsage ? { usage } : {};
    return JSON.stringify({ ...this.#head, object: "chat.completion.chunk", choices, ...told });
  }
}
