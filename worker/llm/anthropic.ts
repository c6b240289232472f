/**
 * Anthropic's Messages API through the official SDK. Owns the request and the meaning of each event; time, bounds and
 * faults are answer-stream.ts's.
 */
import type {
  ContentBlockParam,
  MessageCountTokensParams,
  MessageCreateParamsStreaming,
  MessageParam,
  RawMessageStreamEvent,
} from "@anthropic-ai/sdk/resources/messages";
import { PROVIDER_BASE_URLS } from "../domain/provider-key.ts";
import { type AnswerReader, streamAnswer } from "./answer-stream.ts";
import type { Connection } from "./connection.ts";
import { effortOf } from "./effort.ts";
import {
  type MessagePart,
  type ModelEvent,
  type ModelMessage,
  type ModelRequest,
  type ModelUsage,
  type Provider,
  partsOf,
  type StopReason,
  type ThinkingPart,
  type ToolChoice,
} from "./provider.ts";
import { type RequestHead, RequestHeads } from "./request-head.ts";
import { type ToolCallDraft, toolCallOf } from "./tool-call.ts";
import { estimateUsage } from "./usage.ts";

export const ANTHROPIC_DEFAULT_MODEL = "claude-sonnet-5-5";

const LABEL = "Anthropic";

export interface AnthropicOptions {
  readonly connection: Connection;
  readonly apiKey: string;
  /** Without `/v1`, which the SDK adds. */
  readonly baseUrl?: string | undefined;
  readonly model?: string | undefined;
}

const heads = new RequestHeads();

function headOf(apiKey: string, baseUrl: string | undefined): Promise<RequestHead> {
  return heads.get(JSON.stringify({ apiKey, baseUrl }), async (fetch) => {
    // Imported on the first call: the SDK is 100 KB gzipped and takes 35 ms to evaluate in a cold isolate, and most
    // requests of the Worker never call a model.
    const { default: Anthropic } = await import("@anthropic-ai/sdk");
    const client = new Anthropic({
      apiKey,
      baseURL: baseUrl ?? PROVIDER_BASE_URLS.anthropic,
      // This SDK sends the key as a bearer token. Gateways look for either header, so they get both.
      ...(baseUrl === undefined ? {} : { defaultHeaders: { "X-Api-Key": apiKey } }),
      ...{ fetch, maxRetries: 0, logLevel: "off" },
    });
    await client.messages.create({ model: "", messages: [], max_tokens: 1, stream: true }).asResponse();
  });
}

export function createAnthropicProvider({ connection, apiKey, baseUrl, model }: AnthropicOptions): Provider {
  return {
    name: "anthropic",
    defaultModel: model ?? ANTHROPIC_DEFAULT_MODEL,
    stream: (request) =>
      streamAnswer({
        ...{ label: LABEL, connection, request, body: bodyOf(request) },
        head: () => headOf(apiKey, baseUrl),
        reader: new MessageReader(request),
        isKnown: (name) => name !== null && name !== "ping",
      }),
  };
}

function bodyOf(request: ModelRequest): MessageCreateParamsStreaming {
  const { temperature, maxTokens } = request;
  const sampled = temperature === undefined ? {} : { temperature };
  return { ...promptOf(request), ...sampled, max_tokens: maxTokens, stream: true };
}

/** Kept by Anthropic for five minutes after its last use. */
const CACHED = { cache_control: { type: "ephemeral" } } as const;

/** What is counted as input. */
function promptOf(request: ModelRequest): MessageCountTokensParams {
  const { model, system, messages, tools = [], toolChoice, cacheSystem } = request;
  return {
    model,
    // A mark on the system prompt covers the tools, which go in front of it. Anthropic refuses empty texts.
    ...(system === "" ? {} : { system: cacheSystem ? [{ type: "text", text: system, ...CACHED }] : system }),
    messages: messages.map(messageOf),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            ...{ name, description },
            input_schema: { ...inputSchema, type: "object" as const },
          })),
          ...(toolChoice === undefined ? {} : { tool_choice: toolChoiceOf(toolChoice) }),
        }),
    ...thinkingOf(request),
  };
}

function toolChoiceOf(choice: ToolChoice): NonNullable<MessageCountTokensParams["tool_choice"]> {
  if (typeof choice === "object") return { type: "tool", name: choice.name };
  return { type: choice === "required" ? "any" : choice };
}

function messageOf(message: ModelMessage): MessageParam {
  const { role, text, cache = false } = message;
  if (text !== undefined && !cache) return { role, content: text };
  const blocks = partsOf(message).flatMap(blockOf);
  const last = blocks.at(-1);
  // Thinking takes no mark; it is never the last part of a message that a later request repeats.
  if (!cache || last === undefined || last.type === "thinking" || last.type === "redacted_thinking") {
    return { role, content: blocks };
  }
  return { role, content: [...blocks.slice(0, -1), { ...last, ...CACHED }] };
}

/** In front of the signature of thoughts that Anthropic keeps to itself. */
const REDACTED_MARK = "redacted:";

function blockOf(part: MessagePart): ContentBlockParam[] {
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [{ type: "text", text: part.text }];
    case "tool-call":
      return [{ type: "tool_use", id: part.id, name: part.name, input: part.input }];
    case "tool-result":
      return [{ type: "tool_result", tool_use_id: part.id, content: part.text, is_error: part.isError ?? false }];
    case "thinking": {
      const { text, signature, signedBy } = part;
      if (signedBy !== "anthropic" || signature === null) return [];
      if (!signature.startsWith(REDACTED_MARK)) return [{ type: "thinking", thinking: text, signature }];
      return [{ type: "redacted_thinking", data: signature.slice(REDACTED_MARK.length) }];
    }
  }
}

/** From Claude 4.6 on the models take an effort, and the later ones refuse a budget. */
function thinkingOf({ model, thinkingTokens }: ModelRequest): Pick<MessageCountTokensParams, "thinking"> {
  if (thinkingTokens === undefined) return {};
  if (!takesEffort(model)) return { thinking: { type: "enabled", budget_tokens: thinkingTokens } };
  const effort = { output_config: { effort: effortOf(thinkingTokens) } };
  return { thinking: { type: "adaptive", display: "summarized" }, ...effort };
}

/** `claude-sonnet-5-5`, `claude-haiku-4-5-20251001`, `claude-3-7-sonnet-20250219`: the first small numbers are the version. */
function takesEffort(model: string): boolean {
  const [major = 0, minor = 0] = (model.match(/(?<=[-.@])\d{1,2}(?=$|[-.@:])/g) ?? []).map(Number);
  return major > 4 || (major === 4 && minor >= 6);
}

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  end_turn: "end",
  stop_sequence: "end",
  max_tokens: "max-tokens",
  model_context_window_exceeded: "max-tokens",
  refusal: "refusal",
  tool_use: "tool-use",
};

/** The figures of the stream. Gateways leave fields out, so each is optional here whatever the SDK's types promise. */
interface ReportedUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number | null } | null;
}

class MessageReader implements AnswerReader<RawMessageStreamEvent> {
  chars = 0;
  /** What is being written, if it is no text. */
  #call: ToolCallDraft | null = null;
  #thought: { text: string; signature: string } | null = null;
  #model: string;
  #stopReason: StopReason = "other";
  #usage: ReportedUsage | null = null;
  readonly #request: ModelRequest;

  constructor(request: ModelRequest) {
    this.#request = request;
    this.#model = request.model;
  }

  read(event: RawMessageStreamEvent): readonly ModelEvent[] {
    switch (event.type) {
      case "message_start":
        this.#model = event.message.model ?? this.#model;
        this.#report(event.message.usage);
        return [];
      case "content_block_start":
        return this.#begin(event.content_block);
      case "content_block_delta":
        return this.#take(event.delta);
      case "content_block_stop":
        return this.#close();
      case "message_delta":
        this.#stopReason = STOP_REASONS[event.delta.stop_reason ?? ""] ?? "other";
        this.#report(event.usage);
        return [];
      case "message_stop":
        return [
          ...this.#close(),
          { type: "done", stopReason: this.#stopReason, usage: this.#sum(), model: this.#model },
        ];
      default:
        return [];
    }
  }

  end(): readonly ModelEvent[] {
    return [];
  }

  #begin(block: Extract<RawMessageStreamEvent, { type: "content_block_start" }>["content_block"]): ModelEvent[] {
    const before = this.#close();
    if (block.type === "tool_use") {
      // Some gateways send the whole input at once; Anthropic begins with an empty one.
      const whole = block.input === undefined || block.input === null ? "" : JSON.stringify(block.input);
      this.#call = { id: block.id ?? "", name: block.name ?? "", inputText: whole === "{}" ? "" : whole };
    }
    if (block.type === "thinking") this.#thought = { text: block.thinking ?? "", signature: block.signature ?? "" };
    if (block.type === "redacted_thinking") this.#thought = { text: "", signature: REDACTED_MARK + block.data };
    return before;
  }

  #take(delta: Extract<RawMessageStreamEvent, { type: "content_block_delta" }>["delta"]): ModelEvent[] {
    switch (delta.type) {
      case "text_delta":
        this.chars += delta.text.length;
        return [{ type: "text", text: delta.text }];
      case "thinking_delta":
        this.chars += delta.thinking.length;
        if (this.#thought) this.#thought.text += delta.thinking;
        return [{ type: "thinking", text: delta.thinking }];
      case "signature_delta":
        if (this.#thought) this.#thought.signature += delta.signature;
        return [];
      case "input_json_delta":
        this.chars += delta.partial_json.length;
        if (this.#call) this.#call.inputText += delta.partial_json;
        return [];
      default:
        return [];
    }
  }

  /** What was being written is whole now: thoughts and tool calls are told as one. */
  #close(): ModelEvent[] {
    const [call, thought] = [this.#call, this.#thought];
    this.#call = null;
    this.#thought = null;
    if (call) return [toolCallOf(call)];
    if (!thought) return [];
    const part: ThinkingPart = {
      type: "thinking",
      text: thought.text,
      signature: thought.signature || null,
      signedBy: "anthropic",
    };
    return [{ type: "thought", part }];
  }

  /** Later figures are totals up to their event, not increments; a null leaves the earlier one standing. */
  #report(usage: ReportedUsage | null | undefined): void {
    const told = Object.entries(usage ?? {}).filter(([, value]) => value !== null && value !== undefined);
    if (told.length > 0) this.#usage = { ...this.#usage, ...Object.fromEntries(told) };
  }

  #sum(): ModelUsage {
    const usage = this.#usage;
    if (usage === null) return estimateUsage(this.#request, this.chars);
    const cacheReadTokens = usage.cache_read_input_tokens ?? 0;
    const cacheWriteTokens = usage.cache_creation_input_tokens ?? 0;
    return {
      inputTokens: (usage.input_tokens ?? 0) + cacheReadTokens + cacheWriteTokens,
      outputTokens: usage.output_tokens ?? 0,
      thinkingTokens: usage.output_tokens_details?.thinking_tokens ?? 0,
      cacheReadTokens,
      cacheWriteTokens,
      estimated: false,
    };
  }
}
