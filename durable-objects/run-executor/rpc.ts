/** What others may ask of a run's executor. */

import type { DecisionRequest, EffectSheet } from "../../worker/domain/effect-sheet.ts";
import type { Result } from "../../worker/domain/errors.ts";
import type { ForkWish, HostCallPage } from "../../worker/domain/fork.ts";
import type { Issue } from "../../worker/domain/issue.ts";
import type { Priority } from "../../worker/domain/lane.ts";
import type { EngineName } from "../../worker/domain/languages.ts";
import type { ReplayVerdict } from "../../worker/domain/replay.ts";
import type { RunDetail } from "../../worker/domain/run.ts";
import type { RunSpec } from "../../worker/domain/run-spec.ts";

/** An ended run with what it wrote in its last attempt. */
export interface FinishedRun {
  readonly run: RunDetail;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a lane hears of a run that it holds: `ended` when it may let go of it. */
export type LaneAnswer = "active" | "ended";

export interface RunExecutorRpc {
  /** Accepts the run durably, puts it in its lane and lists it. Repeating it finds the same run. */
  submit(spec: RunSpec): Promise<Result<RunDetail>>;
  /** The same, but answers when the run has ended. A run that ends at once is listed once, with its end. */
  execute(spec: RunSpec): Promise<Result<FinishedRun>>;
  /**
   * The lane gives the run a slot. Idempotent: also the way in which the lane asks
   * whether the run still needs it, and wakes a run that a crash interrupted.
   */
  claim(epoch: number): Promise<LaneAnswer>;
  /** Asks the run to stop; a run that has ended answers `run-finished`. */
  cancel(): Promise<Result<RunDetail>>;
  /** Cancels the run while it waits and says why in its log; answers `started` when it does not wait any more. */
  withdraw(reason: string): Promise<Result<"withdrawn" | "started">>;
  /** The lane says that the run has waited longer than it may. A run that knows better, or has started, stays active. */
  expire(): Promise<LaneAnswer>;
  /** Changes what a run about an issue is about, while it waits; answers `started` when it does not wait any more. */
  amend(issue: Issue, priority: Priority): Promise<Result<"amended" | "started">>;
  /** What is to become of calls that wait for their budget: they make do with what is left, or ask whether they fit now. */
  decideBudget(decision: "finish-cheaply" | "ask-again"): Promise<Result<RunDetail>>;
  /** Gives a run that waits another priority; fails with `run-finished` or `not-waiting` when it does not wait. */
  reprioritise(priority: Priority): Promise<Result<RunDetail>>;
  /** Writes the run's copy in D1 anew, whole. `absent` when no run was ever accepted here; `away` when D1 is: it follows. */
  reproject(): Promise<"written" | "absent" | "away">;
  /** Runs a small program in the engine and throws when it does not come out right. Needs no run. */
  tryEngine(engine: EngineName, timeoutMs: number): Promise<void>;
  /** Null when no run was ever accepted here. */
  describe(): Promise<RunDetail | null>;
  /**
   * Runs the ended run's program again from its journal and compares; nothing of the run changes. Takes as long as the
   * program computed. Answers `run-active` or `not-replayable` where there is nothing to compare.
   */
  replay(): Promise<Result<ReplayVerdict>>;
  /** What the run's program asked to write, and what became of it. */
  effectSheet(): Promise<Result<EffectSheet>>;
  /** @param by id of the person or token. Fails with `run-active`, `effect-settled`, `sheet-superseded`, `invalid-request` */
  decideEffects(request: DecisionRequest, by: string): Promise<Result<EffectSheet>>;
  /** What the program asked of the host, from the `from`-th call on (from 0). Fails with `run-active`, `not-replayable`. */
  hostCalls(from: number, count: number): Promise<Result<HostCallPage>>;
  /** The specification of a run that begins as this one did. Fails with `run-active`, `not-replayable`, `invalid-request`. */
  forkSpec(wish: ForkWish): Promise<Result<RunSpec>>;
  /** Another run has taken this one's place: nothing more is decided here. */
  supersede(runId: string): Promise<void>;
  /** Writes what was approved, as far as it still fits what is stored. Two who ask at once get one answer after the other. */
  applyEffects(by: string): Promise<Result<EffectSheet>>;
  /** Takes back what was written, as far as nobody has changed it since. */
  undoEffects(by: string): Promise<Result<EffectSheet>>;
}
