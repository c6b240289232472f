/** How keys of providers, and what came of their tests, read to people. */
import type { KeyedProvider, KeyVerdict, ProviderKey } from "../domain/provider-key.ts";
import type { StateLook } from "./components/status-badge.tsx";

export const PROVIDER_WORDS: Readonly<Record<KeyedProvider, string>> = {
  anthropic: "Anthropic",
  openai: "OpenAI",
  "openai-compatible": "OpenAI-compatible",
};

export const VERDICT_LOOKS: Readonly<Record<KeyVerdict, StateLook>> = {
  works: { tone: "success", icon: "circle-check", word: "Works" },
  "rejected-key": { tone: "failed", icon: "circle-x", word: "Rejected" },
  "no-permission": { tone: "failed", icon: "ban", word: "No permission" },
  "no-credit": { tone: "warning", icon: "triangle-alert", word: "No credit" },
  "rate-limited": { tone: "warning", icon: "clock", word: "Rate-limited" },
  unreachable: { tone: "failed", icon: "circle-x", word: "Unreachable" },
  unclear: { tone: "warning", icon: "circle-question-mark", word: "Unverified" },
};

const UNTESTED: StateLook = { tone: "queued", icon: "circle", word: "Not tested" };
const WITHOUT_KEY: StateLook = { tone: "failed", icon: "key-round", word: "Needs a key" };

/** Without a key only a server that asks for none can be used. */
export function needsKey({ hasKey, provider }: Pick<ProviderKey, "hasKey" | "provider">): boolean {
  return !hasKey && provider !== "openai-compatible";
}

export function keyLook(key: ProviderKey): StateLook {
  if (needsKey(key)) return WITHOUT_KEY;
  return key.lastTest === null ? UNTESTED : VERDICT_LOOKS[key.lastTest.verdict];
}

/** All of a key that is ever shown: of a short one nothing. */
export function maskedKey({ hasKey, hint }: Pick<ProviderKey, "hasKey" | "hint">): string {
  if (!hasKey) return "no key";
  return hint === "" ? "••••" : `…${hint}`;
}
