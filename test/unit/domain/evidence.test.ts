import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findQuote, type QuotedUtterance, spokenWords } from "../../../worker/domain/evidence.ts";

const words = fc.constantFrom("ship", "Friday", "naïve", "database", "RUN-12", "don't", "ΣΊΣΥΦΟΣ", "北京", "ﬁle", "é");
const sentences = fc.array(words, { minLength: 1, maxLength: 12 });
const signs = fc.constantFrom(" ", ", ", " — ", "\n", "… ", "\u00a0", "! ");
const meeting = (...texts: string[]): QuotedUtterance[] =>
  texts.map((text, index) => ({ index, speaker: `S${index}`, startMs: null, text }));

describe("a quote", () => {
  it("is found in what was said, however it is punctuated and written", () => {
    fc.assert(
      fc.property(
        fc.array(sentences, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        signs,
        (all, a, b, c, sign) => {
          const said = meeting(...all.map((each) => each.join(" ")));
          const chosen = all[a % all.length]!;
          const from = b % chosen.length;
          const part = chosen.slice(from, from + 1 + (c % (chosen.length - from)));
          const found = findQuote(said, part.join(sign).toUpperCase().normalize("NFD"), a % all.length);
          expect(found?.index).toBe(a % all.length);
        },
      ),
    );
  });

  it("is nothing but words in a row of one utterance", () => {
    fc.assert(
      fc.property(fc.array(sentences, { maxLength: 5 }), sentences, fc.nat(6), (all, asked, hint) => {
        const said = meeting(...all.map((each) => each.join(" ")));
        const [quote, found] = [asked.join(" "), findQuote(said, asked.join(" "), hint)];
        const has = (text: string) => ` ${spokenWords(text)} `.includes(` ${spokenWords(quote)} `);
        expect(found === null).toBe(!said.some(({ text }) => has(text)));
        if (found) expect(has(found.text)).toBe(true);
      }),
    );
  });

  it("is the one that the program points at, else the first", () => {
    const said = meeting("ship it today", "no", "ship it today");
    expect([0, 2].map((hint) => findQuote(said, "ship it", hint)?.index)).toEqual([0, 2]);
    expect([undefined, 1, 9, -1, 0.5].map((hint) => findQuote(said, "ship it", hint)?.index)).toEqual([0, 0, 0, 0, 0]);
  });

  it("is not found across two utterances, inside of a word, or without a word", () => {
    const said = meeting("we ship", "on Friday", "shipping costs");
    for (const quote of ["ship on Friday", "hip", "", "…!", "shipping cost"]) expect(findQuote(said, quote)).toBeNull();
  });

  it("reads the same however often it is read", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => spokenWords(spokenWords(text)) === spokenWords(text)),
    );
  });
});
