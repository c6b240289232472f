/**
 * A lane's queue as a pure machine: which run is next, who holds a slot, and why the others wait.
 * It stores, calls and schedules nothing: durable-objects/run-queue/lane.ts carries out what a transition returns.
 *
 * Invariants: a run is in the lane at most once; no more runs are claimed than the lane's concurrency, and no new one
 * beyond its allotment of the workspace's capacity; a claim's epoch is never given twice; `waiting` is sorted by
 * {@link WaitingEntry.sortKey}, then by ordinal.
 */
import { type Allotment, isNewer, NO_ALLOTMENT } from "./allotment.ts";
import { LANE_WAITING_MAX, type Priority } from "./lane.ts";

/** Who did something to the lane or to an entry, as people know them, and when. */
export interface Act {
  readonly by: string;
  readonly at: number;
}

export interface WaitingEntry {
  readonly runId: string;
  readonly priority: Priority;
  /** Order of arrival in this lane. */
  readonly ordinal: number;
  readonly enqueuedAt: number;
  /** The smaller one is claimed first. A virtual instant of arrival: see {@link HEAD_START_MS}. */
  readonly sortKey: number;
  /** Set while a person keeps the run from being claimed. */
  readonly hold: Act | null;
  /** From this instant on the run is not claimed any more; null when it may wait for ever. */
  readonly expiresAt: number | null;
}

export interface ClaimedEntry extends WaitingEntry {
  readonly epoch: number;
  readonly claimedAt: number;
}

export interface QueueState {
  readonly concurrency: number;
  readonly nextOrdinal: number;
  readonly nextEpoch: number;
  /** The latest instant of an arrival: a clock that jumps back reorders nobody. */
  readonly lastArrivalAt: number;
  readonly pause: Act | null;
  readonly allotment: Allotment;
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
      readonly expiresAt: number | null;
      /** False where priorities are switched off: first in, first out. */
      readonly isSmart: boolean;
    }
  /** The run ended or was cancelled. `epoch` is null when it never held a slot. */
  | { readonly type: "release"; readonly runId: string; readonly epoch: number | null }
  | { readonly type: "hold"; readonly runId: string; readonly by: string }
  | { readonly type: "unhold"; readonly runId: string }
  /** `position` counts from 1 among the waiting runs; a larger one means the end. */
  | { readonly type: "move"; readonly runId: string; readonly position: number }
  | { readonly type: "reprioritise"; readonly runId: string; readonly priority: Priority; readonly isSmart: boolean }
  | { readonly type: "pause"; readonly by: string }
  | { readonly type: "resume" }
  /** The workspace gives the lane a share of its capacity. An older revision changes nothing. */
  | { readonly type: "allot"; readonly allotment: Allotment }
  /** Time has passed: what became claimable is claimed. */
  | { readonly type: "tick" };

export type QueueWrite =
  | { readonly type: "put"; readonly entry: WaitingEntry | ClaimedEntry }
  | { readonly type: "delete"; readonly runId: string };

/** Why an event was refused; an error code of domain/errors.ts. */
export type QueueRefusal = "lane-full" | "not-waiting";

export interface QueueTransition {
  readonly state: QueueState;
  readonly writes: readonly QueueWrite[];
  /** Runs that got a slot and must be told. */
  readonly claims: readonly ClaimedEntry[];
  /** Set when the event was refused. */
  readonly refusal: QueueRefusal | null;
}

export const EMPTY_QUEUE: QueueState = {
  concurrency: 1,
  nextOrdinal: 1,
  nextEpoch: 1,
  lastArrivalAt: 0,
  pause: null,
  allotment: NO_ALLOTMENT,
  waiting: [],
  claimed: [],
};

const HOUR_MS = 3_600_000;

/**
 * How much earlier than it came a run counts as having arrived. This is priority and ageing in one: an urgent run
 * overtakes every normal one that has waited for less than a day, and a low one is overtaken only by those that come
 * within an hour (normal) to a day (urgent) after it, so that nobody starves.
 */
const HEAD_START_MS: Record<Priority, number> = { urgent: 25 * HOUR_MS, high: 2 * HOUR_MS, normal: HOUR_MS, low: 0 };

export function queueTransition(state: QueueState, event: QueueEvent, now: number): QueueTransition {
  switch (event.type) {
    case "enqueue":
      return enqueue(state, event, now);
    case "release":
      return release(state, event, now);
    case "hold":
      return edit(state, event.runId, (entry) => ({ ...entry, hold: { by: event.by, at: now } }), now);
    case "unhold":
      return edit(state, event.runId, (entry) => ({ ...entry, hold: null }), now);
    case "move":
      return move(state, event, now);
    case "reprioritise":
      return edit(state, event.runId, (entry) => withPriority(entry, event), now);
    case "pause":
      return state.pause ? unchanged(state) : changed({ ...state, pause: { by: event.by, at: now } }, [], now);
    case "resume":
      return state.pause ? changed({ ...state, pause: null }, [], now) : unchanged(state);
    case "allot":
      return isNewer(event.allotment, state.allotment)
        ? changed(withoutSurplus({ ...state, allotment: event.allotment }), [], now)
        : unchanged(state);
    case "tick":
      return claimable(state, now).length > 0 ? changed(state, [], now) : unchanged(state);
  }
}

function unchanged(state: QueueState, refusal: QueueRefusal | null = null): QueueTransition {
  return { state, writes: [], claims: [], refusal };
}

/** Urgent first, then by arrival: the order of the line. */
function isBefore(a: WaitingEntry, b: WaitingEntry): boolean {
  return a.sortKey < b.sortKey || (a.sortKey === b.sortKey && a.ordinal < b.ordinal);
}

/** The entry put where it belongs in the line. */
function insert(waiting: readonly WaitingEntry[], entry: WaitingEntry): readonly WaitingEntry[] {
  let [low, high] = [0, waiting.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(entry, waiting[middle]!)) high = middle;
    else low = middle + 1;
  }
  return [...waiting.slice(0, low), entry, ...waiting.slice(low)];
}

const without = (waiting: readonly WaitingEntry[], runId: string) => waiting.filter((entry) => entry.runId !== runId);

function sortKeyOf(arrivedAt: number, priority: Priority, isSmart: boolean): number {
  return isSmart ? arrivedAt - HEAD_START_MS[priority] : arrivedAt;
}

function withPriority(
  entry: WaitingEntry,
  { priority, isSmart }: { readonly priority: Priority; readonly isSmart: boolean },
): WaitingEntry {
  return { ...entry, priority, sortKey: sortKeyOf(entry.enqueuedAt, priority, isSmart) };
}

function enqueue(state: QueueState, event: Extract<QueueEvent, { type: "enqueue" }>, now: number): QueueTransition {
  const { runId, priority, concurrency, expiresAt, isSmart } = event;
  const known = (entry: WaitingEntry) => entry.runId === runId;
  const claim = state.claimed.find(known);
  if (claim) return renewClaim(state, claim);
  if (state.waiting.some(known)) return unchanged(state);
  if (state.waiting.length >= LANE_WAITING_MAX) return unchanged(state, "lane-full");
  const enqueuedAt = Math.max(now, state.lastArrivalAt);
  const sortKey = sortKeyOf(enqueuedAt, priority, isSmart);
  const entry = { runId, priority, ordinal: state.nextOrdinal, enqueuedAt, sortKey, hold: null, expiresAt };
  const joined: QueueState = {
    ...state,
    concurrency,
    nextOrdinal: state.nextOrdinal + 1,
    lastArrivalAt: enqueuedAt,
    waiting: insert(state.waiting, entry),
  };
  return changed(joined, [{ type: "put", entry }], now);
}

/**
 * The run asks again although it has a slot: it has not heard, or it was refused and came anew. The new epoch makes sure
 * that an answer which its older self gave cannot free the slot.
 */
function renewClaim(state: QueueState, claim: ClaimedEntry): QueueTransition {
  const renewed = { ...claim, epoch: state.nextEpoch };
  const claimed = state.claimed.map((each) => (each === claim ? renewed : each));
  const writes = [{ type: "put" as const, entry: renewed }];
  return { state: { ...state, nextEpoch: state.nextEpoch + 1, claimed }, writes, claims: [], refusal: null };
}

function release(state: QueueState, event: Extract<QueueEvent, { type: "release" }>, now: number): QueueTransition {
  const { runId, epoch } = event;
  const claim = state.claimed.find((entry) => entry.runId === runId);
  if (claim) {
    // A run that was cancelled before it heard of its claim releases without an epoch.
    if (epoch !== null && epoch !== claim.epoch) return unchanged(state);
    const claimed = state.claimed.filter((entry) => entry !== claim);
    return changed(withoutSurplus({ ...state, claimed }), [{ type: "delete", runId }], now);
  }
  // A run that waits has no epoch: this is the answer to a claim of before it left and joined again.
  if (epoch !== null || !state.waiting.some((entry) => entry.runId === runId)) return unchanged(state);
  return changed({ ...state, waiting: without(state.waiting, runId) }, [{ type: "delete", runId }], now);
}

/** Changes one waiting entry and puts it where it belongs then. */
function edit(
  state: QueueState,
  runId: string,
  change: (entry: WaitingEntry) => WaitingEntry,
  now: number,
): QueueTransition {
  const entry = state.waiting.find((each) => each.runId === runId);
  if (!entry) return unchanged(state, "not-waiting");
  const next = change(entry);
  const waiting = insert(without(state.waiting, runId), next);
  return changed({ ...state, waiting }, [{ type: "put", entry: next }], now);
}

function move(state: QueueState, event: Extract<QueueEvent, { type: "move" }>, now: number): QueueTransition {
  const entry = state.waiting.find((each) => each.runId === event.runId);
  if (!entry) return unchanged(state, "not-waiting");
  const others = without(state.waiting, event.runId);
  const at = Math.min(Math.max(event.position, 1) - 1, others.length);
  const [before, behind] = [others[at - 1], others[at]];
  const sortKey =
    before && behind ? (before.sortKey + behind.sortKey) / 2 : before ? before.sortKey + 1 : (behind?.sortKey ?? 0) - 1;
  const moved = { ...entry, sortKey };
  if ((!before || before.sortKey < sortKey) && (!behind || sortKey < behind.sortKey)) {
    return changed({ ...state, waiting: insert(others, moved) }, [{ type: "put", entry: moved }], now);
  }
  // Neighbours that arrived in one millisecond leave no room between them: those behind make room.
  const later = others.slice(at).map((each) => ({ ...each, sortKey: each.sortKey + 1 }));
  const placed = { ...entry, sortKey: before!.sortKey + 0.5 };
  const writes = [placed, ...later].map((each): QueueWrite => ({ type: "put", entry: each }));
  return changed({ ...state, waiting: [...others.slice(0, at), placed, ...later] }, writes, now);
}

/** Gives back what the workspace wants back, as far as runs have ended. */
function withoutSurplus(state: QueueState): QueueState {
  const { slots, target } = state.allotment;
  const kept = Math.min(slots, Math.max(target, state.claimed.length));
  return kept === slots ? state : { ...state, allotment: { ...state.allotment, slots: kept } };
}

const isExpired = (entry: WaitingEntry, now: number) => entry.expiresAt !== null && entry.expiresAt <= now;
const isEligible = (entry: WaitingEntry, now: number) => entry.hold === null && !isExpired(entry, now);

/** The waiting runs that get a slot now. */
function claimable(state: QueueState, now: number): readonly WaitingEntry[] {
  const free = Math.min(state.concurrency, state.allotment.target) - state.claimed.length;
  const next: WaitingEntry[] = [];
  if (state.pause) return next;
  for (const entry of state.waiting) {
    if (next.length >= free) break;
    if (isEligible(entry, now)) next.push(entry);
  }
  return next;
}

function changed(state: QueueState, writes: readonly QueueWrite[], now: number): QueueTransition {
  const next = claimable(state, now);
  if (next.length === 0) return { state, writes, claims: [], refusal: null };
  const taken = new Set(next.map((entry) => entry.runId));
  const claims = next.map((entry, index) => ({ ...entry, epoch: state.nextEpoch + index, claimedAt: now }));
  return {
    state: {
      ...state,
      nextEpoch: state.nextEpoch + claims.length,
      waiting: state.waiting.filter((entry) => !taken.has(entry.runId)),
      claimed: [...state.claimed, ...claims],
    },
    writes: [...writes, ...claims.map((entry) => ({ type: "put" as const, entry }))],
    claims,
    refusal: null,
  };
}

/** How many slots the lane could use right now, with those that it uses. */
export function demandOf(state: QueueState, now: number): number {
  if (state.pause) return state.claimed.length;
  let demand = state.claimed.length;
  for (const entry of state.waiting) {
    if (demand >= state.concurrency) break;
    if (isEligible(entry, now)) demand += 1;
  }
  return demand;
}

/** Whether runs wait for the workspace alone: the lane itself has room for them. */
export function isShort(state: QueueState, now: number): boolean {
  return demandOf(state, now) > Math.max(state.claimed.length, state.allotment.target);
}

/** The waiting runs that have waited longer than they may, in the order of the line. */
export function expiredRuns(state: QueueState, now: number): readonly string[] {
  return state.waiting.filter((entry) => isExpired(entry, now)).map((entry) => entry.runId);
}

/**
 * The first instant at which a waiting run expires and may be told so; null when none does.
 * @param quietUntil the run need not be told before
 */
export function nextExpiry(state: QueueState, quietUntil: (runId: string) => number = () => 0): number | null {
  let first: number | null = null;
  for (const { runId, expiresAt } of state.waiting) {
    if (expiresAt === null) continue;
    const at = Math.max(expiresAt, quietUntil(runId));
    if (first === null || at < first) first = at;
  }
  return first;
}
