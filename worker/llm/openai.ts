/**
 * OpenAI's Responses API through the official SDK. Owns the request and the meaning of each event; time, bounds and
 * faults are answer-stream.ts's. Servers that only speak Chat Completions are openai-compatible.ts's.
 */
import type { Response as OpenAIResponse, ResponseStreamEvent } from "openai/resources/responses/responses";
import { PROVIDER_BASE_URLS } from "../domain/provider-key.ts";
import { type AnswerReader, streamAnswer } from "./answer-stream.ts";
import type { Connection } from "./connection.ts";
import { faultOfFacts } from "./model-fault.ts";
import {
  ModelError,
  type ModelEvent,
  type ModelRequest,
  type ModelUsage,
  type Provider,
  type StopReason,
} from "./provider.ts";
import { estimateUsage } from "./usage.ts";

export const OPENAI_DEFAULT_MODEL = "gpt-5.5";
const LABEL = "OpenAI";

export interface OpenAIOptions {
  readonly connection: Connection;
  readonly apiKey: string;
  /** With `/v1`. */
  readonly baseUrl?: string | undefined;
  readonly model?: string | undefined;
}

export function createOpenAIProvider(options: OpenAIOptions): Provider {
  return {
    name: "openai",
    defaultModel: options.model ?? OPENAI_DEFAULT_MODEL,
    async *stream(request) {
      // Imported on the first call: the SDK is 86 KB gzipped and takes 50 ms to evaluate in a cold isolate, and most
      // requests of the Worker never call a model.
      const sdk = await import("openai");
      yield* streamAnswer({
        label: LABEL,
        connection: options.connection,
        request,
        errors: sdk,
        reader: new ResponseReader(request, () => options.connection.clock.now()),
        open: (fetch, signal) => {
          // A client for each call (0.2 ms): a Worker may not carry sockets and signals over from another request.
          // Nulls keep the SDK from looking for the rest of its settings in the environment.
          const client = new sdk.default({
            apiKey: options.apiKey,
            adminAPIKey: null,
            organization: null,
            project: null,
            webhookSecret: null,
            baseURL: options.baseUrl ?? PROVIDER_BASE_URLS.openai,
            fetch,
            maxRetries: 0,
            logLevel: "off",
          });
          return client.responses.create(
            {
              model: request.model,
              instructions: request.system,
              input: request.messages.map(({ role, text }) => ({ role, content: text })),
              max_output_tokens: request.maxTokens,
              // Answers are kept here, by the person's own rules; OpenAI would keep them for 30 days.
              store: false,
              stream: true,
            },
            { signal },
          );
        },
      });
    },
  };
}

class ResponseReader implements AnswerReader<ResponseStreamEvent> {
  #refused = false;
  #chars = 0;
  readonly #request: ModelRequest;
  readonly #now: () => number;

  constructor(request: ModelRequest, now: () => number) {
    this.#request = request;
    this.#now = now;
  }

  read(event: ResponseStreamEvent): ModelEvent | null {
    switch (event.type) {
      case "response.output_text.delta":
        return this.#text(event.delta);
      case "response.refusal.delta":
        this.#refused = true;
        return this.#text(event.delta);
      case "response.completed":
      case "response.incomplete":
        return {
          type: "done",
          stopReason: this.#stopReason(event.response),
          usage: this.#usage(event.response),
          model: event.response.model ?? this.#request.model,
        };
      case "response.failed":
        throw this.#fault(event.response.error?.code, event.response);
      case "error":
        throw this.#fault(event.code, null);
      default:
        return null;
    }
  }

  end(): null {
    return null;
  }

  #text(text: string): ModelEvent {
    this.#chars += text.length;
    return { type: "text", text };
  }

  #stopReason(response: OpenAIResponse): StopReason {
    const incomplete = response.incomplete_details?.reason;
    if (incomplete === "max_output_tokens") return "max-tokens";
    if (incomplete === "content_filter" || this.#refused) return "refusal";
    if (incomplete !== undefined && incomplete !== null) return "other";
    return response.output?.some((item) => item.type === "function_call") ? "tool-use" : "end";
  }

  /** `input_tokens` holds the cached ones already. Gateways leave the details out. */
  #usage(response: OpenAIResponse): ModelUsage {
    const usage = response.usage;
    if (usage === undefined || usage === null) return estimateUsage(this.#request, this.#chars);
    return {
      inputTokens: usage.input_tokens ?? 0,
      outputTokens: usage.output_tokens ?? 0,
      thinkingTokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
      cacheReadTokens: usage.input_tokens_details?.cached_tokens ?? 0,
      cacheWriteTokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
      estimated: false,
    };
  }

  #fault(code: string | null | undefined, response: OpenAIResponse | null): ModelError {
    const kinds = typeof code === "string" ? [code] : [];
    const fault = faultOfFacts({ status: null, kinds, message: "" }, LABEL, null, this.#now());
    const usage = response?.usage ? this.#usage(response) : null;
    return new ModelError(fault.reason, fault.message, { usage });
  }
}
