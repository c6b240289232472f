/**
 * Counting tokens where nobody reported them. Never used to correct a provider's own figures.
 */
import type { ModelRequest, ModelUsage } from "./provider.ts";

/** English text and code average near four characters a token; good enough for a figure that is marked as estimated. */
const CHARS_PER_TOKEN = 4;

export function estimateTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

/** What a call probably used, from the characters sent and received. */
export function estimateUsage(request: Pick<ModelRequest, "system" | "messages">, answerChars: number): ModelUsage {
  const inputChars = request.messages.reduce((sum, message) => sum + message.text.length, request.system.length);
  return {
    inputTokens: estimateTokens(inputChars),
    outputTokens: estimateTokens(answerChars),
    thinkingTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    estimated: true,
  };
}
