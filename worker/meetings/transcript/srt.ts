/** SubRip subtitles: numbered cues, with names before a colon where the speaker is known. */
import { blocksOf, cueOf, saidInLines } from "./cues.ts";
import { SpeakerNames } from "./speaker-names.ts";
import type { UtteranceList } from "./utterance-list.ts";

/** What players read as looks: `<i>`, `</font>`, `{\an8}`. */
const LOOKS = /<\/?(?:[ibus]|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}/gi;

export function readSrt(lines: readonly string[], list: UtteranceList): void {
  const cues = blocksOf(lines)
    .map(cueOf)
    .map((cue) => ({ ...cue, lines: cue.lines.map((line) => line.replace(LOOKS, "")) }));
  const names = new SpeakerNames(cues.flatMap((cue) => cue.lines));
  for (const cue of cues) {
    for (const said of saidInLines(cue, cue.lines, names)) list.add(said, `line ${cue.at + 1}`);
  }
}
