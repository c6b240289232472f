/** The guest's `Intl` against Node's own, which prints what ICU does: same texts, same parts, same errors. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import createIntl from "../../../worker/sandbox/javascript/prelude/intl/intl.ts";
import { LOCALES as ROWS, UNITS } from "../../../worker/sandbox/javascript/prelude/intl/locale-rows.ts";

const guest = createIntl(() => 1_234_567_890_123);
const ours = guest.intl as typeof Intl;
const LOCALES = ["en-US", "en-GB", "de-DE", "fr-FR", "es-ES"];
const anyLocale = fc.constantFrom(...LOCALES);

/** What a formatter says in all its ways, or the error that it throws. */
function said(make: () => { format(value: never): string; formatToParts?(value: never): unknown }, value: unknown) {
  try {
    const formatter = make();
    return [formatter.format(value as never), formatter.formatToParts?.(value as never)];
  } catch (error) {
    return (error as Error).name;
  }
}

const maybe = <T>(...values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

const VALUES = [
  ...[0, -0, 1, -1, 2, 0.5, 1.005, 2.5, 0.995, 999.9996, 1000, 1234.5, -1234.567, 9999.5, 99_999, 999_999, 1e6],
  ...[1_234_567, 1e9, 123_456_789_012, 1e15, 1e-7, 0.001234, Number.NaN, Infinity, -Infinity, 12345678901234567890n],
];
/** With more digits than a double can tell apart, ICU itself is a digit off at times. */
const twelveDigits = (value: number) => Number(value.toPrecision(12));
const anyNumber = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.double({ noNaN: true, min: -1e13, max: 1e13 }).map(twelveDigits),
);

describe("numbers", () => {
  const digits = fc.record({
    minimumIntegerDigits: maybe(1, 2, 5),
    minimumFractionDigits: maybe(0, 1, 2),
    maximumFractionDigits: maybe(2, 3, 4),
    minimumSignificantDigits: maybe(1, 2),
    maximumSignificantDigits: maybe(3, 5),
    roundingMode: maybe("ceil", "floor", "expand", "trunc", "halfCeil", "halfFloor", "halfExpand", "halfEven"),
    useGrouping: maybe<boolean | string>(true, false, "always", "auto", "min2"),
    signDisplay: maybe("auto", "never", "always", "exceptZero", "negative"),
    trailingZeroDisplay: maybe("auto", "stripIfInteger"),
  });
  const notation = fc.record({
    notation: maybe("standard", "scientific", "engineering", "compact"),
    compactDisplay: maybe("short", "long"),
  });
  const units = ["kilometer", "celsius", "hour", "megabyte", "kilometer-per-hour", "day", "liter", "byte", "pound"];
  const style = fc.oneof(
    notation,
    fc.constant({ style: "percent" }),
    fc.record({
      style: fc.constant("currency"),
      currency: fc.constantFrom("USD", "EUR", "GBP", "JPY", "CHF", "SEK", "inr"),
      currencyDisplay: maybe("symbol", "narrowSymbol", "code", "name"),
      currencySign: maybe("standard", "accounting"),
    }),
    fc.record({
      style: fc.constant("currency"),
      currency: fc.constantFrom("USD", "EUR"),
      notation: fc.constant("compact"),
    }),
    fc.record({
      style: fc.constant("unit"),
      unit: fc.constantFrom(...units),
      unitDisplay: maybe("short", "long", "narrow"),
    }),
  );

  it("are written as ICU writes them", () => {
    fc.assert(
      fc.property(anyLocale, style, digits, anyNumber, (locale, kind, bounds, value) => {
        const options = { ...kind, ...bounds } as object;
        const mine = said(() => new ours.NumberFormat(locale, options), value);
        expect(mine).toEqual(said(() => new Intl.NumberFormat(locale, options), value));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ...[{}, { style: "percent" }, { style: "currency", currency: "JPY" }, { style: "unit", unit: "hour" }],
    ...[{ notation: "compact" }, { maximumSignificantDigits: 3 }, { minimumFractionDigits: 4 }],
  ] as Intl.NumberFormatOptions[])("resolve %j as V8 does", (options) => {
    const resolved = new ours.NumberFormat("de-DE", options).resolvedOptions();
    expect(resolved).toEqual(new Intl.NumberFormat("de-DE", options).resolvedOptions());
  });

  it.each([
    { style: "currency" },
    { style: "currency", currency: "x" },
    { style: "unit" },
    { style: "unit", unit: "parsec" },
    { maximumFractionDigits: 200 },
    { minimumFractionDigits: 3, maximumFractionDigits: 1 },
    { style: "other" },
    { minimumIntegerDigits: 0 },
  ] as Intl.NumberFormatOptions[])("refuse %j in V8's words", (options) => {
    expect(messageOf(() => new ours.NumberFormat("en", options))).toBe(
      messageOf(() => new Intl.NumberFormat("en", options)),
    );
  });
});

describe("every unit, currency and power of ten", () => {
  it.each(LOCALES)("is ICU's in %s", (locale) => {
    const same = (options: Intl.NumberFormatOptions, values: readonly number[]) => {
      const [mine, theirs] = [new ours.NumberFormat(locale, options), new Intl.NumberFormat(locale, options)];
      expect(values.map((value) => mine.format(value))).toEqual(values.map((value) => theirs.format(value)));
    };
    for (const unit of UNITS.split(" ")) {
      for (const unitDisplay of ["short", "narrow", "long"] as const)
        same({ style: "unit", unit, unitDisplay }, [1, 2]);
    }
    const currencies = ROWS[locale]!.currencies.split("|").map((entry) => entry.slice(0, 3));
    expect(currencies.length).toBeGreaterThan(30);
    for (const currency of currencies) {
      for (const currencyDisplay of ["symbol", "narrowSymbol", "code", "name"] as const) {
        same({ style: "currency", currency, currencyDisplay }, [1, 2]);
      }
    }
    const powers = Array.from({ length: 12 }, (_, i) => [10 ** (i + 3), 2 * 10 ** (i + 3)]).flat();
    for (const compactDisplay of ["short", "long"] as const) same({ notation: "compact", compactDisplay }, powers);
  });

  it.each(LOCALES)("and every month and day of the week in %s", (locale) => {
    for (let day = 0; day < 12; day++) {
      const at = Date.UTC(2026, day, 1 + day);
      for (const width of ["narrow", "short", "long"] as const) {
        for (const shown of [{ month: width }, { weekday: width }, { month: width, day: "numeric" }] as const) {
          const asked = { ...shown, timeZone: "UTC" } as const;
          expect(new ours.DateTimeFormat(locale, asked).format(at)).toBe(
            new Intl.DateTimeFormat(locale, asked).format(at),
          );
        }
      }
    }
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  throw new Error("nothing was thrown");
}

describe("dates", () => {
  const anyTime = fc.oneof(
    fc.constantFrom(0, -1, Date.UTC(2026, 0, 5, 0, 5), Date.UTC(2026, 8, 30, 12), Date.UTC(999, 0, 1)),
    fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }),
  );
  const timeZone = fc.constantFrom("UTC", "+02:00", "-05:30");
  /** What programs ask for: the parts of a date from the largest on, and of a time. */
  const date = fc.constantFrom<Intl.DateTimeFormatOptions>(
    { year: "numeric", month: "numeric", day: "numeric" },
    { year: "numeric", month: "2-digit", day: "2-digit" },
    { year: "2-digit", month: "2-digit", day: "2-digit" },
    { year: "numeric", month: "short", day: "numeric" },
    { year: "numeric", month: "long", day: "numeric" },
    { year: "numeric", month: "long", day: "2-digit" },
    { weekday: "long", year: "numeric", month: "long", day: "numeric" },
    { weekday: "short", year: "numeric", month: "short", day: "numeric" },
    { weekday: "short", month: "short", day: "numeric" },
    { weekday: "short", year: "numeric", month: "numeric", day: "numeric" },
    { year: "numeric", month: "long" },
    { year: "numeric", month: "2-digit" },
    { month: "long", day: "numeric" },
    { month: "short", day: "numeric" },
    { month: "2-digit", day: "2-digit" },
    { month: "numeric", day: "numeric" },
    { month: "2-digit" },
    { month: "long" },
    { month: "short" },
    { month: "narrow" },
    { weekday: "long" },
    { weekday: "short" },
    { year: "numeric" },
    { day: "numeric" },
  );
  const time = fc.constantFrom<Intl.DateTimeFormatOptions>(
    { hour: "numeric", minute: "numeric" },
    { hour: "2-digit", minute: "2-digit" },
    { hour: "numeric", minute: "numeric", second: "numeric" },
    { hour: "2-digit", minute: "2-digit", second: "2-digit" },
    { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    { hour: "numeric", minute: "numeric", second: "numeric", fractionalSecondDigits: 3 },
    { hour: "numeric" },
    { minute: "2-digit", second: "2-digit" },
  );
  const both = fc
    .tuple(date, time)
    .filter(([{ month, day, year }]) => month !== undefined && day !== undefined && year !== undefined)
    .map(([a, b]) => ({ ...a, ...b }));
  const zoned = fc
    .tuple(time, fc.constantFrom("short", "long", "shortOffset", "longOffset"))
    .filter(([{ hour, hourCycle }]) => hour === "2-digit" && hourCycle === undefined)
    .map(([a, timeZoneName]) => ({ ...a, timeZoneName }));
  const style = () => maybe("short", "medium", "long", "full");
  const options = fc.oneof(date, time, both, zoned, fc.record({ dateStyle: style(), timeStyle: style() }));

  it("are written as ICU writes them", () => {
    fc.assert(
      fc.property(anyLocale, options, timeZone, anyTime, (locale, shown, zone, at) => {
        const asked = { ...shown, timeZone: zone } as Intl.DateTimeFormatOptions;
        const mine = said(() => new ours.DateTimeFormat(locale, asked), at);
        expect(mine).toEqual(said(() => new Intl.DateTimeFormat(locale, asked), at));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ["dateTime", "toLocaleString"],
    ["date", "toLocaleDateString"],
    ["time", "toLocaleTimeString"],
  ] as const)("have the defaults of their methods: %s", (mine, theirs) => {
    const date = new Date(Date.UTC(2026, 10, 20, 18, 4, 36));
    for (const locale of LOCALES) {
      for (const shown of [
        {},
        { hour12: true },
        { month: "long" },
        { minute: "2-digit" },
        { hour12: false },
      ] as const) {
        const asked = { ...shown, timeZone: "UTC" } as const;
        const expected = theirs === "toLocaleTimeString" && "month" in shown ? null : date[theirs](locale, asked);
        if (expected !== null) expect(guest[mine](date.getTime(), locale, asked)).toBe(expected);
      }
    }
    expect(guest[mine](Number.NaN)).toBe("Invalid Date");
    expect(new ours.DateTimeFormat("en").format()).toBe("2/13/2009");
  });

  it("know UTC and offsets, and say so for other zones", () => {
    expect(new ours.DateTimeFormat("en").resolvedOptions().timeZone).toBe("UTC");
    expect(new ours.DateTimeFormat("en", { timeZone: "etc/utc" }).resolvedOptions().timeZone).toBe("UTC");
    expect(new ours.DateTimeFormat("en", { timeZone: "-0330" }).resolvedOptions().timeZone).toBe("-03:30");
    expect(() => new ours.DateTimeFormat("en", { timeZone: "Europe/Berlin" })).toThrow(
      'Invalid time zone specified: Europe/Berlin. Here are only "UTC" and offsets such as "+02:00"',
    );
  });

  it.each([
    [{ dateStyle: "short", year: "numeric" }, "TypeError: Can't set option year when dateStyle is used"],
    [{ month: "other" }, "RangeError: Value other out of range for Intl.DateTimeFormat options property month"],
    [{ dayPeriod: "long" }, "RangeError: the option dayPeriod does not exist here"],
  ] as [Intl.DateTimeFormatOptions, string][])("refuse %j", (shown, message) => {
    expect(messageOf(() => new ours.DateTimeFormat("en", shown))).toBe(message);
  });
});

describe("plurals, lists and relative times", () => {
  it("are ICU's", () => {
    const numbers = [0, 1, 1.5, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 1e6, 2e6, -1, 0.1, Number.NaN];
    for (const locale of LOCALES) {
      for (const type of ["cardinal", "ordinal"] as const) {
        const [mine, theirs] = [new ours.PluralRules(locale, { type }), new Intl.PluralRules(locale, { type })];
        expect(numbers.map((n) => mine.select(n))).toEqual(numbers.map((n) => theirs.select(n)));
        expect(mine.resolvedOptions()).toMatchObject({
          pluralCategories: expect.arrayContaining(theirs.resolvedOptions().pluralCategories),
        });
      }
    }
  });

  it("join lists", () => {
    const lists = [[], ["a"], ["a", "b"], ["a", "b", "c"], ["pan", "iglesia"], ["a", "b", "hielo"], ["uno", "otro"]];
    for (const locale of LOCALES) {
      for (const type of ["conjunction", "disjunction", "unit"] as const) {
        for (const style of ["long", "short", "narrow"] as const) {
          const [mine, theirs] = [
            new ours.ListFormat(locale, { type, style }),
            new Intl.ListFormat(locale, { type, style }),
          ];
          for (const list of lists) expect(mine.formatToParts(list)).toEqual(theirs.formatToParts(list));
        }
      }
    }
    expect(messageOf(() => new ours.ListFormat("en").format([1] as never))).toBe(
      messageOf(() => new Intl.ListFormat("en").format([1] as never)),
    );
  });

  it("tell how far a time is away", () => {
    const units = ["second", "minutes", "hour", "day", "weeks", "month", "quarter", "year"] as const;
    for (const locale of LOCALES) {
      for (const numeric of ["always", "auto"] as const) {
        for (const style of ["long", "short", "narrow"] as const) {
          const asked = { numeric, style };
          const [mine, theirs] = [
            new ours.RelativeTimeFormat(locale, asked),
            new Intl.RelativeTimeFormat(locale, asked),
          ];
          for (const unit of units) {
            for (const value of [-1234.5, -2, -1, -0, 0, 1, 1.5, 2, 100]) {
              expect(mine.format(value, unit)).toBe(theirs.format(value, unit));
              expect(mine.formatToParts(value, unit)).toEqual(theirs.formatToParts(value, unit));
            }
          }
        }
      }
    }
    expect(messageOf(() => new ours.RelativeTimeFormat("en").format(1, "eon" as never))).toBe(
      messageOf(() => new Intl.RelativeTimeFormat("en").format(1, "eon" as never)),
    );
  });
});

describe("the order of texts", () => {
  const words = fc.stringMatching(/^[ a-cA-Cn-oN-O0-9áàäéñöß_.,'$-]{0,6}$/);

  it.each(["en-US", "de-DE", "es-ES"])("is ICU's for letters, accents, digits and marks: %s", (locale) => {
    for (const options of [{}, { sensitivity: "base" }, { sensitivity: "accent" }, { numeric: true }] as const) {
      const [mine, theirs] = [new ours.Collator(locale, options), new Intl.Collator(locale, options)];
      fc.assert(
        fc.property(words, words, (a, b) => {
          expect([a, b, Math.sign(mine.compare(a, b))]).toEqual([a, b, Math.sign(theirs.compare(a, b))]);
        }),
        { numRuns: 2_000 },
      );
    }
  });

  it("sorts what people sort", () => {
    const list = [
      "résumé",
      "Resume",
      "resume",
      "Zebra",
      "apple",
      "Äpfel",
      "apfel",
      "10",
      "9",
      "_x",
      "ß",
      "ss",
      "éa",
      "日本",
    ];
    expect([...list].sort(ours.Collator("en").compare)).toEqual([...list].sort(new Intl.Collator("en").compare));
    const upper = { caseFirst: "upper" } as const;
    expect([...list].sort(ours.Collator("en", upper).compare)).toEqual(
      [...list].sort(new Intl.Collator("en", upper).compare),
    );
  });
});

describe("segments", () => {
  it.each([
    ["grapheme", "aé👨‍👩‍👧🇩🇪🇫🇷한\r\ne\u0301👍🏽"],
    ["word", "Can't stop 3.5, e-mail foo_bar: «oui»! (9,5)"],
    ["sentence", "One. Two? Three!  Four"],
  ] as const)("are those of UAX 29: %s", (granularity, text) => {
    const mine = [...new ours.Segmenter("en", { granularity }).segment(text)];
    expect(mine).toEqual(
      [...new Intl.Segmenter("en", { granularity }).segment(text)].map((segment) => ({ ...segment })),
    );
  });
});

describe("locales", () => {
  it("are those that exist here, and American English for all others", () => {
    expect(ours.NumberFormat.supportedLocalesOf(["de-AT", "xx", "EN-gb", "ja"])).toEqual(["de-AT", "en-GB"]);
    const resolved = (tag: string) => new ours.DateTimeFormat(tag).resolvedOptions().locale;
    expect(["de-AT", "en-gb", "ja-JP", "fr", "de-DE-u-nu-latn"].map(resolved)).toEqual([
      "de",
      "en-GB",
      "en-US",
      "fr",
      "de-DE",
    ]);
    expect(ours.getCanonicalLocales(["EN-us", "zh-hans-cn", "en-US"])).toEqual(["en-US", "zh-Hans-CN"]);
    expect(messageOf(() => ours.getCanonicalLocales("not_a_tag"))).toMatch(/^RangeError/);
  });

  it("make services that look like the language's own", () => {
    expect(Object.prototype.toString.call(ours)).toBe("[object Intl]");
    expect(String(new ours.NumberFormat())).toBe("[object Intl.NumberFormat]");
    expect(ours.NumberFormat("en").format(1)).toBe("1");
    expect(ours.NumberFormat("en") instanceof ours.NumberFormat).toBe(true);
    expect(() => (ours.PluralRules as unknown as () => void)()).toThrow(TypeError);
    expect([ours.NumberFormat.name, ours.Collator.name, Object.keys(ours)]).toEqual(["NumberFormat", "Collator", []]);
  });
});
