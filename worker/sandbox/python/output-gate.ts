/**
 * Hands a run's output on, and no more of it than its limit. The isolate keeps the limit, too; this is the check that
 * the program cannot reach.
 */
import type { GuestRequest, OutputStream } from "../engine.ts";

/** Of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3;

export class OutputGate {
  readonly #limitBytes: number;
  readonly #deliver: GuestRequest["onOutput"];
  #bytes = 0;
  #isOver = false;

  constructor(limitBytes: number, deliver: GuestRequest["onOutput"]) {
    this.#limitBytes = limitBytes;
    this.#deliver = deliver;
  }

  /** UTF-8 bytes that were handed on, both streams together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there was more than the limit allows. */
  get isOver(): boolean {
    return this.#isOver;
  }

  write(stream: OutputStream, text: string): void {
    if (this.#isOver || text === "") return;
    const room = new Uint8Array(Math.min(this.#limitBytes - this.#bytes, text.length * UTF8_BYTES_MAX));
    // Writes whole characters only.
    const { read, written } = new TextEncoder().encodeInto(text, room);
    this.#isOver = read < text.length;
    this.#bytes += written;
    if (read > 0) this.#deliver(stream, text.slice(0, read));
  }
}
