/**
 * The journal of a run: everything that the guest took from outside itself, in the order in which it took it. Together
 * with the program, its input, the seed and the limits it determines the run to the last unit of fuel and byte of output.
 * Written by an engine while a program runs, and read by the same engine when the run is replayed.
 */

/** From the `read`-th time that the guest looks at its clock (from 0) it shows `ms` since 1970, until the next entry. */
export type ClockReading = readonly [read: number, ms: number];

/** The answer to one host call, as JSON text, or the error that the guest saw instead. */
export type HostAnswer =
  | { readonly value: string }
  | { readonly error: { readonly name: string; readonly message: string } };

/** The end that came from outside: not the guest's own doing, so a replay must be told. */
export interface Stop {
  readonly reason: "time" | "cancelled";
  /** Where in the run it came, in the engine's own count of places where it can come. */
  readonly at: number;
}

export interface Journal {
  /** The engine that wrote it, as in `Engine.version`. Another engine may count differently. */
  readonly engine: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly clock: readonly ClockReading[];
  /** In the order of the calls; an answer that came after the end is missing. */
  readonly hostAnswers: readonly HostAnswer[];
  readonly stop: Stop | null;
}
