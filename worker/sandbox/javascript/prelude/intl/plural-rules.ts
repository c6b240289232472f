/** `Intl.PluralRules`. Source: ECMA-402, section 17; the rules are CLDR's. Left out: ranges. */
import { type DigitBounds, parseDecimal, type Written, writeDigits } from "./decimal.ts";
import { readDigitBounds } from "./digit-options.ts";
import { asService, Options, type Resolved, resolveLocale } from "./locale.ts";

type Category = "one" | "two" | "few" | "many" | "other";

interface Rules {
  readonly cardinal: (integer: number, fraction: string) => Category;
  readonly cardinals: readonly Category[];
  readonly ordinal: (value: number) => Category;
  readonly ordinals: readonly Category[];
}

const isMillions = (integer: number, fraction: string) => integer !== 0 && integer % 1e6 === 0 && fraction === "";

function englishOrdinal(n: number): Category {
  if (n % 10 === 1 && n % 100 !== 11) return "one";
  if (n % 10 === 2 && n % 100 !== 12) return "two";
  return n % 10 === 3 && n % 100 !== 13 ? "few" : "other";
}

const RULES: Readonly<Record<string, Rules>> = {
  en: {
    cardinal: (i, fraction) => (i === 1 && fraction === "" ? "one" : "other"),
    cardinals: ["one", "other"],
    ordinal: englishOrdinal,
    ordinals: ["few", "one", "two", "other"],
  },
  de: {
    cardinal: (i, fraction) => (i === 1 && fraction === "" ? "one" : "other"),
    cardinals: ["one", "other"],
    ordinal: () => "other",
    ordinals: ["other"],
  },
  fr: {
    cardinal: (i, fraction) => (i === 0 || i === 1 ? "one" : isMillions(i, fraction) ? "many" : "other"),
    cardinals: ["one", "many", "other"],
    ordinal: (n) => (n === 1 ? "one" : "other"),
    ordinals: ["one", "other"],
  },
  es: {
    cardinal: (i, fraction) => (i === 1 && /^0*$/.test(fraction) ? "one" : isMillions(i, fraction) ? "many" : "other"),
    cardinals: ["one", "many", "other"],
    ordinal: () => "other",
    ordinals: ["other"],
  },
};

const rulesOf = (locale: string) => RULES[locale.slice(0, 2)]!;

/** The category of a number as it is written. */
export function pluralOf(locale: string, { integer, fraction }: Written): Category {
  return rulesOf(locale).cardinal(Number(integer), fraction);
}

export class PluralRules {
  readonly #resolved: Resolved;
  readonly #type: "cardinal" | "ordinal";
  readonly #bounds: DigitBounds;

  constructor(locales?: unknown, values?: unknown) {
    this.#resolved = resolveLocale(locales);
    const options = new Options("PluralRules", values);
    this.#type = options.one("type", ["cardinal", "ordinal"], "cardinal");
    this.#bounds = readDigitBounds(options, 0, 3, false);
  }

  select(value?: unknown): Category {
    const decimal = parseDecimal(String(Math.abs(Number(value))));
    if (decimal === null) return "other";
    const written = writeDigits(decimal, this.#bounds);
    if (this.#type === "cardinal") return pluralOf(this.#resolved.locale, written);
    return /[1-9]/.test(written.fraction) ? "other" : rulesOf(this.#resolved.locale).ordinal(Number(written.integer));
  }

  resolvedOptions() {
    const { cardinals, ordinals } = rulesOf(this.#resolved.locale);
    const { minimumIntegerDigits, fraction, significant } = this.#bounds;
    return {
      ...{ locale: this.#resolved.locale, type: this.#type, minimumIntegerDigits },
      ...(fraction && { minimumFractionDigits: fraction.least, maximumFractionDigits: fraction.most }),
      ...(significant && { minimumSignificantDigits: significant.least, maximumSignificantDigits: significant.most }),
      pluralCategories: [...(this.#type === "cardinal" ? cardinals : ordinals)],
    };
  }
}

asService("PluralRules", PluralRules);
