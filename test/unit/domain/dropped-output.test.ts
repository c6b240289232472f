import { describe, expect, it } from "vitest";
import { DropCount, dropMark, NOTHING_DROPPED } from "../../../worker/domain/dropped-output.ts";

function dropped(...pieces: string[]) {
  const count = new DropCount();
  for (const piece of pieces) count.add(new TextEncoder().encode(piece));
  return count.dropped;
}

describe("dropped output", () => {
  it("counts bytes, and lines with the one that was cut", () => {
    expect(dropped("rest of a line\n", "whole\n", "no end")).toEqual({ bytes: 27, lines: 3 });
    expect(dropped("é\n\n")).toEqual({ bytes: 4, lines: 2 });
    expect(dropped("", "\n")).toEqual({ bytes: 1, lines: 1 });
    expect(dropped("")).toEqual(NOTHING_DROPPED);
  });

  it("counts a line once that comes in several pieces", () => {
    expect(dropped("one ", "line", " of three pieces\n", "and another")).toEqual({ bytes: 36, lines: 2 });
  });

  it("is marked in words, and only where something is missing", () => {
    expect(dropMark(NOTHING_DROPPED, 1_024)).toBeNull();
    expect(dropMark(dropped("x"), 1_024)).toBe(
      "The output limit of 1,024 bytes is reached. Dropped here: 1 byte in 1 line.\n",
    );
  });
});
