/**
 * Decimal numbers as digits, and their rounding. A JavaScript number counts as the shortest decimal that means it, as in
 * ICU: 1.005 rounds to 1.01.
 */

export interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  /** Where the decimal point stands, counted in digits from the first one. */
  readonly point: number;
}

export const ROUNDING_MODES = [
  "ceil",
  "floor",
  "expand",
  "trunc",
  "halfCeil",
  "halfFloor",
  "halfExpand",
  "halfTrunc",
  "halfEven",
] as const;
export type RoundingMode = (typeof ROUNDING_MODES)[number];

/** A decimal from its text as `String(number)` writes it. Null where the text is no finite number. */
export function parseDecimal(text: string): Decimal | null {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null || (match[2] === "" && match[3] === "")) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  return normal(sign === "-", whole + fraction, whole.length + Number(exponent));
}

function normal(negative: boolean, digits: string, point: number): Decimal {
  const start = /^0*/.exec(digits)![0].length;
  let end = digits.length;
  while (end > start && digits[end - 1] === "0") end -= 1;
  return { negative, digits: digits.slice(start, end), point: start === end ? 0 : point - start };
}

/** The same number times ten to a power. */
export const scaled = (value: Decimal, power: number): Decimal =>
  value.digits === "" ? value : { ...value, point: value.point + power };

/** Keeps that many digits from the first one on; the number may be zero or negative. */
export function roundTo(value: Decimal, keep: number, mode: RoundingMode): Decimal {
  const { negative, digits, point } = value;
  if (keep >= digits.length) return value;
  const kept = keep > 0 ? digits.slice(0, keep) : "";
  if (!roundsUp(value, keep, kept, mode)) return normal(negative, kept, point);
  const zeros = keep < 0 ? -keep : 0;
  const bumped = increment(kept);
  return normal(negative, bumped, point + zeros + (bumped.length - kept.length));
}

function roundsUp(value: Decimal, keep: number, kept: string, mode: RoundingMode): boolean {
  const rest = keep < 0 ? `0${value.digits}` : value.digits.slice(keep);
  const away = { ceil: !value.negative, floor: value.negative, expand: true, trunc: false };
  if (mode in away) return away[mode as keyof typeof away];
  const half = rest[0]! > "5" || (rest[0] === "5" && rest.length > 1) ? 1 : rest[0] === "5" ? 0 : -1;
  if (half !== 0) return half > 0;
  if (mode === "halfEven") return Number(kept.at(-1) ?? "0") % 2 === 1;
  const tie = { halfCeil: !value.negative, halfFloor: value.negative, halfExpand: true, halfTrunc: false };
  return tie[mode as keyof typeof tie];
}

/** The digits of a number one larger. */
function increment(digits: string): string {
  let at = digits.length - 1;
  while (at >= 0 && digits[at] === "9") at -= 1;
  const zeros = "0".repeat(digits.length - 1 - at);
  return at < 0 ? `1${zeros}` : digits.slice(0, at) + String(Number(digits[at]) + 1) + zeros;
}

export interface Written {
  readonly negative: boolean;
  readonly integer: string;
  readonly fraction: string;
}

export interface DigitBounds {
  readonly minimumIntegerDigits: number;
  readonly fraction: { readonly least: number; readonly most: number } | null;
  readonly significant: { readonly least: number; readonly most: number } | null;
  /** Which of the two decides where both are given. */
  readonly priority: "auto" | "morePrecision" | "lessPrecision";
  readonly mode: RoundingMode;
  readonly stripIfInteger: boolean;
}

/** Writes a number with its bounds, without signs and groups. */
export function writeDigits(value: Decimal, bounds: DigitBounds): Written {
  const { fraction, significant, mode } = bounds;
  const byFraction = fraction && { value: roundTo(value, value.point + fraction.most, mode), at: -fraction.most };
  const bySignificant = significant && {
    value: roundTo(value, significant.most, mode),
    at: (value.digits === "" ? 1 : value.point) - significant.most,
  };
  const wantsMore = bounds.priority !== "lessPrecision";
  const useSignificant =
    bySignificant !== null &&
    (byFraction === null || (wantsMore ? bySignificant.at <= byFraction.at : bySignificant.at > byFraction.at));
  const rounded = useSignificant ? bySignificant.value : byFraction!.value;
  const point = rounded.digits === "" ? 1 : rounded.point;
  const leastFraction = useSignificant ? Math.max(0, significant!.least - point) : fraction!.least;
  return spread(rounded, leastFraction, bounds);
}

function spread({ negative, digits, point }: Decimal, leastFraction: number, bounds: DigitBounds): Written {
  const integer = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "";
  const rest = point > 0 ? digits.slice(point) : digits === "" ? "" : "0".repeat(-point) + digits;
  const fraction = bounds.stripIfInteger && rest === "" ? "" : rest.padEnd(leastFraction, "0");
  return { negative, integer: integer.padStart(bounds.minimumIntegerDigits, "0"), fraction };
}
