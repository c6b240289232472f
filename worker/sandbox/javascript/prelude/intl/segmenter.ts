/**
 * `Intl.Segmenter`: characters as people see them, words and sentences, by the main rules of UAX 29. Scripts without
 * spaces are not split into words.
 */
import { asService, Options, type Resolved, resolveLocale } from "./locale.ts";

const GRANULARITIES = ["grapheme", "word", "sentence"] as const;

const EMOJI = String.raw`\p{Extended_Pictographic}[\p{M}\p{Emoji_Modifier}]*`;
const HANGUL = String.raw`[\u1100-\u115f]*[\uac00-\ud7a3][\u1160-\u11ff]*|[\u1100-\u115f]+[\u1160-\u11ff]*`;
const EXTENDED = String.raw`(?:\p{M}|\u200d|\p{Emoji_Modifier})*`;
const GRAPHEME = new RegExp(
  String.raw`\r\n|\p{RI}\p{RI}|${EMOJI}(?:\u200d${EMOJI})*\u200d?|${HANGUL}|.${EXTENDED}`,
  "gsu",
);
const LETTERS = String.raw`(?:[\p{L}\p{N}_](?:\p{M}|\u200d)*)+`;
/** Marks that join letters (can't, a.b) and digits (3.5). */
const JOINED = String.raw`(?:(?<=\p{L}\p{M}*)['’.:·](?=\p{L})|(?<=\p{N})[.,';](?=\p{N}))`;
const WORD = new RegExp(String.raw`\r\n|${LETTERS}(?:${JOINED}${LETTERS})*|[ \u3000]+|.${EXTENDED}`, "gsu");
const SENTENCE = /[^.!?…。！？\n]*(?:[.!?…。！？]+['"’”)\]]*(?:\s+|(?=\P{L}|$))|\n|[.!?…。！？](?=\p{L})|$)/gu;
const PATTERNS = { grapheme: GRAPHEME, word: WORD, sentence: SENTENCE };

export interface Segment {
  readonly segment: string;
  readonly index: number;
  readonly input: string;
  readonly isWordLike?: boolean;
}

export class Segmenter {
  readonly #resolved: Resolved;
  readonly #granularity: (typeof GRANULARITIES)[number];

  constructor(locales?: unknown, values?: unknown) {
    this.#resolved = resolveLocale(locales);
    this.#granularity = new Options("Segmenter", values).one("granularity", GRANULARITIES, "grapheme");
  }

  segment(text: unknown) {
    const input = String(text);
    const granularity = this.#granularity;
    function* iterate(): Generator<Segment> {
      for (const { 0: segment, index } of input.matchAll(PATTERNS[granularity])) {
        if (segment === "") continue;
        const isWord = granularity === "word" ? { isWordLike: /[\p{L}\p{N}]/u.test(segment) } : {};
        yield { segment, index, input, ...isWord };
      }
    }
    return {
      [Symbol.iterator]: iterate,
      /** The segment that holds the unit at an index. */
      containing(at: unknown = 0): Segment | undefined {
        const index = Math.trunc(Number(at)) || 0;
        if (index < 0 || index >= input.length) return undefined;
        for (const segment of iterate()) if (index < segment.index + segment.segment.length) return segment;
        return undefined;
      },
    };
  }

  resolvedOptions() {
    return { locale: this.#resolved.locale, granularity: this.#granularity };
  }
}

asService("Segmenter", Segmenter);
