/**
 * Anthropic's Messages API through the official SDK. Owns the request and the meaning of each event; time, bounds and
 * faults are answer-stream.ts's.
 */
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { PROVIDER_BASE_URLS } from "../domain/provider-key.ts";
import { type AnswerReader, streamAnswer } from "./answer-stream.ts";
import type { Connection } from "./connection.ts";
import type { ModelEvent, ModelRequest, ModelUsage, Provider, StopReason } from "./provider.ts";
import { estimateUsage } from "./usage.ts";

export const ANTHROPIC_DEFAULT_MODEL = "claude-sonnet-5-5";

export interface AnthropicOptions {
  readonly connection: Connection;
  readonly apiKey: string;
  /** Without `/v1`, which the SDK adds. */
  readonly baseUrl?: string | undefined;
  readonly model?: string | undefined;
}

export function createAnthropicProvider(options: AnthropicOptions): Provider {
  return {
    name: "anthropic",
    defaultModel: options.model ?? ANTHROPIC_DEFAULT_MODEL,
    async *stream(request) {
      // Imported on the first call: the SDK is 100 KB gzipped and takes 35 ms to evaluate in a cold isolate, and most
      // requests of the Worker never call a model.
      const sdk = await import("@anthropic-ai/sdk");
      yield* streamAnswer({
        label: "Anthropic",
        connection: options.connection,
        request,
        errors: sdk,
        reader: new MessageReader(request),
        open: (fetch, signal) => {
          // A client for each call (0.1 ms): a Worker may not carry sockets and signals over from another request.
          const client = new sdk.default({
            apiKey: options.apiKey,
            baseURL: options.baseUrl ?? PROVIDER_BASE_URLS.anthropic,
            // This SDK sends the key as a bearer token. Gateways look for either header, so they get both.
            ...(options.baseUrl === undefined ? {} : { defaultHeaders: { "X-Api-Key": options.apiKey } }),
            fetch,
            maxRetries: 0,
            logLevel: "off",
          });
          return client.messages.create(
            {
              model: request.model,
              system: request.system,
              messages: request.messages.map(({ role, text }) => ({ role, content: text })),
              max_tokens: request.maxTokens,
              stream: true,
            },
            { signal },
          );
        },
      });
    },
  };
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
  #model: string;
  #stopReason: StopReason = "other";
  #usage: ReportedUsage | null = null;
  #chars = 0;
  readonly #request: ModelRequest;

  constructor(request: ModelRequest) {
    this.#request = request;
    this.#model = request.model;
  }

  read(event: RawMessageStreamEvent): ModelEvent | null {
    switch (event.type) {
      case "message_start":
        this.#model = event.message.model ?? this.#model;
        this.#report(event.message.usage);
        return null;
      case "content_block_delta":
        if (event.delta.type !== "text_delta") return null;
        this.#chars += event.delta.text.length;
        return { type: "text", text: event.delta.text };
      case "message_delta":
        this.#stopReason = STOP_REASONS[event.delta.stop_reason ?? ""] ?? "other";
        this.#report(event.usage);
        return null;
      case "message_stop":
        return { type: "done", stopReason: this.#stopReason, usage: this.#sum(), model: this.#model };
      default:
        return null;
    }
  }

  end(): null {
    return null;
  }

  /** Later figures are totals up to their event, not increments; a null leaves the earlier one standing. */
  #report(usage: ReportedUsage | null | undefined): void {
    const told = Object.entries(usage ?? {}).filter(([, value]) => value !== null && value !== undefined);
    if (told.length > 0) this.#usage = { ...this.#usage, ...Object.fromEntries(told) };
  }

  #sum(): ModelUsage {
    const usage = this.#usage;
    if (usage === null) return estimateUsage(this.#request, this.#chars);
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
