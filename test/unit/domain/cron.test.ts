/** Time plans against a walker that looks at the clock on the wall minute by minute, in zones with all kinds of changes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cron, nextDue, nextDues, parseCron } from "../../../worker/domain/cron.ts";
import { offsetAt, type TimeZone, timeZoneOf } from "../../../worker/domain/time-zone.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const planOf = (text: string): Cron => {
  const plan = parseCron(text);
  if (!plan.ok) throw new Error(plan.detail);
  return plan.value;
};
const zoneOf = (name: string): TimeZone => timeZoneOf(name)!;

/** Whether a minute on the wall, counted as if it were UTC, is one of the plan's. */
function matches(cron: Cron, wall: number): boolean {
  const date = new Date(wall);
  const inMonth = cron.days.has(date.getUTCDate());
  const inWeek = cron.weekdays.has(date.getUTCDay());
  return (
    cron.minutes.has(date.getUTCMinutes()) &&
    cron.hours.has(date.getUTCHours()) &&
    cron.months.has(date.getUTCMonth() + 1) &&
    (cron.isEitherDay ? inMonth || inWeek : inMonth && inWeek)
  );
}

/** Offsets are slow to ask for, and asked for again and again. */
function remembered(zone: TimeZone): (at: number) => number {
  const known = new Map<number, number>();
  return (at) => {
    const offset = known.get(at) ?? offsetAt(zone, at);
    known.set(at, offset);
    return offset;
  };
}

/** What comes due in (from, to], by walking: the definition in the header of cron.ts, taken literally. */
function walked(cron: Cron, ahead: (at: number) => number, from: number, to: number): number[] {
  const due: number[] = [];
  const isEveryHour = cron.hours.size === 24;
  // Far enough before, so that a clock that was set back has shown its hour once already.
  const start = Math.floor((from - 2 * DAY_MS) / MINUTE_MS) * MINUTE_MS;
  let top = start + ahead(start) - MINUTE_MS;
  for (let at = start; at <= to; at += MINUTE_MS) {
    const wall = at + ahead(at);
    let isDue = isEveryHour && matches(cron, wall);
    for (let passed = top + MINUTE_MS; !isEveryHour && passed <= wall; passed += MINUTE_MS) {
      isDue ||= matches(cron, passed);
    }
    top = Math.max(top, wall);
    if (isDue && at > from) due.push(at);
  }
  return due;
}

/** Days around changes of the clocks: by an hour, by half an hour, at midnight, over a whole day; and none. */
const CHANGES = [
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["Australia/Lord_Howe", "2026-04-05"],
  ["Australia/Lord_Howe", "2026-10-04"],
  ["America/Sao_Paulo", "2018-11-04"],
  ["America/Sao_Paulo", "2018-02-18"],
  ["Africa/Cairo", "2026-04-24"],
  ["Africa/Casablanca", "2026-02-15"],
  ["Pacific/Apia", "2011-12-30"],
  ["Asia/Kathmandu", "2026-06-01"],
  ["UTC", "2028-02-29"],
].map(([name = "", day = ""]) => ({ zone: zoneOf(name), ahead: remembered(zoneOf(name)), day: Date.parse(day) }));

const item = (min: number, max: number) =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min, max }).map(String),
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map((values) => values.join(",")),
    fc.integer({ min: 1, max: 20 }).map((step) => `*/${step}`),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
const cronText = fc
  .tuple(item(0, 59), item(0, 23), fc.oneof(fc.constant("*"), item(1, 31)), fc.constant("*"), item(0, 6))
  .map((fields) => fields.join(" "));

describe("a time plan", () => {
  it("comes due as a walk along the clock finds, in every zone and across every change", () => {
    fc.assert(
      fc.property(
        cronText,
        fc.constantFrom(...CHANGES),
        fc.integer({ min: -1_440, max: 1_440 }),
        (text, change, shift) => {
          const { zone, ahead, day } = change;
          const cron = planOf(text);
          const from = day + shift * MINUTE_MS;
          const to = from + 1.5 * DAY_MS;
          const expected = walked(cron, ahead, from, to);
          const found = nextDues(cron, zone, from, expected.length + 1).filter((at) => at <= to);
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  const times = (cron: string, zone: string, from: string, count: number) =>
    nextDues(planOf(cron), zoneOf(zone), Date.parse(from), count).map((at) => new Date(at).toISOString().slice(0, 16));

  it("runs once, right after the gap, where the clock skips its hour", () => {
    expect(times("*/30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", 3)).toEqual([
      "2026-03-29T01:00",
      "2026-03-30T00:00",
      "2026-03-30T00:30",
    ]);
    expect(times("30 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00Z", 2)).toEqual([
      "2018-11-04T03:00",
      "2018-11-05T02:30",
    ]);
  });

  it("runs the first time alone where the clock shows its hour twice, unless it names every hour", () => {
    expect(times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", 2)).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
    expect(times("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:40Z", 5)).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T00:30",
      "2026-10-25T01:00",
      "2026-10-25T01:30",
      "2026-10-25T02:00",
    ]);
  });

  it("takes either day where both are named, both numbers of Sunday, and names of months and days", () => {
    expect(times("0 0 13 * FRI", "UTC", "2026-11-07T00:00Z", 3)).toEqual([
      "2026-11-13T00:00",
      "2026-11-20T00:00",
      "2026-11-27T00:00",
    ]);
    expect(planOf("0 0 * * 5-7").weekdays).toEqual(new Set([5, 6, 0]));
    expect(planOf("0 0 * jan,Mar sun").months).toEqual(new Set([1, 3]));
    expect(planOf("5/20 * * * *").minutes).toEqual(new Set([5, 25, 45]));
  });

  it("finds the 29th of February across a century without one, and nothing where there never is any", () => {
    expect(times("0 0 29 2 *", "UTC", "2096-03-01T00:00Z", 1)).toEqual(["2104-02-29T00:00"]);
    expect(nextDue(planOf("0 0 31 2 *"), zoneOf("UTC"), 0)).toBeNull();
  });

  it("says which field is wrong", () => {
    const detail = (text: string) => {
      const plan = parseCron(text);
      return plan.ok ? "read" : plan.detail;
    };
    for (const text of ["", "* * * *", "* * * * * *", "@daily"]) expect(detail(text)).toContain("five fields");
    expect(detail("60 * * * *")).toContain('"60" is no minute');
    expect(detail("0 24 * * *")).toContain("no hour");
    expect(detail("0 0 0 * *")).toContain("no day of the month");
    expect(detail("0 0 1 FOO *")).toContain("no month");
    expect(detail("0 0 * * 8")).toContain("no day of the week");
    for (const text of ["5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "-1 * * * *", "1.5 * * * *", "* * L * *"]) {
      expect(detail(text)).not.toBe("read");
    }
    for (const name of ["Mars/Olympus", "", "+01:00", "../../etc", "Europe/Berlin\0"])
      expect(timeZoneOf(name)).toBeNull();
  });
});
