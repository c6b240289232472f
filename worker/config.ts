/**
 * Turns bindings and variables into one validated {@link Config}. The only reader of the variables.
 * Every problem is reported at once, by the variable's name.
 */
import * as z from "zod";
import { WORKSPACE_CONCURRENCY, WORKSPACE_CONCURRENCY_MAX } from "./domain/capacity-state.ts";
import { type Grants, originSchema } from "./domain/grants.ts";
import { LIMIT_RANGES } from "./domain/program.ts";
import { type ProviderSettings, providerSettingProblems } from "./llm/select-provider.ts";
import { isLogLevel, type LogFormat, type LogLevel } from "./log.ts";

const logSchema = z.object({
  LOG_LEVEL: z.string().refine(isLogLevel, "must be debug, info, warn or error").default("info"),
  LOG_FORMAT: z.enum(["human", "json"], "must be human or json").default("json"),
});

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
  .number()
  .int()
  .min(SANDBOX_MEMORY_MIB, `must be a whole number of MiB, ${SANDBOX_MEMORY_MIB} or more`);

const queueSchema = z.object({
  SMART_QUEUE: z.enum(["true", "false"], "must be true or false").default("true"),
  RUNYARD_WORKSPACE_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(WORKSPACE_CONCURRENCY_MAX, `must be a whole number from 1 to ${WORKSPACE_CONCURRENCY_MAX}`)
    .default(WORKSPACE_CONCURRENCY),
});

type VariableName =
  | "LOG_LEVEL"
  | "LOG_FORMAT"
  | "SMART_QUEUE"
  | "RUNYARD_WORKSPACE_CONCURRENCY"
  | "RUNYARD_FETCH_ORIGINS"
  | "RUNYARD_SANDBOX_MEMORY_MIB"
  | (typeof PROVIDER_VARIABLES)[keyof typeof PROVIDER_VARIABLES];

/** The variables as the runtime, or a shell, hands them over. */
export type Variables = { readonly [Name in VariableName]?: string | undefined };

export interface Config {
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly llm: ProviderSettings;
  /** What all guests of one isolate together may hold. */
  readonly sandboxMemoryBytes: number;
  /** Whether lanes know priorities; otherwise first in, first out. */
  readonly isQueueSmart: boolean;
  /** Runs that a workspace may run at once. */
  readonly workspaceConcurrency: number;
  /** The most that any run may be granted. */
  readonly allowance: Grants;
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
  const log = logSchema.safeParse({ LOG_LEVEL: env.LOG_LEVEL || undefined, LOG_FORMAT: env.LOG_FORMAT || undefined });
  const queue = queueSchema.safeParse({
    SMART_QUEUE: env.SMART_QUEUE || undefined,
    RUNYARD_WORKSPACE_CONCURRENCY: env.RUNYARD_WORKSPACE_CONCURRENCY || undefined,
  });
  const settings = Object.entries(PROVIDER_VARIABLES).map(([setting, name]) => [setting, env[name] || undefined]);
  const llm: ProviderSettings = Object.fromEntries(settings);
  const origins = originsSchema.safeParse(env.RUNYARD_FETCH_ORIGINS ?? "");
  const memory = sandboxMemorySchema.safeParse(env.RUNYARD_SANDBOX_MEMORY_MIB || SANDBOX_MEMORY_MIB);
  const problems = [
    ...[...(log.error?.issues ?? []), ...(queue.error?.issues ?? [])].map(
      (issue) => `${issue.path.join(".")} ${issue.message}`,
    ),
    ...(origins.error?.issues ?? []).map((issue) => `RUNYARD_FETCH_ORIGINS ${issue.message}`),
    ...(memory.error?.issues ?? []).map((issue) => `RUNYARD_SANDBOX_MEMORY_MIB ${issue.message}`),
    ...providerSettingProblems(llm).map(({ setting, problem }) => `${PROVIDER_VARIABLES[setting]} ${problem}`),
  ];
  if (!log.success || !queue.success || !origins.success || !memory.success || problems.length > 0)
    throw new Error(`The configuration is not valid: ${problems.join("; ")}`);
  return {
    logLevel: log.data.LOG_LEVEL as LogLevel,
    logFormat: log.data.LOG_FORMAT,
    llm,
    isQueueSmart: queue.data.SMART_QUEUE === "true",
    workspaceConcurrency: queue.data.RUNYARD_WORKSPACE_CONCURRENCY,
    sandboxMemoryBytes: memory.data * 2 ** 20,
    allowance: { fetch: origins.data },
  };
}
