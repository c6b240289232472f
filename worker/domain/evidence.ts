/**
 * Where in a meeting something was said. A program quotes, the host looks the quote up: speaker and time come from the
 * transcript, so that evidence cannot be made up.
 */
import * as z from "zod";

export const evidenceSchema = z.strictObject({
  meetingId: z.string(),
  /** Index of the utterance, from 0. */
  utterance: z.number().int().min(0),
  /** Null where the transcript does not say. */
  speaker: z.string().nullable(),
  /** From the meeting's start, in milliseconds; null where the transcript has no times. */
  at: z.number().nullable(),
  quote: z.string(),
});
export type Evidence = z.output<typeof evidenceSchema>;

/** As much of an utterance as evidence needs. */
export interface QuotedUtterance {
  readonly index: number;
  readonly speaker: string | null;
  readonly startMs: number | null;
  readonly text: string;
}

/** Shorter quotes are found everywhere, and prove nothing. */
export const QUOTE_CHARS = { min: 8, max: 1_000 };

const BEYOND_ASCII = /[^\x00-\x7f]/;

/** What two ways to write the same words have in common: letters and digits, in lower case, one blank between words. */
export function spokenWords(text: string): string {
  // The same, at a third of the cost: nearly all of most transcripts.
  if (!BEYOND_ASCII.test(text)) {
    return text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, " ")
      .trim();
  }
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** A transcript in which words are looked up: each utterance is read at most once, however many quotes there are. */
export class SpokenTranscript {
  readonly #utterances: readonly QuotedUtterance[];
  readonly #words: string[] = [];

  constructor(utterances: readonly QuotedUtterance[]) {
    this.#utterances = utterances;
  }

  /**
   * The utterance in which the quote was said: the first one that has all of its words in a row.
   * @param hint the index that the program gives: tried first, since things are said more than once
   */
  find(quote: string, hint?: number): QuotedUtterance | null {
    const words = ` ${spokenWords(quote)} `;
    if (words.trim() === "") return null;
    const has = (utterance: QuotedUtterance | undefined, at: number) =>
      utterance !== undefined && this.#wordsOf(utterance, at).includes(words);
    if (hint !== undefined && has(this.#utterances[hint], hint)) return this.#utterances[hint]!;
    return this.#utterances.find(has) ?? null;
  }

  /** Those who speak, as the transcript writes them, each once. */
  speakers(): readonly string[] {
    return [...new Set(this.#utterances.flatMap(({ speaker }) => speaker ?? []))];
  }

  #wordsOf({ text }: QuotedUtterance, at: number): string {
    this.#words[at] ??= ` ${spokenWords(text)} `;
    return this.#words[at];
  }
}

/** One quote of a transcript that is read for it alone. */
export function findQuote(
  utterances: readonly QuotedUtterance[],
  quote: string,
  hint?: number,
): QuotedUtterance | null {
  return new SpokenTranscript(utterances).find(quote, hint);
}
