/** `Intl.NumberFormat`. Source: ECMA-402, section 16. Left out: ranges, rounding increments, other digits than 0 to 9. */
import { type Decimal, type DigitBounds, parseDecimal, scaled, type Written, writeDigits } from "./decimal.ts";
import { readDigitBounds } from "./digit-options.ts";
import { addPart, asService, joined, Options, type Part, type Resolved, resolveLocale } from "./locale.ts";
import { UNITS } from "./locale-rows.ts";
import { pluralOf } from "./plural-rules.ts";

/** Decimal places of currencies where they are not two, as CLDR has them. */
const CURRENCY_DIGITS: Readonly<Record<number, string>> = {
  0: "AFN ALL BIF CLP COP DJF GNF HUF IDR IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK PKR PYG RWF SLL SOS SYP UGX VND VUV XAF XOF XPF YER",
  3: "BHD JOD KWD LYD OMR TND",
};

function currencyDigits(currency: string): number {
  const row = Object.entries(CURRENCY_DIGITS).find(([, currencies]) => currencies.split(" ").includes(currency));
  return Number(row?.[0] ?? 2);
}

const STYLES = ["decimal", "percent", "currency", "unit"] as const;
const NOTATIONS = ["standard", "scientific", "engineering", "compact"] as const;
const DISPLAYS = ["short", "narrow", "long"] as const;
const SIGN_DISPLAYS = ["auto", "never", "always", "exceptZero", "negative"] as const;

type Grouping = "auto" | "always" | "min2" | false;

function readGrouping(options: Options, isCompact: boolean): Grouping {
  const value = options.raw("useGrouping");
  const fallback = isCompact ? ("min2" as const) : ("auto" as const);
  if (value === undefined || value === "true" || value === "false") return fallback;
  if (value === true) return "always";
  if (value === false || value === null || value === 0 || value === "") return false;
  return options.one("useGrouping", ["auto", "always", "min2"] as const, fallback);
}

function readStyle(options: Options) {
  const style = options.one("style", STYLES, "decimal");
  const currency = options.raw("currency") === undefined ? undefined : String(options.raw("currency"));
  if (currency !== undefined && !/^[A-Za-z]{3}$/.test(currency)) {
    throw new RangeError(`Invalid currency code : ${currency}`);
  }
  if (style === "currency" && currency === undefined) {
    throw new TypeError("Currency code is required with currency style.");
  }
  const currencyDisplay = options.one("currencyDisplay", ["symbol", "narrowSymbol", "code", "name"], "symbol");
  const currencySign = options.one("currencySign", ["standard", "accounting"], "standard");
  const unit = options.raw("unit") === undefined ? undefined : String(options.raw("unit"));
  const isKnown = unit === undefined ? style !== "unit" : UNITS.split(" ").includes(unit);
  if (!isKnown) {
    const error = unit === undefined ? TypeError : RangeError;
    throw new error(`Invalid unit argument for Intl.NumberFormat() '${unit ?? ""}'`);
  }
  const unitDisplay = options.one("unitDisplay", DISPLAYS, "short");
  return {
    style,
    ...(style === "currency" ? { currency: currency!.toUpperCase(), currencyDisplay, currencySign } : {}),
    ...(style === "unit" ? { unit: unit!, unitDisplay } : {}),
  };
}
type Style = Partial<ReturnType<typeof readStyle>> & Pick<ReturnType<typeof readStyle>, "style">;

type Numeric = Decimal | { readonly special: "nan" | "infinity"; readonly negative: boolean };

function numeric(value: unknown): Numeric {
  const primitive = typeof value === "object" && value !== null ? primitiveOf(value) : value;
  if (typeof primitive === "bigint") return parseDecimal(String(primitive))!;
  if (typeof primitive === "string" && primitive.trim() !== "") {
    const decimal = parseDecimal(primitive.trim());
    if (decimal !== null) return decimal;
  }
  const number = Number(primitive);
  if (Number.isNaN(number)) return { special: "nan", negative: false };
  if (!Number.isFinite(number)) return { special: "infinity", negative: number < 0 };
  return { ...parseDecimal(String(number))!, negative: number < 0 || Object.is(number, -0) };
}

const primitiveOf = (value: object) =>
  value instanceof Number || value instanceof String ? value.valueOf() : Number(value);

/** One plural form of a text `one,other`. */
export const pluralForm = (text: string, isOne: boolean) => {
  const [one = "", other = one] = text.split(",");
  return isOne ? one : other;
};

export class NumberFormat {
  readonly #resolved: Resolved;
  readonly #style: Style;
  readonly #bounds: DigitBounds;
  readonly #grouping: Grouping;
  readonly #notation: (typeof NOTATIONS)[number];
  readonly #compactDisplay: "short" | "long";
  readonly #signDisplay: (typeof SIGN_DISPLAYS)[number];
  #format: ((value: unknown) => string) | null = null;

  constructor(locales?: unknown, values?: unknown) {
    this.#resolved = resolveLocale(locales);
    const options = new Options("NumberFormat", values);
    this.#style = readStyle(options);
    this.#notation = options.one("notation", NOTATIONS, "standard");
    const { style, currency } = this.#style;
    const isCompact = this.#notation === "compact";
    const digits = style === "currency" ? currencyDigits(currency!) : null;
    this.#bounds = readDigitBounds(options, digits ?? 0, digits ?? (style === "percent" ? 0 : 3), isCompact);
    this.#compactDisplay = options.one("compactDisplay", ["short", "long"], "short");
    this.#grouping = readGrouping(options, isCompact);
    this.#signDisplay = options.one("signDisplay", SIGN_DISPLAYS, "auto");
  }

  get format(): (value: unknown) => string {
    this.#format ??= (value) => joined(this.#parts(numeric(value)));
    return this.#format;
  }

  formatToParts(value?: unknown): Part[] {
    return this.#parts(numeric(value));
  }

  resolvedOptions() {
    const { minimumIntegerDigits, fraction, significant, mode, priority, stripIfInteger } = this.#bounds;
    return {
      ...{ locale: this.#resolved.locale, numberingSystem: "latn", ...this.#style, minimumIntegerDigits },
      ...(fraction && { minimumFractionDigits: fraction.least, maximumFractionDigits: fraction.most }),
      ...(significant && { minimumSignificantDigits: significant.least, maximumSignificantDigits: significant.most }),
      ...{ useGrouping: this.#grouping, notation: this.#notation },
      ...(this.#notation === "compact" && { compactDisplay: this.#compactDisplay }),
      ...{ signDisplay: this.#signDisplay, roundingIncrement: 1, roundingMode: mode, roundingPriority: priority },
      trailingZeroDisplay: stripIfInteger ? "stripIfInteger" : "auto",
    };
  }

  #parts(value: Numeric): Part[] {
    if ("special" in value) {
      const text = value.special === "nan" ? "NaN" : "∞";
      return this.#around([{ type: value.special, value: text }], value.negative, value.special === "nan", false);
    }
    const percent = this.#style.style === "percent" ? scaled(value, 2) : value;
    const { written, exponent } = this.#write(percent);
    const number = this.#numberParts(written);
    const isZero = !/[1-9]/.test(written.integer + written.fraction);
    const isOne = pluralOf(this.#resolved.locale, written) === "one";
    if (this.#notation === "compact") this.#addCompact(number, exponent, isOne, written);
    else if (this.#notation !== "standard") addExponent(number, exponent);
    return this.#around(number, value.negative, isZero, isOne && exponent === 0);
  }

  /** Finds the power of ten that is taken out; rounding may carry a number into the next one. */
  #write(value: Decimal): { written: Written; exponent: number } {
    const write = (exponent: number) => ({ exponent, written: writeDigits(scaled(value, -exponent), this.#bounds) });
    const magnitude = value.digits === "" ? 0 : value.point - 1;
    const first = write(this.#exponent(magnitude));
    const digits = first.written.integer.replace(/^0+/, "").length;
    if (digits === 0 || digits - 1 + first.exponent <= magnitude) return first;
    return write(this.#exponent(magnitude + 1));
  }

  #exponent(magnitude: number): number {
    if (this.#notation === "scientific") return magnitude;
    if (this.#notation === "engineering") return Math.floor(magnitude / 3) * 3;
    if (this.#notation === "standard" || magnitude < 3) return 0;
    const row = this.#compactRow(magnitude);
    return row === null ? 0 : magnitude - row.zeros;
  }

  /** How a number of that magnitude is made short; null where it stays whole. */
  #compactRow(magnitude: number): { zeros: number; text: string; standsAlone: boolean } | null {
    const { compactShort, compactLong } = this.#resolved.row;
    // There are no long forms with currencies.
    const isLong = this.#compactDisplay === "long" && this.#style.style !== "currency";
    const rows = (isLong ? compactLong : compactShort).split("|");
    const at = Math.min(magnitude - 3, rows.length - 1);
    const [, zeros, text] = /^(-?\d+),(.*)$/.exec(rows[at]!) ?? [];
    if (text === undefined) return null;
    return { zeros: Math.max(0, Number(zeros)) + magnitude - 3 - at, text, standsAlone: zeros === "-1" };
  }

  #addCompact(parts: Part[], exponent: number, isOne: boolean, { integer, fraction }: Written): void {
    const row = exponent < 3 ? null : this.#compactRow(exponent + integer.replace(/^0+/, "").length - 1);
    if (row === null) return;
    // French says "mille" for 1,000, without a number.
    const isAlone = row.standsAlone && /^0*1$/.test(integer) && /^0*$/.test(fraction);
    if (isAlone) parts.length = 0;
    const text = pluralForm(row.text, isOne && !isAlone);
    this.#addText(parts, "compact", isAlone ? text.trimStart() : text);
  }

  #addText(parts: Part[], type: string, text: string): void {
    const name = text.trimStart();
    addPart(parts, "literal", text.slice(0, text.length - name.length));
    addPart(parts, type, name);
  }

  #numberParts({ integer, fraction }: Written): Part[] {
    const { decimal } = this.#resolved.row;
    const parts = this.#grouped(integer === "" ? "0" : integer);
    if (fraction !== "") parts.push({ type: "decimal", value: decimal }, { type: "fraction", value: fraction });
    return parts;
  }

  #grouped(integer: string): Part[] {
    const { group, minimumGrouping } = this.#resolved.row;
    const isSparse = this.#grouping === "min2" || (this.#grouping === "auto" && this.#notation === "compact");
    const minimum = this.#grouping === "always" ? 1 : isSparse ? 2 : minimumGrouping;
    if (this.#grouping === false || integer.length < 3 + minimum) return [{ type: "integer", value: integer }];
    const first = integer.length % 3 || 3;
    const groups = [integer.slice(0, first), ...(integer.slice(first).match(/\d{3}/g) ?? [])];
    return groups.flatMap((value, i) => [
      ...(i > 0 ? [{ type: "group", value: group }] : []),
      { type: "integer", value },
    ]);
  }

  /** Puts sign, currency, unit and percent sign around the number. */
  #around(number: readonly Part[], negative: boolean, isZero: boolean, isOne: boolean): Part[] {
    const { row } = this.#resolved;
    const { style, currencySign, currencyDisplay } = this.#style;
    const sign = this.#sign(negative, isZero);
    const isName = style === "currency" && currencyDisplay === "name";
    let pattern = style === "percent" ? row.percent : style === "currency" && !isName ? row.currency : "#";
    const isAccounting = currencySign === "accounting" && !isName && this.#notation !== "compact";
    if (sign === "-" && isAccounting) pattern = row.negativeAccounting;
    else pattern = sign + pattern;
    const parts: Part[] = [];
    for (const char of pattern) {
      if (char === "#") parts.push(...number);
      else if (char === "¤") this.#addCurrency(parts, pattern.includes("¤#") && number[0]?.type === "integer");
      else if (char === "-") addPart(parts, "minusSign", char);
      else if (char === "+") addPart(parts, "plusSign", char);
      else if (char === "%") addPart(parts, this.#notation === "compact" ? "unit" : "percentSign", char);
      else addPart(parts, "literal", char);
    }
    if (isName) this.#addText(parts, "currency", ` ${this.#currencyName(isOne)}`);
    if (style === "unit") this.#addUnit(parts, isOne);
    return parts;
  }

  #sign(negative: boolean, isZero: boolean): "" | "-" | "+" {
    const signDisplay = this.#signDisplay;
    if (signDisplay === "never" || (isZero && (signDisplay === "exceptZero" || signDisplay === "negative"))) return "";
    if (negative) return "-";
    return signDisplay === "always" || signDisplay === "exceptZero" ? "+" : "";
  }

  #currencyRow(): string[] {
    const currency = this.#style.currency!;
    const entry = this.#resolved.row.currencies.split("|").find((candidate) => candidate.startsWith(currency));
    return (entry ?? `${currency},,,${currency},${currency}`).split(",");
  }

  #currencyName(isOne: boolean): string {
    const [, , , one = "", other = ""] = this.#currencyRow();
    return isOne ? one : other;
  }

  #addCurrency(parts: Part[], isBeforeDigits: boolean): void {
    const [code = "", symbol, narrow] = this.#currencyRow();
    const { currencyDisplay } = this.#style;
    const shown = (currencyDisplay === "code" ? "" : currencyDisplay === "symbol" ? symbol : narrow) || code;
    addPart(parts, "currency", shown);
    // Letters do not touch digits.
    if (isBeforeDigits && /\p{L}$/u.test(shown)) addPart(parts, "literal", "\u00a0");
  }

  #addUnit(parts: Part[], isOne: boolean): void {
    const { row } = this.#resolved;
    const texts = { short: row.unitsShort, narrow: row.unitsNarrow, long: row.unitsLong }[this.#style.unitDisplay!];
    const text = texts.split("|")[UNITS.split(" ").indexOf(this.#style.unit!)]!;
    this.#addText(parts, "unit", pluralForm(text, isOne));
  }
}

function addExponent(parts: Part[], exponent: number): void {
  addPart(parts, "exponentSeparator", "E");
  if (exponent < 0) addPart(parts, "exponentMinusSign", "-");
  addPart(parts, "exponentInteger", String(Math.abs(exponent)));
}

asService("NumberFormat", NumberFormat);
