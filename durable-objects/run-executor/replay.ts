/**
 * Replays an ended run: runs its program again with what its journal says came from outside, and compares everything that
 * anybody can see. Stores nothing.
 */
import { codeCapabilities } from "../../worker/capabilities/code/implementations.ts";
import { grantedCapabilities } from "../../worker/capabilities/granted.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import type { Program } from "../../worker/domain/program.ts";
import { firstDifference, type OutputSegment, type ReplayVerdict, type RunTrace } from "../../worker/domain/replay.ts";
import type { ExecutionSpec } from "../../worker/domain/run-spec.ts";
import { type EndedRun, endingOf } from "../../worker/domain/run-state.ts";
import type { Engine } from "../../worker/sandbox/engine.ts";
import type { Journal } from "../../worker/sandbox/journal.ts";
import { NO_WORKSPACE } from "./code-mode.ts";
import { NO_MODEL } from "./model-calls.ts";
import type { OutputLog } from "./output-log.ts";
import { NO_NETWORK } from "./program-network.ts";
import type { ExecutorStorage } from "./storage.ts";

/** A replay does not wait, so it needs no longer than the run; more than that means that it took another way. */
const GRACE_MS = 30_000;

export interface RecordedRun {
  readonly program: Program;
  readonly journal: Journal;
  readonly trace: RunTrace;
}

/** Null for a run whose program never ended by itself, such as one that was cancelled while it waited. */
export function recordedRun(state: EndedRun, storage: ExecutorStorage, log: OutputLog): RecordedRun | null {
  const journal = storage.journal();
  if (!journal || !state.usage) return null;
  const { error, limitReached, usage, name } = state;
  const result = storage.result();
  const trace = { output: log.segmentsOfLastAttempt(), hostCalls: journal.hostCalls, error, limitReached, usage };
  return { program: storage.program(), journal, trace: { ...trace, state: name, result } };
}

/** A clock and the signal that it gives when so much time has passed: engines look at it at each slice. */
function boundedBy(ms: number, clock: Clock): { clock: Clock; signal: AbortSignal } {
  const overrun = new AbortController();
  const deadline = clock.now() + ms;
  const sleep = (sleepMs: number) => {
    if (clock.now() > deadline) overrun.abort();
    return clock.sleep(sleepMs);
  };
  return { clock: { now: () => clock.now(), sleep }, signal: overrun.signal };
}

export async function replayRun(
  { program, journal, trace }: RecordedRun,
  { limits, seed, grants }: Pick<ExecutionSpec, "limits" | "seed" | "grants">,
  engine: Engine,
  clock: Clock,
): Promise<ReplayVerdict> {
  const output: OutputSegment[] = [];
  const replayed = await engine.execute({
    ...{ program, limits, seed, replay: journal },
    ...boundedBy(limits.timeoutMs + GRACE_MS, clock),
    context: grants.code?.context,
    capabilities: [
      ...grantedCapabilities(grants, { fetch: NO_NETWORK, generate: NO_MODEL }),
      // A replay has its answers from the journal: only the names matter, which become globals.
      ...codeCapabilities(grants.code?.capabilities ?? null, NO_WORKSPACE),
    ],
    onOutput: (stream, text) => void output.push({ stream, text }),
    onNotice: () => undefined,
  });
  const { outcome, usage } = replayed;
  const difference = firstDifference(trace, {
    ...{ output, usage, hostCalls: replayed.journal.hostCalls },
    ...endingOf(outcome),
    state: endingOf(outcome).name,
    result: outcome.kind === "completed" ? outcome.result : undefined,
  });
  return {
    identical: difference === null,
    difference,
    engine: { recorded: journal.engine, replayed: engine.version },
    usage,
  };
}
