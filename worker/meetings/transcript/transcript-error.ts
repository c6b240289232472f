/** Why a file is no transcript, for the person who sent it: what is wrong, where, and what to do. */

/**
 * - `empty`: nobody says anything in it
 * - `too-large`: more than is taken, as it is or unpacked
 * - `not-text`: bytes in no encoding that is read here
 * - `wrong-type`: another kind of file, whatever its name says
 * - `broken`: it breaks the rules of its format, at the place that is named
 */
export type TranscriptFault = "empty" | "too-large" | "not-text" | "wrong-type" | "broken";

/** The only error that reading a transcript throws. */
export class TranscriptError extends Error {
  readonly fault: TranscriptFault;
  /** For example `line 12`, or `utterances[3].text`; null where it is the whole file. */
  readonly where: string | null;

  /** @param sentence what is wrong and what to do; where it is goes before it */
  constructor(fault: TranscriptFault, where: string | null, sentence: string) {
    super(where === null ? sentence : `${where.replace(/^line/, "Line")}: ${sentence}`);
    this.name = "TranscriptError";
    this.fault = fault;
    this.where = where;
  }
}

/** An error at a line of the file. @param index counted from 0, as in an array of lines */
export function brokenLine(index: number, sentence: string): TranscriptError {
  return new TranscriptError("broken", `line ${index + 1}`, sentence);
}

/** A piece of the file as an error may quote it. */
export function quoted(text: string): string {
  const QUOTED_CHARS = 60;
  return `“${text.length > QUOTED_CHARS ? `${text.slice(0, QUOTED_CHARS)}…` : text}”`;
}
