/** What a program wrote beyond its output limit: counted, so that a log never ends as if that were all. Pure. */

export interface DroppedOutput {
  /** Of UTF-8, both streams together. */
  readonly bytes: number;
  /** Lines that are missing, the one that was cut included. */
  readonly lines: number;
}

export const NOTHING_DROPPED: DroppedOutput = { bytes: 0, lines: 0 };

const LINE_FEED = 10;

/** Counts piece by piece: a long text comes in several, and a line that goes on from one to the next is one line. */
export class DropCount {
  #bytes = 0;
  #lines = 0;
  #isWithinLine = false;

  get dropped(): DroppedOutput {
    return { bytes: this.#bytes, lines: this.#lines };
  }

  add(utf8: Uint8Array): void {
    if (utf8.length === 0) return;
    let begun = this.#isWithinLine ? 0 : 1;
    for (let at = utf8.indexOf(LINE_FEED); at !== -1 && at + 1 < utf8.length; at = utf8.indexOf(LINE_FEED, at + 1)) {
      begun++;
    }
    this.#bytes += utf8.length;
    this.#lines += begun;
    this.#isWithinLine = utf8.at(-1) !== LINE_FEED;
  }
}

/** The line that closes a log from which something is missing; null where nothing is. */
export function dropMark({ bytes, lines }: DroppedOutput, limitBytes: number): string | null {
  if (bytes === 0) return null;
  const count = (value: number, word: string) => `${value.toLocaleString("en-US")} ${word}${value === 1 ? "" : "s"}`;
  const limit = count(limitBytes, "byte");
  return `The output limit of ${limit} is reached. Dropped here: ${count(bytes, "byte")} in ${count(lines, "line")}.\n`;
}
