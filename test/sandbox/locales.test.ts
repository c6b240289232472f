/** Locales as programs meet them in a guest; `test/unit/sandbox/intl.test.ts` compares the texts with ICU. */
import { describe, expect, it } from "vitest";
import { errorOf, resultOf } from "./guest.ts";

describe("locales", () => {
  it.each([
    ["(1234567.891).toLocaleString()", "1,234,567.891"],
    ["(1234.5).toLocaleString('de-DE', { style: 'currency', currency: 'EUR' })", "1.234,50\u00a0€"],
    ["12345678901234567890n.toLocaleString('en')", "12,345,678,901,234,567,890"],
    ["new Date(0).toLocaleString('en-US')", "1/1/1970, 12:00:00 AM"],
    ["new Date(0).toLocaleDateString('fr-FR', { dateStyle: 'full' })", "jeudi 1 janvier 1970"],
    ["new Date(0).toLocaleTimeString('en-GB', { timeZone: '+02:00' })", "02:00:00"],
    ["['b', 'ä', 'a', 'Z'].sort((x, y) => x.localeCompare(y)).join('')", "aäbZ"],
    ["new Intl.PluralRules('en', { type: 'ordinal' }).select(22)", "two"],
    ["new Intl.ListFormat('es').format(['a', 'b', 'c'])", "a, b y c"],
    ["new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-1, 'day')", "yesterday"],
    ["[...new Intl.Segmenter().segment('a👨‍👩‍👧é')].map((s) => s.segment).join('|')", "a|👨‍👩‍👧|é"],
    ["new Intl.DateTimeFormat().resolvedOptions().timeZone", "UTC"],
    ["new Intl.NumberFormat('ja-JP').resolvedOptions().locale", "en-US"],
    ["Number(new Intl.DateTimeFormat('en', { year: 'numeric' }).format()) >= 2024", true],
    ["Intl = 5; Intl + (3).toLocaleString()", "53"],
  ])("are known to %s", async (code, expected) => {
    expect(await resultOf(code)).toEqual(expected);
  });

  it("are five, in UTC and offsets, and say so", async () => {
    const error = await errorOf("\nnew Date().toLocaleString('en', { timeZone: 'Europe/Berlin' })");
    expect(error).toMatchObject({ name: "RangeError", line: 2 });
    expect(error.message).toContain('Here are only "UTC" and offsets');
  });
});
