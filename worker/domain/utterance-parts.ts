/** Utterances are stored as JSON in parts, because a row holds 2 MB at most. */
import { PART_CHARS } from "./text-parts.ts";
import type { Utterance } from "./transcript.ts";

export interface UtterancePart {
  readonly firstIndex: number;
  readonly utterances: readonly Utterance[];
}

/** Each part's JSON has at most `maxChars` characters, or one utterance. */
export function splitUtterances(utterances: readonly Utterance[], maxChars = PART_CHARS): UtterancePart[] {
  const parts: { firstIndex: number; utterances: Utterance[] }[] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const utterance of utterances) {
    const size = JSON.stringify(utterance).length + 1;
    chars += size;
    if (chars > maxChars) {
      parts.push({ firstIndex: utterance.index, utterances: [] });
      chars = size;
    }
    parts.at(-1)!.utterances.push(utterance);
  }
  return parts;
}
