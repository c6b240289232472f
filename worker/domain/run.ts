/**
 * The run as everyone outside the objects sees it: names of kinds, states, steps and live events.
 * Transitions live in run-state.ts.
 */

import type { BudgetWait } from "./budget-wait.ts";
import type { ForkPoint } from "./fork.ts";
import type { Grants } from "./grants.ts";
import type { JsonValue, LimitName, ModelSpending, ProgramError, Usage } from "./guest-outcome.ts";
import type { Issue } from "./issue.ts";
import type { Priority } from "./lane.ts";
import type { Language } from "./languages.ts";
import { PROCESSING_PHASES } from "./meeting-processing.ts";
import type { Limits } from "./program.ts";
import type { Receipt } from "./receipt.ts";
import type { WaitView } from "./wait-reason.ts";

export const RUN_KINDS = ["execution", "meeting", "issue"] as const;
export type RunKind = (typeof RUN_KINDS)[number];

export const RUN_STATES = ["queued", "running", "succeeded", "failed", "cancelled", "timed-out"] as const;
export type RunStateName = (typeof RUN_STATES)[number];

export const TERMINAL_STATES = ["succeeded", "failed", "cancelled", "timed-out"] as const;
export type TerminalState = (typeof TERMINAL_STATES)[number];

export function isTerminal(state: RunStateName): state is TerminalState {
  return (TERMINAL_STATES as readonly string[]).includes(state);
}

/** A run that processes a meeting has more than waiting and executing: see {@link PROCESSING_PHASES}. */
export const STEP_NAMES = ["queue", ...PROCESSING_PHASES] as const;
export type StepName = (typeof STEP_NAMES)[number];

export type StepState = "pending" | "running" | "succeeded" | "failed" | "cancelled";

export interface Step {
  readonly name: StepName;
  readonly state: StepState;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** What calls of models took in it; left out where none was made. */
  readonly models?: ModelSpending | undefined;
}

export const ATTEMPT_ENDINGS = ["running", "lost", ...TERMINAL_STATES] as const;

/** One execution of a run. One that was lost went down with the server. */
export interface Attempt {
  /** Counted from 1. */
  readonly number: number;
  readonly startedAt: string;
  /** Null while it is under way; for a lost one, when that was noticed. */
  readonly endedAt: string | null;
  readonly ending: (typeof ATTEMPT_ENDINGS)[number];
}

export type EventStream = "stdout" | "stderr" | "system";

/** What happened, before it got its sequence number and time. */
export type RunEventBody =
  | { readonly type: "output"; readonly step: StepName; readonly stream: EventStream; readonly text: string }
  | { readonly type: "step-start"; readonly step: StepName; readonly attempt: number }
  | { readonly type: "step-end"; readonly step: StepName; readonly state: StepState }
  | { readonly type: "state"; readonly state: RunStateName };

/** One entry of a run's live stream. `seq` starts at 1 and has no gap; `at` is ISO 8601. */
export type RunEvent = { readonly seq: number; readonly at: string } & RunEventBody;

/** A row of the runs list. Instants are ISO 8601. */
export interface RunSummary {
  readonly id: string;
  readonly kind: RunKind;
  readonly state: RunStateName;
  readonly title: string;
  /** Null for a run that has no program of its own. */
  readonly language: Language | null;
  readonly lane: string;
  readonly priority: Priority;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly attempts: number;
  readonly error: ProgramError | null;
  readonly limitReached: LimitName | null;
}

/** Usage as the API reports it: the guest's, with the time it waited in its lane. */
export interface RunUsage extends Usage {
  readonly queuedMs: number;
}

/** `GET /api/runs/:id`. */
export interface RunDetail extends RunSummary {
  /** A sentence on why a queued run waits; null once it runs. */
  readonly waitingFor: string | null;
  /** The same as data; null once it runs. */
  readonly wait: WaitView | null;
  readonly steps: readonly Step[];
  readonly attemptHistory: readonly Attempt[];
  /** When the run ends if it has not started; null when it may wait for ever. */
  readonly expiresAt: string | null;
  /** The next three are those of the program; null for a run that has none of its own. */
  readonly limits: Limits | null;
  /** What the program may reach outside its sandbox. */
  readonly grants: Grants | null;
  readonly entry: string | null;
  /** What a run of the kind `issue` is about; null for other kinds. */
  readonly issue: Issue | null;
  readonly usage: RunUsage | null;
  /** Cost of calls of models in US dollars; null where none was made, or the cost of one is not known. */
  readonly cost: number | null;
  /** What a person has to decide before the run goes on; null for nothing. */
  readonly budgetWait: BudgetWait | null;
  /** What is on record about the program that ran; null where none ran to an end. */
  readonly receipt: Receipt | null;
  readonly result: JsonValue | null;
  readonly success: boolean | null;
  /** The run that this one repeats, if it is a retry. */
  readonly retryOf: string | null;
  /** The run that this one begins like, and the host call from which it goes its own way; null for any other. */
  readonly forkOf: ForkPoint | null;
  /** Sequence number of the last event that was stored. */
  readonly lastSeq: number;
}
