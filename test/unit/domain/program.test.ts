import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, executeRequestSchema, isFileName, programOf } from "../../../worker/domain/program.ts";
import { titleOf } from "../../../worker/domain/run-spec.ts";
import { joinFiles, splitFiles, splitText } from "../../../worker/domain/text-parts.ts";

const problems = (body: unknown) => {
  const parsed = executeRequestSchema.safeParse(body);
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join("."));
};

const numbered = (count: number) => Array.from({ length: count }, (_, i) => [`${i}.ts`, "1"]);

describe("executeRequestSchema", () => {
  it("accepts code alone and files with an entry", () => {
    expect(problems({ language: "typescript", code: "1" })).toEqual([]);
    expect(problems({ language: "javascript", files: { "a.js": "1", "b.js": "2" }, entry: "a.js" })).toEqual([]);
  });

  it.each([
    ["an unknown language", { language: "cobol", code: "1" }, "language"],
    ["neither code nor files", { language: "typescript" }, "code"],
    ["both code and files", { language: "typescript", code: "1", files: { "a.ts": "1" } }, "code"],
    ["an empty program", { language: "typescript", code: " \n" }, "code"],
    ["a program of 5 MB", { language: "typescript", code: "x".repeat(5_000_000) }, "code"],
    ["an entry that is no file", { language: "typescript", files: { "a.ts": "1" }, entry: "b.ts" }, "entry"],
    ["several files without an entry", { language: "typescript", files: { "a.ts": "1", "b.ts": "1" } }, "entry"],
    ["a climbing file name", { language: "typescript", files: { "../a.ts": "1" } }, "files.../a.ts"],
    [
      "a name with a climb in its middle",
      { language: "typescript", files: { "a/../../b.ts": "1" } },
      "files.a/../../b.ts",
    ],
    ["51 files", { language: "typescript", entry: "0.ts", files: Object.fromEntries(numbered(51)) }, "files"],
    ["input that is no text", { language: "typescript", code: "1", stdin: "a\ud800" }, "stdin"],
    ["an argument that is no text", { language: "typescript", code: "1", args: ["a", "\udc00"] }, "args.1"],
    ["code that is no text", { language: "typescript", code: "'\ud800'" }, "code"],
    ["a file that is no text", { language: "typescript", files: { "main.ts": "1", "b.txt": "\ud800" } }, "files.b.txt"],
    ["a limit out of range", { language: "typescript", code: "1", limits: { timeoutMs: 0 } }, "limits.timeoutMs"],
    ["a foreign lane", { language: "typescript", code: "1", lane: "person:x" }, "lane"],
  ])("names the field of %s", (_, body, path) => {
    expect(problems(body)).toContain(path);
  });

  it("refuses a field that it does not know", () => {
    expect(executeRequestSchema.safeParse({ language: "typescript", code: "1", cod: "" }).success).toBe(false);
  });
});

describe("programOf", () => {
  it("fills in the entry's name and the default limits", () => {
    const { program, limits } = programOf(
      executeRequestSchema.parse({ language: "typescript", code: "1", limits: { timeoutMs: 500 } }),
    );
    expect(program).toEqual({
      language: "typescript",
      entry: "main.ts",
      files: { "main.ts": "1" },
      stdin: "",
      args: [],
    });
    expect(limits).toEqual({ ...DEFAULT_LIMITS, timeoutMs: 500 });
  });
});

describe("isFileName", () => {
  it.each(["main.ts", "lib/util.ts", "data set.csv", "ünï.txt"])("accepts %s", (name) => {
    expect(isFileName(name)).toBe(true);
  });
  it.each([
    "",
    "/a",
    "a//b",
    "./a",
    "a/..",
    "../a",
    "a\\b",
    "a\u0000b",
    "C:a",
    "x".repeat(201),
    "__proto__",
    "lib/__proto__",
    "\ud800.ts",
  ])("refuses %j", (name) => {
    expect(isFileName(name)).toBe(false);
  });
});

describe("splitText", () => {
  it("puts every text together again and never cuts a surrogate pair", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.integer({ min: 2, max: 9 }), (text, size) => {
        const parts = splitText(text, size);
        expect(parts.join("")).toBe(text);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(size);
          expect(part.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it("keeps files apart, empty ones too", () => {
    const files = { "a.ts": "", "b/c.csv": "x".repeat(700_000) };
    expect(joinFiles(splitFiles(files))).toEqual(files);
  });
});

describe("titleOf", () => {
  const program = (text: string) => ({
    language: "typescript" as const,
    entry: "main.ts",
    files: { "main.ts": text },
    stdin: "",
    args: [],
  });
  it("takes the first comment, else the first line of code, else the entry's name", () => {
    expect(titleOf(program("\n// Sorts a list.\nlet a = 1"))).toBe("Sorts a list.");
    expect(titleOf(program("/** Doc. */\nlet a"))).toBe("Doc.");
    expect(titleOf(program("{\nlet answer = 42"))).toBe("let answer = 42");
    expect(titleOf(program("{}"))).toBe("main.ts");
    expect(titleOf(program(`"${"x".repeat(300)}"`))).toHaveLength(80);
  });
});
