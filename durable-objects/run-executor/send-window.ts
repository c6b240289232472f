/**
 * What one client has been sent and what it has acknowledged: decides whether it may be sent more. Pure.
 *
 * The runtime takes whatever is written to a socket and keeps it in memory until the client reads it, without a word. So
 * the client says how far it has read (`{"ack":seq}`), and no more than a window lies between the two. A client that
 * never says anything gets a window at a time on trust, up to an amount that covers a run of moderate size.
 */
import { CHUNK_BYTES, countEvents, type EventChunk } from "./event-chunks.ts";

/** Bytes that may be sent and not acknowledged: four chunks, so that a client that draws one has others on their way. */
export const WINDOW_BYTES = 4 * CHUNK_BYTES;
/** The same for events: short lines cost the client more than their bytes. */
export const WINDOW_EVENTS = 10_000;
/** A client that has acknowledged nothing for so long while its window was full is taken for stuck. */
export const STALLED_MS = 15_000;
/** What a client may be sent that never acknowledges anything: about 130,000 short lines. */
export const TRUSTED_BYTES = 16 * 2 ** 20;
/** Such a client gets a window each time this has passed. */
export const TRUSTED_PACE_MS = 200;

interface Sent {
  readonly lastSeq: number;
  readonly bytes: number;
  readonly events: number;
}

export type Standing = "fine" | "stalled" | "beyond-trust";

export class SendWindow {
  #sentSeq: number;
  #acknowledgedSeq: number;
  #sentBytes = 0;
  #unacknowledged: Sent[] = [];
  #bytes = 0;
  #events = 0;
  #acknowledges: boolean;
  /** Since when it could have acknowledged something and did not. */
  #waitingSince: number | null = null;

  /** `acknowledges`: known already to say how far it has read. */
  constructor(sentSeq: number, acknowledges = false) {
    this.#sentSeq = sentSeq;
    this.#acknowledgedSeq = sentSeq;
    this.#acknowledges = acknowledges;
  }

  /** Everything up to this number has been sent. */
  get sentSeq(): number {
    return this.#sentSeq;
  }

  get acknowledges(): boolean {
    return this.#acknowledges;
  }

  get hasRoom(): boolean {
    return this.#bytes < WINDOW_BYTES && this.#events < WINDOW_EVENTS && this.#isTrusted;
  }

  sent(chunk: EventChunk, now: number): void {
    const events = countEvents(chunk);
    this.#sentSeq = chunk.lastSeq;
    this.#sentBytes += chunk.bytes;
    this.#bytes += chunk.bytes;
    this.#events += events;
    this.#waitingSince ??= now;
    this.#unacknowledged.push({ lastSeq: chunk.lastSeq, bytes: chunk.bytes, events });
  }

  /** The client has read everything up to `seq`. What it cannot know yet, or has said before, changes nothing. */
  acknowledge(seq: number, now: number): void {
    if (seq > this.#sentSeq) return;
    this.#acknowledges = true;
    if (seq <= this.#acknowledgedSeq) return;
    this.#acknowledgedSeq = seq;
    this.#drop((sent) => sent.lastSeq <= seq);
    this.#waitingSince = this.#unacknowledged.length > 0 ? now : null;
  }

  /** Time has passed: a client that never acknowledged anything is trusted to have read what it was sent. */
  trust(): void {
    if (!this.#acknowledges) this.#drop(() => true);
  }

  standing(now: number): Standing {
    if (!this.#acknowledges) return this.#isTrusted ? "fine" : "beyond-trust";
    const isStalled = !this.hasRoom && this.#waitingSince !== null && now - this.#waitingSince >= STALLED_MS;
    return isStalled ? "stalled" : "fine";
  }

  get #isTrusted(): boolean {
    return this.#acknowledges || this.#sentBytes < TRUSTED_BYTES;
  }

  #drop(isRead: (sent: Sent) => boolean): void {
    let count = 0;
    for (const sent of this.#unacknowledged) {
      if (!isRead(sent)) break;
      this.#bytes -= sent.bytes;
      this.#events -= sent.events;
      count++;
    }
    this.#unacknowledged.splice(0, count);
  }
}
