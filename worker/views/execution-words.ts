/** How calls of models read and look. */
import type { Execution, ExecutionOutcome, ExecutionProvider, ExecutionSourceKind } from "../domain/execution.ts";
import type { StateLook } from "./components/status-badge.tsx";
import { formatCount, formatMicros } from "./format.ts";
import { PROVIDER_WORDS } from "./provider-key-words.ts";

export const OUTCOME_LOOKS: Readonly<Record<ExecutionOutcome, StateLook>> = {
  live: { tone: "running", icon: "loader-circle", word: "Live" },
  whole: { tone: "success", icon: "circle-check", word: "Whole" },
  partial: { tone: "warning", icon: "triangle-alert", word: "Partial" },
  failed: { tone: "failed", icon: "circle-x", word: "Failed" },
  unknown: { tone: "cancelled", icon: "circle-question-mark", word: "Unknown" },
};

export const SOURCE_WORDS: Readonly<Record<ExecutionSourceKind, string>> = {
  generate: "Generate",
  run: "Run",
  api: "API",
};

export function providerWord(provider: ExecutionProvider): string {
  return provider === "mock" ? "Mock" : PROVIDER_WORDS[provider];
}

/** What was paid, or why nobody can say. The mock calls no model, and costs nothing. */
export function costWord({
  provider,
  costMicros,
  outcome,
}: Pick<Execution, "provider" | "costMicros" | "outcome">): string {
  if (provider === "mock") return "Mock";
  if (costMicros !== null) return formatMicros(costMicros);
  return outcome === "live" ? "–" : "unknown";
}

export function tokensWord({ tokens }: Pick<Execution, "tokens">): string {
  if (tokens === null) return "–";
  return `${tokens.isEstimated ? "≈ " : ""}${formatCount(tokens.input)} in, ${formatCount(tokens.output)} out`;
}
