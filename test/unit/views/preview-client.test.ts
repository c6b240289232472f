import { describe, expect, it } from "vitest";
import { addDraft, type Draft } from "../../../client/playground/drafts.ts";
import { ModeMemory } from "../../../client/playground/mode-memory.ts";
import { MESSAGE_BOUNDS, readPreviewMessage } from "../../../client/preview/message.ts";
import { baseOf, errorText, fileOf, placeOf } from "../../../client/preview/places.ts";
import { PLAYGROUND_MODES } from "../../../worker/domain/playground-modes.ts";

const BASE = "http://127.0.0.1:1/previews/abc/";

describe("readPreviewMessage", () => {
  const entry = { level: "log", text: "a", file: "script.js", line: 3, column: 9 };

  it("takes entries of the right shape, and of those what it knows", () => {
    expect(readPreviewMessage({ runyardPreview: [{ ...entry, html: "<b>", __proto__: { x: 1 } }] })).toEqual([entry]);
  });

  it.each([
    null,
    undefined,
    1,
    "x",
    [],
    {},
    { runyardPreview: {} },
    { runyardPreview: [null, 1, "x", {}, { level: "log" }] },
  ])("takes nothing from %j", (data) => {
    expect(readPreviewMessage(data)).toEqual([]);
  });

  it("bounds what it takes, and trusts no place that cannot be one", () => {
    const many = Array.from({ length: 500 }, () => ({ ...entry, text: "x".repeat(20_000) }));
    const read = readPreviewMessage({ runyardPreview: many });
    expect(read).toHaveLength(MESSAGE_BOUNDS.entries);
    expect(read[0]!.text).toHaveLength(MESSAGE_BOUNDS.textChars);
    const odd = [
      { ...entry, level: "fatal" },
      { ...entry, line: -1, column: 1.5 },
      { ...entry, file: "f".repeat(300) },
      { ...entry, line: "3" },
    ];
    expect(readPreviewMessage({ runyardPreview: odd }).map(({ file, line, column }) => [file, line, column])).toEqual([
      ["script.js", null, null],
      [null, null, null],
      ["script.js", null, 9],
    ]);
  });
});

describe("places", () => {
  it("are named by the person's own files", () => {
    expect(baseOf(`${BASE}lib/index.html?x#y`)).toBe(BASE);
    expect(fileOf(`${BASE}lib/a%20b.js?v=1`, BASE)).toBe("lib/a b.js");
    expect(fileOf(`${BASE}%`, BASE)).toBe("%");
    expect(fileOf("http://127.0.0.1:1/assets/preview-recorder.js", BASE)).toBeNull();
  });

  it("are found in the stacks of both kinds of browsers, past the recorder", () => {
    const recorder = "http://127.0.0.1:1/assets/preview-recorder-X.js:1:1";
    expect(placeOf(`Error\n    at log (${recorder})\n    at f (${BASE}script.js:3:9)`, BASE)).toEqual({
      file: "script.js",
      line: 3,
      column: 9,
    });
    expect(placeOf(`log@${recorder}\nf@${BASE}script.js:3:9`, BASE)).toEqual({ file: "script.js", line: 3, column: 9 });
    expect(placeOf(undefined, BASE)).toBeNull();
  });

  it("make an error's text without its address", () => {
    const error = new TypeError("no");
    error.stack = `TypeError: no\n    at f (${BASE}script.js:3:9)\n    at ${BASE}script.js:5:1\n    at g (native)`;
    expect(errorText(error, BASE)).toBe("TypeError: no\n    at f (script.js:3:9)\n    at script.js:5:1");
  });
});

describe("ModeMemory", () => {
  const program = (language: "typescript" | "html", text: string) => {
    const { entry } = PLAYGROUND_MODES[language];
    return { language, entry, files: { [entry]: text }, stdin: "", args: "" };
  };

  it("keeps the text within a family, and each family's own between them", () => {
    const memory = new ModeMemory("typescript");
    expect(memory.switchTo("javascript", program("typescript", "mine"))).toBeNull();
    expect(memory.switchTo("typescript", program("typescript", "mine"))).toBeNull();
    expect(memory.switchTo("html", program("typescript", "mine"))?.files).toEqual(PLAYGROUND_MODES.html.starter);
    expect(memory.switchTo("python", program("html", "<p>mine"))?.files).toEqual(PLAYGROUND_MODES.python.starter);
    expect(memory.switchTo("html", program("html", ""))?.files).toEqual({ "index.html": "<p>mine" });
    const back = memory.switchTo("javascript", program("html", "<p>mine"));
    expect(back).toMatchObject({ language: "javascript", entry: "main.js", files: { "main.js": "mine" } });
  });
});

describe("addDraft", () => {
  const draft = (key: string, text = key): Draft => ({
    key,
    at: 1,
    language: "typescript",
    entry: "main.ts",
    files: { "main.ts": text },
    stdin: "",
    args: "",
  });

  it("replaces the one of its key, keeps the others and lets the oldest go", () => {
    const keys = (list: Draft[]) => list.map(({ key }) => key);
    let list: Draft[] = [];
    for (const key of ["a", "b", "a"]) list = addDraft(list, draft(key));
    expect(keys(list)).toEqual(["a", "b"]);
    for (const key of "cdefgh") list = addDraft(list, draft(key));
    expect(keys(list)).toEqual(["h", "g", "f", "e", "d", "c"]);
  });

  it("keeps what fits", () => {
    const large = addDraft([draft("old", "x".repeat(300_000))], draft("new", "x".repeat(300_000)));
    expect(large.map(({ key }) => key)).toEqual(["new"]);
  });
});
