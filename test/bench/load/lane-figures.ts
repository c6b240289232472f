/** What the Worker that measures a lane answers to the script that started it. */
import type { Priority } from "../../../worker/domain/lane.ts";

export interface EnqueueFigures {
  /** Of each run that joined. */
  readonly samplesMs: readonly number[];
  /** Of each row that the peer stored. */
  readonly plainMs: readonly number[];
  readonly tookMs: number;
  readonly plainTookMs: number;
}

export interface DrainFigures {
  readonly claimed: number;
  /** From a release to the claim that follows it. */
  readonly claimsMs: readonly number[];
  /** Of each claimed run, in the order of the claims. */
  readonly priorities: readonly Priority[];
}
