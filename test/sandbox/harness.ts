/** How the sandbox tests run a program on an engine, the same for each: one call from its source to its outcome. */
import type { Capability } from "../../worker/domain/capability.ts";
import type { GuestOutcome, JsonValue, ProgramError } from "../../worker/domain/guest-outcome.ts";
import { LANGUAGE_TABLE, type Language } from "../../worker/domain/languages.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { DEFAULT_LIMITS, type Limits } from "../../worker/domain/program.ts";
import type { Engine, GuestResult, OutputStream } from "../../worker/sandbox/engine.ts";
import type { Journal } from "../../worker/sandbox/journal.ts";

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Stands still while code computes and sleeps, as clocks of deployed Workers do between two inputs. */
export const frozenClock: Clock = { now: () => 1_700_000_000_000, sleep: realClock.sleep };

/** For what is measured by the wall clock: a busy machine makes any one attempt late, a fault makes all of them late. */
export const BY_THE_CLOCK = { retry: 5 };

/** Source text goes into the language's usual entry file. */
export type Source = string | Readonly<Record<string, string>>;

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
  readonly onNotice?: (text: string) => void;
}

export interface Ran extends GuestResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** @param usual the language, and the time that a run may take unless its options say otherwise */
export function harness(engine: Engine, usual: { readonly language: Language; readonly timeoutMs: number }) {
  async function run(code: Source, options: RunOptions = {}): Promise<Ran> {
    const language = options.language ?? usual.language;
    const entry = options.entry ?? LANGUAGE_TABLE[language].entry;
    const files = typeof code === "string" ? { [entry]: code } : code;
    const output = { stdout: "", stderr: "" };
    const result = await engine.execute({
      program: { language, entry, files, stdin: options.stdin ?? "", args: options.args ?? [] },
      limits: { ...DEFAULT_LIMITS, timeoutMs: usual.timeoutMs, ...options.limits },
      seed: options.seed ?? "seed",
      clock: options.clock ?? realClock,
      signal: options.signal ?? new AbortController().signal,
      replay: options.replay ?? null,
      capabilities: options.capabilities ?? [],
      onOutput: (stream, text) => {
        output[stream] += text;
        options.onOutput?.(stream, text);
      },
      onNotice: (text) => options.onNotice?.(text),
    });
    return { ...result, ...output };
  }

  async function completed(code: Source, options?: RunOptions) {
    const ran = await run(code, options);
    const { outcome } = ran;
    if (outcome.kind !== "completed") throw new Error(`the program did not complete: ${JSON.stringify(outcome)}`);
    return { ...ran, outcome };
  }

  return {
    run,
    /** The result of a program that must complete. */
    resultOf: async (code: Source, options?: RunOptions): Promise<JsonValue | undefined> =>
      (await completed(code, options)).outcome.result,
    /** What a program that must complete prints. */
    printed: async (code: Source, options?: RunOptions): Promise<string> => (await completed(code, options)).stdout,
    /** The error of a program that must throw. */
    errorOf: async (code: Source, options?: RunOptions): Promise<ProgramError> => {
      const { outcome } = await run(code, options);
      if (outcome.kind !== "threw") throw new Error(`the program did not throw: ${JSON.stringify(outcome)}`);
      return outcome.error;
    },
  };
}

/** What a run ended as: `completed`, `threw`, `cancelled`, or the limit's name. */
export const endOf = (outcome: GuestOutcome) => (outcome.kind === "limit" ? outcome.limit : outcome.kind);
