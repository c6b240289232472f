/** How circuit breakers, and the services that they stand before, read and look. */
import type { LimitedService } from "../domain/call-limits.ts";
import type { CircuitName } from "../domain/circuit.ts";
import type { StateLook } from "./components/status-badge.tsx";

export const SERVICE_WORDS: Readonly<Record<LimitedService, string>> = {
  anthropic: "Anthropic (Claude)",
  openai: "OpenAI",
  "openai-compatible": "OpenAI-compatible servers",
  github: "GitHub",
  jira: "Jira",
};

export const CIRCUIT_LOOKS: Readonly<Record<CircuitName, StateLook>> = {
  closed: { tone: "success", icon: "circle-check", word: "Closed" },
  open: { tone: "failed", icon: "ban", word: "Open" },
  "half-open": { tone: "warning", icon: "clock", word: "Half open" },
};
