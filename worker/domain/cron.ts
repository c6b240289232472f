/**
 * A time plan of five fields (minute, hour, day of the month, month, day of the week) in a time zone, and when it comes
 * due next. Owns the grammar and what becomes of the hours that a change of the clocks skips or repeats.
 *
 * A plan that names hours comes due when the clock on the wall first reaches or passes such a minute: what a change
 * skips comes due right after it, once, and what a change repeats comes due the first time alone. A plan of every hour
 * comes due whenever the clock shows such a minute, so that a job every 15 minutes keeps its distance.
 */
import { fail, type Result, succeed } from "./errors.ts";
import { offsetAt, type TimeZone } from "./time-zone.ts";

export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Both the day of the month and that of the week are named: one of the two is enough, by crontab's custom. */
  readonly isEitherDay: boolean;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The 29th of February comes again within eight years, whatever century they cross. */
const SEARCHED_DAYS = 8 * 366;
/** Room for a list of every minute. */
const CRON_CHARS = 200;

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const FIELDS = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day of the month", min: 1, max: 31 },
  {
    ...{ name: "month", min: 1, max: 12 },
    words: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
  },
  { name: "day of the week", min: 0, max: 7, words: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
] as const satisfies readonly Field[];

/** Fails with `invalid-request`, and says which field is wrong. */
export function parseCron(text: string): Result<Cron> {
  const parts = text.trim().split(/\s+/);
  if (text.length > CRON_CHARS || parts.length !== FIELDS.length) {
    return wrong(`must have five fields, like "0 9 * * MON-FRI": ${FIELDS.map(({ name }) => name).join(", ")}`);
  }
  const sets: Set<number>[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const set = parseField(parts[index]!, field);
    if (set === null) return wrong(`"${parts[index]}" is no ${field.name}: ${grammarOf(field)}`);
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.delete(7)) weekdays.add(0);
  return succeed({
    minutes,
    hours,
    days,
    months,
    weekdays,
    isEitherDay: ![parts[2], parts[4]].some((part) => part!.startsWith("*")),
  });
}

function wrong(message: string) {
  return fail("invalid-request", `cron: ${message}`, [{ path: "cron", message }]);
}

const grammarOf = ({ min, max, words }: Field) =>
  `use ${min} to ${max}${words ? `, ${words[0]} to ${words.at(-1)}` : ""}, lists (1,2), ranges (1-5), steps (*/5) or *`;

function parseField(text: string, field: Field): Set<number> | null {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (!match) return null;
    const [, every, first, last, step] = match;
    const from = every ? field.min : valueOf(first!, field);
    // A value with a step goes on to the end: 5/10 is 5-59/10.
    const to = last !== undefined ? valueOf(last, field) : every || step ? lastOf(field) : from;
    const by = step === undefined ? 1 : Number(step);
    if (from === null || to === null || by === 0 || from > to) return null;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

/** Sunday has two numbers; a range without an end stops at Saturday. */
const lastOf = ({ max }: Field) => (max === 7 ? 6 : max);

function valueOf(text: string, { min, max, words }: Field): number | null {
  const word = words?.indexOf(text.toUpperCase()) ?? -1;
  if (word >= 0) return word + min;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}

/** The first instant (epoch ms) behind `after` at which the plan comes due; null where it never does. */
export function nextDue(cron: Cron, zone: TimeZone, after: number): number | null {
  return nextDues(cron, zone, after, 1)[0] ?? null;
}

/** The next `count` instants; fewer where there are no more. */
export function nextDues(cron: Cron, zone: TimeZone, after: number, count: number): number[] {
  const found: number[] = [];
  const today = Math.floor((after + offsetAt(zone, after)) / DAY_MS);
  // From the day before: what a change of the clocks at midnight skipped comes due in the day that follows.
  for (let day = today - 1; day < today + SEARCHED_DAYS && found.length < count; day++) {
    if (!isDay(cron, new Date(day * DAY_MS))) continue;
    for (const instant of dueOn(cron, zone, day)) if (instant > (found.at(-1) ?? after)) found.push(instant);
  }
  return found.slice(0, count);
}

function isDay({ months, days, weekdays, isEitherDay }: Cron, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [inMonth, inWeek] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return isEitherDay ? inMonth || inWeek : inMonth && inWeek;
}

/** The instants of one day on the wall, counted from 1970, in order. A day has at most one change of the clocks. */
function dueOn({ minutes, hours }: Cron, zone: TimeZone, day: number): number[] {
  const start = day * DAY_MS;
  const [early, late] = [start - DAY_MS, start + 2 * DAY_MS];
  const [before, after] = [offsetAt(zone, early), offsetAt(zone, late)];
  const change = before === after ? late : changeBetween(zone, early, late);
  const isEveryHour = hours.size === 24;
  const found = new Set<number>();
  for (const hour of hours) {
    for (const minute of minutes) {
      const wall = start + (60 * hour + minute) * MINUTE_MS;
      const [first, second] = [wall - before, wall - after];
      const isFirst = first < change;
      const isSecond = second >= change;
      if (isFirst) found.add(first);
      if (isSecond && (isEveryHour || !isFirst)) found.add(second);
      if (!isFirst && !isSecond && !isEveryHour) found.add(change);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** The instant from which on the offset is another one: a whole second. */
function changeBetween(zone: TimeZone, from: number, to: number): number {
  let [low, high] = [from / 1000, to / 1000];
  const before = offsetAt(zone, from);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * 1000) === before) low = middle;
    else high = middle;
  }
  return high * 1000;
}
