/** Days that people name, as the mock provider reads them: relative to the day of the meeting, and only where it is known. */

const DAY_MS = 24 * 60 * 60 * 1_000;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const FRIDAY = 5;
const MONTHS = [
  ...["january", "february", "march", "april", "may", "june"],
  ...["july", "august", "september", "october", "november", "december"],
];

const ISO_DAY = /\b(\d{4}-\d\d-\d\d)\b/;
const PREPOSITION = "(?:by|before|until|on|for|due)";
const WEEKDAY = new RegExp(`\\b${PREPOSITION} (?:next |this |the end of )?(${WEEKDAYS.join("|")})\\b`, "i");
const MONTH_DAY = new RegExp(
  `\\b${PREPOSITION} (?:the )?(?:(${MONTHS.join("|")}) (\\d{1,2})|(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${MONTHS.join("|")}))`,
  "i",
);

/** Everything that names a day, so that a title can do without it. */
export const DUE_WORDS = new RegExp(
  `\\s*(?:,\\s*)?(?:${WEEKDAY.source}|${MONTH_DAY.source}(?:st|nd|rd|th)?|\\b${PREPOSITION} ${ISO_DAY.source}|\\b(?:by |until |before )?(?:tomorrow|today|tonight|(?:the )?end of (?:the |this )?(?:day|week|month)))\\b\\s*`,
  "gi",
);

/** As YYYY-MM-DD; null where no day is named, or none can be told. @param day the day of the meeting in epoch milliseconds */
export function dueOf(text: string, day: number | null): string | null {
  const iso = ISO_DAY.exec(text)?.[1];
  if (iso !== undefined) return isDay(iso) ? iso : null;
  if (day === null) return null;
  const due = relativeDay(text, new Date(day));
  return due === null ? null : new Date(due).toISOString().slice(0, 10);
}

function relativeDay(text: string, held: Date): number | null {
  const weekday = WEEKDAY.exec(text)?.[1];
  if (weekday !== undefined) return nextWeekday(held, WEEKDAYS.indexOf(weekday.toLowerCase()));
  const date = MONTH_DAY.exec(text);
  if (date) return monthDay(held, date);
  if (/\bend of (?:the |this )?week\b/i.test(text)) {
    return held.getUTCDay() === FRIDAY ? held.getTime() : nextWeekday(held, FRIDAY);
  }
  if (/\bend of (?:the |this )?month\b/i.test(text)) return Date.UTC(held.getUTCFullYear(), held.getUTCMonth() + 1, 0);
  if (/\btomorrow\b/i.test(text)) return held.getTime() + DAY_MS;
  return /\b(?:today|tonight|end of (?:the |this )?day)\b/i.test(text) ? held.getTime() : null;
}

/** The first one after that day. */
function nextWeekday(held: Date, weekday: number): number {
  const ahead = (weekday - held.getUTCDay() + 7) % 7 || 7;
  return held.getTime() + ahead * DAY_MS;
}

function monthDay(held: Date, [, monthFirst, dayBehind, dayFirst, monthBehind]: RegExpExecArray): number | null {
  const month = MONTHS.indexOf((monthFirst ?? monthBehind ?? "").toLowerCase());
  const day = Number(dayBehind ?? dayFirst);
  const thisYear = Date.UTC(held.getUTCFullYear(), month, day);
  const due = thisYear >= held.getTime() ? thisYear : Date.UTC(held.getUTCFullYear() + 1, month, day);
  return new Date(due).getUTCMonth() === month ? due : null;
}

function isDay(text: string): boolean {
  const instant = Date.parse(text);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}
