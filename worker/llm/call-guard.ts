/**
 * Keeps one call to a provider within its bounds: time to the first byte, silence, duration, size, and the caller's
 * wish to stop. It stands between an SDK and the network, because only there are all bytes seen: pings that an SDK
 * swallows are a sign of life, and a body that ignores the signal must still end.
 * Invariant: once the guard has stopped a call, every pending read fails, and `stopped` says why.
 */
import { settleOrAbort } from "../egress/egress.ts";
import { watchBody } from "../egress/watched-body.ts";
import { type Connection, DEFAULT_TIMEOUTS, type Fetch } from "./connection.ts";

/** Why the guard ended a call. */
export type StopCause = "caller" | "silence" | "duration" | "size" | "not-a-stream";

export interface CallGuard {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  stopped(): StopCause | null;
  /** True once the provider sent the head of an answer. */
  answered(): boolean;
  /** Ends the call, whatever its state, and frees the connection. Twice does nothing. */
  close(): void;
}

/** Bytes of one streamed answer: some 100 times the longest useful one, since every token travels in an envelope. */
export const ANSWER_BYTES = 32 * 2 ** 20;
/** Bytes of an error's body that are read: the SDKs take in all of it. */
const ERROR_BYTES = 64 * 2 ** 10;
/** Longest single sleep of the watch, so that a finished call leaves a timer of at most a second behind. */
const WATCH_INTERVAL_MS = 1_000;

export function guardCall(connection: Connection, caller: AbortSignal): CallGuard {
  const { fetch: send, clock } = connection;
  const controller = new AbortController();
  const pulse = { startedAt: clock.now(), lastByteAt: clock.now(), head: false, body: false };
  let cause: StopCause | null = null;
  let closed = false;
  const stop = (why: StopCause) => {
    if (cause !== null || closed) return;
    cause = why;
    controller.abort();
  };
  const onCallerAbort = () => stop("caller");
  if (caller.aborted) stop("caller");
  else caller.addEventListener("abort", onCallerAbort, { once: true });

  const guarded: Fetch = async (input, init) => {
    const signal = init?.signal ?? controller.signal;
    // A redirect is never followed: the platform would carry the key on to another host.
    const response = await settleOrAbort(send(input, { ...init, redirect: "manual", signal }), signal);
    pulse.head = true;
    pulse.lastByteAt = clock.now();
    if (response.ok && isDocument(response)) {
      void response.body?.cancel().catch(() => undefined);
      stop("not-a-stream");
      throw new TypeError("not an event stream");
    }
    const onBytes = (total: number) => {
      pulse.body = true;
      pulse.lastByteAt = clock.now();
      if (total > ANSWER_BYTES) stop("size");
      return !response.ok && total >= ERROR_BYTES;
    };
    const watched = watchBody(response, { signal, onBytes });
    // They describe the bytes on the wire, which the platform has already decoded.
    watched.headers.delete("content-encoding");
    watched.headers.delete("content-length");
    return watched;
  };
  void watch(connection, pulse, () => cause !== null || closed, stop);
  return {
    fetch: guarded,
    signal: controller.signal,
    stopped: () => cause,
    answered: () => pulse.head,
    close: () => {
      closed = true;
      caller.removeEventListener("abort", onCallerAbort);
      controller.abort();
    },
  };
}

interface Pulse {
  readonly startedAt: number;
  readonly lastByteAt: number;
  readonly body: boolean;
}

/**
 * Sleeps until a bound may have passed and looks again. The number of looks is bounded too, so that a clock that never
 * moves (a test's) ends the watch rather than spinning it.
 */
async function watch(connection: Connection, pulse: Pulse, isOver: () => boolean, stop: (why: StopCause) => void) {
  const { clock, timeouts = DEFAULT_TIMEOUTS } = connection;
  const looks = 2 * Math.ceil(timeouts.totalMs / WATCH_INTERVAL_MS) + 10;
  for (let look = 0; look < looks && !isOver(); look++) {
    const now = clock.now();
    const quietUntil = pulse.lastByteAt + (pulse.body ? timeouts.silenceMs : timeouts.firstByteMs);
    const endsAt = pulse.startedAt + timeouts.totalMs;
    if (now >= endsAt) return stop("duration");
    if (now >= quietUntil) return stop("silence");
    await clock.sleep(Math.min(quietUntil - now, endsAt - now, WATCH_INTERVAL_MS));
  }
}

/** A web page or a JSON document where a stream was asked for: most often a base URL that points at something else. */
function isDocument(response: Response): boolean {
  return /\b(html|json|xml)\b/i.test(response.headers.get("content-type") ?? "");
}
