/**
 * WebVTT (https://www.w3.org/TR/webvtt1/), as far as transcripts use it: cues with voices (`<v Name>`), or with names before
 * a colon, as Zoom writes them. Notes, styles and regions are skipped; other tags go, and what they enclose stays.
 */
import { type Block, blocksOf, type Cue, cueOf, saidInLines } from "./cues.ts";
import { SpeakerNames } from "./speaker-names.ts";
import { brokenLine, quoted } from "./transcript-error.ts";
import type { Said, UtteranceList } from "./utterance-list.ts";

const HEADER = /^WEBVTT(?:[ \t].*)?$/;
const SKIPPED = /^(?:NOTE(?:[ \t].*)?|STYLE[ \t]*|REGION[ \t]*)$/;
/** `<` ends what may be a tag, so that each is looked at once. */
const VOICE = /<v(?:\.[^\s<>]*)?[ \t]([^<>]*)>/g;
const TAG = /<\/?[a-z0-9:.][^<>]*>|<\/?>/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", nbsp: " ", quot: '"', apos: "'" },
  ...{ lrm: "\u200e", rlm: "\u200f" },
};

export function readVtt(lines: readonly string[], list: UtteranceList): void {
  const [header = "", ...rest] = lines;
  if (!HEADER.test(header)) {
    throw brokenLine(
      0,
      `${quoted(header)} stands where a WebVTT file says WEBVTT. Add it, or send the file as .srt or .txt.`,
    );
  }
  const cues = blocksBehind(rest).map(cueOf);
  const names = new SpeakerNames(cues.flatMap(({ lines: said }) => said.map(plainText)));
  for (const cue of cues) for (const said of saidIn(cue, names)) list.add(said, `line ${cue.at + 1}`);
}

/** The blocks of cues. Lines directly below the header belong to it, unless they are a cue. */
function blocksBehind(lines: readonly string[]): Block[] {
  const isOfHeader = ({ at, lines: own }: Block) => at === 0 && !own.some((line) => line.includes("-->"));
  return blocksOf(lines)
    .filter((block) => !isOfHeader(block) && !SKIPPED.test(block.lines[0]!))
    .map((block) => ({ ...block, at: block.at + 1 }));
}

function saidIn(cue: Cue, names: SpeakerNames): Said[] {
  const whole = cue.lines.join("\n");
  const voices = [...whole.matchAll(VOICE)];
  if (voices.length === 0) return saidInLines(cue, cue.lines.map(plainText), names);
  const { startMs, endMs } = cue;
  const before = { speaker: null, startMs, endMs, text: plainText(whole.slice(0, voices[0]!.index)) };
  const spoken = voices.map((voice, index) => ({
    ...{ speaker: plainText(voice[1]!), startMs, endMs },
    text: plainText(whole.slice(voice.index + voice[0].length, voices[index + 1]?.index)),
  }));
  return [before, ...spoken];
}

/** Without tags, and with what entities stand for. */
function plainText(text: string): string {
  return text.replace(TAG, "").replace(/&([a-z]+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
