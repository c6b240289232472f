import { describe, expect, it } from "vitest";
import { reconnectDelayMs } from "../../../client/log/backoff.ts";
import { findLines, occurrences, stepThrough } from "../../../client/log/find.ts";
import { lineHash, parseLineHash, selectLine } from "../../../client/log/permalink.ts";

describe("findLines", () => {
  const lines = ["Apple", "pear", "pineAPPLE"].map((plain, index) => ({ number: index + 1, plain }));

  it("finds every line that contains the query, whatever the case", () => {
    expect(findLines(lines, "apple")).toEqual([1, 3]);
  });

  it("finds nothing for an empty query", () => {
    expect(findLines(lines, "")).toEqual([]);
  });
});

describe("stepThrough", () => {
  it("goes on behind the current line, and round the end", () => {
    expect(stepThrough([3, 8, 12], null, 1)).toBe(3);
    expect(stepThrough([3, 8, 12], 8, 1)).toBe(12);
    expect(stepThrough([3, 8, 12], 12, 1)).toBe(3);
    expect(stepThrough([3, 8, 12], 3, -1)).toBe(12);
    expect(stepThrough([3, 8, 12], 9, -1)).toBe(8);
    expect(stepThrough([], 9, -1)).toBeNull();
  });
});

describe("occurrences", () => {
  it("gives offsets without overlap, and a bounded number of them", () => {
    expect(occurrences("aAaA b", "aa")).toEqual([
      [0, 2],
      [2, 4],
    ]);
    expect(occurrences("x".repeat(500), "x")).toHaveLength(50);
  });

  it("marks nothing where lower case changes the length", () => {
    expect(occurrences("İİ x", "x")).toEqual([]);
  });
});

describe("line permalinks", () => {
  it("reads single lines and ranges in either order", () => {
    expect(parseLineHash("#L5")).toEqual({ from: 5, to: 5 });
    expect(parseLineHash("#L128-L120")).toEqual({ from: 120, to: 128 });
    for (const hash of ["", "#L0", "#L", "#L1-2", "#x", "#L1234567890"]) expect(parseLineHash(hash)).toBeNull();
  });

  it("writes what it reads", () => {
    for (const hash of ["#L5", "#L120-L128"]) expect(lineHash(parseLineHash(hash)!)).toBe(hash);
  });

  it("stretches a selection with Shift", () => {
    expect(selectLine(null, 4, true)).toEqual({ from: 4, to: 4 });
    expect(selectLine({ from: 4, to: 6 }, 9, true)).toEqual({ from: 4, to: 9 });
    expect(selectLine({ from: 4, to: 6 }, 2, true)).toEqual({ from: 2, to: 6 });
    expect(selectLine({ from: 4, to: 6 }, 2, false)).toEqual({ from: 2, to: 2 });
  });
});

describe("reconnectDelayMs", () => {
  it("doubles, is spread, and has a bound", () => {
    expect(reconnectDelayMs(1, 0)).toBe(200);
    expect(reconnectDelayMs(1, 1)).toBe(400);
    expect(reconnectDelayMs(3, 1)).toBe(1_600);
    expect(reconnectDelayMs(50, 1)).toBe(15_000);
  });
});
