/**
 * Keeps one call to a provider within its bounds: time to the first byte, silence, duration, size, and the caller's
 * wish to stop. It sends the request and reads the answer, because only there are all bytes seen: pings that nobody
 * hears of are a sign of life.
 * Invariant: once the guard has stopped a call, every pending read fails, and `stopped` says why.
 */
import { type Answer, textOf } from "../egress/answer.ts";
import { type Connection, DEFAULT_TIMEOUTS } from "./connection.ts";
import type { RequestHead } from "./request-head.ts";

/** Why the guard ended a call. */
export type StopCause = "caller" | "silence" | "duration" | "size" | "not-a-stream";

/** Bytes of one streamed answer: some 100 times the longest useful one, since every token travels in an envelope. */
export const ANSWER_BYTES = 32 * 2 ** 20;
/** Bytes of an error's body that are read. */
const ERROR_BYTES = 64 * 2 ** 10;
/** Longest single sleep of the watch, so that a finished call leaves a timer of at most a second behind. */
const WATCH_INTERVAL_MS = 1_000;

export class CallGuard {
  readonly #connection: Connection;
  readonly #caller: AbortSignal;
  readonly #controller = new AbortController();
  readonly #onCallerAbort = () => this.#stop("caller");
  readonly #pulse: Pulse;
  #cause: StopCause | null = null;
  #state: "open" | "left" | "closed" = "open";
  /** That is read from here. */
  #answer: Answer | null = null;
  #isAnswered = false;

  constructor(connection: Connection, caller: AbortSignal) {
    this.#connection = connection;
    this.#caller = caller;
    const now = connection.clock.now();
    this.#pulse = { startedAt: now, lastByteAt: now, hasBody: false, bytes: 0 };
    if (caller.aborted) this.#stop("caller");
    else caller.addEventListener("abort", this.#onCallerAbort, { once: true });
    void this.#watch();
  }

  /** Sends the request. Resolves with the head of the answer. */
  async send({ url, headers }: RequestHead, body: string): Promise<Pick<Answer, "ok" | "status" | "headers">> {
    const { signal } = this.#controller;
    signal.throwIfAborted();
    // A redirect is never followed: the platform would carry the key on to another host.
    const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
    const answer = await this.#connection.fetch(url, init);
    this.#isAnswered = true;
    this.#pulse.lastByteAt = this.#connection.clock.now();
    this.#answer = answer;
    if (answer.ok && isDocument(answer.headers)) {
      this.#stop("not-a-stream");
      throw new TypeError("not an event stream");
    }
    return answer;
  }

  /** The beginning of an error's body; what came of it where it was cut. */
  errorText(): Promise<string> {
    const answer = this.#answer;
    return textOf({ read: () => this.read().catch(() => null), drop: () => answer?.drop() }, ERROR_BYTES);
  }

  /** The next bytes of the answer; null behind its end. */
  async read(): Promise<Uint8Array | null> {
    const piece = (await this.#answer?.read()) ?? null;
    if (piece === null) {
      this.#answer = null;
      return null;
    }
    const pulse = this.#pulse;
    pulse.hasBody = true;
    pulse.lastByteAt = this.#connection.clock.now();
    pulse.bytes += piece.byteLength;
    if (pulse.bytes <= ANSWER_BYTES) return piece;
    this.#stop("size");
    throw new Error("the answer is too large");
  }

  stopped(): StopCause | null {
    return this.#cause;
  }

  /** True once the provider sent the head of an answer. */
  answered(): boolean {
    return this.#isAnswered;
  }

  /**
   * The answer is whole. What is left of its stream is read for a moment, so that the next call need not connect anew;
   * nobody waits for that, and nothing else can stop the call any more.
   */
  leave(): void {
    if (this.#state !== "open") return;
    this.#state = "left";
    const rest = async () => {
      while ((await this.read()) !== null);
    };
    void rest()
      .catch(() => undefined)
      .then(() => this.#end());
  }

  /** Ends the call, whatever its state, and frees the connection. Twice does nothing. */
  close(): void {
    if (this.#state === "open") this.#end();
  }

  #end(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#caller.removeEventListener("abort", this.#onCallerAbort);
    // Of an answer that was read to its end there is nothing to stop.
    if (this.#answer !== null || !this.#isAnswered) this.#controller.abort();
  }

  #stop(why: StopCause): void {
    if (this.#cause !== null || this.#state !== "open") return;
    this.#cause = why;
    this.#controller.abort();
  }

  /**
   * Sleeps until a bound may have passed and looks again. The number of looks is bounded too, so that a clock that never
   * moves (a test's) ends the watch rather than spinning it.
   */
  async #watch(): Promise<void> {
    const { clock, timeouts = DEFAULT_TIMEOUTS } = this.#connection;
    const looks = 2 * Math.ceil(timeouts.totalMs / WATCH_INTERVAL_MS) + 10;
    for (let look = 0; look < looks && this.#cause === null && this.#state === "open"; look++) {
      const now = clock.now();
      const { lastByteAt, hasBody, startedAt } = this.#pulse;
      const quietUntil = lastByteAt + (hasBody ? timeouts.silenceMs : timeouts.firstByteMs);
      const endsAt = startedAt + timeouts.totalMs;
      if (now >= endsAt) return this.#stop("duration");
      if (now >= quietUntil) return this.#stop("silence");
      await clock.sleep(Math.min(quietUntil - now, endsAt - now, WATCH_INTERVAL_MS));
    }
    // Whoever leaves its stream open behind a whole answer has had its moment.
    if (this.#state === "left") this.#end();
  }
}

interface Pulse {
  readonly startedAt: number;
  lastByteAt: number;
  hasBody: boolean;
  bytes: number;
}

/** A web page or a JSON document where a stream was asked for: most often a base URL that points at something else. */
function isDocument(headers: Headers): boolean {
  return /\b(html|json|xml)\b/i.test(headers.get("content-type") ?? "");
}
