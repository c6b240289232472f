/** The keys of stories that are named in a transcript, as they are written in trackers. */
import type { SpokenUtterance } from "./ports.ts";

const KEY = /\b[A-Z][A-Z0-9]{1,9}-[1-9]\d{0,6}\b/g;

/** Each once, in the order in which they were named. @param most what is beyond it is left out */
export function mentionedKeys(utterances: readonly SpokenUtterance[], most: number): readonly string[] {
  const keys = new Set<string>();
  for (const { text } of utterances) {
    for (const [key] of text.matchAll(KEY)) {
      keys.add(key);
      if (keys.size === most) return [...keys];
    }
  }
  return [...keys];
}
