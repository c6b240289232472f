/** Times of a recording as files write them: `1:02:03.450`, `02:03`, `00:02:03,450`, `0:2:3.4`. */

/** As part of a larger pattern: hours are optional, and so are milliseconds. It has no groups of its own. */
export const CLOCK_TIME = String.raw`(?:\d{1,3}:\d{1,2}:\d{1,2}|\d{1,3}:\d{2})(?:[.,]\d{1,3})?`;

const PARTS = /^(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,3}))?$/;

/** Milliseconds; null for what is no time, such as a minute with 75 seconds. */
export function readClockTime(text: string): number | null {
  const match = PARTS.exec(text);
  if (!match) return null;
  const [, hours, minutes, seconds, fraction = ""] = match;
  if (Number(seconds) >= 60 || (hours !== undefined && Number(minutes) >= 60)) return null;
  const wholeSeconds = Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
  return wholeSeconds * 1000 + Number(fraction.padEnd(3, "0"));
}
