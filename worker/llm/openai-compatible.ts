/**
 * Any server that speaks OpenAI's Chat Completions (Groq, Ollama, vLLM, gateways, the built-in mock), through OpenAI's
 * SDK. Owns the request and the meaning of each chunk, and forgives what such servers leave out: the key, the usage,
 * the model's name, the end marker. Time, bounds and faults are answer-stream.ts's.
 */
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { type AnswerReader, streamAnswer } from "./answer-stream.ts";
import type { Connection } from "./connection.ts";
import { effortOf } from "./effort.ts";
import { type ClientAddress, OPENAI_DEFAULT_MODEL, openaiClient } from "./openai.ts";
import {
  type ModelEvent,
  type ModelMessage,
  type ModelRequest,
  type ModelUsage,
  type Provider,
  type ProviderName,
  partsOf,
  type StopReason,
} from "./provider.ts";
import { type RequestHead, RequestHeads } from "./request-head.ts";
import { type ToolCallDraft, toolCallOf } from "./tool-call.ts";
import { estimateUsage } from "./usage.ts";

export interface OpenAICompatibleOptions {
  readonly connection: Connection;
  /** With `/v1` where the server has it. */
  readonly baseUrl: string;
  /** Left out for a server that asks for none; then no `Authorization` header is sent. */
  readonly apiKey?: string | undefined;
  /** The server's own name for a model. Proxies of OpenAI serve the default; others answer that they do not know it. */
  readonly model?: string | undefined;
  readonly name?: ProviderName;
  readonly label?: string;
  /** Set where the server itself only guesses its usage. */
  readonly usageIsEstimated?: boolean;
}

const heads = new RequestHeads();

export function createOpenAICompatibleProvider(options: OpenAICompatibleOptions): Provider {
  const { connection, baseUrl, apiKey, name = "openai-compatible" } = options;
  const address: ClientAddress = { apiKey, baseURL: baseUrl };
  return {
    name,
    defaultModel: options.model ?? OPENAI_DEFAULT_MODEL,
    stream: (request) =>
      streamAnswer({
        label: options.label ?? "The OpenAI-compatible server",
        ...{ connection, request, body: bodyOf(request) },
        head: () => headOf(address),
        reader: new ChunkReader(request, name, options.usageIsEstimated ?? false),
      }),
  };
}

function headOf(address: ClientAddress): Promise<RequestHead> {
  return heads.get(JSON.stringify(address), async (fetch) => {
    const client = await openaiClient(address, fetch);
    await client.chat.completions.create({ model: "", messages: [], stream: true }).asResponse();
  });
}

function bodyOf(request: ModelRequest): ChatCompletionCreateParamsStreaming {
  const { model, system, messages, tools = [], toolChoice, thinkingTokens, temperature, maxTokens } = request;
  return {
    model,
    messages: [
      ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
      ...messages.flatMap(messagesOf),
    ],
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            type: "function" as const,
            function: { name, description, parameters: { ...inputSchema } },
          })),
          ...(toolChoice === undefined
            ? {}
            : {
                tool_choice:
                  typeof toolChoice === "object" ? { type: "function" as const, function: toolChoice } : toolChoice,
              }),
        }),
    ...(thinkingTokens === undefined ? {} : { reasoning_effort: effortOf(thinkingTokens) }),
    ...(temperature === undefined ? {} : { temperature }),
    // The older name of the field: it is the one that every compatible server knows.
    max_tokens: maxTokens,
    stream: true,
    stream_options: { include_usage: true },
  };
}

/** One message of ours becomes several where tools are concerned: each result is a message here. */
function messagesOf(message: ModelMessage): ChatCompletionMessageParam[] {
  const { role, text } = message;
  if (text !== undefined) return [{ role, content: text }];
  const parts = partsOf(message);
  // What a model thought is not sent back: the protocol has no place for it, and servers differ.
  const content = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  if (role === "user") {
    const results = parts.filter((part) => part.type === "tool-result");
    return [
      ...results.map(({ id, text: result, isError }) => ({
        ...{ role: "tool" as const, tool_call_id: id },
        content: isError ? `Error: ${result}` : result,
      })),
      ...(content === "" ? [] : [{ role, content }]),
    ];
  }
  const calls = parts.filter((part) => part.type === "tool-call");
  const toolCalls = calls.map(({ id, name, input }) => ({
    ...{ id, type: "function" as const },
    function: { name, arguments: JSON.stringify(input) },
  }));
  return [{ role, content: content || null, ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }) }];
}

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  stop: "end",
  length: "max-tokens",
  content_filter: "refusal",
  tool_calls: "tool-use",
  function_call: "tool-use",
};

/** Where servers put what a model thinks; the protocol names no place. */
interface ReasoningDelta {
  /** DeepSeek, vLLM, SGLang. */
  readonly reasoning_content?: unknown;
  /** Ollama, OpenRouter, Groq. */
  readonly reasoning?: unknown;
}

class ChunkReader implements AnswerReader<ChatCompletionChunk> {
  chars = 0;
  #model: string;
  /** Null until a chunk gave the reason: only then is the answer whole. */
  #stopReason: StopReason | null = null;
  #usage: ChatCompletionChunk["usage"] = null;
  #refused = false;
  #thought = "";
  /** Pieces of several calls may come in turn. */
  #calls: (ToolCallDraft & { readonly index: number })[] = [];
  readonly #request: ModelRequest;
  readonly #provider: ProviderName;
  readonly #estimated: boolean;

  constructor(request: ModelRequest, provider: ProviderName, estimated: boolean) {
    this.#request = request;
    this.#provider = provider;
    this.#model = request.model;
    this.#estimated = estimated;
  }

  read(chunk: ChatCompletionChunk): readonly ModelEvent[] {
    this.#model = chunk.model || this.#model;
    this.#usage = chunk.usage ?? this.#usage;
    const choice = chunk.choices?.[0];
    const told = choice?.delta ? this.#take(choice.delta) : [];
    if (choice?.finish_reason) {
      this.#stopReason = STOP_REASONS[choice.finish_reason] ?? "other";
      // The calls are whole now, and a reader need not wait for the figures.
      told.push(...this.#close());
    }
    // The figures come in a chunk of their own behind the reason; some servers send them along with it.
    return this.#usage ? [...told, ...this.end()] : told;
  }

  end(): readonly ModelEvent[] {
    if (this.#stopReason === null) return [];
    const stopReason = this.#refused ? "refusal" : this.#stopReason;
    return [...this.#close(), { type: "done", stopReason, usage: this.#sum(), model: this.#model }];
  }

  #take(delta: ChatCompletionChunk.Choice.Delta & ReasoningDelta): ModelEvent[] {
    const told: ModelEvent[] = [];
    const thinking = delta.reasoning_content || delta.reasoning;
    if (typeof thinking === "string" && thinking !== "") {
      this.chars += thinking.length;
      this.#thought += thinking;
      told.push({ type: "thinking", text: thinking });
    }
    if (delta.refusal) this.#refused = true;
    const text = delta.content || delta.refusal;
    if (text) {
      this.chars += text.length;
      told.push(...this.#closeThought(), { type: "text", text });
    }
    for (const piece of delta.tool_calls ?? []) {
      const call = this.#callAt(piece.index ?? this.#calls.length, piece.id);
      call.id ||= piece.id ?? "";
      call.name ||= piece.function?.name ?? "";
      call.inputText += piece.function?.arguments ?? "";
      this.chars += piece.function?.arguments?.length ?? 0;
    }
    return told;
  }

  /** Servers that count every call as the first tell them apart by their ids. */
  #callAt(index: number, id: string | undefined): ToolCallDraft {
    const known = this.#calls.findLast((call) => call.index === index);
    if (known && (!id || !known.id || known.id === id)) return known;
    const draft = { index, id: "", name: "", inputText: "" };
    this.#calls.push(draft);
    return draft;
  }

  #closeThought(): ModelEvent[] {
    if (this.#thought === "") return [];
    const part = { type: "thinking", text: this.#thought, signature: null, signedBy: this.#provider } as const;
    this.#thought = "";
    return [{ type: "thought", part }];
  }

  #close(): ModelEvent[] {
    const calls = this.#calls;
    this.#calls = [];
    return [...this.#closeThought(), ...calls.map(toolCallOf)];
  }

  /** `prompt_tokens` holds the cached ones already. */
  #sum(): ModelUsage {
    const usage = this.#usage;
    if (!usage) return estimateUsage(this.#request, this.chars);
    return {
      inputTokens: usage.prompt_tokens ?? 0,
      outputTokens: usage.completion_tokens ?? 0,
      thinkingTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
      cacheReadTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
      cacheWriteTokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
      estimated: this.#estimated,
    };
  }
}
