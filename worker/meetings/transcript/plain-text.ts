/**
 * Transcripts as text, in the shapes that people paste and that services export:
 *
 * - `Name: text`, also behind a time: `[00:12:03] Name: text`, `0:12 - Name: text`
 * - `Name  00:12` as a line of its own, with what is said below (Otter, Teams, Rev with `Name (00:12):`)
 * - a time on a line of its own, for what follows (Google Meet), or between a name and its text
 * - `0:0:1.2 --> 0:0:4.5`, then a name, then text (Teams, older)
 * - a time and text without a name; and paragraphs without either
 *
 * A line that is none of these goes on with what was said before.
 */
import { CLOCK_TIME, readClockTime } from "./clock-time.ts";
import { isNameShaped, SpeakerNames } from "./speaker-names.ts";
import { oneLine, type UtteranceList } from "./utterance-list.ts";

/** A time of day is no time of a recording: it is seen, and left out. */
const TIME = String.raw`[[(]?(${CLOCK_TIME})[\])]?(\s?[AaPp]\.?[Mm]\.?)?`;
const SPAN = new RegExp(String.raw`^[[(]?(${CLOCK_TIME})\s*-->\s*(${CLOCK_TIME})[\])]?\s*(.*)$`, "s");
const TIME_FIRST = new RegExp(String.raw`^${TIME}(?:\s*[-–—:|]\s+|\s+|$)(.*)$`, "s");
const NAME_TIME = new RegExp(String.raw`^(\S.{0,119}?)\s*[-–—|,]?\s+${TIME}(?::\s*(.*))?$`, "s");
/** A name in bold, in Markdown. */
const BOLD = /^(?:\*\*|__)(.{1,120}?)(:?)(?:\*\*|__)(:?)/;

/** Lines below a heading within which its text begins. */
const HEADING_DISTANCE = 3;

interface Open {
  speaker: string | null;
  startMs: number | null;
  endMs: number | null;
  readonly text: string[];
  /** Index of its first line. */
  readonly at: number;
}

/** What a line says of itself. A heading names a speaker or a time for the text below it. */
type Line =
  | { readonly kind: "blank" }
  | { readonly kind: "text" }
  | ({
      readonly kind: "utterance";
      readonly speaker: string | null;
      readonly text: string;
      readonly isTimed: boolean;
    } & Times)
  | ({ readonly kind: "time" } & Times);

interface Times {
  readonly startMs: number | null;
  readonly endMs: number | null;
}

export function readPlainText(lines: readonly string[], list: UtteranceList): void {
  const trimmed = lines.map((line) => oneLine(line).replace(BOLD, "$1$2$3"));
  const names = new SpeakerNames(trimmed.map((line) => TIME_FIRST.exec(line)?.[3] ?? line));
  const read = trimmed.map((line, at) => {
    const below = trimmed.slice(at + 1, at + 1 + HEADING_DISTANCE).find((next) => next !== "") ?? "";
    return lineOf(line, below, names);
  });
  const isSpeaker = speakersAmong(read);
  const reader = new Reader(trimmed, list);
  read.forEach((line, at) => {
    const isText = line.kind === "utterance" && !line.isTimed && line.speaker !== null && !isSpeaker(line.speaker);
    reader.take(isText ? { kind: "text" } : line, trimmed[at]!, at);
  });
  reader.close();
}

/** Where so many times more lines have a name and a time than a name alone, the others may be no names. */
const TIMED_MAJORITY = 4;

/**
 * Whether a name without a time begins an utterance. In a file that gives a time with each name, `Agreed: we ship it` is
 * what somebody says, unless a line with a time names somebody so.
 */
function speakersAmong(lines: readonly Line[]): (name: string) => boolean {
  const named = lines.filter((line) => line.kind === "utterance").filter(({ speaker }) => speaker !== null);
  const timed = named.filter(({ isTimed }) => isTimed);
  if (timed.length < TIMED_MAJORITY * (named.length - timed.length)) return () => true;
  const names = new Set(timed.map(({ speaker }) => speaker));
  return (name) => names.has(name);
}

/** @param below the next line that is not blank: a name with a time is a heading only where something is said below it */
function lineOf(line: string, below: string, names: SpeakerNames): Line {
  if (line === "") return { kind: "blank" };
  const span = spanOf(line);
  if (span) return timed(span, span.rest, below, names);
  const first = TIME_FIRST.exec(line);
  const startMs = first ? readClockTime(first[1]!) : null;
  if (first && startMs !== null) {
    return timed({ startMs: first[2] === undefined ? startMs : null, endMs: null }, first[3]!, below, names);
  }
  const headed = NAME_TIME.exec(line);
  const headedMs = headed ? readClockTime(headed[2]!) : null;
  if (headed && headedMs !== null && isNameShaped(headed[1]!)) {
    const startMs = headed[3] === undefined ? headedMs : null;
    return { kind: "utterance", speaker: headed[1]!, text: headed[4] ?? "", startMs, endMs: null, isTimed: true };
  }
  const named = names.read(line);
  return named ? { kind: "utterance", ...named, startMs: null, endMs: null, isTimed: false } : { kind: "text" };
}

/** Two times at the beginning of a line; null for those that are none, or in the wrong order. */
function spanOf(line: string): (Times & { readonly rest: string }) | null {
  const match = SPAN.exec(line);
  const startMs = match && readClockTime(match[1]!);
  const endMs = match && readClockTime(match[2]!);
  return match && startMs !== null && endMs !== null && startMs <= endMs ? { startMs, endMs, rest: match[3]! } : null;
}

/** A line that begins with a time. */
function timed({ startMs, endMs }: Times, rest: string, below: string, names: SpeakerNames): Line {
  if (rest === "") return { kind: "time", startMs, endMs };
  const named = names.read(rest);
  if (named) return { kind: "utterance", ...named, startMs, endMs, isTimed: true };
  const isHeading = isNameShaped(rest) && below !== "" && !SPAN.test(below) && !TIME_FIRST.test(below);
  return isHeading
    ? { kind: "utterance", speaker: rest, text: "", startMs, endMs, isTimed: true }
    : { kind: "utterance", speaker: null, text: rest, startMs, endMs, isTimed: true };
}

class Reader {
  readonly #lines: readonly string[];
  readonly #list: UtteranceList;
  #open: Open | null = null;
  /** Times that stood alone, for what comes next. */
  #times: Times | null = null;
  #wasBlank = false;

  constructor(lines: readonly string[], list: UtteranceList) {
    this.#lines = lines;
    this.#list = list;
  }

  take(line: Line, whole: string, at: number): void {
    const wasBlank = this.#wasBlank;
    this.#wasBlank = line.kind === "blank";
    if (line.kind === "blank") return;
    if (line.kind === "time") return this.#takeTime(line, at);
    if (line.kind === "text") return this.#takeText(whole, at, wasBlank);
    const { speaker, text } = line;
    const times = line.startMs === null && this.#times ? this.#times : line;
    this.#begin({ speaker, startMs: times.startMs, endMs: times.endMs, text: [text], at });
  }

  close(): void {
    if (this.#open) this.#list.add({ ...this.#open, text: this.#open.text.join("\n") }, `line ${this.#open.at + 1}`);
    this.#open = null;
    this.#times = null;
  }

  /** A name on the line above belongs to the time, and to the text below. */
  #takeTime({ startMs, endMs }: Times, at: number): void {
    const above = this.#lines[at - 1];
    const lastText = this.#open?.text.at(-1);
    if (above !== undefined && above !== "" && above === lastText && isNameShaped(above)) {
      this.#open!.text.pop();
      this.#begin({ speaker: above, startMs, endMs, text: [], at: at - 1 });
    } else {
      this.close();
      this.#times = { startMs, endMs };
    }
  }

  #takeText(text: string, at: number, wasBlank: boolean): void {
    const times = this.#times;
    if (times) {
      const isName = isNameShaped(text) && (this.#lines[at + 1] ?? "") !== "";
      this.#begin({ speaker: isName ? text : null, ...times, text: isName ? [] : [text], at });
    } else if (this.#open && !(wasBlank && this.#open.speaker === null)) {
      this.#open.text.push(text);
    } else {
      this.#begin({ speaker: null, startMs: null, endMs: null, text: [text], at });
    }
  }

  #begin(open: Open): void {
    this.close();
    this.#open = open;
  }
}
