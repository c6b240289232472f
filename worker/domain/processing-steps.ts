/** The phases of a meeting's processing as steps of its run: when each began and ended, and what its calls took. Pure. */
import type { ModelSpending } from "./guest-outcome.ts";
import { toIso, toIsoOrNull } from "./instant.ts";
import { type MeasuredCall, type ProcessingPhase, totalsOf } from "./meeting-processing.ts";
import type { RunEventBody, RunKind, Step, StepState } from "./run.ts";
import { hasEnded, type RunState, STEP_OF_ENDING, stepsOf } from "./run-state.ts";

/** One phase of one attempt. A phase may come again: a program that is mended is checked once more. */
export interface PhaseRecord {
  readonly phase: ProcessingPhase;
  readonly startedAt: number;
  /** Null while it is under way. */
  readonly finishedAt: number | null;
  readonly state: Exclude<StepState, "pending">;
  /** Calls that were made in it; those that an earlier attempt had paid for are in that one's. */
  readonly calls: readonly MeasuredCall[];
}

export function phaseBegan(records: readonly PhaseRecord[], phase: ProcessingPhase, now: number): PhaseRecord[] {
  return [...records, { phase, startedAt: now, finishedAt: null, state: "running", calls: [] }];
}

export function phaseEnded(
  records: readonly PhaseRecord[],
  state: Exclude<StepState, "pending" | "running">,
  now: number,
): PhaseRecord[] {
  return records.map((record) => (record.finishedAt === null ? { ...record, state, finishedAt: now } : record));
}

export function phaseCalled(records: readonly PhaseRecord[], call: MeasuredCall): PhaseRecord[] {
  return records.map((record) => (record.finishedAt === null ? { ...record, calls: [...record.calls, call] } : record));
}

/** Undefined between two of them. */
export function phaseUnderWay(records: readonly PhaseRecord[]): ProcessingPhase | undefined {
  return records.findLast(({ finishedAt }) => finishedAt === null)?.phase;
}

/**
 * What a run's stream tells of its transitions. A processing has its phases in the place of the one step of an attempt:
 * what is said of that as a whole stands where the run waited for it.
 */
export function toldTransitions(kind: RunKind, emits: readonly RunEventBody[]): readonly RunEventBody[] {
  if (kind !== "meeting") return emits;
  return emits.flatMap((event): RunEventBody[] => {
    if (event.type === "state" || event.step !== "execute") return [event];
    return event.type === "output" ? [{ ...event, step: "queue" }] : [];
  });
}

/** Those of the run, with its phases in the place of what is one step for other kinds. */
export function processingSteps(records: readonly PhaseRecord[], state: RunState): readonly Step[] {
  const [queue, ...execute] = stepsOf(state);
  if (records.length === 0) return [queue!, ...execute];
  return [queue!, ...records.map((record) => stepOf(record, state))];
}

function stepOf({ phase, startedAt, finishedAt, state, calls }: PhaseRecord, run: RunState): Step {
  const models = calls.length === 0 ? {} : { models: spendingOf(calls) };
  const times = { startedAt: toIso(startedAt), finishedAt: toIsoOrNull(finishedAt) };
  // A run that ended without its attempt, as one that goes down too often, leaves a phase open.
  if (finishedAt !== null || !hasEnded(run)) return { name: phase, state, ...times, ...models };
  return { name: phase, state: STEP_OF_ENDING[run.name], ...times, finishedAt: toIso(run.finishedAt), ...models };
}

function spendingOf(all: readonly MeasuredCall[]): ModelSpending {
  const { calls, inputTokens, outputTokens, costMicros } = totalsOf(all);
  return { calls, inputTokens, outputTokens, costMicros };
}
