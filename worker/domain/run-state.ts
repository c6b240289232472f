/**
 * The life of one run as a pure machine: `(state, event, now) -> {state, emits}`.
 * Owns which state may follow which. It stores, sends and schedules nothing: the executor object does what the new
 * state owes (see {@link owedWork}) and publishes what `emits` lists.
 *
 *     queued --claimed--> running --attempt-ended--> succeeded | failed | cancelled | timed-out
 *        \--cancel-requested, withdrawn--> cancelled
 *        \--expired--> timed-out
 *
 * Invariant: a terminal state never changes; an event of another epoch or attempt than the current one changes nothing.
 */

import type { GuestOutcome, LimitName, ProgramError, Usage } from "./guest-outcome.ts";
import { toIso, toIsoOrNull } from "./instant.ts";
import type { Attempt, RunEventBody, Step, StepState, TerminalState } from "./run.ts";

/** How often a run is started again after a crash. One that crashes once more is set aside: it may be what crashes. */
export const CRASH_RESUMES_MAX = 3;

/** One attempt, from its begin. How it ended is the run's end, unless it was lost. */
export interface AttemptRecord {
  /** Counted from 1. */
  readonly number: number;
  readonly startedAt: number;
  /** When it was found to be gone with its isolate; null for one that was not lost. */
  readonly lostAt: number | null;
}

export interface QueuedRun {
  readonly name: "queued";
  readonly createdAt: number;
}

export interface RunningRun {
  readonly name: "running";
  readonly createdAt: number;
  readonly startedAt: number;
  /** The queue's claim that started it: events of an older claim are stale. */
  readonly epoch: number;
  /** 0 until the executor begins the first attempt. */
  readonly attempt: number;
  /** The attempts so far. A run that began before they were kept has fewer than `attempt` says. */
  readonly history: readonly AttemptRecord[];
  readonly cancelRequestedAt: number | null;
}

export interface EndedRun {
  readonly name: TerminalState;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number;
  readonly epoch: number | null;
  readonly attempt: number;
  readonly history: readonly AttemptRecord[];
  readonly error: ProgramError | null;
  readonly limitReached: LimitName | null;
  readonly usage: Usage | null;
}

export type RunState = QueuedRun | RunningRun | EndedRun;

export type RunTransitionEvent =
  | { readonly type: "claimed"; readonly epoch: number }
  /** A program that may have reached the world outside is not repeatable: nobody knows what it did before it was lost. */
  | { readonly type: "attempt-began"; readonly isRepeatable: boolean }
  | { readonly type: "attempt-ended"; readonly attempt: number; readonly outcome: GuestOutcome; readonly usage: Usage }
  | { readonly type: "cancel-requested" }
  /** Nobody wants a run any more that still waits. */
  | { readonly type: "withdrawn"; readonly reason: string }
  /** The run has waited longer than it may. */
  | { readonly type: "expired" };

export interface Transition {
  readonly state: RunState;
  /** Entries of the live stream, in order. Empty when nothing changed. */
  readonly emits: readonly RunEventBody[];
}

export function hasEnded(state: RunState): state is EndedRun {
  return state.name !== "queued" && state.name !== "running";
}

export function queued(now: number): Transition {
  return {
    state: { name: "queued", createdAt: now },
    emits: [
      { type: "state", state: "queued" },
      { type: "step-start", step: "queue", attempt: 1 },
    ],
  };
}

export function transition(state: RunState, event: RunTransitionEvent, now: number): Transition {
  switch (event.type) {
    case "claimed":
      return claimed(state, event.epoch, now);
    case "attempt-began":
      return state.name === "running" ? attemptBegan(state, event.isRepeatable, now) : unchanged(state);
    case "attempt-ended":
      return state.name === "running" && state.attempt === event.attempt
        ? attemptEnded(state, event.outcome, event.usage, now)
        : unchanged(state);
    case "cancel-requested":
      return cancelRequested(state, now);
    case "withdrawn":
      return state.name === "queued" ? withdrawn(state, event.reason, now) : unchanged(state);
    case "expired":
      return state.name === "queued" ? endedInLine(state, EXPIRY, now) : unchanged(state);
  }
}

function unchanged(state: RunState): Transition {
  return { state, emits: [] };
}

function claimed(state: RunState, epoch: number, now: number): Transition {
  // The lane has renewed the claim of a run that asked twice: from now on only the newer one counts.
  if (state.name === "running" && epoch > state.epoch) return { state: { ...state, epoch }, emits: [] };
  if (state.name !== "queued") return unchanged(state);
  return {
    state: {
      name: "running",
      createdAt: state.createdAt,
      startedAt: now,
      epoch,
      attempt: 0,
      history: [],
      cancelRequestedAt: null,
    },
    emits: [
      { type: "step-end", step: "queue", state: "succeeded" },
      { type: "state", state: "running" },
    ],
  };
}

/** Begins the next attempt. A second one means that the first was lost with its isolate. */
function attemptBegan(before: RunningRun, isRepeatable: boolean, now: number): Transition {
  const interrupted = before.attempt > 0;
  const lost = before.history.map((each) => ({ ...each, lostAt: each.lostAt ?? now }));
  const state = { ...before, history: lost };
  if (state.cancelRequestedAt !== null) return ended(state, { name: "cancelled" }, now);
  if (state.attempt > CRASH_RESUMES_MAX) {
    const message = `The server went down ${state.attempt} times while this run was under way. It may be what takes the server down, so it was set aside: retry it when that is understood.`;
    return ended(state, { name: "failed", error: infrastructureError(message, "QuarantinedError") }, now);
  }
  if (interrupted && !isRepeatable) {
    const message =
      "The server went down while this program ran. It may have sent requests, so it is not started again by itself: retry it if that is safe.";
    return ended(state, { name: "failed", error: infrastructureError(message) }, now);
  }
  const attempt = state.attempt + 1;
  const notice: RunEventBody[] = interrupted
    ? [
        { type: "step-end", step: "execute", state: "failed" },
        {
          type: "output",
          step: "execute",
          stream: "system",
          text: `The server restarted while the run was under way. Attempt ${attempt} of ${CRASH_RESUMES_MAX + 1} starts from the beginning.\n`,
        },
      ]
    : [];
  const history = [...lost, { number: attempt, startedAt: now, lostAt: null }];
  return {
    state: { ...state, attempt, history },
    emits: [...notice, { type: "step-start", step: "execute", attempt }],
  };
}

function attemptEnded(state: RunningRun, outcome: GuestOutcome, usage: Usage, now: number): Transition {
  return ended(state, { ...endingOf(outcome), usage }, now);
}

/** How a run ends whose program ended so. */
export function endingOf(outcome: GuestOutcome): Pick<EndedRun, "name" | "error" | "limitReached"> {
  switch (outcome.kind) {
    case "completed":
      return { name: "succeeded", error: null, limitReached: null };
    case "threw":
      return { name: "failed", error: outcome.error, limitReached: null };
    case "cancelled":
      return { name: "cancelled", error: null, limitReached: null };
    case "limit": {
      const name = outcome.limit === "time" ? "timed-out" : "failed";
      return { name, error: outcome.error, limitReached: outcome.limit };
    }
  }
}

function cancelRequested(state: RunState, now: number): Transition {
  if (state.name === "queued") return endedInLine(state, { name: "cancelled", error: null }, now);
  if (state.name === "running" && state.cancelRequestedAt === null) {
    return { state: { ...state, cancelRequestedAt: now }, emits: [] };
  }
  return unchanged(state);
}

function withdrawn(waiting: QueuedRun, reason: string, now: number): Transition {
  const { state, emits } = endedInLine(waiting, { name: "cancelled", error: null }, now);
  return { state, emits: [{ type: "output", step: "queue", stream: "system", text: `${reason}\n` }, ...emits] };
}

/** The run ends without ever having started. */
function endedInLine(state: QueuedRun, { name, error }: Pick<EndedRun, "name" | "error">, now: number): Transition {
  const { createdAt } = state;
  const never = { startedAt: null, epoch: null, attempt: 0, history: [], limitReached: null, usage: null };
  return {
    state: { name, createdAt, finishedAt: now, error, ...never },
    emits: [
      { type: "step-end", step: "queue", state: STEP_OF_ENDING[name] },
      { type: "state", state: name },
    ],
  };
}

type Ending = Pick<EndedRun, "name"> & Partial<Pick<EndedRun, "error" | "limitReached" | "usage">>;

export const STEP_OF_ENDING: Record<TerminalState, StepState> = {
  succeeded: "succeeded",
  failed: "failed",
  "timed-out": "failed",
  cancelled: "cancelled",
};

function ended(state: RunningRun, ending: Ending, now: number): Transition {
  return {
    state: {
      name: ending.name,
      createdAt: state.createdAt,
      startedAt: state.startedAt,
      finishedAt: now,
      epoch: state.epoch,
      attempt: state.attempt,
      history: state.history,
      error: ending.error ?? null,
      limitReached: ending.limitReached ?? null,
      usage: ending.usage ?? null,
    },
    emits: [
      { type: "step-end", step: "execute", state: STEP_OF_ENDING[ending.name] },
      { type: "state", state: ending.name },
    ],
  };
}

const EXPIRY: Pick<EndedRun, "name" | "error"> = {
  name: "timed-out",
  error: {
    ...infrastructureError(
      "The run waited in its lane for as long as it was allowed to, and was not started.",
      "ExpiredError",
    ),
    category: "resource",
  },
};

export function infrastructureError(message: string, name = "InfrastructureError"): ProgramError {
  return {
    category: "infrastructure",
    name,
    message,
    file: null,
    line: null,
    column: null,
    stack: null,
  };
}

/** What the executor has already seen through, beside the state itself. */
export interface Progress {
  /** The lane has the run, and claims of this epoch or a later one are meant for it; null before it is known to. */
  readonly claimsFrom: number | null;
  readonly released: boolean;
  readonly projectedVersion: number;
  /** The last state that subscribers were told of, or had no need to be told of. */
  readonly announced: RunState["name"] | null;
}

export type OwedWork = "enqueue" | "execute" | "project" | "announce" | "release";

/**
 * What must still happen in this state, in order; all of it may be repeated. The lane lets go of an ended run last, when
 * its end is listed and told: until then it is the lane that comes back to the run after a crash.
 */
export function owedWork(state: RunState, version: number, progress: Progress): readonly OwedWork[] {
  const owed: OwedWork[] = [];
  if (state.name === "queued" && progress.claimsFrom === null) owed.push("enqueue");
  if (state.name === "running") owed.push("execute");
  if (progress.projectedVersion < version) owed.push("project");
  if (progress.announced !== state.name) owed.push("announce");
  if (hasEnded(state) && !progress.released) owed.push("release");
  return owed;
}

/** The run's attempts as the API shows them, in order. */
export function attemptsOf(state: RunState): readonly Attempt[] {
  if (state.name === "queued") return [];
  const finishedAt = hasEnded(state) ? state.finishedAt : null;
  return state.history.map(({ number, startedAt, lostAt }) => ({
    number,
    startedAt: toIso(startedAt),
    endedAt: toIsoOrNull(lostAt ?? finishedAt),
    ending: lostAt === null ? state.name : "lost",
  }));
}

/** The run's steps as the API shows them. */
export function stepsOf(state: RunState): readonly Step[] {
  const created = toIsoOrNull(state.createdAt);
  if (state.name === "queued") {
    return [
      { name: "queue", state: "running", startedAt: created, finishedAt: null },
      { name: "execute", state: "pending", startedAt: null, finishedAt: null },
    ];
  }
  const started = toIsoOrNull(state.startedAt);
  if (state.name === "running") {
    return [
      { name: "queue", state: "succeeded", startedAt: created, finishedAt: started },
      { name: "execute", state: "running", startedAt: started, finishedAt: null },
    ];
  }
  const finished = toIsoOrNull(state.finishedAt);
  if (state.startedAt === null) {
    return [
      { name: "queue", state: STEP_OF_ENDING[state.name], startedAt: created, finishedAt: finished },
      { name: "execute", state: "cancelled", startedAt: null, finishedAt: null },
    ];
  }
  return [
    { name: "queue", state: "succeeded", startedAt: created, finishedAt: started },
    { name: "execute", state: STEP_OF_ENDING[state.name], startedAt: started, finishedAt: finished },
  ];
}
