/**
 * Chooses the provider from the settings that a person made, and says what is wrong with them. Reads no environment:
 * config.ts does.
 */
import { createAnthropicProvider } from "./anthropic.ts";
import { apiKeyProblem, baseUrlProblem, type Connection } from "./connection.ts";
import { createMockProvider } from "./mock.ts";
import { createOpenAIProvider, OPENAI_BASE_URL } from "./openai.ts";
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

const MODEL_CHARS = 200;

/** Everything that is wrong, at once. {@link selectProvider} takes settings for which this is empty. */
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
    const problem = isSet(text) ? checks[setting](text) : null;
    return problem === null ? [] : [{ setting, problem }];
  });
}

/** Anthropic's key goes first, then a server by its address, then OpenAI's key, then the mock. */
export function selectProvider(settings: ProviderSettings, connection: Connection): Provider {
  const [problem] = providerSettingProblems(settings);
  // Reaching this is a bug of the caller; sending a key to a bad address would be worse than stopping.
  if (problem) throw new Error(`${problem.setting} ${problem.problem}`);
  const { anthropicApiKey, openaiApiKey, openaiBaseUrl } = settings;
  const model = isSet(settings.model) ? settings.model : undefined;
  if (isSet(anthropicApiKey)) {
    const baseUrl = isSet(settings.anthropicBaseUrl) ? settings.anthropicBaseUrl : undefined;
    return createAnthropicProvider({ connection, apiKey: anthropicApiKey, baseUrl, model });
  }
  const isOpenAIItself = isSet(openaiBaseUrl) && new URL(openaiBaseUrl).host === new URL(OPENAI_BASE_URL).host;
  if (isSet(openaiBaseUrl) && !(isOpenAIItself && isSet(openaiApiKey))) {
    const apiKey = isSet(openaiApiKey) ? openaiApiKey : undefined;
    return createOpenAICompatibleProvider({ connection, baseUrl: openaiBaseUrl, apiKey, model });
  }
  if (isSet(openaiApiKey))
    return createOpenAIProvider({ connection, apiKey: openaiApiKey, baseUrl: openaiBaseUrl || undefined, model });
  return createMockProvider({ clock: connection.clock });
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function modelProblem(text: string): string | null {
  if (text.length > MODEL_CHARS) return `is longer than ${MODEL_CHARS} characters`;
  return /^[\x21-\x7e]+$/.test(text) ? null : "contains a space or a character that no model name has";
}
