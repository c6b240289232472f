/** Thinking budgets in tokens, for the models that take an effort in words instead. */

export type Effort = "low" | "medium" | "high";

/** Smallest budget of each effort, largest first: what providers' guides spend on them, roughly. */
const EFFORTS: readonly (readonly [tokens: number, effort: Effort])[] = [
  [16_384, "high"],
  [4_096, "medium"],
  [0, "low"],
];

export function effortOf(thinkingTokens: number): Effort {
  return EFFORTS.find(([tokens]) => thinkingTokens >= tokens)![1];
}

/** The budget that stands for an effort. */
export function thinkingTokensOf(effort: Effort): number {
  return Math.max(1_024, EFFORTS.find(([, name]) => name === effort)![0]);
}
