/**
 * OpenAI's Responses API through the official SDK. Owns the request and the meaning of each event; time, bounds and
 * faults are answer-stream.ts's. Servers that only speak Chat Completions are openai-compatible.ts's.
 */
import type { InputTokenCountParams } from "openai/resources/responses/input-tokens";
import type {
  Response as OpenAIResponse,
  ResponseCreateParamsStreaming,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseStreamEvent,
} from "openai/resources/responses/responses";
import { PROVIDER_BASE_URLS } from "../domain/provider-key.ts";
import { type AnswerReader, streamAnswer } from "./answer-stream.ts";
import type { Connection } from "./connection.ts";
import { effortOf } from "./effort.ts";
import { faultOfFacts } from "./model-fault.ts";
import {
  type MessagePart,
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelRequest,
  type ModelUsage,
  type Provider,
  partsOf,
  type StopReason,
  type ThinkingPart,
} from "./provider.ts";
import { type RequestHead, RequestHeads, type SdkFetch } from "./request-head.ts";
import { toolCallOf } from "./tool-call.ts";
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

const heads = new RequestHeads();

export function createOpenAIProvider(options: OpenAIOptions): Provider {
  const { connection } = options;
  const address: ClientAddress = { apiKey: options.apiKey, baseURL: options.baseUrl ?? PROVIDER_BASE_URLS.openai! };
  return {
    name: "openai",
    defaultModel: options.model ?? OPENAI_DEFAULT_MODEL,
    stream: (request) =>
      streamAnswer({
        ...{ label: LABEL, connection, request, body: bodyOf(request) },
        head: () => headOf(address),
        reader: new ResponseReader(request, () => connection.clock.now()),
      }),
  };
}

function headOf(address: ClientAddress): Promise<RequestHead> {
  return heads.get(JSON.stringify(address), async (fetch) => {
    const client = await openaiClient(address, fetch);
    await client.responses.create({ model: "", input: [], stream: true }).asResponse();
  });
}

export interface ClientAddress {
  /** The key's stand-in; undefined for a server that asks for none. */
  readonly apiKey: string | undefined;
  readonly baseURL: string;
}

/** A client that sends with `fetch`. */
export async function openaiClient({ apiKey, baseURL }: ClientAddress, fetch: SdkFetch) {
  // Imported on the first call: the SDK is 86 KB gzipped and takes 50 ms to evaluate in a cold isolate, and most requests
  // of the Worker never call a model.
  const { default: OpenAI } = await import("openai");
  // It tells servers what it is by the name of its class, which the build makes short.
  Object.defineProperty(OpenAI, "name", { value: "OpenAI" });
  return new OpenAI({
    // The SDK insists on a key; without one the header that it would go into is removed.
    apiKey: apiKey ?? "none",
    ...(apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {}),
    // Nulls keep the SDK from looking for the rest of its settings in the environment.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    ...{ baseURL, fetch, maxRetries: 0, logLevel: "off" },
  });
}

function bodyOf(request: ModelRequest): ResponseCreateParamsStreaming {
  const { maxTokens, temperature, thinkingTokens } = request;
  return {
    ...promptOf(request),
    max_output_tokens: maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    // Answers are kept here, by the person's own rules; OpenAI would keep them for 30 days. What a model thought then
    // comes sealed, to be sent back.
    store: false,
    ...(thinkingTokens === undefined ? {} : { include: ["reasoning.encrypted_content"] }),
    stream: true,
  };
}

/** What is counted as input. */
function promptOf(request: ModelRequest) {
  const { model, system, messages, tools = [], toolChoice, thinkingTokens } = request;
  return {
    model,
    ...(system === "" ? {} : { instructions: system }),
    input: messages.flatMap(itemsOf),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            ...{ type: "function" as const, name, description, parameters: { ...inputSchema } },
            // Strict schemas are a dialect of their own, which the tools' authors may not have written.
            strict: false,
          })),
          ...(toolChoice === undefined
            ? {}
            : {
                tool_choice: typeof toolChoice === "object" ? { ...toolChoice, type: "function" as const } : toolChoice,
              }),
        }),
    ...(thinkingTokens === undefined
      ? {}
      : { reasoning: { effort: effortOf(thinkingTokens), summary: "auto" as const } }),
  } satisfies InputTokenCountParams;
}

function itemsOf(message: ModelMessage): ResponseInputItem[] {
  return partsOf(message).flatMap((part) => itemOf(message.role, part));
}

function itemOf(role: ModelMessage["role"], part: MessagePart): ResponseInputItem[] {
  switch (part.type) {
    case "text":
      return [{ role, content: part.text }];
    case "tool-call":
      return [{ type: "function_call", call_id: part.id, name: part.name, arguments: JSON.stringify(part.input) }];
    case "tool-result":
      return [
        { type: "function_call_output", call_id: part.id, output: part.isError ? `Error: ${part.text}` : part.text },
      ];
    case "thinking": {
      if (part.signedBy !== "openai" || part.signature === null) return [];
      const [id = "", sealed = ""] = part.signature.split(" ");
      const summary = part.text === "" ? [] : [{ type: "summary_text" as const, text: part.text }];
      return [{ type: "reasoning", id, summary, encrypted_content: sealed }];
    }
  }
}

class ResponseReader implements AnswerReader<ResponseStreamEvent> {
  chars = 0;
  #refused = false;
  #calls = false;
  readonly #request: ModelRequest;
  readonly #now: () => number;

  constructor(request: ModelRequest, now: () => number) {
    this.#request = request;
    this.#now = now;
  }

  read(event: ResponseStreamEvent): readonly ModelEvent[] {
    switch (event.type) {
      case "response.output_text.delta":
        return this.#piece("text", event.delta);
      case "response.refusal.delta":
        this.#refused = true;
        return this.#piece("text", event.delta);
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        return this.#piece("thinking", event.delta);
      case "response.function_call_arguments.delta":
        this.chars += event.delta.length;
        return [];
      case "response.output_item.done":
        return this.#item(event.item);
      case "response.completed":
      case "response.incomplete":
        return [
          {
            type: "done",
            stopReason: this.#stopReason(event.response),
            usage: this.#usage(event.response),
            model: event.response.model ?? this.#request.model,
          },
        ];
      case "response.failed":
        throw this.#fault(event.response.error?.code, event.response);
      case "error":
        throw this.#fault(event.code, null);
      default:
        return [];
    }
  }

  end(): readonly ModelEvent[] {
    return [];
  }

  #piece(type: "text" | "thinking", text: string): ModelEvent[] {
    this.chars += text.length;
    return [{ type, text }];
  }

  /** An item of the answer, whole. Its texts were told in pieces. */
  #item(item: ResponseOutputItem): ModelEvent[] {
    if (item.type === "function_call") {
      this.#calls = true;
      return [toolCallOf({ id: item.call_id ?? "", name: item.name ?? "", inputText: item.arguments ?? "" })];
    }
    if (item.type !== "reasoning") return [];
    const text = [...(item.summary ?? []), ...(item.content ?? [])].map((part) => part.text).join("\n\n");
    const signature = item.encrypted_content ? `${item.id} ${item.encrypted_content}` : null;
    const part: ThinkingPart = { type: "thinking", text, signature, signedBy: "openai" };
    return [{ type: "thought", part }];
  }

  #stopReason(response: OpenAIResponse): StopReason {
    const incomplete = response.incomplete_details?.reason;
    if (incomplete === "max_output_tokens") return "max-tokens";
    if (incomplete === "content_filter" || this.#refused) return "refusal";
    if (incomplete !== undefined && incomplete !== null) return "other";
    return this.#calls ? "tool-use" : "end";
  }

  /** `input_tokens` holds the cached ones already. Gateways leave the details out. */
  #usage(response: OpenAIResponse): ModelUsage {
    const usage = response.usage;
    if (usage === undefined || usage === null) return estimateUsage(this.#request, this.chars);
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
