/** Programs that would make a checker work for ever, or use up its memory: each ends with a clear answer, and the next is well. */
import { describe, expect, it } from "vitest";
import type { TypeCheck } from "../../../worker/program/type-check.ts";
import { check, found } from "./checker.ts";

const times = (count: number, line: (i: number) => string, between = "\n") =>
  Array.from({ length: count }, (_, i) => line(i)).join(between);

/** The work of a check goes to its end, or is cut off. */
const HOSTILE: readonly (readonly [what: string, code: string, reason: "checked" | "too-complex" | "too-large"])[] = [
  [
    "a type that refers to itself without an end",
    'type A<T extends any[]> = T["length"] extends 100000 ? T : A<[...T, 1]>; export const a: A<[]> = [];',
    "too-complex",
  ],
  [
    "thousands of types that each end late",
    times(
      600,
      (i) =>
        `type B${i}<T extends any[]> = T["length"] extends 900 ? T : B${i}<[...T, ${i}]>; export const b${i}: B${i}<[]> = [];`,
    ),
    "too-complex",
  ],
  [
    "a text of all combinations",
    `type D = "0"|"1"|"2"|"3"|"4"|"5"|"6"|"7"|"8"|"9"; type S = \`\${D}\${D}\${D}\${D}\`;
     export const s: S = "x"; export let q: \`\${S}\${S}\` = 1;`,
    "checked",
  ],
  [
    "two large unions that are compared",
    `type D = "0"|"1"|"2"|"3"|"4"|"5"|"6"|"7"|"8"|"9"; type S = \`\${D}\${D}\${D}\`; type O<T> = T extends any ? { a: T; b: { c: T } } : 0;
     declare let a: O<S>; declare let b: O<S> | { a: 1 }; b = a; a = b; export {};`,
    "too-complex",
  ],
  ["parentheses without an end", `export default ${"(".repeat(60_000)}1${")".repeat(60_000)};`, "too-complex"],
  ["lists in lists", `export default ${"[".repeat(20_000)}${"]".repeat(20_000)};`, "too-complex"],
  [
    "calls in calls",
    `declare function f(a: any): any; export default ${"f(".repeat(20_000)}1${")".repeat(20_000)};`,
    "too-complex",
  ],
  ["ten thousand errors", times(5_000, (i) => `const a${i}: number = "x";`), "checked"],
  [
    "overloads in overloads",
    `declare function o(a: string): 1; ${times(300, (i) => `declare function o(a: ${i}, b: (x: number) => any): 1;`, " ")}
     export default ${"o(1, (x) => ".repeat(12)}o("q", 1)${")".repeat(12)};`,
    "checked",
  ],
  [
    "a variable whose type depends on itself",
    `export function f(x: string | number | boolean) { ${times(1_500, (i) => `if (typeof x === "string") { x = ${i}; } else { x = "a"; }`)} return x; }`,
    "checked",
  ],
  ["five megabytes of source", times(160_000, (i) => `const value${i} = { a: ${i} };`), "too-large"],
];

describe("a hostile program", () => {
  it.each(HOSTILE)("with %s is answered", { timeout: 120_000 }, async (_what, code, reason) => {
    const answer = await check(code);
    expect(answer.kind === "checked" ? answer.kind : answer.reason).toBe(reason);
    if (answer.kind === "not-checked") expect(answer.message).toMatch(/^[A-Z].*[.?]$/);
    // The next program finds a checker that nothing has happened to.
    expect(await found("const [first] = await stories.list();\nfirst.titel;")).toEqual([
      "main.ts:2:7 TS2551 Property 'titel' does not exist on type 'Story'. Did you mean 'title'?",
    ]);
  });

  it("with thousands of errors is told some of them, and how many more there are", async () => {
    const answer = await check(times(1_000, (i) => `const a${i}: number = "x";`));
    if (answer.kind !== "checked") throw new Error(answer.message);
    expect([answer.diagnostics.length, answer.more]).toEqual([50, 950]);
  });

  it("with too many files is not checked", async () => {
    const files = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [i === 0 ? "main.ts" : `f${i}.ts`, "1;"]));
    expect(await check(files)).toMatchObject({ kind: "not-checked", reason: "too-large" });
  });

  it("with a megabyte of data beside it is checked: data is no code", async () => {
    const data = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ i, name: `name ${i}` })));
    const files = {
      "main.ts": 'import rows from "./rows.json";\nrows.map((row) => row.i);\nconst a: string = 1;',
      "rows.json": data,
    };
    expect(await found(files)).toEqual([expect.stringMatching(/^main\.ts:3:7 TS2322/)]);
  });
});

describe("many checks", () => {
  it("at once are each answered for their own program", async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        found(`const value${i}: number = "x";`, { declarations: `declare const d${i % 3}: 1;` }),
      ),
    );
    for (const answer of answers) {
      expect(answer).toEqual(["main.ts:1:7 TS2322 Type 'string' is not assignable to type 'number'."]);
    }
  });

  it("beyond what may wait are refused, and none is lost", async () => {
    const answers = await Promise.all(Array.from({ length: 120 }, () => check("const a: number = 'x';")));
    const refused = answers.filter((answer) => answer.kind === "not-checked");
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer).toMatchObject({ reason: "busy" });
    for (const answer of answers) if (answer.kind === "checked") expect(answer.diagnostics).toHaveLength(1);
  });

  it("of one program take the same work and find the same, whatever came before", async () => {
    const program =
      "const rows = (await stories.list()).map(({ key, points }) => ({ key, points }));\nrows.map((row) => row.pionts);";
    const without = ({ elapsedMs: _, ...answer }: TypeCheck & { kind: "checked" }) => answer;
    const answers: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const answer = await check(program);
      if (answer.kind !== "checked") throw new Error(answer.message);
      answers.push(without(answer));
      await check(`interface Other${i} { a: string }\nconst o: Other${i} = { b: 1 };`);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});
