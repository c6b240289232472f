/** Subtitles as blocks of lines, which WebVTT and SubRip share: `[id], times, what is said`, with blank lines between. */
import { CLOCK_TIME, readClockTime } from "./clock-time.ts";
import type { SpeakerNames } from "./speaker-names.ts";
import { brokenLine, quoted } from "./transcript-error.ts";
import type { Said } from "./utterance-list.ts";

export interface Block {
  /** Index of its first line in the file. */
  readonly at: number;
  readonly lines: readonly string[];
}

/** Runs of lines that are not blank. */
export function blocksOf(lines: readonly string[]): Block[] {
  const blocks: { at: number; lines: string[] }[] = [];
  let isOpen = false;
  lines.forEach((line, at) => {
    const isBlank = line.trim() === "";
    if (isBlank) isOpen = false;
    else if (isOpen) blocks.at(-1)!.lines.push(line);
    else {
      blocks.push({ at, lines: [line] });
      isOpen = true;
    }
  });
  return blocks;
}

export interface Cue {
  /** Index of its line of times. */
  readonly at: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly lines: readonly string[];
}

const TIMES = new RegExp(String.raw`^\s*(${CLOCK_TIME})\s*-->\s*(${CLOCK_TIME})(?:\s.*)?$`);

/** @throws TranscriptError that names the line, for a block that is no cue */
export function cueOf({ at, lines }: Block): Cue {
  const timesIndex = lines[0]!.includes("-->") ? 0 : 1;
  const times = lines[timesIndex];
  if (!times?.includes("-->")) {
    const advice = "Put times such as “00:00:01.000 --> 00:00:04.000” above it, or join it to the cue before.";
    throw brokenLine(at, `${quoted(lines[0]!)} has no times. ${advice}`);
  }
  const timesAt = at + timesIndex;
  const match = TIMES.exec(times);
  const startMs = match && readClockTime(match[1]!);
  const endMs = match && readClockTime(match[2]!);
  if (startMs === null || endMs === null) {
    throw brokenLine(timesAt, `${quoted(times)} are no times. Write them as “00:00:01.000 --> 00:00:04.000”.`);
  }
  if (endMs < startMs) throw brokenLine(timesAt, `${quoted(times)} ends before it begins. Correct one of the times.`);
  const said = lines.slice(timesIndex + 1);
  const next = said.findIndex((line) => TIMES.test(line));
  if (next >= 0) {
    throw brokenLine(timesAt + 1 + next, `${quoted(said[next]!)} begins a cue. Put a blank line before it.`);
  }
  return { at: timesAt, startMs, endMs, lines: said };
}

/** What lines of a cue say: a line that names a speaker begins anew, the others go on. */
export function saidInLines({ startMs, endMs }: Cue, lines: readonly string[], names: SpeakerNames): Said[] {
  const parts: { speaker: string | null; text: string }[] = [];
  for (const line of lines) {
    const named = names.read(line.trim());
    const last = parts.at(-1);
    if (named) parts.push(named);
    else if (last) last.text += `\n${line}`;
    else parts.push({ speaker: null, text: line });
  }
  return parts.map((part) => ({ ...part, startMs, endMs }));
}
