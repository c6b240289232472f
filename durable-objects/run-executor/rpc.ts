/** What others may ask of a run's executor. */
import type { Result } from "../../worker/domain/errors.ts";
import type { RunDetail } from "../../worker/domain/run.ts";
import type { RunSpec } from "../../worker/domain/run-spec.ts";

/** An ended run with what it wrote in its last attempt. */
export interface FinishedRun {
  readonly run: RunDetail;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunExecutorRpc {
  /** Accepts the run durably, puts it in its lane and shows it in the list. Repeating it changes nothing. */
  submit(spec: RunSpec): Promise<Result<RunDetail>>;
  /** The lane gives the run a slot. Idempotent: also the way in which the lane asks whether the run still holds it. */
  claim(epoch: number): Promise<"running" | "ended">;
  /** Asks the run to stop; a run that has ended answers `run-finished`. */
  cancel(): Promise<Result<RunDetail>>;
  /** Null when no run was ever accepted here. */
  describe(): Promise<RunDetail | null>;
  /** Resolves once the run has ended and its end was offered to the projection. */
  waitForEnd(): Promise<FinishedRun>;
  /** All output so far, as plain text. */
  logText(): Promise<string>;
}
