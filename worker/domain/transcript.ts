/**
 * What was said in a meeting: utterances in order, each with its speaker and its times where the source told them. Owns
 * the shape and its bounds, not how a file becomes one (`worker/meetings`) nor where it is stored.
 *
 * Invariant: nothing here is guessed. A speaker or a time that the source does not give is null.
 */
import * as z from "zod";

export const TRANSCRIPT_FORMATS = ["txt", "vtt", "srt", "docx", "json"] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

export const TRANSCRIPT_BOUNDS = {
  /** Of the file as it is sent. A day of speech is 1 MB of text; more is pictures or no transcript. */
  fileBytes: 8 * 2 ** 20,
  /** Of its text, unpacked and decoded. */
  textChars: 4_000_000,
  /** Far beyond a day of meetings, with an utterance for each cue of subtitles. */
  utterances: 20_000,
  words: 200_000,
  /** One utterance; its JSON stays below a stored part (`PART_CHARS`), even when each character is escaped. */
  utteranceChars: 100_000,
  speakers: 500,
  speakerChars: 120,
} as const;

export const utteranceSchema = z.object({
  /** Its place in the transcript, from 0. */
  index: z.int().min(0),
  /** Null where the source does not say who spoke. */
  speaker: z.string().nullable(),
  /** Milliseconds from the beginning of the recording; null where the source does not say. */
  startMs: z.int().min(0).nullable(),
  endMs: z.int().min(0).nullable(),
  /** One line: without line breaks, and with single spaces. Never empty. */
  text: z.string(),
});
export type Utterance = z.output<typeof utteranceSchema>;

export interface Transcript {
  readonly format: TranscriptFormat;
  readonly utterances: readonly Utterance[];
  /** Those that are named, in the order in which they first speak. */
  readonly speakers: readonly string[];
  readonly words: number;
  /** Up to the last instant that the source names; null where it names none. */
  readonly durationMs: number | null;
}

/** Words as people count them: runs of anything but white space. */
export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** The transcript of these utterances, with what follows from them. */
export function transcriptOf(format: TranscriptFormat, utterances: readonly Utterance[]): Transcript {
  const speakers = new Set<string>();
  let words = 0;
  let durationMs: number | null = null;
  for (const { speaker, startMs, endMs, text } of utterances) {
    if (speaker !== null) speakers.add(speaker);
    words += countWords(text);
    const last = endMs ?? startMs;
    if (last !== null) durationMs = Math.max(durationMs ?? 0, last);
  }
  return { format, utterances, speakers: [...speakers], words, durationMs };
}

/** What tells one transcript from another, as text to be hashed: the words, who said them and when, not the file around them. */
export function transcriptIdentity({ utterances }: Transcript): string {
  return JSON.stringify(utterances.map(({ speaker, startMs, endMs, text }) => [speaker, startMs, endMs, text]));
}
