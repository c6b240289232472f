/** Time zones by their names in the IANA database, as far as the runtime knows them. */

export interface TimeZone {
  readonly name: string;
  readonly format: Intl.DateTimeFormat;
}

/** The longest name has 30 characters. */
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;
const NAME_CHARS = 60;

/** Null for a name that is none. */
export function timeZoneOf(name: string): TimeZone | null {
  if (name.length > NAME_CHARS || !NAME.test(name)) return null;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone: name, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23" },
      ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
    });
    return { name, format };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}

/** What the clock on the wall is ahead of UTC at an instant, in milliseconds. */
export function offsetAt({ format }: TimeZone, instant: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts as Record<string, number>;
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - Math.floor(instant / 1000) * 1000;
}
