/**
 * One lane's queue as a pure machine: who waits, who holds a slot, who is next.
 * Owns order and concurrency. It stores and calls nothing: the queue object writes `writes` in one transaction and then
 * delivers `claims` to the runs, again and again until each has answered.
 *
 * Invariants: at most `concurrency` runs are claimed; an epoch is given out once and only grows; a release with another
 * epoch than the claim's changes nothing (fencing).
 */
import { LANE_WAITING_MAX } from "./lane.ts";
import { PRIORITIES, type Priority } from "./run.ts";

export interface WaitingEntry {
  readonly runId: string;
  readonly priority: Priority;
  /** Order of arrival in this lane. */
  readonly ordinal: number;
  readonly enqueuedAt: number;
}

export interface ClaimedEntry extends WaitingEntry {
  readonly epoch: number;
  readonly claimedAt: number;
}

export interface QueueState {
  readonly concurrency: number;
  readonly nextOrdinal: number;
  readonly nextEpoch: number;
  /** In the order in which they will be claimed. */
  readonly waiting: readonly WaitingEntry[];
  readonly claimed: readonly ClaimedEntry[];
}

export type QueueEvent =
  | {
      readonly type: "enqueue";
      readonly runId: string;
      readonly priority: Priority;
      readonly concurrency: number;
    }
  /** The run ended or was cancelled. `epoch` is null when it never held a slot. */
  | { readonly type: "release"; readonly runId: string; readonly epoch: number | null };

export type QueueWrite =
  | { readonly type: "put"; readonly entry: WaitingEntry | ClaimedEntry }
  | { readonly type: "delete"; readonly runId: string };

export interface QueueTransition {
  readonly state: QueueState;
  readonly writes: readonly QueueWrite[];
  /** Runs that got a slot and must be told. */
  readonly claims: readonly ClaimedEntry[];
  /** Set when the event was refused. */
  readonly refusal: "lane-full" | null;
}

export const EMPTY_QUEUE: QueueState = { concurrency: 1, nextOrdinal: 1, nextEpoch: 1, waiting: [], claimed: [] };

const rank = (priority: Priority) => PRIORITIES.indexOf(priority);

/** Urgent first, then by arrival. */
function isBefore(a: WaitingEntry, b: WaitingEntry): boolean {
  return rank(a.priority) - rank(b.priority) < 0 || (a.priority === b.priority && a.ordinal < b.ordinal);
}

export function queueTransition(state: QueueState, event: QueueEvent, now: number): QueueTransition {
  switch (event.type) {
    case "enqueue":
      return enqueue(state, event, now);
    case "release":
      return release(state, event, now);
  }
}

function unchanged(state: QueueState, refusal: QueueTransition["refusal"] = null): QueueTransition {
  return { state, writes: [], claims: [], refusal };
}

function enqueue(state: QueueState, event: Extract<QueueEvent, { type: "enqueue" }>, now: number): QueueTransition {
  const known = (entry: WaitingEntry) => entry.runId === event.runId;
  if (state.waiting.some(known) || state.claimed.some(known)) return unchanged(state);
  if (state.waiting.length >= LANE_WAITING_MAX) return unchanged(state, "lane-full");
  const entry: WaitingEntry = {
    runId: event.runId,
    priority: event.priority,
    ordinal: state.nextOrdinal,
    enqueuedAt: now,
  };
  const behind = state.waiting.findIndex((other) => isBefore(entry, other));
  const at = behind === -1 ? state.waiting.length : behind;
  const joined: QueueState = {
    ...state,
    concurrency: event.concurrency,
    nextOrdinal: state.nextOrdinal + 1,
    waiting: [...state.waiting.slice(0, at), entry, ...state.waiting.slice(at)],
  };
  return fillSlots(joined, [{ type: "put", entry }], now);
}

function release(state: QueueState, event: Extract<QueueEvent, { type: "release" }>, now: number): QueueTransition {
  const claim = state.claimed.find((entry) => entry.runId === event.runId);
  if (claim) {
    // A run that was cancelled before it heard of its claim releases without an epoch.
    if (event.epoch !== null && event.epoch !== claim.epoch) return unchanged(state);
    const claimed = state.claimed.filter((entry) => entry !== claim);
    return fillSlots({ ...state, claimed }, [{ type: "delete", runId: event.runId }], now);
  }
  if (!state.waiting.some((entry) => entry.runId === event.runId)) return unchanged(state);
  const waiting = state.waiting.filter((entry) => entry.runId !== event.runId);
  return fillSlots({ ...state, waiting }, [{ type: "delete", runId: event.runId }], now);
}

function fillSlots(state: QueueState, writes: readonly QueueWrite[], now: number): QueueTransition {
  const free = Math.max(0, state.concurrency - state.claimed.length);
  const claims = state.waiting
    .slice(0, free)
    .map((entry, index) => ({ ...entry, epoch: state.nextEpoch + index, claimedAt: now }));
  return {
    state: {
      ...state,
      nextEpoch: state.nextEpoch + claims.length,
      waiting: state.waiting.slice(claims.length),
      claimed: [...state.claimed, ...claims],
    },
    writes: [...writes, ...claims.map((entry) => ({ type: "put" as const, entry }))],
    claims,
    refusal: null,
  };
}

const ORDINAL_RULES = new Intl.PluralRules("en", { type: "ordinal" });
const ORDINAL_SUFFIX: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };

/** Why the run waits, as a sentence for people; null when it does not wait in this lane. */
export function describeWait(state: QueueState, runId: string): string | null {
  const index = state.waiting.findIndex((entry) => entry.runId === runId);
  if (index === -1) return null;
  const place = `${index + 1}${ORDINAL_SUFFIX[ORDINAL_RULES.select(index + 1)]} of ${state.waiting.length} in its lane`;
  const holders = state.claimed.map((entry) => entry.runId);
  if (holders.length === 1) return `Waiting for run ${holders[0]}; ${place}.`;
  return `Waiting for one of ${holders.length} running runs to end; ${place}.`;
}
