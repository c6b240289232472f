/** A lane as people look at it: who runs, who waits, in which order, and why. Instants are ISO 8601. */

import { toIso, toIsoOrNull } from "./instant.ts";
import { PRIORITIES, type Priority } from "./lane.ts";
import { type Act, isShort, type QueueState, type WaitingEntry } from "./queue-state.ts";

export interface ActView {
  readonly by: string;
  readonly at: string;
}

export interface WaitingRunView {
  readonly runId: string;
  readonly priority: Priority;
  /** Counted from 1. */
  readonly position: number;
  readonly enqueuedAt: string;
  readonly hold: ActView | null;
  readonly expiresAt: string | null;
}

export interface ClaimedRunView {
  readonly runId: string;
  readonly priority: Priority;
  readonly enqueuedAt: string;
  readonly claimedAt: string;
}

export interface LaneView {
  readonly concurrency: number;
  /** Slots that the workspace lets the lane use at the moment. */
  readonly allotted: number;
  /** Whether runs wait for the workspace's capacity alone. */
  readonly isShort: boolean;
  readonly pause: ActView | null;
  readonly waitingCount: number;
  readonly waitingByPriority: Readonly<Record<Priority, number>>;
  readonly heldCount: number;
  /** When the run that has waited longest came; null when none waits. */
  readonly oldestEnqueuedAt: string | null;
  readonly waiting: readonly WaitingRunView[];
  readonly claimed: readonly ClaimedRunView[];
}

export const actView = (act: Act | null): ActView | null => (act ? { by: act.by, at: toIso(act.at) } : null);

export function laneView(state: QueueState, waitingMax: number, now: number): LaneView {
  const count = (priority: Priority) => state.waiting.filter((entry) => entry.priority === priority).length;
  return {
    concurrency: state.concurrency,
    allotted: state.allotment.target,
    isShort: isShort(state, now),
    pause: actView(state.pause),
    waitingCount: state.waiting.length,
    waitingByPriority: Object.fromEntries(PRIORITIES.map((each) => [each, count(each)])) as Record<Priority, number>,
    heldCount: state.waiting.filter((entry) => entry.hold).length,
    oldestEnqueuedAt: toIsoOrNull(oldestArrival(state)),
    waiting: state.waiting.slice(0, waitingMax).map(waitingView),
    claimed: state.claimed.map(({ runId, priority, enqueuedAt, claimedAt }) => ({
      ...{ runId, priority, enqueuedAt: toIso(enqueuedAt), claimedAt: toIso(claimedAt) },
    })),
  };
}

function oldestArrival({ waiting }: QueueState): number | null {
  return waiting.reduce<number | null>((oldest, { enqueuedAt }) => Math.min(oldest ?? enqueuedAt, enqueuedAt), null);
}

function waitingView({ runId, priority, enqueuedAt, hold, expiresAt }: WaitingEntry, index: number): WaitingRunView {
  const at = { enqueuedAt: toIso(enqueuedAt), expiresAt: toIsoOrNull(expiresAt) };
  return { runId, priority, position: index + 1, hold: actView(hold), ...at };
}
