/** Whether an engine works, found out by running a small program in it. Owns the programs; stores nothing. */
import type { EngineName } from "../../worker/domain/languages.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { DEFAULT_LIMITS, type Program } from "../../worker/domain/program.ts";
import type { Engine } from "../../worker/sandbox/engine.ts";

const TRIALS: Readonly<Record<EngineName, Pick<Program, "language" | "entry" | "files">>> = {
  javascript: { language: "javascript", entry: "trial.js", files: { "trial.js": "export default 6 * 7;" } },
  python: { language: "python", entry: "trial.py", files: { "trial.py": "6 * 7" } },
};
const EXPECTED = 42;

/** Throws when the program does not come out right, or not within `timeoutMs`. */
export async function tryEngine(
  engine: Engine,
  name: EngineName,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<void> {
  const patience = new AbortController();
  const executed = engine.execute({
    program: { ...TRIALS[name], stdin: "", args: [] },
    ...{ limits: DEFAULT_LIMITS, seed: "", clock, onOutput: () => {}, onNotice: () => {} },
    signal: patience.signal,
    ...{ replay: null, capabilities: [] },
  });
  const late = clock.sleep(timeoutMs).then(() => patience.abort());
  await Promise.race([executed, late]);
  const { outcome } = await executed;
  if (outcome.kind === "completed" && outcome.result === EXPECTED) return;
  throw new Error(outcome.kind === "cancelled" ? `no answer within ${timeoutMs} ms` : `it ended as ${outcome.kind}`);
}
