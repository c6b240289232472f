/** The options that say how many digits a number is written with; `NumberFormat` and `PluralRules` share them. */
import { type DigitBounds, ROUNDING_MODES } from "./decimal.ts";
import type { Options } from "./locale.ts";

/** Section 16.1.3, SetNumberFormatDigitOptions. */
export function readDigitBounds(options: Options, least: number, most: number, isCompact: boolean): DigitBounds {
  const minimumIntegerDigits = options.integer("minimumIntegerDigits", 1, 21, 1);
  const given = (name: string) => options.raw(name) !== undefined;
  const priority = options.one("roundingPriority", ["auto", "morePrecision", "lessPrecision"], "auto");
  if (Number(options.raw("roundingIncrement") ?? 1) !== 1) throw new RangeError("roundingIncrement can only be 1 here");
  const mode = options.one("roundingMode", ROUNDING_MODES, "halfExpand");
  const stripIfInteger = options.one("trailingZeroDisplay", ["auto", "stripIfInteger"], "auto") === "stripIfInteger";
  const rest = { minimumIntegerDigits, mode, stripIfInteger };
  const hasSignificant = given("minimumSignificantDigits") || given("maximumSignificantDigits");
  const hasFraction = given("minimumFractionDigits") || given("maximumFractionDigits");
  const wantsBoth = priority !== "auto";
  const needsSignificant = wantsBoth || hasSignificant;
  const needsFraction = wantsBoth || (!hasSignificant && (hasFraction || !isCompact));
  const significant = needsSignificant ? readSignificant(options) : null;
  const fraction = needsFraction ? readFraction(options, least, most) : null;
  if (significant !== null || fraction !== null) return { ...rest, priority, significant, fraction };
  const byDefault = { significant: { least: 1, most: 2 }, fraction: { least: 0, most: 0 } };
  return { ...rest, ...byDefault, priority: "morePrecision" };
}

function readSignificant(options: Options) {
  const least = options.integer("minimumSignificantDigits", 1, 21, 1);
  return { least, most: options.integer("maximumSignificantDigits", least, 21, 21) };
}

function readFraction(options: Options, leastByDefault: number, mostByDefault: number) {
  const least = options.integer("minimumFractionDigits", 0, 100, undefined);
  const most = options.integer("maximumFractionDigits", 0, 100, undefined);
  if (least !== undefined && most !== undefined && least > most) {
    throw new RangeError("maximumFractionDigits value is out of range.");
  }
  return {
    least: least ?? Math.min(leastByDefault, most ?? leastByDefault),
    most: most ?? Math.max(mostByDefault, least ?? mostByDefault),
  };
}
