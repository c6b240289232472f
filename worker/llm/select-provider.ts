/**
 * Chooses the provider from the settings that an operator made, says what is wrong with them, and makes the adapter for a
 * choice, whoever made it. Reads no environment: config.ts does. No key comes through here: adapters hold its stand-in,
 * and the gateway behind the connection puts the key in its place.
 */
import {
  apiKeyProblem,
  baseUrlProblem,
  type KeyedProvider,
  modelProblem,
  PROVIDER_BASE_URLS,
} from "../domain/provider-key.ts";
import { KEY_STAND_IN } from "../egress/egress.ts";
import { ANTHROPIC_DEFAULT_MODEL, createAnthropicProvider } from "./anthropic.ts";
import type { Connection } from "./connection.ts";
import { createOpenAIProvider, OPENAI_DEFAULT_MODEL } from "./openai.ts";
import { createOpenAICompatibleProvider } from "./openai-compatible.ts";
import type { Provider } from "./provider.ts";

/** All optional: without any, the built-in mock answers. An empty text counts as not set. */
export interface ProviderSettings {
  readonly anthropicApiKey?: string | undefined;
  /** Without `/v1`. */
  readonly anthropicBaseUrl?: string | undefined;
  readonly openaiApiKey?: string | undefined;
  /** With `/v1`. Set, it means a server that speaks Chat Completions, unless it is OpenAI's own. */
  readonly openaiBaseUrl?: string | undefined;
  /** The model to ask for, in the chosen provider's own naming. */
  readonly model?: string | undefined;
}

export interface SettingProblem {
  readonly setting: keyof ProviderSettings;
  /** The end of a sentence that starts with the setting's name. Never repeats the value. */
  readonly problem: string;
}

export interface ProviderChoice {
  readonly provider: KeyedProvider;
  readonly baseUrl: string;
  /** Null for the provider's usual one. */
  readonly model: string | null;
  /** False for a server that asks for none. */
  readonly hasKey: boolean;
}

/** Everything that is wrong, at once. {@link chooseProvider} takes settings for which this is empty. */
export function providerSettingProblems(settings: ProviderSettings): SettingProblem[] {
  const checks: Readonly<Record<keyof ProviderSettings, (text: string) => string | null>> = {
    anthropicApiKey: apiKeyProblem,
    anthropicBaseUrl: baseUrlProblem,
    openaiApiKey: apiKeyProblem,
    openaiBaseUrl: baseUrlProblem,
    model: modelProblem,
  };
  return (Object.keys(checks) as (keyof ProviderSettings)[]).flatMap((setting) => {
    const text = settings[setting];
    const problem = text ? checks[setting](text) : null;
    return problem === null ? [] : [{ setting, problem }];
  });
}

/**
 * Anthropic's key goes first, then a server by its address, then OpenAI's key; null for the mock. `keySetting` names the
 * setting that holds the key.
 */
export function chooseProvider(
  settings: ProviderSettings,
): (ProviderChoice & { readonly keySetting: "anthropicApiKey" | "openaiApiKey" }) | null {
  const [problem] = providerSettingProblems(settings);
  // Reaching this is a bug of the caller; sending a key to a bad address would be worse than stopping.
  if (problem) throw new Error(`${problem.setting} ${problem.problem}`);
  const { anthropicApiKey, openaiApiKey, openaiBaseUrl } = settings;
  const model = settings.model || null;
  if (anthropicApiKey) {
    const baseUrl = settings.anthropicBaseUrl || PROVIDER_BASE_URLS.anthropic!;
    return { provider: "anthropic", baseUrl, model, hasKey: true, keySetting: "anthropicApiKey" };
  }
  const own = PROVIDER_BASE_URLS.openai!;
  const hasKey = Boolean(openaiApiKey);
  const isOpenAIItself = !openaiBaseUrl || new URL(openaiBaseUrl).host === new URL(own).host;
  if (hasKey && isOpenAIItself)
    return { provider: "openai", baseUrl: openaiBaseUrl || own, model, hasKey, keySetting: "openaiApiKey" };
  if (!openaiBaseUrl) return null;
  return { provider: "openai-compatible", baseUrl: openaiBaseUrl, model, hasKey, keySetting: "openaiApiKey" };
}

const USUAL_MODELS: Readonly<Record<KeyedProvider, string>> = {
  anthropic: ANTHROPIC_DEFAULT_MODEL,
  openai: OPENAI_DEFAULT_MODEL,
  "openai-compatible": OPENAI_DEFAULT_MODEL,
};

/** The model that is asked where nobody names one. */
export function usualModelOf({ provider, model }: Pick<ProviderChoice, "provider" | "model">): string {
  return model ?? USUAL_MODELS[provider];
}

export function createProvider(
  { provider, baseUrl: chosenUrl, model: chosenModel, hasKey }: ProviderChoice,
  connection: Connection,
): Provider {
  const baseUrl = chosenUrl === PROVIDER_BASE_URLS[provider] ? undefined : chosenUrl;
  const model = chosenModel ?? undefined;
  switch (provider) {
    case "anthropic":
      return createAnthropicProvider({ connection, apiKey: KEY_STAND_IN, baseUrl, model });
    case "openai":
      return createOpenAIProvider({ connection, apiKey: KEY_STAND_IN, baseUrl, model });
    case "openai-compatible":
      return createOpenAICompatibleProvider({
        connection,
        baseUrl: chosenUrl,
        apiKey: hasKey ? KEY_STAND_IN : undefined,
        model,
      });
  }
}
