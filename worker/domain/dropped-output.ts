/** What a program wrote beyond its output limit: counted, so that a log never ends as if that were all. Pure. */

export interface DroppedOutput {
  /** Of UTF-8, both streams together. */
  readonly bytes: number;
  /** Lines that are missing, the one that was cut included. */
  readonly lines: number;
}

export const NOTHING_DROPPED: DroppedOutput = { bytes: 0, lines: 0 };

const LINE_FEED = 10;

/** Adds a piece of UTF-8. A piece without a line feed at its end counts as a line: the program was stopped within it. */
export function alsoDropped({ bytes, lines }: DroppedOutput, utf8: Uint8Array): DroppedOutput {
  let added = utf8.length > 0 && utf8.at(-1) !== LINE_FEED ? 1 : 0;
  for (let at = utf8.indexOf(LINE_FEED); at !== -1; at = utf8.indexOf(LINE_FEED, at + 1)) added++;
  return { bytes: bytes + utf8.length, lines: lines + added };
}

/** The line that closes a log from which something is missing; null where nothing is. */
export function dropMark({ bytes, lines }: DroppedOutput, limitBytes: number): string | null {
  if (bytes === 0) return null;
  const count = (value: number, word: string) => `${value.toLocaleString("en-US")} ${word}${value === 1 ? "" : "s"}`;
  const limit = count(limitBytes, "byte");
  return `The output limit of ${limit} is reached. Dropped here: ${count(bytes, "byte")} in ${count(lines, "line")}.\n`;
}
