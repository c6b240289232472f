import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnsi, stripAnsi } from "../../../worker/views/log/ansi.ts";

const ESC = "\u001b";
const spans = (text: string) => parseAnsi(text).map((span) => [span.text, span.className]);

describe("parseAnsi", () => {
  it("turns colours into classes and resets them", () => {
    expect(spans(`a${ESC}[31mb${ESC}[0mc${ESC}[92md${ESC}[me`)).toEqual([
      ["a", ""],
      ["b", "ansi-fg-1"],
      ["c", ""],
      ["d", "ansi-fg-10"],
      ["e", ""],
    ]);
  });

  it("combines styles and takes single ones back", () => {
    expect(spans(`${ESC}[1;4;44mx${ESC}[22;24;49my`)).toEqual([
      ["x", "ansi-bold ansi-underline ansi-bg-4"],
      ["y", ""],
    ]);
  });

  it("maps the large palettes to the nearest named colour", () => {
    expect(spans(`${ESC}[38;5;9ma${ESC}[38;5;196mb${ESC}[38;2;0;255;10mc${ESC}[48;5;232md`)).toEqual([
      ["a", "ansi-fg-9"],
      ["b", "ansi-fg-9"],
      ["c", "ansi-fg-10"],
      ["d", "ansi-fg-10 ansi-bg-0"],
    ]);
  });

  it("drops other control sequences and hyperlinks", () => {
    expect(spans(`${ESC}[2K${ESC}[1Ga${ESC}]8;;https://x.test\u0007link${ESC}]8;;\u0007${ESC}(Bb\u0007`)).toEqual([
      ["a", ""],
      ["link", ""],
      ["b", ""],
    ]);
  });

  it("leaves markup as text", () => {
    expect(spans("<b hx-get=/x>")).toEqual([["<b hx-get=/x>", ""]]);
  });

  it("never throws, and its spans are the text without control characters", () => {
    const unit = fc.constantFrom(ESC, "[", "]", "3", "8", ";", "5", "m", "K", "a", "\u0007", "\\", "(", " ");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        const joined = parseAnsi(text)
          .map((span) => span.text)
          .join("");
        expect(joined).toBe(stripAnsi(text));
        expect(joined).not.toContain(ESC);
      }),
    );
  });
});
