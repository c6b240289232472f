/** What the sandbox tests share: an engine in this isolate, and one call that runs a program to its outcome. */
import type { Capability } from "../../worker/domain/capability.ts";
import type { GuestOutcome, JsonValue, ProgramError } from "../../worker/domain/guest-outcome.ts";
import type { Language } from "../../worker/domain/languages.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { DEFAULT_LIMITS, type Limits } from "../../worker/domain/program.ts";
import type { GuestResult, OutputStream } from "../../worker/sandbox/engine.ts";
import { createJavaScriptEngine } from "../../worker/sandbox/javascript/engine.ts";
import { quickJsModule } from "../../worker/sandbox/javascript/quickjs-module.ts";
import type { Journal } from "../../worker/sandbox/journal.ts";

export const engine = createJavaScriptEngine(quickJsModule);

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Stands still while code computes and sleeps, as clocks of deployed Workers do between two inputs. */
export const frozenClock: Clock = { now: () => 1_700_000_000_000, sleep: realClock.sleep };

export interface RunOptions {
  readonly language?: Language;
  readonly entry?: string;
  readonly stdin?: string;
  readonly args?: readonly string[];
  readonly limits?: Partial<Limits>;
  readonly seed?: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly replay?: Journal;
  readonly capabilities?: readonly Capability[];
  readonly onOutput?: (stream: OutputStream, text: string) => void;
}

export interface Ran extends GuestResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs code (as `main.js`, or `main.ts` for TypeScript) or several files. */
export async function run(code: string | Readonly<Record<string, string>>, options: RunOptions = {}): Promise<Ran> {
  const language = options.language ?? "javascript";
  const entry = options.entry ?? (language === "typescript" ? "main.ts" : "main.js");
  const output = { stdout: "", stderr: "" };
  const result = await engine.execute({
    program: {
      language,
      entry,
      files: typeof code === "string" ? { [entry]: code } : code,
      stdin: options.stdin ?? "",
      args: options.args ?? [],
    },
    limits: { ...DEFAULT_LIMITS, timeoutMs: 10_000, ...options.limits },
    seed: options.seed ?? "seed",
    clock: options.clock ?? realClock,
    signal: options.signal ?? new AbortController().signal,
    replay: options.replay ?? null,
    capabilities: options.capabilities ?? [],
    onOutput: (stream, text) => {
      output[stream] += text;
      options.onOutput?.(stream, text);
    },
  });
  return { ...result, ...output };
}

/** The result of a program that must complete. */
export async function resultOf(
  code: string | Readonly<Record<string, string>>,
  options?: RunOptions,
): Promise<JsonValue | undefined> {
  const { outcome } = await run(code, options);
  if (outcome.kind !== "completed") throw new Error(`the program did not complete: ${JSON.stringify(outcome)}`);
  return outcome.result;
}

/** The error of a program that must throw. */
export async function errorOf(
  code: string | Readonly<Record<string, string>>,
  options?: RunOptions,
): Promise<ProgramError> {
  const { outcome } = await run(code, options);
  if (outcome.kind !== "threw") throw new Error(`the program did not throw: ${JSON.stringify(outcome)}`);
  return outcome.error;
}

/** What a run ended as: `completed`, `threw`, `cancelled`, or the limit's name. */
export const endOf = (outcome: GuestOutcome) => (outcome.kind === "limit" ? outcome.limit : outcome.kind);
