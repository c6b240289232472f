import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, LIMIT_RANGES } from "../../../worker/domain/program.ts";
import { titleOf } from "../../../worker/domain/run-spec.ts";
import { limitAdvice } from "../../../worker/views/limit-advice.ts";
import { sourceExcerpt, stackLines } from "../../../worker/views/source-places.ts";

const FILES = { "main.ts": "one\n\ttwo(three);\nfour\n", "lib/a b.ts": "x", "main.py": "import os\n" };

describe("sourceExcerpt", () => {
  it("quotes the line with its neighbours and puts a caret below the column", () => {
    expect(sourceExcerpt({ file: "main.ts", line: 2, column: 6 }, FILES)).toEqual([
      { number: 1, text: "one", caret: null },
      { number: 2, text: "\ttwo(three);", caret: "\t    ^" },
      { number: 3, text: "four", caret: null },
    ]);
  });

  it("leaves empty neighbours out, and the caret where no column is known", () => {
    const files = { "a.ts": "\nhere\n" };
    expect(sourceExcerpt({ file: "a.ts", line: 2, column: null }, files)).toEqual([
      { number: 2, text: "here", caret: "" },
    ]);
    expect(sourceExcerpt({ file: "a.ts", line: 2, column: 99 }, files)?.[0]?.caret).toBe("");
  });

  it("cuts a long line around its column", () => {
    const files = { "a.js": `${"x".repeat(5_000)}!${"y".repeat(5_000)}` };
    const [line] = sourceExcerpt({ file: "a.js", line: 1, column: 5_001 }, files)!;
    expect(line!.text.length).toBe(160);
    expect(line!.text.charAt(line!.caret!.length - 1)).toBe("!");
  });

  it.each([
    ["another file", { file: "gone.ts", line: 1, column: 1 }],
    ["a name of every object", { file: "toString", line: 1, column: 1 }],
    ["a line behind the end", { file: "main.ts", line: 9, column: 1 }],
    ["no file", { file: null, line: null, column: null }],
  ])("has nothing to quote for %s", (_, place) => {
    expect(sourceExcerpt(place, FILES)).toBeNull();
  });
});

describe("stackLines", () => {
  const places = (stack: string) =>
    stackLines(stack, FILES).map(({ place }) => place && [place.file, place.line, place.column]);

  it("finds the places of own files, in the notations of each engine", () => {
    const stack = [
      "    at total (main.ts:4:3)",
      "    at main.ts:8:18",
      "    at f (lib/a b.ts:1:1)",
      '  File "main.py", line 3, in <module>',
      "    at native (somewhere.ts:1:1)",
      "    at eval (native)",
    ].join("\n");
    expect(places(stack)).toEqual([
      ["main.ts", 4, 3],
      ["main.ts", 8, 18],
      ["lib/a b.ts", 1, 1],
      ["main.py", 3, 1],
      null,
      null,
    ]);
  });

  it("loses no character", () => {
    const stack = `Error: main.ts:1:1\n  at <b> (main.ts:4:3)\n\n${"x".repeat(2_000)} (main.ts:1:1)`;
    const text = stackLines(stack, FILES)
      .map(({ before, place, after }) => before + (place?.label ?? "") + after)
      .join("\n");
    expect(text).toBe(stack);
  });

  it("has no lines for no stack", () => {
    expect(stackLines("", FILES)).toEqual([]);
  });
});

describe("limitAdvice", () => {
  it("names the limit's value and leads to its field, up to the most there is", () => {
    expect(limitAdvice("output", { ...DEFAULT_LIMITS, outputBytes: 2_048 })).toEqual({
      sentence: "Stopped at its output limit of 2 KiB.",
      advice: "Print less, or allow more output: up to 8 MiB.",
      field: "outputBytes",
    });
    const most = limitAdvice("output", { ...DEFAULT_LIMITS, outputBytes: LIMIT_RANGES.outputBytes.max });
    expect(most).toMatchObject({ advice: "Print less: this is the most there is.", field: null });
    expect(limitAdvice("stack", DEFAULT_LIMITS).field).toBeNull();
  });
});

describe("titleOf", () => {
  it.each([
    ["main.py", "# Counts words\nimport sys", "Counts words"],
    ["main.py", '"""Counts words"""', "Counts words"],
    ["main.js", "#!/usr/bin/env node\n1", "#!/usr/bin/env node"],
    ["main.ts", "/* Adds */\n1 + 1", "Adds"],
    ["index.html", "<!doctype html>\n<title>\n  A page\n</title>", "A page"],
    ["index.html", "<!-- A page -->\n<p>", "A page"],
    ["main.ts", "const title = '<title>No</title>';", "const title = '<title>No</title>';"],
  ])("of %s: %s", (entry, text, title) => {
    expect(titleOf({ entry, files: { [entry]: text } })).toBe(title);
  });
});
