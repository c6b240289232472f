/**
 * The seam between a run and an engine that can execute its program.
 * An engine owns one guest at a time per call, keeps nothing between calls, and turns every failure of the guest into
 * a {@link GuestOutcome}; it throws only for a bug of ours.
 */
import type { Capability } from "../domain/capability.ts";
import type { DroppedOutput } from "../domain/dropped-output.ts";
import type { GuestOutcome, JsonValue, Usage } from "../domain/guest-outcome.ts";
import type { Clock } from "../domain/ports.ts";
import type { Limits, Program } from "../domain/program.ts";
import type { Journal } from "./journal.ts";

export type OutputStream = "stdout" | "stderr";

export interface GuestRequest {
  readonly program: Program;
  readonly limits: Limits;
  /** Seeds the guest's `Math.random` and `crypto.getRandomValues`: the same seed gives the same numbers. */
  readonly seed: string;
  readonly clock: Clock;
  /**
   * Receives output in order, at the latest when a slice ends, also while the guest loops. Text may end in the middle
   * of a line, never in the middle of a character. Must not throw. Called synchronously, never from inside the guest.
   */
  readonly onOutput: (stream: OutputStream, text: string) => void;
  /** Receives a sentence for people on what the run waits for that others hold: no output of the program. Must not throw. */
  readonly onNotice: (text: string) => void;
  /** Stops the guest within a few slices; the outcome is then `cancelled`. */
  readonly signal: AbortSignal;
  /**
   * The journal of an earlier run of the same program, to be run again: the clock, the host's answers and the stop come
   * from it, nothing waits, and the host is not called. `clock` and `signal` then only bound the replay itself.
   */
  readonly replay: Journal | null;
  /** What the program finds as the global `context`; without one where it is left out. */
  readonly context?: JsonValue | undefined;
  /** What the program may call of the host. */
  readonly capabilities: readonly Capability[];
}

export interface GuestResult {
  readonly outcome: GuestOutcome;
  readonly usage: Usage;
  readonly journal: Journal;
  /** What went beyond the output limit until the guest had stopped. */
  readonly dropped: DroppedOutput;
}

export interface Engine {
  /** Name, version and hash of the engine's artifact, for example `quickjs-0.32.0-1f2e3d4c`. */
  readonly version: string;
  execute(request: GuestRequest): Promise<GuestResult>;
}
