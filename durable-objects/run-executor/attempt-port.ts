/**
 * One attempt at a run as the run's core sees it: what it is given, what comes of it, and whether it may be made again.
 * What each kind of run really does is in attempt.ts; a simulation supplies attempts of its own.
 */
import type { Fork } from "../../worker/domain/fork.ts";
import type { Usage } from "../../worker/domain/guest-outcome.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import type { Program } from "../../worker/domain/program.ts";
import type { Receipt } from "../../worker/domain/receipt.ts";
import type { EventStream, StepName, StepState } from "../../worker/domain/run.ts";
import type { GuestResult } from "../../worker/sandbox/engine.ts";
import type { StoredSpec } from "./storage.ts";

/** What came of one attempt. Without a journal where no program ran to an end. */
export type AttemptResult = Pick<GuestResult, "outcome" | "usage"> &
  Partial<Pick<GuestResult, "journal" | "dropped">> & { readonly receipt?: Receipt };

/** @param step what it belongs to; left out for the attempt as a whole */
export type OnOutput = (stream: EventStream, text: string, step?: StepName) => void;

export interface AttemptRequest {
  readonly spec: StoredSpec;
  /** The files and the input of a run that has a program. */
  readonly program: () => Program;
  /** What a run begins like that is a fork; null for any other. */
  readonly fork: () => Fork | null;
  readonly clock: Clock;
  readonly onOutput: OnOutput;
  /** A step within the attempt begins (`running`) or ends. */
  readonly onStep: (step: StepName, state: StepState) => void;
  readonly signal: AbortSignal;
}

/** Throws only for a fault of ours. */
export type RunAttempt = (request: AttemptRequest) => Promise<AttemptResult>;

export const NO_USAGE: Usage = { fuel: 0, memoryBytes: 0, wallMs: 0, outputBytes: 0, hostCalls: 0 };

/** A run that may have reached the world outside is not repeatable: nobody knows what it did before it was lost. */
export function isRepeatable(spec: StoredSpec): boolean {
  return spec.kind === "issue" || spec.grants.fetch.length === 0;
}
