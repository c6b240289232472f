/**
 * The image of Pyodide's memory after it has started and imported common modules: those pages of 4 KiB in which it
 * differs from the memory of an instance that has just been made, and a header of Pyodide's own.
 * No program has touched an image.
 *
 * Bytes, in words of 32 bits, little-endian: number of pages, length of the header, the pages' numbers; then the header
 * (a whole number of words), then the pages.
 */
const PAGE_BYTES = 4_096;
const WORD_BYTES = 4;

export class Snapshot {
  /** What Pyodide reads itself: the JavaScript objects that its memory refers to. */
  readonly header: Uint8Array;
  readonly #pageNumbers: Uint32Array;
  readonly #pages: Uint8Array;

  constructor(file: ArrayBuffer) {
    const [pageCount, headerBytes] = new Uint32Array(file, 0, 2) as unknown as [number, number];
    const headerStart = (2 + pageCount) * WORD_BYTES;
    this.#pageNumbers = new Uint32Array(file, 2 * WORD_BYTES, pageCount);
    this.header = new Uint8Array(file, headerStart, headerBytes);
    this.#pages = new Uint8Array(file, headerStart + headerBytes);
  }

  /** Writes the image into the memory of an instance that has just been made. */
  restore(memory: Uint8Array): void {
    this.#pageNumbers.forEach((page, i) => {
      memory.set(this.#pages.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES), page * PAGE_BYTES);
    });
  }
}

/**
 * @param header Pyodide's snapshot up to where its copy of the memory begins
 * @param fresh the memory of an instance that has just been made, of the same size
 */
export function encodeSnapshot(header: Uint8Array, fresh: Uint8Array, started: Uint8Array): Uint8Array {
  const numbers: number[] = [];
  for (let page = 0; page * PAGE_BYTES < started.length; page++) {
    if (!pageEquals(fresh, started, page * PAGE_BYTES)) numbers.push(page);
  }
  const words = Uint32Array.from([numbers.length, header.length, ...numbers]);
  const file = new Uint8Array(words.byteLength + header.length + numbers.length * PAGE_BYTES);
  file.set(new Uint8Array(words.buffer));
  file.set(header, words.byteLength);
  numbers.forEach((page, i) => {
    const bytes = started.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    file.set(bytes, words.byteLength + header.length + i * PAGE_BYTES);
  });
  return file;
}

function pageEquals(a: Uint8Array, b: Uint8Array, start: number): boolean {
  const words = PAGE_BYTES / WORD_BYTES;
  const left = new Uint32Array(a.buffer, a.byteOffset + start, words);
  const right = new Uint32Array(b.buffer, b.byteOffset + start, words);
  return left.every((word, i) => word === right[i]);
}
