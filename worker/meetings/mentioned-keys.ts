/** The keys of stories that are named in a transcript, as they are written in trackers. */
import { storyKeysIn } from "../domain/item.ts";
import type { SpokenUtterance } from "./ports.ts";

/** Each once, in the order in which they were named. @param most what is beyond it is left out */
export function mentionedKeys(utterances: readonly Pick<SpokenUtterance, "text">[], most: number): readonly string[] {
  const keys = new Set<string>();
  for (const { text } of utterances) {
    for (const key of storyKeysIn(text)) {
      keys.add(key);
      if (keys.size === most) return [...keys];
    }
  }
  return [...keys];
}
