/** What the checker says of programs as models write them, and that it agrees with the engine that runs them. */
import { describe, expect, it } from "vitest";
import { SAMPLE_PROGRAMS } from "../../../worker/domain/sample-programs.ts";
import { EXAMPLES } from "../../../worker/generated/examples.ts";
import { run } from "../guest.ts";
import { check, DECLARATIONS, found } from "./checker.ts";

/** A program, and what is found in it: the place and the beginning of what is said. */
const ERRORS: readonly (readonly [what: string, code: string | Record<string, string>, ...found: string[]])[] = [
  [
    "a wrong argument",
    "await stories.get(7);",
    "main.ts:1:19 TS2345 Argument of type 'number' is not assignable to parameter of type 'string'.",
  ],
  ["too few arguments", "await stories.update('A-1');", "main.ts:1:15 TS2554 Expected 2 arguments, but got 1."],
  [
    "a missing property",
    "await stories.create({ points: 3 });",
    "main.ts:1:22 TS2345 Argument of type '{ points: number; }' is not assignable",
  ],
  [
    "a misspelt field that is written",
    "await stories.create({ title: 'a', point: 3 });",
    "main.ts:1:36 TS2561 Object literal may only specify known properties, but 'point' does not exist",
  ],
  [
    "a misspelt field that is read",
    "const [first] = await stories.list();\nconsole.log(first.titel);",
    "main.ts:2:19 TS2551 Property 'titel' does not exist on type 'Story'. Did you mean 'title'?",
  ],
  [
    "a misspelt field behind a bracket",
    "const [first] = await stories.list();\nconsole.log(first['titel']);",
    "main.ts:2:19 TS2551 Property 'titel' does not exist",
  ],
  [
    "a name among known ones that is not there",
    "const colours = { red: 1, green: 2 };\nconsole.log(colours['blue']);",
    "main.ts:2:13 TS7053 Element implicitly has an 'any' type",
  ],
  ["a capability that is not there", "await tickets.list();", "main.ts:1:7 TS2304 Cannot find name 'tickets'."],
  [
    "a method that a capability does not have",
    "await stories.remove('A-1');",
    "main.ts:1:15 TS2339 Property 'remove' does not exist on type",
  ],
  [
    "a capability that is not granted",
    "await fetch('https://x.example');",
    "main.ts:1:7 TS2304 Cannot find name 'fetch'.",
  ],
  [
    "a promise that is used as its value",
    "const all = stories.list();\nfor (const story of all) console.log(story.key);",
    "main.ts:2:21 TS2488 Type 'Promise<Story[]>' must have a '[Symbol.iterator]()' method that returns an iterator. Did you forget to use 'await'?",
  ],
  [
    "a method of a promise's value",
    "const keys = stories.list().map((story) => story.key);",
    "main.ts:1:29 TS2339 Property 'map' does not exist on type 'Promise<Story[]>'. Did you forget to use 'await'?",
  ],
  [
    "a word that is none of an enumeration's",
    "await stories.update('A-1', { status: 'finished' });",
    `main.ts:1:31 TS2322 Type '"finished"' is not assignable to type '"todo" | "doing" | "done" | undefined'.`,
  ],
  [
    "a comparison that is never true",
    "for (const story of await stories.list()) if (story.status === 'open') console.log(story);",
    "main.ts:1:47 TS2367 This comparison appears to be unintentional",
  ],
  [
    "what may be undefined",
    "console.log((await stories.get('A-1')).title);",
    "main.ts:1:13 TS2532 Object is possibly 'undefined'.",
  ],
  [
    "what may be null",
    "const [first] = await stories.list();\nconsole.log(first.points + 1);",
    "main.ts:2:13 TS18047 'first.points' is possibly 'null'.",
  ],
  [
    "a write to what is only read",
    "const [first] = await stories.list();\nfirst.key = 'A-2';",
    "main.ts:2:7 TS2540 Cannot assign to 'key' because it is a read-only property.",
  ],
  [
    "a type that an `any` hid until it was told",
    "const data: { count: number } = JSON.parse('{}');\nconst text: string = data.count;",
    "main.ts:2:7 TS2322 Type 'number' is not assignable to type 'string'.",
  ],
  [
    "a list's type, from what was put into it",
    "const rows = [];\nrows.push(1);\nrows[0].trim();",
    "main.ts:3:9 TS2339 Property 'trim' does not exist on type 'number'.",
  ],
  ["a variable that is assigned and constant", "const a = 1;\na = 2;", "main.ts:2:1 TS2588 Cannot assign to 'a'"],
  ["a name that is declared twice", "let a = 1;\nlet a = 2;", "main.ts:1:5 TS2451", "main.ts:2:5 TS2451"],
  [
    "a package",
    "import { z } from 'zod';\nconsole.log(z);",
    'main.ts:1:19 TS2307 cannot import "zod": packages are not installed here.',
  ],
  [
    "a file that is not there",
    "import { a } from './lib/a.ts';\nconsole.log(a);",
    'main.ts:1:19 TS2307 cannot import "./lib/a.ts": there is no such file. The run has main.ts',
  ],
  [
    "a name that another file does not export",
    {
      "main.ts": "import { add, sub } from './lib/math';\nadd(1, sub);",
      "lib/math.ts": "export const add = (a: number, b: number) => a + b;",
    },
    "main.ts:1:15 TS2305 Module '\"./lib/math\"' has no exported member 'sub'.",
  ],
  [
    "an error in another file",
    {
      "main.ts": "import { add } from './lib/math.js';\nadd(1, 2);",
      "lib/math.ts": "export const add = (a: number, b: number): string => a + b;",
    },
    "lib/math.ts:1:54 TS2322 Type 'number' is not assignable to type 'string'.",
  ],
  [
    "a field that data does not have",
    {
      "main.ts": "import data from './data.json';\nconsole.log(data.users[0].nmae);",
      "data.json": '{"users":[{"name":"Ada"}]}',
    },
    "main.ts:2:27 TS2339 Property 'nmae' does not exist on type '{ name: string; }'.",
  ],
  [
    "text that is used as data",
    { "main.ts": "import notes from './notes.md';\nnotes.map((line) => line);", "notes.md": "# Notes" },
    "main.ts:2:7 TS2339 Property 'map' does not exist on type 'string'.",
  ],
  [
    "a type that is exported again as a value",
    { "main.ts": "export { Row } from './types.ts';", "types.ts": "export interface Row { id: number }" },
    "main.ts:1:10 TS1205 Re-exporting a type when 'isolatedModules' is enabled requires using 'export type'.",
  ],
  ["syntax that ends too early", "function f() {\n  return 1;\n", "main.ts:3:1 TS1005 '}' expected."],
  ["what browsers have", "document.title = 'x';", "main.ts:1:1 TS2584 Cannot find name 'document'."],
  ["what Node has", "process.exit(1);", "main.ts:1:1 TS2591 Cannot find name 'process'."],
  [
    "what the engine does not have",
    "await Array.fromAsync([]);",
    "main.ts:1:13 TS2550 Property 'fromAsync' does not exist",
  ],
];

describe("a program with a type error", () => {
  const rows = ERRORS.map(([what, code, ...expected]) => [what, code, expected] as const);
  it.each(rows)("is told %s, with its place", async (_what, code, expected) => {
    const findings = await found(code);
    expect(findings).toHaveLength(expected.length);
    expected.forEach((beginning, i) => expect(findings[i]?.slice(0, beginning.length)).toBe(beginning));
  });

  it("gets the line of each error, cut around its place where it is long", async () => {
    const long = `const rows = [${"1, ".repeat(400)}"x".nothing, ${"2, ".repeat(400)}];`;
    const answer = await check(`const a: string = 1;\r\n${long}`);
    if (answer.kind !== "checked") throw new Error(answer.message);
    const [first, second] = answer.diagnostics;
    expect(first).toMatchObject({ line: 1, column: 7, length: 1, lineText: "const a: string = 1;", lineTextColumn: 7 });
    expect(second!.lineText).toHaveLength(300);
    expect(second!.lineText.slice(second!.lineTextColumn - 1)).toMatch(/^nothing,/);
  });
});

/** What is no error: it does no harm where the program is right otherwise. */
const FORGIVEN: readonly (readonly [what: string, code: string])[] = [
  [
    "parameters without types",
    "function total(rows, field) { return rows.reduce((sum, row) => sum + row[field], 0); }\nconsole.log(total([{ a: 1 }], 'a'));",
  ],
  ["a caught error that is used as one", "try { JSON.parse('{'); } catch (error) { console.log(error.message); }"],
  [
    "a field that is filled later",
    "class Box { value: number; fill() { this.value = 1; return this; } }\nconsole.log(new Box().fill().value);",
  ],
  [
    "what is never used, and never reached",
    "import { args } from 'runyard';\nlet unused = 1;\nfunction f(a: number) { return 1; unused = 2; }\nf(1);",
  ],
  [
    "an object that begins empty",
    "const counts = {};\nfor (const { status } of await stories.list()) counts[status] = (counts[status] ?? 0) + 1;\nconsole.log(counts);",
  ],
  ["an element of a list that may be too short", "const words = 'a b'.split(' ');\nconsole.log(words[5].length);"],
  ["data of any type", "const data = JSON.parse('{}');\nconsole.log(data.a.b.c);"],
];

describe("a program without type errors", () => {
  it.each(FORGIVEN)("may have %s", async (_what, code) => {
    expect(await found(code)).toEqual([]);
  });

  it("uses what is declared for it", async () => {
    const code = `
      const open = await stories.list({ status: "todo" });
      for (const { key, points } of open.toSorted((a, b) => (a.points ?? 0) - (b.points ?? 0))) {
        await stories.update(key, { points: (points ?? 0) + 1, assignedTo: meeting.lines[0].speaker });
      }
      const created = await Promise.all(meeting.lines.filter(({ text }) => /action:/i.test(text)).map(({ text }) =>
        stories.create({ title: text, status: "todo" })));
      export default { created: created.length, byStatus: Object.groupBy(open, ({ status }) => status) };`;
    expect(await found(code)).toEqual([]);
  });

  it("has the globals that are granted to it", async () => {
    const code = `const response = await fetch("https://x.example", { method: "POST", body: JSON.stringify({}), headers: { a: "b" } });
      const { items } = await response.json();
      const { text, cost } = await generate({ prompt: items[0], maxTokens: 10 });
      console.log(response.ok, response.headers.get("etag"), text.trim(), cost?.toFixed(2));`;
    expect(await found(code, { granted: ["fetch", "generate"] })).toEqual([]);
    expect((await found(code)).map((line) => line.split("TS")[1])).toEqual([
      "2304 Cannot find name 'fetch'.",
      "2304 Cannot find name 'generate'.",
    ]);
  });
});

/** Those that show how a run fails. */
const WRONG_SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  typo: [expect.stringMatching(/^main\.ts:4:1 TS1135/)],
  "wrong-import": [expect.stringMatching(/^main\.ts:2:24 TS2307 cannot import "date-fns"/)],
};

const typed = EXAMPLES.filter(({ language }) => language === "typescript");
const samples = SAMPLE_PROGRAMS.filter(({ language }) => language === "typescript");

describe("every program in TypeScript that the product ships", () => {
  it.each(typed.map((example) => [example.slug, example] as const))("%s has no type error", async (_slug, example) => {
    expect(await found(example.files as Record<string, string>, { entry: example.entry, declarations: "" })).toEqual(
      [],
    );
  });

  it.each(samples.map(({ slug, code }) => [slug, code] as const))("the sample %s has none", async (slug, code) => {
    expect(await found(code, { declarations: "" })).toEqual(WRONG_SAMPLES[slug] ?? []);
  });
});

/** Programs that the engine takes or refuses for their syntax: the checker says the same. */
const SYNTAX: readonly (readonly [what: string, code: string | Record<string, string>])[] = [
  ["an enum", "enum Colour { Red, Green }\nexport default Colour.Green;"],
  ["a constant enum", "const enum Colour { Red = 'r' }\nexport default Colour.Red;"],
  ["a parameter property", "class A { constructor(readonly a: number) {} }\nexport default new A(1).a;"],
  ["a namespace with a body", "namespace A { export const b = 1; }\nexport default 1;"],
  ["a declared namespace", "declare namespace A { const b: number; }\nexport default 1;"],
  ["an assigned export", "const a = 1;\nexport = a;"],
  ["an assigned import", "import a = require('./a');\nexport default a;"],
  ["JSX", { "main.ts": "import './page.tsx';", "page.tsx": "export const page = <p>Hello</p>;" }],
  [
    "a generic arrow in a .tsx file",
    { "main.ts": "import './id.tsx';", "id.tsx": "export const id = <T>(a: T) => a;" },
  ],
  ["a satisfied type", "export default { a: 1 } satisfies Record<string, number>;"],
  ["an await at the top", "await null;\nexport default 1;"],
  ["an await at the top of a script", "const a = await Promise.resolve(1);\na;"],
  [
    "an abstract class with overloads",
    "abstract class A { abstract a(): void; b(x: string): void; b(x: number): void; b(_x: unknown) {} }\nexport default A.name;",
  ],
  ["an unclosed brace", "export default {"],
  ["a regular expression with v", "export default /[\\p{L}--[a-z]]/v.test('É');"],
];

describe("syntax that the engine", () => {
  it.each(SYNTAX)("takes or refuses is judged alike: %s", async (_what, code) => {
    const { outcome } = await run(code, { language: "typescript" });
    const isTaken = outcome.kind === "completed";
    expect((await found(code)).map((line) => line)).toEqual(isTaken ? [] : [expect.any(String)]);
  });
});

it("checks with what the caller declares, and says where that is wrong", async () => {
  expect(await found("const n: number = answer();", { declarations: "declare function answer(): number;" })).toEqual(
    [],
  );
  const wrong = await check("1;", { declarations: `${DECLARATIONS}\ndeclare const a: Nothing;` });
  expect(wrong).toMatchObject({
    kind: "not-checked",
    reason: "declarations",
    message: expect.stringMatching(/^line \d+ of the declarations: Cannot find name 'Nothing'/),
  });
});
