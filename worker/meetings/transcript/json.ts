/**
 * Transcripts in JSON: the product's own shape, and those of services that people have them from. Each shape is a row; the
 * first whose `entriesIn` finds a list is the file's. Times are seconds where the service counts in them.
 */
import { readClockTime } from "./clock-time.ts";
import { quoted, TranscriptError } from "./transcript-error.ts";
import type { UtteranceList } from "./utterance-list.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Entry {
  readonly speaker: unknown;
  readonly start: unknown;
  readonly end: unknown;
  readonly text: unknown;
  /** What a number in `start` and `end` counts. */
  readonly unit: "ms" | "s";
}

interface Shape {
  /** Whose it is. */
  readonly name: string;
  /** Where its list stands, for errors. */
  readonly path: string;
  readonly entriesIn: (file: unknown) => unknown;
  readonly read: (entry: Fields) => Entry;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isFields(inner) ? inner[key] : undefined), value);
}

/** The own shape: `startMs` and `endMs` in milliseconds, or `start` and `end` in seconds or as `00:12:03`. */
function ownEntry({ speaker, startMs, endMs, start, end, text }: Fields): Entry {
  return startMs === undefined && endMs === undefined
    ? { speaker, start, end, text, unit: "s" }
    : { speaker, start: startMs, end: endMs, text, unit: "ms" };
}

/** Words, each with its own time, put together. */
function joined(elements: unknown, text: string, separator: string): string {
  return Array.isArray(elements) ? elements.map((element) => String(at(element, text) ?? "")).join(separator) : "";
}

const SHAPES: readonly Shape[] = [
  {
    name: "AssemblyAI",
    path: "utterances",
    entriesIn: (file) => (at(file, "audio_duration") === undefined ? undefined : at(file, "utterances")),
    read: ({ speaker, start, end, text }) => ({ speaker, start, end, text, unit: "ms" }),
  },
  { name: "Runyard", path: "utterances", entriesIn: (file) => at(file, "utterances"), read: ownEntry },
  {
    name: "Deepgram",
    path: "results.utterances",
    entriesIn: (file) => at(file, "results", "utterances"),
    read: ({ speaker, start, end, transcript }) => ({ speaker, start, end, text: transcript, unit: "s" }),
  },
  { name: "Whisper", path: "segments", entriesIn: (file) => at(file, "segments"), read: ownEntry },
  {
    name: "Fireflies",
    path: "sentences",
    entriesIn: (file) => at(file, "sentences") ?? at(file, "data", "transcript", "sentences"),
    read: ({ speaker_name, start_time, end_time, text }) => ({
      ...{ speaker: speaker_name, start: start_time, end: end_time, text },
      unit: "s",
    }),
  },
  {
    name: "Rev AI",
    path: "monologues",
    entriesIn: (file) => at(file, "monologues"),
    read: ({ speaker, elements }) => {
      const timed = (Array.isArray(elements) ? elements : []).filter((element) => at(element, "ts") !== undefined);
      const [start, end] = [at(timed[0], "ts"), at(timed.at(-1), "end_ts")];
      return { speaker, start, end, text: joined(elements, "value", ""), unit: "s" };
    },
  },
  {
    name: "Recall.ai",
    path: "",
    entriesIn: (file) => (Array.isArray(file) && at(file[0], "participant") !== undefined ? file : undefined),
    read: ({ participant, words }) => {
      const list = Array.isArray(words) ? words : [];
      const start = at(list[0], "start_timestamp", "relative");
      const end = at(list.at(-1), "end_timestamp", "relative");
      return { speaker: at(participant, "name"), start, end, text: joined(words, "text", " "), unit: "s" };
    },
  },
  { name: "Runyard", path: "", entriesIn: (file) => (Array.isArray(file) ? file : undefined), read: ownEntry },
];

export function readJsonTranscript(text: string, list: UtteranceList): void {
  const file = parse(text);
  for (const { path, entriesIn, read } of SHAPES) {
    const entries = entriesIn(file);
    if (entries === undefined) continue;
    if (!Array.isArray(entries)) throw broken(path, "This is no list. Put the utterances into one, in brackets.");
    entries.forEach((entry, index) => addEntry(entry, `${path}[${index}]`, read, list));
    return;
  }
  const advice = 'Send {"utterances": [{"speaker": "Dana", "start": 12.5, "text": "…"}]}.';
  throw new TranscriptError("broken", null, `This JSON has no list of utterances in a shape that is known. ${advice}`);
}

function addEntry(entry: unknown, where: string, read: Shape["read"], list: UtteranceList): void {
  if (!isFields(entry)) throw broken(where, "This is no object. Write {speaker, start, text}.");
  const { speaker, start, end, text, unit } = read(entry);
  if (typeof text !== "string") throw broken(where, "It has no text, as a string.");
  const startMs = instantOf(start, unit, `${where} (start)`);
  const endMs = instantOf(end, unit, `${where} (end)`);
  if (startMs !== null && endMs !== null && endMs < startMs) throw broken(where, "It ends before it begins.");
  list.add({ speaker: speakerOf(speaker, where), startMs, endMs, text }, where);
}

/** Services number speakers whom they do not know. */
function speakerOf(speaker: unknown, where: string): string | null {
  if (speaker === undefined || speaker === null || speaker === "") return null;
  if (typeof speaker === "number") return `Speaker ${speaker}`;
  const name = isFields(speaker) ? speaker["name"] : speaker;
  if (typeof name !== "string") throw broken(where, "Its speaker is no name. Write it as a string.");
  return name;
}

function instantOf(time: unknown, unit: Entry["unit"], where: string): number | null {
  if (time === undefined || time === null || time === "") return null;
  const ms = typeof time === "string" ? (readClockTime(time) ?? numberOf(time, unit)) : numberOf(time, unit);
  if (ms === null) throw broken(where, `${quoted(String(time))} is no time. Write seconds, or 00:12:03.`);
  return ms;
}

function numberOf(time: unknown, unit: Entry["unit"]): number | null {
  const count = typeof time === "string" && /^\d+(?:\.\d+)?$/.test(time) ? Number(time) : time;
  if (typeof count !== "number" || !(count >= 0) || count > 1e12) return null;
  return Math.round(unit === "ms" ? count : count * 1000);
}

function broken(where: string, sentence: string): TranscriptError {
  return new TranscriptError("broken", where === "" ? null : where, sentence);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // An end that comes too early has no position of its own.
    const isCut = /end of JSON input/.test(error.message);
    const position = isCut ? text.length : Number(/position (\d+)/.exec(error.message)?.[1] ?? Number.NaN);
    const line = Number.isNaN(position) ? null : `line ${text.slice(0, position).split("\n").length}`;
    throw new TranscriptError("broken", line, "This is not valid JSON. Correct it here, or send the text as .txt.");
  }
}
