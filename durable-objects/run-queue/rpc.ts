/** What others may ask of a lane's queue. Every call may be repeated: the second one finds the first one's work done. */

import type { Allotment } from "../../worker/domain/allotment.ts";
import type { LaneReport } from "../../worker/domain/capacity-state.ts";
import type { Result } from "../../worker/domain/errors.ts";
import type { Priority } from "../../worker/domain/lane.ts";
import type { LaneView } from "../../worker/domain/lane-view.ts";
import type { Wait } from "../../worker/domain/wait-reason.ts";

/** A lane in its workspace: the name of a queue, told with each call because an object does not know its own. */
export interface LaneAddress {
  readonly workspaceId: string;
  readonly lane: string;
}

export interface EnqueueRequest extends LaneAddress {
  readonly runId: string;
  readonly priority: Priority;
  readonly concurrency: number;
  /** The run may wait until then; null for ever. */
  readonly expiresAt: number | null;
}

/** `epoch` is set when the run holds a slot already; otherwise the lane claims it later, under `nextEpoch` or a later one. */
export type EnqueueAnswer =
  | { readonly accepted: true; readonly epoch: number | null; readonly nextEpoch: number }
  | { readonly accepted: false; readonly code: "lane-full" };

/** What a person may do to the line. */
export type LaneCommand =
  | { readonly type: "hold"; readonly runId: string; readonly by: string }
  | { readonly type: "unhold"; readonly runId: string }
  | { readonly type: "move"; readonly runId: string; readonly position: number }
  | { readonly type: "pause"; readonly by: string }
  | { readonly type: "resume" };

export interface RunIdPage {
  readonly runIds: readonly string[];
  /** Pass it to read on; null on the last page. */
  readonly next: number | null;
}

export interface RunQueueRpc {
  /** The run joins the lane. A refusal stores nothing. */
  enqueue(request: EnqueueRequest): Promise<EnqueueAnswer>;
  /** The run ended: its slot, or its place in the line, is free. A stale epoch changes nothing. */
  release(runId: string, epoch: number | null): Promise<void>;
  /** The executor is alive and runs this run: the lane need not ask for a while. Kept in memory alone. */
  renew(runId: string): Promise<void>;
  /** A run that still waits has another priority now. Fails with `not-waiting` when it does not wait here any more. */
  reprioritise(runId: string, priority: Priority): Promise<Result<null>>;
  /** Fails with `not-waiting` when the run does not wait here any more. */
  command(address: LaneAddress, command: LaneCommand): Promise<Result<null>>;
  /** The workspace's share for this lane; answers what the lane is like now. */
  allot(allotment: Allotment): Promise<LaneReport>;
  /** Why the run waits; null when it does not wait here. */
  describeWait(runId: string): Promise<Wait | null>;
  /** The lane as people look at it; of the line the first `waitingMax` runs. */
  view(waitingMax: number): Promise<LaneView>;
  /** Every run that ever joined, in order of arrival. `after` is 0 or what the last page gave. */
  runIds(after: number, limit: number): Promise<RunIdPage>;
}
