import { describe, expect, it } from "vitest";
import { FileSet, languageOf, nameProblem } from "../../../client/playground/file-set.ts";
import { readJsonLines } from "../../../client/playground/ndjson.ts";

function twoFiles(): FileSet {
  return new FileSet({ files: { "main.ts": "1", "data.csv": "2" }, entry: "main.ts" });
}

describe("FileSet", () => {
  it("keeps the place, the entry and the open file through a rename", () => {
    const files = twoFiles();
    files.rename("main.ts", "start.ts");
    expect([files.names, files.entry, files.open, files.text("start.ts")]).toEqual([
      ["start.ts", "data.csv"],
      "start.ts",
      "start.ts",
      "1",
    ]);
  });

  it("never loses its last file, and names another entry", () => {
    const files = twoFiles();
    files.remove("main.ts");
    expect([files.names, files.entry, files.open]).toEqual([["data.csv"], "data.csv", "data.csv"]);
    files.remove("data.csv");
    expect(files.names).toEqual(["data.csv"]);
  });

  it("opens what it adds, and does not overwrite", () => {
    const files = twoFiles();
    files.add("data.csv");
    expect([files.open, files.text("data.csv")]).toEqual(["data.csv", "2"]);
  });

  it("renames an entry that has its default name, and only that", () => {
    const files = twoFiles();
    expect(files.renameDefaultEntry("main.ts", "main.js")).toBe(true);
    expect(files.entry).toBe("main.js");
    files.rename("main.js", "own.js");
    expect(files.renameDefaultEntry("main.js", "main.ts")).toBe(false);
    files.add("main.py");
    expect(files.renameDefaultEntry("own.js", "main.py")).toBe(false);
  });

  it("takes another program whole", () => {
    const files = twoFiles();
    files.open = "data.csv";
    files.replace({ files: { "index.html": "<p>", "style.css": "" }, entry: "index.html" });
    expect([files.names, files.entry, files.open]).toEqual([["index.html", "style.css"], "index.html", "index.html"]);
  });
});

describe("nameProblem", () => {
  it("accepts relative paths and refuses the rest", () => {
    expect(nameProblem("lib/util.ts", [])).toBeNull();
    for (const name of ["", "/a", "a//b", "../a", "./a", "a\\b", "c:a", "a\u0000", "x".repeat(201)]) {
      expect(nameProblem(name, []), name).not.toBeNull();
    }
    expect(nameProblem("a.ts", ["a.ts"])).toBe("Another file has this name.");
  });
});

describe("languageOf", () => {
  it("goes by the ending", () => {
    expect(
      [
        "a.ts",
        "a.mts",
        "a.tsx",
        "a.js",
        "a.cjs",
        "a.csv",
        "ts",
        "a.py",
        "a.HTML",
        "a.css",
        "a.json",
        "a.constructor",
      ].map(languageOf),
    ).toEqual([
      "typescript",
      "typescript",
      "typescript",
      "javascript",
      "javascript",
      "text",
      "text",
      "python",
      "html",
      "css",
      "json",
      "text",
    ]);
  });
});

describe("readJsonLines", () => {
  it("joins lines and characters that were cut apart, and takes a last line without a line feed", async () => {
    const bytes = new TextEncoder().encode('{"a":"é"}\n\n{"a":2}\n{"a":3}');
    async function* cut() {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    const values: unknown[] = [];
    for await (const value of readJsonLines(cut())) values.push(value);
    expect(values).toEqual([{ a: "é" }, { a: 2 }, { a: 3 }]);
  });
});
