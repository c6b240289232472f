/**
 * What an adapter needs to reach its provider: the ports, and the bounds of one call. It opens nothing itself.
 */
import type { Clock } from "../domain/ports.ts";
import type { Send } from "../egress/egress.ts";

/** The network port: the gateway to other hosts, or a handler inside the Worker. Heeds the signal to the last byte. */
export type Fetch = Send;

/** Bounds of one call, in milliseconds. */
export interface CallTimeouts {
  /** Until the first byte of the answer's body. Long, because a local server may load its model first. */
  readonly firstByteMs: number;
  /** Between two reads. Providers send pings while a model thinks, and those count. */
  readonly silenceMs: number;
  /** For the whole answer, however lively. */
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUTS: CallTimeouts = { firstByteMs: 120_000, silenceMs: 60_000, totalMs: 600_000 };

export interface Connection {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timeouts?: CallTimeouts;
}
