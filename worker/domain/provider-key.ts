/** Keys with which a workspace asks providers of models, as the API and the pages show them; what may be asked of them. */
import * as z from "zod";
import { handPricesSchema, shownPriceSchema } from "./hand-price.ts";

/** Providers that a key can be for: all but the built-in mock. */
export const KEYED_PROVIDERS = ["anthropic", "openai", "openai-compatible"] as const;
export type KeyedProvider = (typeof KEYED_PROVIDERS)[number];

/** Where each provider is asked unless another address is given; null where one has to be given. */
export const PROVIDER_BASE_URLS: Readonly<Record<KeyedProvider, string | null>> = {
  anthropic: "https://api.anthropic.com",
  openai: "https://api.openai.com/v1",
  "openai-compatible": null,
};

/** Whether prices can be set by hand with a key: those of the others are known. */
export function takesPrices(provider: KeyedProvider): boolean {
  return provider === "openai-compatible";
}

/** What a test of a key can come to. */
export const KEY_VERDICTS = [
  "works",
  "rejected-key",
  "no-permission",
  "no-credit",
  "rate-limited",
  "unreachable",
  "unclear",
] as const;
export type KeyVerdict = (typeof KEY_VERDICTS)[number];

/** What to do about a verdict. */
export const VERDICT_ADVICE: Readonly<Record<KeyVerdict, string>> = {
  works: "Nothing: it is ready for use.",
  "rejected-key": "Copy the key whole from the provider's console, or make a new one there.",
  "no-permission": "Give the key the right to use this model in the provider's console, or choose another model.",
  "no-credit": "Add credit to the account in the provider's console. The key itself is right.",
  "rate-limited": "The key is known. Test it again in a minute, or raise the account's limit.",
  unreachable: "Check the base URL, and that the server runs and can be reached from here.",
  unclear: "Test again. If it stays so, check the model's name and the base URL.",
};

/** Keys of one workspace. */
export const PROVIDER_KEYS_MAX = 20;

/** For how long the key before a rotation is still taken where the provider rejects the new one, in seconds. */
export const KEY_OVERLAP_SECONDS = { default: 86_400, max: 7 * 86_400 } as const;

const BASE_URL_CHARS = 2_000;
const API_KEY_CHARS = 1_000;
const MODEL_CHARS = 200;
const NAME_CHARS = 60;

/** Why `text` cannot be the base URL of a provider, as the end of a sentence that starts with the setting's name. */
export function baseUrlProblem(text: string): string | null {
  if (text.length > BASE_URL_CHARS) return `is longer than ${BASE_URL_CHARS} characters`;
  const url = URL.parse(text);
  if (url === null) return "is not a URL; it looks like https://api.example.com/v1";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must start with https:// or http://";
  if (url.username !== "" || url.password !== "")
    return "must not contain a user name or password; set the API key instead";
  if (/[?#]/.test(text)) return "must not contain a query or a fragment";
  return null;
}

/** Why `text` cannot be an API key. A header takes visible ASCII only, and the platform's error repeats the key. */
export function apiKeyProblem(text: string): string | null {
  if (text.length > API_KEY_CHARS) return `is longer than ${API_KEY_CHARS} characters`;
  return /^[\x21-\x7e]+$/.test(text) ? null : "contains a space, a line break or a character that no API key has";
}

export function modelProblem(text: string): string | null {
  if (text.length > MODEL_CHARS) return `is longer than ${MODEL_CHARS} characters`;
  return /^[\x21-\x7e]+$/.test(text) ? null : "contains a space or a character that no model name has";
}

/** A text without the spaces that came along when it was copied; empty means that none is given. */
const trimmed = (problemOf: (text: string) => string | null) =>
  z
    .string()
    .trim()
    .superRefine((text, context) => {
      const message = text === "" ? null : problemOf(text);
      if (message !== null) context.addIssue({ code: "custom", message });
    });

const name = z.string().trim().min(1, "is required").max(NAME_CHARS, `is longer than ${NAME_CHARS} characters`);
const key = trimmed(apiKeyProblem);
/** Of the models of one key. */
export const pricesSchema = handPricesSchema(trimmed(modelProblem).refine((text) => text !== "", "is required"));
const settings = z.strictObject({
  provider: z.enum(KEYED_PROVIDERS, `must be one of ${KEYED_PROVIDERS.join(", ")}`),
  /** Empty for the provider's own address. */
  baseUrl: trimmed(baseUrlProblem).default(""),
  /** Empty for the provider's usual model. */
  model: trimmed(modelProblem).default(""),
  /** Empty where the server asks for none. */
  key: key.default(""),
});

/** About prices for a key that takes none, as the end of a sentence. */
export const NO_PRICES = "can be set for OpenAI-compatible servers alone: what other providers ask for is known";

/** What is tested before it is saved. A key is left out for a server that asks for none. */
export const testKeySchema = settings.superRefine(requireParts);
export const createKeySchema = settings
  .extend({ name, prices: pricesSchema.default([]) })
  .superRefine(requireParts)
  .superRefine(({ provider, prices }, context) => {
    if (prices.length === 0 || takesPrices(provider)) return;
    context.addIssue({ code: "custom", path: ["prices"], message: NO_PRICES });
  });
export type TestKey = z.output<typeof testKeySchema>;
export type CreateKey = z.output<typeof createKeySchema>;

function requireParts(given: z.output<typeof settings>, context: z.RefinementCtx): void {
  const needsAddress = PROVIDER_BASE_URLS[given.provider] === null;
  const miss = (path: string) => context.addIssue({ code: "custom", path: [path], message: "is required" });
  if (needsAddress && given.baseUrl === "") miss("baseUrl");
  if (!needsAddress && given.key === "") miss("key");
}

/** Of an address that differs from the one before the key is discarded. Prices take the place of all that there were. */
export const changeKeySchema = z
  .strictObject({ name, baseUrl: trimmed(baseUrlProblem), model: trimmed(modelProblem), prices: pricesSchema })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, "must change something");
export type ChangeKey = z.output<typeof changeKeySchema>;

export const rotateKeySchema = z.strictObject({
  key: key.refine((text) => text !== "", "is required"),
  overlapSeconds: z.coerce
    .number("must be a number of seconds")
    .int("must be a whole number of seconds")
    .min(0, "must be 0 or more")
    .max(KEY_OVERLAP_SECONDS.max, `must be ${KEY_OVERLAP_SECONDS.max} or less: a week`)
    .default(KEY_OVERLAP_SECONDS.default),
});
export type RotateKey = z.output<typeof rotateKeySchema>;

const instant = z.iso.datetime();

export const providerKeySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  provider: z.enum(KEYED_PROVIDERS),
  baseUrl: z.string(),
  /** Null for the provider's usual one. */
  model: z.string().nullable(),
  /** False where the address was changed since, or where the server asks for none. */
  hasKey: z.boolean(),
  /** The key's last characters: all of it that is ever shown. */
  hint: z.string(),
  version: z.number(),
  /** The key before the last rotation, while it is still taken. */
  previous: z.strictObject({ hint: z.string(), expiresAt: instant }).nullable(),
  lastTest: z.strictObject({ verdict: z.enum(KEY_VERDICTS), at: instant }).nullable(),
  /** Whether the workspace's models are asked with this one. */
  isChosen: z.boolean(),
  /** Its place, from 1, among those that are asked where the one in use cannot answer; null for none. */
  fallbackPosition: z.int().nullable(),
  /** Set by hand, in US dollars for a million tokens; those of other models are the library's, or not known. */
  prices: z.array(shownPriceSchema),
  lastUsedAt: instant.nullable(),
  createdBy: z.string(),
  createdAt: instant,
});
export type ProviderKey = z.output<typeof providerKeySchema>;

export const providerKeyListSchema = z.strictObject({ keys: z.array(providerKeySchema) });

export const keyTestSchema = z.strictObject({
  verdict: z.enum(KEY_VERDICTS),
  /** What happened, in a sentence. */
  message: z.string(),
  /** What to do about it. */
  advice: z.string(),
});
export type KeyTest = z.output<typeof keyTestSchema>;

export const testedKeySchema = z.strictObject({
  key: providerKeySchema,
  test: keyTestSchema,
  /** Whether the key is in use, where the test did not show that it works; else null. */
  note: z.string().nullable(),
});
export type TestedKey = z.output<typeof testedKeySchema>;

/** What a saved key that could not be verified is used for, and what to do about it. */
export function unverifiedNote({ id, isChosen }: ProviderKey, { verdict }: Pick<KeyTest, "verdict">): string | null {
  if (verdict === "works") return null;
  if (isChosen) return "Saved, and in use, though it could not be verified.";
  return `Saved, not in use: it could not be verified. Use it all the same with POST /api/workspace/api-keys/${id}/choose.`;
}

/** Of the form that confirms a deletion: the key's name, typed. */
export const KEY_NAME_FIELD = "name";

/** Keys that are asked when the one in use cannot answer. Each has its retries: more would take many minutes. */
export const FALLBACKS_MAX = 3;
