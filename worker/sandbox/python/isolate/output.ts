/**
 * What the program has printed and the host has not seen yet. Owns the output limit and the order of the streams.
 * Invariant: of all bytes written exactly the first `limitBytes` are handed on, less those of a character that would be
 * cut; a text never ends within a character.
 */
import { DropCount, type DroppedOutput } from "../../../domain/dropped-output.ts";
import type { OutputStream } from "../../engine.ts";
import type { OutputPiece } from "../protocol.ts";

/** More than this ends the slice. */
const FULL_BYTES = 16 * 1024;

export class Output {
  readonly #limitBytes: number;
  /** One for each stream: Python may write a character in two pieces. */
  readonly #decoders = { stdout: newDecoder(), stderr: newDecoder() };
  #pieces: { stream: OutputStream; text: string }[] = [];
  #waitingBytes = 0;
  #bytes = 0;
  readonly #dropCount = new DropCount();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** What was written beyond the limit. */
  get dropped(): DroppedOutput {
    return this.#dropCount.dropped;
  }

  get isFull(): boolean {
    return this.#waitingBytes >= FULL_BYTES;
  }

  /** Accepts UTF-8. False where the limit is reached: then what fits was accepted and the rest is counted and lost. */
  write(stream: OutputStream, utf8: Uint8Array): boolean {
    const room = this.#limitBytes - this.#bytes;
    const accepted = utf8.length <= room ? utf8 : utf8.subarray(0, room);
    this.#bytes += accepted.length;
    this.#waitingBytes += accepted.length;
    this.#append(stream, this.#decoders[stream].decode(accepted, { stream: true }));
    const fits = accepted.length === utf8.length;
    if (!fits) this.#dropCount.add(utf8.subarray(accepted.length));
    return fits;
  }

  /** Takes out everything that waits. */
  take(): OutputPiece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#waitingBytes = 0;
    return pieces;
  }

  #append(stream: OutputStream, text: string): void {
    if (text === "") return;
    const last = this.#pieces.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#pieces.push({ stream, text });
  }
}

function newDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
}
