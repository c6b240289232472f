/** What others may ask of a lane's queue. Every call may be repeated: the second one finds the first one's work done. */
import type { Priority } from "../../worker/domain/run.ts";

export interface EnqueueRequest {
  readonly runId: string;
  readonly priority: Priority;
  readonly concurrency: number;
}

/** `epoch` is set when the run holds a slot already; otherwise the lane claims it later. */
export type EnqueueAnswer =
  | { readonly accepted: true; readonly epoch: number | null }
  | { readonly accepted: false; readonly code: "lane-full" };

export interface RunQueueRpc {
  /** The run joins the lane. A refusal stores nothing. */
  enqueue(request: EnqueueRequest): Promise<EnqueueAnswer>;
  /** The run ended: its slot, or its place in the line, is free. A stale epoch changes nothing. */
  release(runId: string, epoch: number | null): Promise<void>;
  /** Why the run waits, as a sentence; null when it does not wait here. */
  describeWait(runId: string): Promise<string | null>;
}
