/** `Intl.RelativeTimeFormat`. Source: ECMA-402, section 18; the texts are CLDR's. */
import { asService, Options, type Part, type Resolved, resolveLocale } from "./locale.ts";
import { NumberFormat } from "./number-format.ts";
import { PluralRules } from "./plural-rules.ts";

const UNITS = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;
const STYLES = ["long", "short", "narrow"] as const;

export interface RelativePart extends Part {
  unit?: string;
}

export class RelativeTimeFormat {
  readonly #resolved: Resolved;
  readonly #style: (typeof STYLES)[number];
  readonly #numeric: "always" | "auto";
  readonly #number: NumberFormat;
  readonly #plural: PluralRules;

  constructor(locales?: unknown, values?: unknown) {
    this.#resolved = resolveLocale(locales);
    const options = new Options("RelativeTimeFormat", values);
    this.#style = options.one("style", STYLES, "long");
    this.#numeric = options.one("numeric", ["always", "auto"], "always");
    this.#number = new NumberFormat(this.#resolved.locale);
    this.#plural = new PluralRules(this.#resolved.locale);
  }

  format(value: unknown, unit: unknown): string {
    return this.#parts("format", value, unit)
      .map((part) => part.value)
      .join("");
  }

  formatToParts(value: unknown, unit: unknown): RelativePart[] {
    return this.#parts("formatToParts", value, unit);
  }

  resolvedOptions() {
    const { locale } = this.#resolved;
    return { locale, style: this.#style, numeric: this.#numeric, numberingSystem: "latn" };
  }

  #parts(method: string, amount: unknown, unitName: unknown): RelativePart[] {
    const value = Number(amount);
    const unit = UNITS.find((known) => known === String(unitName).replace(/s$/, ""));
    const where = `Intl.RelativeTimeFormat.prototype.${method}()`;
    if (unit === undefined) throw new RangeError(`Invalid unit argument for ${where} '${String(unitName)}'`);
    if (!Number.isFinite(value)) throw new RangeError(`Value need to be finite number for ${where}`);
    const { relativeLong, relativeShort, relativeNarrow } = this.#resolved.row;
    const rows = { long: relativeLong, short: relativeShort, narrow: relativeNarrow }[this.#style];
    const [past = "", pastOther, future = "", futureOther, words = ""] = rows
      .split("|")
      [UNITS.indexOf(unit)]!.split(",");
    const word = this.#numeric === "auto" ? words.split(";")[value + 2] : undefined;
    if (word) return [{ type: "literal", value: word }];
    const isPast = value < 0 || Object.is(value, -0);
    const isOne = this.#plural.select(Math.abs(value)) === "one";
    const pattern = isPast ? (isOne ? past : pastOther || past) : isOne ? future : futureOther || future;
    const [before = "", after = ""] = pattern.split("#");
    const parts: RelativePart[] = before === "" ? [] : [{ type: "literal", value: before }];
    parts.push(...this.#number.formatToParts(Math.abs(value)).map((part) => ({ ...part, unit })));
    if (after !== "") parts.push({ type: "literal", value: after });
    return parts;
  }
}

asService("RelativeTimeFormat", RelativeTimeFormat);
