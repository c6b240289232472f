// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are programs
import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  formatInZone,
  formatShare,
} from "../../../worker/views/format.ts";
import { highlightLines } from "../../../worker/views/highlight.ts";

describe("formats", () => {
  it("writes durations in the unit that fits", () => {
    expect([null, 0, 840, 1_240, 30_000, 59_960, 125_000, 3_720_000].map(formatDuration)).toEqual([
      "–",
      "0 ms",
      "840 ms",
      "1.24 s",
      "30 s",
      "1 m 00 s",
      "2 m 05 s",
      "1 h 02 m",
    ]);
  });

  it("writes an instant as the clocks of a zone show it, through a change of clocks", () => {
    const shown = (zone: string, ...times: string[]) => times.map((at) => formatInZone(at, zone));
    expect(shown("America/New_York", "2027-03-14T07:00:00.000Z", "2027-11-07T05:30:00.000Z")).toEqual([
      "2027-03-14 03:00 (UTC-4)",
      "2027-11-07 01:30 (UTC-4)",
    ]);
    expect(shown("Europe/Berlin", "2027-10-31T00:30:00.000Z", "2027-10-31T01:30:00.000Z")).toEqual([
      "2027-10-31 02:30 (UTC+2)",
      "2027-10-31 02:30 (UTC+1)",
    ]);
    expect(shown("Asia/Kolkata", "2027-01-01T00:00:00.000Z")).toEqual(["2027-01-01 05:30 (UTC+5:30)"]);
    expect(shown("UTC", "2027-01-01T00:00:00.000Z")).toEqual(["2027-01-01 00:00 (UTC)"]);
    expect(shown("Mars/Olympus", "2027-01-01T00:00:00.000Z")).toEqual(["2027-01-01 00:00:00 UTC"]);
  });

  it("writes sizes and counts", () => {
    expect([512, 65_536, 1_572_864, 2 ** 30].map(formatBytes)).toEqual(["512 B", "64 KiB", "1.5 MiB", "1 GiB"]);
    expect([999, 1_284, 1_000_000].map(formatCount)).toEqual(["999", "1\u202f284", "1\u202f000\u202f000"]);
    expect([9_999, 12_345, 20_000_000_000].map(formatCompact)).toEqual(["9\u202f999", "12.3 k", "20 G"]);
  });

  it("never rounds a share to all or nothing", () => {
    expect([null, 0, 1, 0.9999, 0.00001, 0.5].map(formatShare)).toEqual([
      "–",
      "0 %",
      "100 %",
      "99.9 %",
      "0.1 %",
      "50.0 %",
    ]);
  });
});

describe("highlightLines", () => {
  const classes = (code: string) => highlightLines(code).map((line) => line.map((span) => [span.text, span.className]));

  it("tells comments, strings, numbers and keywords apart", () => {
    expect(classes('const a = "x" + 1; // y')).toEqual([
      [
        ["const", "tok-keyword"],
        [" a = ", ""],
        ['"x"', "tok-string"],
        [" + ", ""],
        ["1", "tok-number"],
        ["; ", ""],
        ["// y", "tok-comment"],
      ],
    ]);
  });

  it("carries a template over lines and loses no character", () => {
    const code = "let s = `a\n${b}\n`;\nconst r = /[/]x/g, d = a / b / 2;\n/* open";
    const lines = highlightLines(code);
    expect(lines.map((line) => line.map((span) => span.text).join("")).join("\n")).toBe(code);
    expect(lines[1]).toEqual([{ text: "${b}", className: "tok-string" }]);
  });
});
