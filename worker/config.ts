/**
 * Turns bindings and variables into one validated {@link Config}. The only reader of the variables.
 * Every problem is reported at once, by the variable's name.
 */
import * as z from "zod";
import { WORKSPACE_CONCURRENCY, WORKSPACE_CONCURRENCY_MAX } from "./domain/capacity-state.ts";
import { type Grants, originSchema } from "./domain/grants.ts";
import type { HandPrice } from "./domain/hand-price.ts";
import { LIMIT_RANGES } from "./domain/program.ts";
import { NO_PRICES, pricesSchema, takesPrices } from "./domain/provider-key.ts";
import { REQUESTS_PER_MINUTE, REQUESTS_PER_MINUTE_MAX } from "./domain/rate-limit.ts";
import { Secret } from "./domain/secret.ts";
import { KEY_BYTES } from "./keys/cipher.ts";
import {
  chooseProvider,
  type ProviderChoice,
  type ProviderSettings,
  providerSettingProblems,
} from "./llm/select-provider.ts";
import { isLogLevel, LOG_FORMATS, type LogFormat, type LogLevel } from "./log.ts";

/** Which variable sets what of the model provider. */
const PROVIDER_VARIABLES = {
  anthropicApiKey: "ANTHROPIC_API_KEY",
  anthropicBaseUrl: "ANTHROPIC_BASE_URL",
  openaiApiKey: "OPENAI_API_KEY",
  openaiBaseUrl: "OPENAI_BASE_URL",
  model: "RUNYARD_MODEL",
} as const satisfies Record<keyof ProviderSettings, string>;

/** Origins that programs may be granted, with commas between them. */
const originsSchema = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ""),
  )
  .pipe(z.array(originSchema));

/** What an isolate of the platform has for its guests. A server of one's own may have more. */
const SANDBOX_MEMORY_MIB = LIMIT_RANGES.memoryBytes.max / 2 ** 20;
const sandboxMemorySchema = z.coerce
  .number("must be a number")
  .int()
  .min(SANDBOX_MEMORY_MIB, `must be a whole number of MiB, ${SANDBOX_MEMORY_MIB} or more`);

const workspaceConcurrencySchema = z.coerce
  .number("must be a number")
  .int()
  .min(1)
  .max(WORKSPACE_CONCURRENCY_MAX, `must be a whole number from 1 to ${WORKSPACE_CONCURRENCY_MAX}`);

const requestsPerMinuteSchema = z.coerce
  .number("must be a number")
  .int()
  .min(1)
  .max(REQUESTS_PER_MINUTE_MAX, `must be a whole number from 1 to ${REQUESTS_PER_MINUTE_MAX}`);

/** 32 bytes as base64 writes them, its padding included. */
const SECRETS_KEY = /^[A-Za-z0-9+/]{43}=$/;
const secretsKeySchema = z
  .string()
  .regex(SECRETS_KEY, `must be ${KEY_BYTES} random bytes in base64: openssl rand -base64 32`)
  .transform((text) => new Secret(text));

/** Data keys are wrapped anew as they are used: more than a few keys at a time mean that somebody forgot to take one out. */
const OPENING_KEYS_MAX = 8;
const OPENING_KEYS_PROBLEM = `must be 1 to ${OPENING_KEYS_MAX} keys like RUNYARD_SECRETS_KEY with commas between them`;
const openingKeysSchema = z
  .string()
  .transform((text) => text.split(",").map((each) => each.trim()))
  .pipe(z.array(z.string().regex(SECRETS_KEY, OPENING_KEYS_PROBLEM)).max(OPENING_KEYS_MAX, OPENING_KEYS_PROBLEM))
  .transform((keys) => keys.map((text) => new Secret(text)));

/** The schedule that Standard Webhooks recommends: ten tries within some three days. */
const WEBHOOK_RETRY_SECONDS = "5,300,1800,7200,18000,36000,50400,72000,86400";
const WEBHOOK_RETRIES_MAX = 20;
const WEBHOOK_RETRIES_PROBLEM = `must be 1 to ${WEBHOOK_RETRIES_MAX} numbers of seconds with commas between them`;
const retrySecondsSchema = z
  .string()
  .transform((text) => text.split(",").map((each) => (each.trim() === "" ? Number.NaN : Number(each))))
  .pipe(
    z
      .array(z.number(WEBHOOK_RETRIES_PROBLEM).min(0, WEBHOOK_RETRIES_PROBLEM).max(604_800, "must be a week at most"))
      .max(WEBHOOK_RETRIES_MAX, WEBHOOK_RETRIES_PROBLEM),
  );

/** Standard Webhooks recommends to wait for 15 to 30 seconds. */
const WEBHOOK_TIMEOUT_SECONDS = { default: 15, min: 0.1, max: 30 };
const webhookTimeoutSchema = z.coerce
  .number("must be a number of seconds")
  .min(WEBHOOK_TIMEOUT_SECONDS.min, `must be ${WEBHOOK_TIMEOUT_SECONDS.min} or more`)
  .max(WEBHOOK_TIMEOUT_SECONDS.max, `must be ${WEBHOOK_TIMEOUT_SECONDS.max} or less`);

/** An issue is labelled, titled and assigned within moments: its run starts when that is over. */
const ISSUE_QUIET_SECONDS = { default: 2, max: 3_600 };
const issueQuietSchema = z.coerce
  .number("must be a number of seconds")
  .min(0, "must be 0 or more")
  .max(ISSUE_QUIET_SECONDS.max, `must be ${ISSUE_QUIET_SECONDS.max} or less`);

/** As `prices` of a provider's key, in JSON. */
const modelPricesSchema = z.string().transform((text, context): readonly HandPrice[] => {
  const problem = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return problem('must be JSON, such as [{"model":"llama3.3","input":0.15,"output":0.6}]');
  }
  const prices = pricesSchema.safeParse(given);
  if (prices.success) return prices.data;
  return problem(prices.error.issues.map(({ path, message }) => [...path, message].join(" ")).join("; "));
});

/** Every variable but the provider's, which have rules of their own. */
const settingsSchema = z.object({
  LOG_LEVEL: z.string().refine(isLogLevel, "must be debug, info, warn or error").default("info"),
  LOG_FORMAT: z.enum(LOG_FORMATS, `must be ${LOG_FORMATS.join(", ")}`).default("json"),
  SMART_QUEUE: z.enum(["true", "false"], "must be true or false").default("true"),
  RUNYARD_WORKSPACE_CONCURRENCY: workspaceConcurrencySchema.default(WORKSPACE_CONCURRENCY),
  RUNYARD_FETCH_ORIGINS: originsSchema.default([]),
  RUNYARD_SANDBOX_MEMORY_MIB: sandboxMemorySchema.default(SANDBOX_MEMORY_MIB),
  RUNYARD_SECRETS_KEY: secretsKeySchema.optional(),
  RUNYARD_SECRETS_KEYS_OPENING: openingKeysSchema.default([]),
  RUNYARD_PROVIDER_PRIVATE_HOSTS: z.enum(["allow", "refuse"], "must be allow or refuse").default("refuse"),
  RUNYARD_MODEL_PRICES: modelPricesSchema.default([]),
  RUNYARD_ISSUE_QUIET_SECONDS: issueQuietSchema.default(ISSUE_QUIET_SECONDS.default),
  RUNYARD_WEBHOOK_PRIVATE_RECEIVERS: z.enum(["allow", "refuse"], "must be allow or refuse").default("refuse"),
  RUNYARD_WEBHOOK_RETRY_SECONDS: retrySecondsSchema.prefault(WEBHOOK_RETRY_SECONDS),
  RUNYARD_WEBHOOK_TIMEOUT_SECONDS: webhookTimeoutSchema.default(WEBHOOK_TIMEOUT_SECONDS.default),
  RUNYARD_MAIL_FROM: z.email("must be an e-mail address").optional(),
  RUNYARD_REQUESTS_PER_MINUTE: requestsPerMinuteSchema.default(REQUESTS_PER_MINUTE),
  RUNYARD_ADDRESS_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, "must be the name of a header")
    .optional(),
  RUNYARD_SIGN_UP: z.enum(["open", "invited"], "must be open or invited").default("invited"),
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
});

type SettingName = keyof typeof settingsSchema.shape;
type VariableName = SettingName | (typeof PROVIDER_VARIABLES)[keyof typeof PROVIDER_VARIABLES];

/** Every variable that is read. */
export const VARIABLE_NAMES = [
  ...Object.keys(settingsSchema.shape),
  ...Object.values(PROVIDER_VARIABLES),
] as readonly VariableName[];

/** The variables as the runtime, or a shell, hands them over. */
export type Variables = { readonly [Name in VariableName]?: string | undefined };

export interface Config {
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** The provider that workspaces without a key of their own ask; null for the built-in mock. */
  readonly provider: ConfiguredProvider | null;
  /** Whether workspaces may have models asked at private addresses, and without TLS. */
  readonly allowsPrivateProviders: boolean;
  /** What all guests of one isolate together may hold. */
  readonly sandboxMemoryBytes: number;
  /** Whether lanes know priorities; otherwise first in, first out. */
  readonly isQueueSmart: boolean;
  /** Runs that a workspace may run at once. */
  readonly workspaceConcurrency: number;
  /** How long an issue is left alone after a delivery about it, before its run is started or changed. */
  readonly issueQuietMs: number;
  /** The most that any run may be granted. */
  readonly allowance: Grants;
  /** Key-encryption keys: the first wraps, all unwrap. Empty where the operator set none. */
  readonly secretsKeys: readonly Secret[];
  readonly webhooks: WebhookSettings;
  /** Who e-mail comes from, where it is set up; null for no e-mail. */
  readonly mailFrom: string | null;
  /** Requests of one person or one token in a minute. */
  readonly requestsPerMinute: number;
  /** In which header whoever stands in front tells the address of a client; null where nobody does. */
  readonly addressHeader: string | null;
  /** Whether anybody may make an account, or only who was invited: accounts run code here. */
  readonly isSignUpOpen: boolean;
  /** The OAuth app at GitHub through which people sign in; null for none. */
  readonly github: { readonly clientId: string; readonly clientSecret: string } | null;
}

export interface ConfiguredProvider {
  readonly choice: ProviderChoice;
  readonly key: Secret | null;
  /** Set by hand: those that no library knows. */
  readonly prices: readonly HandPrice[];
}

export interface WebhookSettings {
  /** Whether receivers may be on this machine or in its network, and without TLS. */
  readonly allowsPrivateReceivers: boolean;
  /** How long to wait after the first failed delivery of a message, the second, and so on. */
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
}

const known = new WeakMap<Variables, Config>();

/** The configuration of an environment, read once: every object of an isolate asks for it. */
export function configOf(env: Variables): Config {
  const config = known.get(env) ?? readConfig(env);
  known.set(env, config);
  return config;
}

/** Throws an error that names every variable that is wrong and never its value. */
export function readConfig(env: Variables): Config {
  // An empty variable is one that is not set.
  const given = Object.keys(settingsSchema.shape).map((name) => [name, env[name as SettingName] || undefined]);
  const settings = settingsSchema.safeParse(Object.fromEntries(given));
  const provider = Object.entries(PROVIDER_VARIABLES).map(([setting, name]) => [setting, env[name] || undefined]);
  const llm: ProviderSettings = Object.fromEntries(provider);
  const problems = [
    ...(settings.error?.issues ?? []).map((issue) => `${String(issue.path[0])} ${issue.message}`),
    ...githubProblems(settings.data),
    ...providerSettingProblems(llm).map(({ setting, problem }) => `${PROVIDER_VARIABLES[setting]} ${problem}`),
  ];
  if (!settings.success || problems.length > 0) throw invalid(problems);
  const { data } = settings;
  return {
    logLevel: data.LOG_LEVEL as LogLevel,
    logFormat: data.LOG_FORMAT,
    provider: configuredProvider(llm, data.RUNYARD_MODEL_PRICES),
    allowsPrivateProviders: data.RUNYARD_PROVIDER_PRIVATE_HOSTS === "allow",
    isQueueSmart: data.SMART_QUEUE === "true",
    workspaceConcurrency: data.RUNYARD_WORKSPACE_CONCURRENCY,
    sandboxMemoryBytes: data.RUNYARD_SANDBOX_MEMORY_MIB * 2 ** 20,
    issueQuietMs: data.RUNYARD_ISSUE_QUIET_SECONDS * 1_000,
    allowance: { fetch: data.RUNYARD_FETCH_ORIGINS },
    secretsKeys: data.RUNYARD_SECRETS_KEY ? [data.RUNYARD_SECRETS_KEY, ...data.RUNYARD_SECRETS_KEYS_OPENING] : [],
    webhooks: {
      allowsPrivateReceivers: data.RUNYARD_WEBHOOK_PRIVATE_RECEIVERS === "allow",
      retryDelaysMs: data.RUNYARD_WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1_000),
      timeoutMs: data.RUNYARD_WEBHOOK_TIMEOUT_SECONDS * 1_000,
    },
    mailFrom: data.RUNYARD_MAIL_FROM ?? null,
    requestsPerMinute: data.RUNYARD_REQUESTS_PER_MINUTE,
    addressHeader: data.RUNYARD_ADDRESS_HEADER ?? null,
    isSignUpOpen: data.RUNYARD_SIGN_UP === "open",
    github:
      data.GITHUB_CLIENT_ID && data.GITHUB_CLIENT_SECRET
        ? { clientId: data.GITHUB_CLIENT_ID, clientSecret: data.GITHUB_CLIENT_SECRET }
        : null,
  };
}

/** One without the other would leave out the sign-in that somebody meant to set up. */
function githubProblems(data: z.output<typeof settingsSchema> | undefined): string[] {
  const names = ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"] as const;
  const missing = names.filter((name) => !data?.[name]);
  return data && missing.length === 1 ? [`${missing[0]} must be set together with the other of the OAuth app`] : [];
}

function configuredProvider(settings: ProviderSettings, prices: readonly HandPrice[]): ConfiguredProvider | null {
  const chosen = chooseProvider(settings);
  if (prices.length > 0 && (chosen === null || !takesPrices(chosen.provider)))
    throw invalid([`RUNYARD_MODEL_PRICES ${NO_PRICES}`]);
  if (chosen === null) return null;
  const { keySetting, ...choice } = chosen;
  return { choice, key: choice.hasKey ? new Secret(settings[keySetting]!) : null, prices };
}

function invalid(problems: readonly string[]): Error {
  return new Error(`The configuration is not valid: ${problems.join("; ")}`);
}
