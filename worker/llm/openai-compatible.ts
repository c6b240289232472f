/**
 * Any server that speaks OpenAI's Chat Completions (Groq, Ollama, vLLM, gateways, the built-in mock), through OpenAI's
 * SDK. Owns the request and the meaning of each chunk, and forgives what such servers leave out: the key, the usage,
 * the model's name, the end marker. Time, bounds and faults are answer-stream.ts's.
 */
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import { type AnswerReader, streamAnswer } from "./answer-stream.ts";
import type { Connection } from "./connection.ts";
import { OPENAI_DEFAULT_MODEL } from "./openai.ts";
import type { ModelEvent, ModelRequest, ModelUsage, Provider, ProviderName, StopReason } from "./provider.ts";
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

export function createOpenAICompatibleProvider(options: OpenAICompatibleOptions): Provider {
  return {
    name: options.name ?? "openai-compatible",
    defaultModel: options.model ?? OPENAI_DEFAULT_MODEL,
    async *stream(request) {
      // Imported on the first call: see openai.ts.
      const sdk = await import("openai");
      yield* streamAnswer({
        label: options.label ?? "The OpenAI-compatible server",
        connection: options.connection,
        request,
        errors: sdk,
        reader: new ChunkReader(request, options.usageIsEstimated ?? false),
        open: (fetch, signal) => {
          // A client for each call, and nulls against the environment: see openai.ts.
          const client = new sdk.default({
            // The SDK insists on a key; the header that it would go into is removed below.
            apiKey: options.apiKey ?? "none",
            ...(options.apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {}),
            adminAPIKey: null,
            organization: null,
            project: null,
            webhookSecret: null,
            baseURL: options.baseUrl,
            fetch,
            maxRetries: 0,
            logLevel: "off",
          });
          return client.chat.completions.create(
            {
              model: request.model,
              messages: [
                { role: "system", content: request.system },
                ...request.messages.map(({ role, text }) => ({ role, content: text })),
              ],
              // The older name of the field: it is the one that every compatible server knows.
              max_tokens: request.maxTokens,
              stream: true,
              stream_options: { include_usage: true },
            },
            { signal },
          );
        },
      });
    },
  };
}

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  stop: "end",
  length: "max-tokens",
  content_filter: "refusal",
  tool_calls: "tool-use",
  function_call: "tool-use",
};

class ChunkReader implements AnswerReader<ChatCompletionChunk> {
  #model: string;
  /** Null until a chunk gave the reason: only then is the answer whole. */
  #stopReason: StopReason | null = null;
  #usage: ChatCompletionChunk["usage"] = null;
  #refused = false;
  #chars = 0;
  readonly #request: ModelRequest;
  readonly #estimated: boolean;

  constructor(request: ModelRequest, estimated: boolean) {
    this.#request = request;
    this.#model = request.model;
    this.#estimated = estimated;
  }

  read(chunk: ChatCompletionChunk): ModelEvent | null {
    this.#model = chunk.model || this.#model;
    this.#usage = chunk.usage ?? this.#usage;
    const choice = chunk.choices?.[0];
    if (choice?.finish_reason) this.#stopReason = STOP_REASONS[choice.finish_reason] ?? "other";
    if (choice?.delta?.refusal) this.#refused = true;
    const text = choice?.delta?.content || choice?.delta?.refusal;
    if (text) {
      this.#chars += text.length;
      return { type: "text", text };
    }
    // The figures come in a chunk of their own behind the reason; some servers send them along with it.
    return this.#usage ? this.end() : null;
  }

  end(): ModelEvent | null {
    if (this.#stopReason === null) return null;
    const stopReason = this.#refused ? "refusal" : this.#stopReason;
    return { type: "done", stopReason, usage: this.#sum(), model: this.#model };
  }

  /** `prompt_tokens` holds the cached ones already. */
  #sum(): ModelUsage {
    const usage = this.#usage;
    if (!usage) return estimateUsage(this.#request, this.#chars);
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
