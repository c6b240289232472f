/**
 * `Intl.Collator`: the order of the Unicode root collation for punctuation, digits and Latin letters with their accents;
 * other letters follow by script in the order of their code points. Source: ECMA-402, section 10; UTS 10.
 */
import { asService, Options, type Resolved, resolveLocale } from "./locale.ts";

/** From the least to the greatest; letters count without case. */
const ASCII_ORDER = "\t\n\u000b\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";
const DIGITS_AT = ASCII_ORDER.indexOf("0");
/** Between two neighbours of {@link ASCII_ORDER} there is room for others. */
const STEP = 1000;

const PRIMARY = new Uint32Array(128);
for (let i = 0; i < ASCII_ORDER.length; i++) PRIMARY[ASCII_ORDER.charCodeAt(i)] = (i + 1) * STEP;
for (let code = 65; code <= 90; code++) PRIMARY[code] = PRIMARY[code + 32]!;

/** Letters that are written as others for the order, apart from their accents. */
const EXPANSIONS: Readonly<Record<string, string>> = {
  ...{ ß: "ss", ẞ: "SS", æ: "ae", Æ: "AE", œ: "oe", Œ: "OE", ø: "o", Ø: "O", đ: "d", Đ: "D", ł: "l", Ł: "L" },
};

/** Accents from the least to the greatest, a stroke through the letter among them; others follow by their code points. */
const ACCENTS =
  "\u0332\u0313\u0314\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0338\u0327\u0328\u0304";

const accentWeight = (mark: string) => {
  const at = ACCENTS.indexOf(mark);
  return String.fromCharCode(at < 0 ? mark.charCodeAt(0) : at + 2);
};

/** A text as it is compared: weights of each level, in order. */
interface Key {
  readonly primary: readonly number[];
  readonly accents: string;
  readonly cases: string;
}

const SENSITIVITIES = ["base", "accent", "case", "variant"] as const;

export class Collator {
  readonly #resolved: Resolved;
  readonly #usage: "sort" | "search";
  readonly #sensitivity: (typeof SENSITIVITIES)[number];
  readonly #ignorePunctuation: boolean;
  readonly #numeric: boolean;
  readonly #caseFirst: "upper" | "lower" | "false";
  #compare: ((a: unknown, b: unknown) => number) | null = null;

  constructor(locales?: unknown, values?: unknown) {
    this.#resolved = resolveLocale(locales);
    const options = new Options("Collator", values);
    this.#usage = options.one("usage", ["sort", "search"], "sort");
    this.#numeric = options.flag("numeric") ?? /-u(?:-\w+)*-kn(?!-false)/.test(String(locales));
    this.#caseFirst = options.one("caseFirst", ["upper", "lower", "false"], "false");
    this.#sensitivity = options.one("sensitivity", SENSITIVITIES, "variant");
    this.#ignorePunctuation = options.flag("ignorePunctuation") ?? false;
  }

  get compare(): (a: unknown, b: unknown) => number {
    this.#compare ??= (a, b) => this.#order(String(a), String(b));
    return this.#compare;
  }

  resolvedOptions() {
    return {
      ...{ locale: this.#resolved.locale, usage: this.#usage, sensitivity: this.#sensitivity },
      ...{ ignorePunctuation: this.#ignorePunctuation, collation: "default" },
      ...{ numeric: this.#numeric, caseFirst: this.#caseFirst },
    };
  }

  #order(a: string, b: string): number {
    if (a === b) return 0;
    const quick = this.#numeric || this.#ignorePunctuation ? null : this.#orderOfAscii(a, b);
    return quick ?? this.#orderOfKeys(this.#key(a), this.#key(b));
  }

  /** Most texts are plain; null where one is not. */
  #orderOfAscii(a: string, b: string): number | null {
    let cases = 0;
    const shared = Math.min(a.length, b.length);
    let byPrimary = a.length - b.length;
    let isDecided = false;
    for (let i = 0; i < shared; i++) {
      const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
      const [p, q] = [PRIMARY[x] ?? 0, PRIMARY[y] ?? 0];
      if (p === 0 || q === 0) return null;
      if (p !== q && !isDecided) {
        byPrimary = p - q;
        isDecided = true;
      }
      if (cases === 0) cases = y - x;
    }
    const rest = a.length > b.length ? a : b;
    for (let i = shared; i < rest.length; i++) if (!PRIMARY[rest.charCodeAt(i)]) return null;
    if (byPrimary !== 0) return Math.sign(byPrimary);
    return this.#usesCase() ? this.#signOfCases(cases) : 0;
  }

  #usesCase = () => this.#sensitivity === "case" || this.#sensitivity === "variant";

  #signOfCases(cases: number): number {
    return this.#caseFirst === "upper" ? -Math.sign(cases) : Math.sign(cases);
  }

  #orderOfKeys(a: Key, b: Key): number {
    const shared = Math.min(a.primary.length, b.primary.length);
    for (let i = 0; i < shared; i++) {
      if (a.primary[i] !== b.primary[i]) return a.primary[i]! < b.primary[i]! ? -1 : 1;
    }
    if (a.primary.length !== b.primary.length) return a.primary.length < b.primary.length ? -1 : 1;
    const usesAccents = this.#sensitivity === "accent" || this.#sensitivity === "variant";
    if (usesAccents && a.accents !== b.accents) return a.accents < b.accents ? -1 : 1;
    if (!this.#usesCase() || a.cases === b.cases) return 0;
    return this.#signOfCases(a.cases < b.cases ? -1 : 1);
  }

  #key(text: string): Key {
    const primary: number[] = [];
    let [accents, cases] = ["", ""];
    const isSpanish = this.#resolved.locale.startsWith("es");
    const prepared = text.normalize("NFD").replace(/[ßẞæÆœŒøØđĐłŁ]/g, (letter) => `${EXPANSIONS[letter]!}\u0338`);
    for (const [token] of prepared.matchAll(this.#numeric ? /\d+|\p{M}|./gsu : /\p{M}|./gsu)) {
      if (/^\p{M}/u.test(token)) {
        const isEnye = isSpanish && token === "\u0303" && primary.at(-1) === PRIMARY[0x6e];
        if (isEnye) primary[primary.length - 1]! += 1;
        else accents += accentWeight(token);
        continue;
      }
      if (this.#ignorePunctuation && /[\p{P}\s]/u.test(token)) continue;
      if (this.#numeric && /^\d/.test(token)) primary.push(...numericWeights(token));
      else primary.push(weight(token));
      accents += "\u0001";
      cases += token === token.toLowerCase() ? "0" : "1";
    }
    return { primary, accents, cases };
  }
}

/** Numbers by their size: after all marks and before all letters. */
function numericWeights(digits: string): number[] {
  const plain = digits.replace(/^0+(?=\d)/, "");
  return [DIGITS_AT * STEP + STEP + plain.length, ...[...plain].map((digit) => Number(digit))];
}

function weight(char: string): number {
  const code = char.codePointAt(0)!;
  if (code < 128) return PRIMARY[code]!;
  if (/[\p{L}\p{N}]/u.test(char)) {
    const lower = char.toLowerCase().codePointAt(0)!;
    return (ASCII_ORDER.length + 2) * STEP + lower;
  }
  // Marks and currency signs: before the digits.
  const before = /\p{Sc}/u.test(char) ? DIGITS_AT : /\p{P}/u.test(char) ? ASCII_ORDER.indexOf("`") : DIGITS_AT - 1;
  return before * STEP + 1 + (code % (STEP - 1));
}

asService("Collator", Collator);
