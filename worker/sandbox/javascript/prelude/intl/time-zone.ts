/** Time zones: UTC and fixed offsets. There is no database of places. */

export interface TimeZone {
  /** As `resolvedOptions` shows it: `UTC` or `+02:00`. */
  readonly name: string;
  readonly offsetMinutes: number;
}

const UTC_NAMES = new Set(["utc", "gmt", "etc/utc", "etc/gmt", "etc/uct", "etc/zulu", "uct", "zulu", "etc/universal"]);

export function readTimeZone(value: unknown): TimeZone {
  if (value === undefined) return { name: "UTC", offsetMinutes: 0 };
  const text = String(value);
  if (UTC_NAMES.has(text.toLowerCase())) return { name: "UTC", offsetMinutes: 0 };
  const [, sign, hours, minutes = "00"] = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d))?$/.exec(text) ?? [];
  if (hours === undefined) {
    throw new RangeError(`Invalid time zone specified: ${text}. Here are only "UTC" and offsets such as "+02:00"`);
  }
  const total = Number(hours) * 60 + Number(minutes);
  const isWest = sign === "-" && total > 0;
  return { name: `${isWest ? "-" : "+"}${hours}:${minutes}`, offsetMinutes: isWest ? -total : total };
}

export const ZONE_NAMES = ["short", "long", "shortOffset", "longOffset", "shortGeneric", "longGeneric"] as const;
export type ZoneNameStyle = (typeof ZONE_NAMES)[number];

/** The zone's name, with a locale's row of names (see `LocaleRow.zones`). */
export function zoneName({ name, offsetMinutes }: TimeZone, style: ZoneNameStyle, zones: string): string {
  const [utcShort = "", utcLong = "", letters = "", minus = "", zeroShort = "", zeroLong = ""] = zones.split("|");
  const isLong = style.startsWith("long");
  const isPlain = style === "short" || style === "long";
  if (isPlain && name === "UTC") return isLong ? utcLong : utcShort;
  if (isPlain && offsetMinutes === 0) return isLong ? zeroLong : zeroShort;
  const size = Math.abs(offsetMinutes);
  const [hours, minutes] = [Math.floor(size / 60), size % 60];
  const sign = offsetMinutes < 0 ? minus : "+";
  const two = (value: number) => String(value).padStart(2, "0");
  if (isLong) return `${letters}${sign}${two(hours)}:${two(minutes)}`;
  return `${letters}${sign}${hours}${minutes === 0 ? "" : `:${two(minutes)}`}`;
}
