/**
 * Counting tokens where nobody reported them. Never used to correct a provider's own figures.
 */
import { type ModelRequest, type ModelUsage, partsOf } from "./provider.ts";

/** English text and code average near four characters a token; good enough for a figure that is marked as estimated. */
const CHARS_PER_TOKEN = 4;
/** What providers put around each message and each tool, and around all of them: measured below 20 and 500, with room. */
const TOKENS_AROUND_ITEM = 32;
const TOKENS_AROUND_REQUEST = 1_024;

export function estimateTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

/** What a call probably used, from the characters sent and received. */
export function estimateUsage(request: ModelRequest, answerChars: number): ModelUsage {
  const inputChars = textsOf(request).reduce((sum, text) => sum + text.length, 0);
  return {
    inputTokens: estimateTokens(inputChars),
    outputTokens: estimateTokens(answerChars),
    thinkingTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    estimated: true,
  };
}

/**
 * More tokens than any provider counts for the request: tokenizers work on bytes, so that no text has more tokens than it
 * has bytes of UTF-8. Some four times too much for English.
 */
export function upperTokens(request: ModelRequest): number {
  const encoder = new TextEncoder();
  const bytes = textsOf(request).reduce((sum, text) => sum + encoder.encode(text).length, 0);
  const items = request.messages.reduce((sum, message) => sum + partsOf(message).length, request.tools?.length ?? 0);
  return bytes + items * TOKENS_AROUND_ITEM + TOKENS_AROUND_REQUEST;
}

/** Everything of a request that a model reads. */
function textsOf({ system, messages, tools = [] }: ModelRequest): string[] {
  const parts = messages.flatMap(partsOf).map((part) => {
    if (part.type === "tool-call") return part.id + part.name + JSON.stringify(part.input);
    if (part.type === "tool-result") return part.id + part.text;
    return part.type === "thinking" ? part.text + (part.signature ?? "") : part.text;
  });
  return [system, ...parts, ...tools.map((tool) => JSON.stringify(tool))];
}
