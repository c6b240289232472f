/**
 * Collects what one run prints and hands it on. Owns the output limit and the order of the streams.
 * Invariant: of all bytes written exactly the first `limitBytes` are handed on, less those of a character that would be cut.
 */
import { DropCount, type DroppedOutput } from "../../domain/dropped-output.ts";
import type { GuestRequest, OutputStream } from "../engine.ts";
import { OUTPUT_BUFFER_BYTES } from "./limits.ts";

export class Output {
  readonly #limitBytes: number;
  readonly #deliver: GuestRequest["onOutput"];
  // A byte order mark that the program prints is text like any other.
  readonly #decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
  #pending: { stream: OutputStream; text: string }[] = [];
  #pendingBytes = 0;
  #bytes = 0;
  readonly #dropCount = new DropCount();

  constructor(limitBytes: number, deliver: GuestRequest["onOutput"]) {
    this.#limitBytes = limitBytes;
    this.#deliver = deliver;
  }

  /** Bytes accepted so far, both streams together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What was written beyond the limit. */
  get dropped(): DroppedOutput {
    return this.#dropCount.dropped;
  }

  get isFull(): boolean {
    return this.#pendingBytes >= OUTPUT_BUFFER_BYTES;
  }

  /** Accepts UTF-8. False where the limit is reached: then what fits was accepted and the rest is counted and lost. */
  write(stream: OutputStream, utf8: Uint8Array): boolean {
    const room = this.#limitBytes - this.#bytes;
    const fits = utf8.length <= room;
    const accepted = fits ? utf8 : utf8.subarray(0, characterEnd(utf8, room));
    if (accepted.length > 0) this.#append(stream, this.#decoder.decode(accepted));
    this.#bytes += accepted.length;
    this.#pendingBytes += accepted.length;
    if (!fits) this.#dropCount.add(utf8.subarray(accepted.length));
    return fits;
  }

  /** Hands on everything that waits. Must not be called from inside the guest. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const { stream, text } of pending) this.#deliver(stream, text);
  }

  #append(stream: OutputStream, text: string): void {
    const last = this.#pending.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#pending.push({ stream, text });
  }
}

/** The largest end of a whole character at or before `end`. */
function characterEnd(utf8: Uint8Array, end: number): number {
  let at = end;
  while (at > 0 && (utf8[at]! & 0xc0) === 0x80) at -= 1;
  return at;
}
