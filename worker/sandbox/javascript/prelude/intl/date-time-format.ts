/**
 * `Intl.DateTimeFormat` for the Gregorian calendar, in UTC and fixed offsets. Source: ECMA-402, section 11; the patterns
 * are CLDR's. Left out: ranges, `dayPeriod`, other calendars and digits.
 */
import { addPart, asService, joined, Options, type Part, type Resolved, resolveLocale } from "./locale.ts";
import { readTimeZone, type TimeZone, ZONE_NAMES, type ZoneNameStyle, zoneName } from "./time-zone.ts";

/** What a formatter shows that is given no time; set once, when `Intl` is made. */
export const clock = { now: (): number => Number.NaN };

const WIDTHS = ["narrow", "short", "long"] as const;
const DIGITS = ["numeric", "2-digit"] as const;
const STYLES = ["short", "medium", "long", "full"] as const;
const HOUR_CYCLES = ["h11", "h12", "h23", "h24"] as const;

type Width = (typeof WIDTHS)[number];
type Digits = (typeof DIGITS)[number];
type Style = (typeof STYLES)[number];
type HourCycle = (typeof HOUR_CYCLES)[number];

/** What is shown, in the order in which `resolvedOptions` names it. */
interface Components {
  weekday?: Width | undefined;
  era?: Width | undefined;
  year?: Digits | undefined;
  month?: Digits | Width | undefined;
  day?: Digits | undefined;
  hour?: Digits | undefined;
  minute?: Digits | undefined;
  second?: Digits | undefined;
  fractionalSecondDigits?: number | undefined;
  timeZoneName?: ZoneNameStyle | undefined;
}

/** Which components a caller needs, and which it gets where it names none. */
export interface Defaults {
  readonly required: "date" | "time" | "any";
  readonly defaults: "date" | "time" | "all";
}

const DATE_FIELDS = ["weekday", "year", "month", "day"] as const;
const TIME_FIELDS = ["hour", "minute", "second", "fractionalSecondDigits"] as const;

function readComponents(options: Options, { required, defaults }: Defaults): Components {
  const found: Components = {
    weekday: options.one("weekday", WIDTHS, undefined),
    era: options.one("era", WIDTHS, undefined),
    year: options.one("year", DIGITS, undefined),
    month: options.one("month", [...DIGITS, ...WIDTHS], undefined),
    day: options.one("day", DIGITS, undefined),
    hour: options.one("hour", DIGITS, undefined),
    minute: options.one("minute", DIGITS, undefined),
    second: options.one("second", DIGITS, undefined),
    fractionalSecondDigits: options.integer("fractionalSecondDigits", 1, 3, undefined),
    timeZoneName: options.one("timeZoneName", ZONE_NAMES, undefined),
  };
  if (options.raw("dayPeriod") !== undefined) throw new RangeError("the option dayPeriod does not exist here");
  const has = (fields: readonly (keyof Components)[]) => fields.some((field) => found[field] !== undefined);
  const isNamed = (required !== "time" && has(DATE_FIELDS)) || (required !== "date" && has(TIME_FIELDS));
  if (!isNamed && defaults !== "time") Object.assign(found, { year: "numeric", month: "numeric", day: "numeric" });
  if (!isNamed && defaults !== "date") Object.assign(found, { hour: "numeric", minute: "numeric", second: "numeric" });
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function readStyles(options: Options, { required }: Defaults) {
  const dateStyle = options.one("dateStyle", STYLES, undefined);
  const timeStyle = options.one("timeStyle", STYLES, undefined);
  if (dateStyle === undefined && timeStyle === undefined) return null;
  const other = [...DATE_FIELDS, "era", ...TIME_FIELDS, "timeZoneName"].find((name) => options.raw(name) !== undefined);
  if (other !== undefined) {
    throw new TypeError(`Can't set option ${other} when ${dateStyle ? "dateStyle" : "timeStyle"} is used`);
  }
  if (required === "date" && timeStyle !== undefined) throw new TypeError("Invalid option : timeStyle");
  if (required === "time" && dateStyle !== undefined) throw new TypeError("Invalid option : dateStyle");
  return { dateStyle, timeStyle };
}

/** A moment as the clock and calendar of a zone show it. */
type Fields = Readonly<Record<"year" | "month" | "day" | "weekday" | "hour" | "minute" | "second" | "ms", number>>;

function fieldsAt(time: number, { offsetMinutes }: TimeZone): Fields {
  const date = new Date(time + offsetMinutes * 60_000);
  return {
    ...{ year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(), weekday: date.getUTCDay() },
    ...{ hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds() },
    ms: date.getUTCMilliseconds(),
  };
}

export class DateTimeFormat {
  readonly #resolved: Resolved;
  readonly #zone: TimeZone;
  readonly #hourCycle: HourCycle;
  readonly #styles: { readonly dateStyle: Style | undefined; readonly timeStyle: Style | undefined } | null;
  readonly #shown: Components;
  readonly #pattern: string;
  #format: ((value?: unknown) => string) | null = null;

  constructor(locales?: unknown, values?: unknown, defaults: Defaults = { required: "any", defaults: "date" }) {
    this.#resolved = resolveLocale(locales);
    const options = new Options("DateTimeFormat", values);
    const hour12 = options.flag("hour12");
    const hourCycle = options.one("hourCycle", HOUR_CYCLES, undefined);
    this.#hourCycle = cycleOf(this.#resolved, hour12, hourCycle, options.raw("hour") === "2-digit");
    this.#zone = readTimeZone(options.raw("timeZone"));
    this.#styles = readStyles(options, defaults);
    this.#shown = this.#styles === null ? readComponents(options, defaults) : {};
    this.#pattern = this.#styles === null ? this.#patternOfComponents() : this.#patternOfStyles(this.#styles);
  }

  get format(): (value?: unknown) => string {
    // The narrow space of CLDR's times is a plain one here, as in V8, because programs split at it.
    this.#format ??= (value) => joined(this.formatToParts(value)).replaceAll("\u202f", " ");
    return this.#format;
  }

  formatToParts(value?: unknown): Part[] {
    const time = value === undefined ? clock.now() : Number(value);
    if (!(Math.abs(time) <= 8.64e15)) throw new RangeError("Invalid time value");
    const fields = fieldsAt(Math.trunc(time), this.#zone);
    if (Number.isNaN(fields.year)) throw new RangeError("Invalid time value");
    const parts: Part[] = [];
    for (const [token, quoted] of this.#pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)) {
      if (quoted !== undefined) addPart(parts, "literal", quoted);
      else if (/^[A-Za-z]/.test(token)) this.#addField(parts, token, fields);
      else addPart(parts, "literal", token);
    }
    return parts;
  }

  resolvedOptions() {
    const shown = { ...this.#shown };
    if (shown.minute !== undefined && shown.hour !== undefined) shown.minute = "2-digit";
    if (shown.second !== undefined && shown.minute !== undefined) shown.second = "2-digit";
    const hasHour = shown.hour !== undefined || this.#styles?.timeStyle !== undefined;
    const hour12 = this.#hourCycle === "h11" || this.#hourCycle === "h12";
    const { dateStyle, timeStyle } = this.#styles ?? {};
    return {
      ...{ locale: this.#resolved.locale, calendar: "gregory", numberingSystem: "latn", timeZone: this.#zone.name },
      ...(hasHour && { hourCycle: this.#hourCycle, hour12 }),
      ...shown,
      ...(dateStyle && { dateStyle }),
      ...(timeStyle && { timeStyle }),
    };
  }

  // Patterns.

  #patternOfStyles({ dateStyle, timeStyle }: { dateStyle: Style | undefined; timeStyle: Style | undefined }): string {
    const { row } = this.#resolved;
    const at = (list: string, style: Style) => list.split("|")[STYLES.indexOf(style)]!;
    const date = dateStyle && at(row.dateStyles, dateStyle);
    let time = timeStyle && at(row.timeStyles, timeStyle);
    const is12 = this.#hourCycle === "h11" || this.#hourCycle === "h12";
    if (time !== undefined && is12 !== time.includes("a")) {
      const [plain, zoned] = [timeStyle === "short" ? "hm" : "hms", /z+/.exec(time)?.[0]] as const;
      time = this.#timePattern(plain, false) + (zoned === undefined ? "" : ` ${zoned}`);
    }
    if (date === undefined || time === undefined) return date ?? time ?? "";
    return date + at(row.styleGlue, dateStyle!) + time;
  }

  #timePattern(fields: "h" | "hm" | "hms", withZone: boolean): string {
    const is12 = this.#hourCycle === "h11" || this.#hourCycle === "h12";
    const at = (is12 ? 0 : 6) + (withZone ? 3 : 0) + fields.length - 1;
    return this.#resolved.row.times.split("|")[at]!;
  }

  #patternOfComponents(): string {
    const date = this.#datePattern();
    const time = this.#clockPattern();
    const { row } = this.#resolved;
    const { weekday, month, timeZoneName } = this.#shown;
    const glues = row.glue.split("|");
    const isLong = month === "long";
    const isWeekdayAlone = weekday !== undefined && date.length === 1;
    const glue = isWeekdayAlone ? glues[4]! : glues[isLong ? (weekday ? 3 : 2) : month === "short" ? 1 : 0]!;
    if (time === "" && timeZoneName !== undefined) return date === "" ? "z" : `${date}${glues[0]}z`;
    if (date === "" || time === "") return date + time;
    return (isWeekdayAlone ? "E" : date) + glue + time;
  }

  #datePattern(): string {
    const { weekday, era, year, month, day } = this.#shown;
    const monthIndex = month === undefined ? 0 : month === "long" ? 3 : month === "short" || month === "narrow" ? 2 : 1;
    const index = (weekday ? 16 : 0) + (year || era ? 8 : 0) + monthIndex * 2 + (day ? 1 : 0);
    let pattern = this.#resolved.row.dates.split("|")[index]!;
    if (monthIndex === 1 && weekday === undefined && (month === "2-digit" || day === "2-digit")) {
      const [monthDay, yearMonth] = this.#resolved.row.twoDigits.split("|");
      if (year === undefined && day !== undefined && monthDay) return monthDay;
      if (year !== undefined && day === undefined && yearMonth) return yearMonth;
      pattern = resized(resized(pattern, "d", "d"), "M", "M");
    }
    if (day === "2-digit") pattern = resized(pattern, "d", "dd");
    if (month === "2-digit") pattern = resized(pattern, "M", "MM");
    return era === undefined ? pattern : `${pattern} G`;
  }

  #hasPlainDate(): boolean {
    const { weekday, month, day } = this.#shown;
    return month === undefined
      ? weekday === undefined && day === undefined
      : month === "numeric" || month === "2-digit";
  }

  #clockPattern(): string {
    const { hour, minute, second, fractionalSecondDigits, timeZoneName } = this.#shown;
    const hasSecond = second !== undefined;
    const fraction = fractionalSecondDigits === undefined ? "" : hasSecond ? "sS" : "S";
    const seconds = (pattern: string) =>
      hasSecond && fraction !== "" ? pattern.replace(/s$|s(?!s)/, fraction) : pattern;
    const zone = timeZoneName === undefined ? "" : " z";
    if (hour !== undefined) {
      const fields = hasSecond ? "hms" : minute === undefined ? "h" : "hm";
      let pattern = this.#timePattern(fields, timeZoneName !== undefined);
      const isBracketed = hasSecond && timeZoneName !== "short" && this.#resolved.row.timeStyles.endsWith(")");
      if (isBracketed) pattern = pattern.replace("z", "(z)");
      // Where a locale writes hours with two digits, a single one is only for those who ask for digits field by field.
      const isSingle = (minute === "2-digit" || second === "2-digit") && this.#hasPlainDate() && fraction === "";
      const asAsked = hour === "2-digit" ? "hh" : isSingle ? "h" : null;
      return seconds(asAsked === null ? pattern : resized(pattern, "h", asAsked));
    }
    if (minute !== undefined) return seconds(hasSecond ? "mm:ss" : "m") + zone;
    if (hasSecond) return seconds("s") + zone;
    return fraction === "" ? "" : fraction + zone;
  }

  // Fields.

  #addField(parts: Part[], token: string, fields: Fields): void {
    const { row } = this.#resolved;
    const { year, month, era, weekday } = this.#shown;
    const padded = (value: number) => String(value).padStart(token.length === 2 ? 2 : 1, "0");
    const add = (type: string, value: string) => addPart(parts, type, value);
    switch (token[0]) {
      case "E":
      case "c": {
        const width = token.length === 4 ? "long" : weekday!;
        const short = token === "c" ? row.weekdaysShortAlone : row.weekdaysShort;
        const names = { long: row.weekdays, short, narrow: row.weekdaysNarrow }[width];
        return add("weekday", names.split("|")[fields.weekday]!);
      }
      case "G": {
        const [before = "", after = ""] = row.eras.split("|")[WIDTHS.indexOf(era!)]!.split(",");
        return add("era", fields.year > 0 ? after : before);
      }
      case "y": {
        const shown = this.#yearOfEra(fields.year);
        const isShort = token === "yy" || year === "2-digit";
        return add("year", isShort ? String(Math.abs(shown) % 100).padStart(2, "0") : String(shown));
      }
      case "M":
      case "L":
        return add("month", this.#month(token, month, fields.month));
      case "d":
        return add("day", padded(fields.day));
      case "h":
        return add("hour", padded(this.#hour(fields.hour)));
      case "m":
        return add("minute", padded(fields.minute));
      case "s":
        return add("second", padded(fields.second));
      case "S": {
        if (this.#shown.second !== undefined) addPart(parts, "literal", row.decimal);
        const digits = String(fields.ms).padStart(3, "0").slice(0, this.#shown.fractionalSecondDigits);
        return add("fractionalSecond", digits);
      }
      case "a":
        return add("dayPeriod", row.periods.split("|")[fields.hour < 12 ? 0 : 1]!);
      default:
        return add("timeZoneName", this.#zoneName(token));
    }
  }

  #yearOfEra(year: number): number {
    return year > 0 ? year : this.#shown.era === undefined ? year : 1 - year;
  }

  #month(token: string, style: Components["month"], month: number): string {
    const { row } = this.#resolved;
    const width = token.length === 4 ? "long" : token.length === 3 ? "short" : token === "MM" ? "2-digit" : style;
    if (width === undefined || width === "numeric" || width === "2-digit") {
      return String(month + 1).padStart(token.length, "0");
    }
    const short = token === "L" ? row.monthsShortAlone : row.monthsShort;
    return { long: row.months, short, narrow: row.monthsNarrow }[width].split("|")[month]!;
  }

  #hour(hour: number): number {
    if (this.#hourCycle === "h23") return hour;
    if (this.#hourCycle === "h24") return hour || 24;
    return this.#hourCycle === "h11" ? hour % 12 : hour % 12 || 12;
  }

  #zoneName(token: string): string {
    const style = this.#shown.timeZoneName ?? (token.length === 4 ? "long" : "short");
    return zoneName(this.#zone, style, this.#resolved.row.zones);
  }
}

/** A pattern in which a letter stands as often as in `wanted`. */
function resized(pattern: string, letter: "d" | "M" | "h", wanted: string): string {
  return pattern.replace(/'[^']*'|([A-Za-z])\1*/g, (token) => (token[0] === letter ? wanted : token));
}

function cycleOf(
  { row }: Resolved,
  hour12: boolean | undefined,
  hourCycle: HourCycle | undefined,
  isPadded: boolean,
): HourCycle {
  const byDefault = row.timeStyles.startsWith("h:mm\u202fa") ? "h12" : "h23";
  if (hour12 === undefined) return hourCycle ?? byDefault;
  // As V8 reads the standard's older rule: without a half of the day, midnight of a 12-hour locale is 24.
  if (!hour12) return byDefault === "h12" && !isPadded ? "h24" : "h23";
  return "h12";
}

asService("DateTimeFormat", DateTimeFormat);
