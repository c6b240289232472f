/**
 * Puts an image of memory into a WebAssembly file, so that each fresh instance starts with it.
 * Pure. The start function goes: what it did is in the image.
 */
import { concat, readSections, readVector, SECTION, signed, unsigned, writeSections } from "./wasm-binary.ts";

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Appends data segments, which are copied in order when an instance is made and so overwrite the original data. */
export function embedMemory(wasm: Uint8Array, pieces: readonly Piece[]): Uint8Array {
  const sections = readSections(wasm)
    .filter(({ id }) => id !== SECTION.start)
    .map(({ id, body }) => {
      if (id === SECTION.dataCount)
        return { id, body: Uint8Array.from(unsigned(readVector(body).count + pieces.length)) };
      if (id !== SECTION.data) return { id, body };
      const { count, items } = readVector(body);
      return { id, body: concat([unsigned(count + pieces.length), items, ...pieces.flatMap(segment)]) };
    });
  return writeSections(wasm, sections);
}

function segment({ offset, bytes }: Piece): (Uint8Array | number[])[] {
  const [active, i32Const, end] = [0, 0x41, 0x0b];
  return [[active, i32Const, ...signed(offset), end, ...unsigned(bytes.length)], bytes];
}
