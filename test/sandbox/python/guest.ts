/** What the tests of Python share: the product's engine over its own Worker, and one call that runs a program. */
import { env } from "cloudflare:workers";
import type { JsonValue, ProgramError } from "../../../worker/domain/guest-outcome.ts";
import { DEFAULT_LIMITS } from "../../../worker/domain/program.ts";
import type { GuestRequest } from "../../../worker/sandbox/engine.ts";
import type { Journal } from "../../../worker/sandbox/journal.ts";
import { createPythonEngine } from "../../../worker/sandbox/python/engine.ts";
import type { PythonRunner } from "../../../worker/sandbox/python/protocol.ts";
import { type RunOptions as Options, type Ran, realClock } from "../guest.ts";

export const engine = createPythonEngine((env as unknown as { PYTHON: PythonRunner }).PYTHON);

export interface RunOptions extends Omit<Options, "language"> {
  readonly replay?: Journal;
}

/** Runs code (as `main.py`) or several files. */
export async function run(code: string | Readonly<Record<string, string>>, options: RunOptions = {}): Promise<Ran> {
  const entry = options.entry ?? "main.py";
  const output = { stdout: "", stderr: "" };
  const request: GuestRequest = {
    program: {
      language: "python",
      entry,
      files: typeof code === "string" ? { [entry]: code } : code,
      stdin: options.stdin ?? "",
      args: options.args ?? [],
    },
    limits: { ...DEFAULT_LIMITS, timeoutMs: 15_000, ...options.limits },
    seed: options.seed ?? "seed",
    clock: options.clock ?? realClock,
    signal: options.signal ?? new AbortController().signal,
    capabilities: [],
    replay: options.replay ?? null,
    onOutput: (stream, text) => {
      output[stream] += text;
      options.onOutput?.(stream, text);
    },
  };
  return { ...(await engine.execute(request)), ...output };
}

/** What a program that must complete prints. */
export async function printed(code: string | Readonly<Record<string, string>>, options?: RunOptions): Promise<string> {
  const { outcome, stdout } = await run(code, options);
  if (outcome.kind !== "completed") throw new Error(`the program did not complete: ${JSON.stringify(outcome)}`);
  return stdout;
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
