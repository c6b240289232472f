/**
 * Long files are read and written in steps. Whatever is done between two steps, the result is what sucrase's own entry
 * makes of the whole file.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { transform } from "sucrase";
import { describe, expect, it } from "vitest";
import { TYPESCRIPT_CHARS, TYPESCRIPT_STEP_CHARS } from "../../../worker/sandbox/javascript/limits.ts";
import { atOnce, type Steps } from "../../../worker/sandbox/javascript/steps.ts";
import { originalPositions, tokens, transpile } from "../../../worker/sandbox/javascript/transpile.ts";

const WORKER = join(import.meta.dirname, "../../../worker");

const whole = (source: string) => transform(source, { transforms: ["typescript"], disableESTransforms: true }).code;

/** Takes a step of each in turn. Answers the results, and how many steps each took. */
function inTurns<T>(all: readonly Steps<T>[]): { value: T; steps: number }[] {
  const results: { value: T; steps: number }[] = [];
  for (let turn = 1, left = all.length; left > 0; turn++) {
    all.forEach((steps, i) => {
      if (results[i] !== undefined) return;
      const step = steps.next();
      if (!step.done) return;
      results[i] = { value: step.value, steps: turn };
      left -= 1;
    });
  }
  return results;
}

/** The project's own code, in pieces of nearly the largest size that is taken. */
function ownCode(): string[] {
  const files = readdirSync(WORKER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts") && !name.includes("generated"))
    .map((name) => readFileSync(join(WORKER, name), "utf8"));
  const pieces = [""];
  for (const text of files) {
    if (pieces.at(-1)!.length + text.length > TYPESCRIPT_CHARS) pieces.push("");
    pieces.push(`${pieces.pop()}${text}\n`);
  }
  return pieces;
}

/** What sucrase remembers across a file: names used as types only, imports that are shadowed, contexts, depths. */
const HEAD = `import { a, type B, c as d } from "./x";
import E, * as f from "./y";
import type { G } from "./z";
`;
const STATEMENTS = [
  "export { a, B };",
  "export type { G };",
  "type H<T> = T extends (infer U)[] ? U : never;",
  "interface I { a: string; b(c: E): void }",
  "enum J { K, L = 'l', M = 1 << 2 }",
  "export enum N { O = J.K }",
  "const p = <T,>(a: T, b?: number): T => a as T;",
  "{ let a = 1; const f = (d: B) => d; class E {} }",
  "class Q<T> extends f.R { private x: number = 1; constructor(readonly y: string, z?: G) { super(); } static #w = 2; }",
  "abstract class S { abstract t(): void; declare u: string; v!: number; @d w = class { x = 1 } }",
  "function U(a: number): void;\nfunction U(a: unknown) { return a! < 1 || (a as E) > d; }",
  "label: for (const x of y as B[]) { if (x) continue label; }",
  "if (a < B && b > c) a < B > (c); // which might be types, and are read twice",
  ["const re = /[/]`$", "{/u.test(`a$", "{`b$", "{'}'}`}c`);"].join(""),
  "declare const V: number;",
  "export default a satisfies B;",
  "x = a ? (b): c => d : e;",
  "async function* W() { for await (const x of y) yield* <any>x; }",
  "// a comment { (\n/* and ` another */",
  "var { a, b: [c = 1, ...e] }: I = {} as any",
  ";[a, c] = [c, a]",
];

const longSource = fc.array(fc.constantFrom(...STATEMENTS), { minLength: 5, maxLength: 40 }).map((statements) => {
  const text = `${statements.join("\n")}\n`;
  return HEAD + text.repeat(Math.ceil((2.5 * TYPESCRIPT_STEP_CHARS) / text.length));
});

describe("transpile in steps", () => {
  it("makes the same of the project's own code, whatever else is read between the steps", () => {
    const sources = ownCode();
    expect(sources.length).toBeGreaterThan(5);
    const results = inTurns(sources.map((source) => transpile("a.ts", source)));
    for (const [i, { value, steps }] of results.entries()) {
      expect(value).toBe(whole(sources[i]!));
      expect(steps).toBeGreaterThan(sources[i]!.length / TYPESCRIPT_STEP_CHARS);
    }
  });

  it("makes the same of every mix of statements", () => {
    fc.assert(
      fc.property(longSource, longSource, (one, other) => {
        const results = inTurns([one, other].map((source) => transpile("a.ts", source)));
        expect(results.map(({ value }) => value)).toEqual([whole(one), whole(other)]);
      }),
      { numRuns: 40 },
    );
  });

  it("takes no step more for a short file", () => {
    const [result] = inTurns([transpile("a.ts", "const a: number = 1;\n".repeat(500))]);
    expect(result!.steps).toBe(1);
  });

  it("tells the place of an error in a late step", () => {
    const source = `${"const a: number = 1;\n".repeat(4_000)}let b: = 1;`;
    expect(() => atOnce(transpile("a.ts", source))).toThrow(
      expect.objectContaining({ error: expect.objectContaining({ line: 4_001, column: 8 }) }),
    );
  });

  it("leaves a JavaScript file JavaScript between steps of TypeScript", () => {
    const [script, types] = ["a<b>(c);\n", "let a: B<C> = d;\n"].map((line) => line.repeat(4_000)) as [string, string];
    const [texts] = inTurns([tokens(script, false), tokens(types, true)]);
    expect(texts!.value).toEqual(atOnce(tokens(script, false)));
  });

  it("finds positions behind the first step", () => {
    const source = `${"const a: number = 1;\n".repeat(2_000)}f(a as any, c);`;
    const column = atOnce(transpile("a.ts", source)).split("\n").at(-1)!.indexOf("c)") + 1;
    expect(originalPositions(source)({ line: 2_001, column })).toEqual({ line: 2_001, column: 13 });
  });
});
