import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64 } from "../../../worker/domain/base64.ts";
import { Redactor } from "../../../worker/domain/redactor.ts";
import { REDACTED, Secret } from "../../../worker/domain/secret.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => Array.from(utf8(text), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** All that comes out of the pieces. */
function redacted(secrets: readonly string[], pieces: readonly string[]): string {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.learn(new Secret(secret));
  const text = redactor.begin();
  return pieces.map((piece) => text.push(piece)).join("") + text.finish();
}

/** Keys, and texts with the letters that have a meaning in patterns and addresses. */
const secret = fc.string({ unit: fc.constantFrom(..."abcABC019-_.+/=%$ü"), minLength: 12, maxLength: 40 });
const pieces = (text: string) =>
  fc.array(fc.nat({ max: text.length }), { maxLength: 8 }).map((places) => {
    const cuts = [0, ...places.toSorted((a, b) => a - b), text.length];
    return cuts.slice(1).map((end, at) => text.slice(cuts[at], end));
  });

const FORMS: Readonly<Record<string, (secret: string, before: string) => string>> = {
  "as it is": (text, before) => before + text,
  "in JSON": (text, before) => JSON.stringify(before + text),
  "in base64": (text, before) => toBase64(utf8(`${before}${text}~~~`)),
  "in base64 for URLs": (text, before) =>
    toBase64(utf8(`${before}${text}~~~`))
      .replaceAll("+", "-")
      .replaceAll("/", "_"),
  "in hexadecimal": (text, before) => hex(before + text),
  "in a URL": (text, before) => `https://x.example/?q=${encodeURIComponent(before + text)}`,
  "wholly escaped": (text) => hex(text).toUpperCase().replace(/../g, "%$&"),
};

describe("a redactor", () => {
  it.each(Object.keys(FORMS))("takes out a secret %s, wherever it is cut", (name) => {
    const form = FORMS[name]!;
    const short = fc.string({ unit: fc.constantFrom(..."xyz "), maxLength: 5 });
    const text = fc
      .tuple(secret, short, short)
      .map(([key, before, after]) => [key, `${form(key, before)} ${after}`] as const);
    const cut = text.chain(([key, whole]) => fc.tuple(fc.constant(key), fc.constant(whole), pieces(whole)));
    fc.assert(
      fc.property(cut, ([key, whole, cuts]) => {
        const out = redacted([key], cuts);
        expect(out).toContain(REDACTED);
        expect(out).not.toContain(key);
        expect(out).not.toContain(hex(key));
        // Where it was cut makes no difference.
        expect(out).toBe(redacted([key], [whole]));
      }),
    );
  });

  it("changes nothing where no secret stands", () => {
    const text = fc.string({ unit: fc.constantFrom(..."abcABC019-_.+/=% \n"), maxLength: 60 });
    fc.assert(
      fc.property(
        secret,
        text.chain((whole) => fc.tuple(fc.constant(whole), pieces(whole))),
        (key, [whole, cuts]) => {
          fc.pre(!whole.includes(key.slice(0, 12)));
          expect(redacted([`${key}-never-there`], cuts)).toBe(whole);
          expect(redacted([], cuts)).toBe(whole);
        },
      ),
    );
  });

  it("takes out the longer of two that begin alike, and both that follow each other", () => {
    const [short, long] = ["sk-0123456789", "sk-0123456789-and-more"];
    expect(redacted([short, long], [`<${long}>`, short, long])).toBe(`<${REDACTED}>${REDACTED}${REDACTED}`);
    expect(redacted([short, long], ["<sk-0123456789-an", "d-less>"])).toBe(`<${REDACTED}-and-less>`);
  });

  it("takes out one that is cut off at the end, unless so little of it is there that it may be anything", () => {
    expect(redacted(["sk-0123456789-abc"], ["x sk-0123456789", "-ab"])).toBe(`x ${REDACTED}`);
    expect(redacted(["sk-0123456789-abc"], ["x sk-01"])).toBe("x sk-01");
  });

  it("hands out at once what cannot be a secret any more", () => {
    const redactor = new Redactor();
    redactor.learn(new Secret("sk-0123456789-abc"));
    const text = redactor.begin();
    expect([text.push("hello s"), text.push("o what"), text.push(" sk-0"), text.push("1"), text.push("?")]).toEqual([
      "hello ",
      "so what",
      " ",
      "",
      "sk-01?",
    ]);
  });

  it("leaves alone what is too short to be told from chance", () => {
    expect(redacted(["password"], ["a password"])).toBe("a password");
  });
});
