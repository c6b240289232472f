/** TypeScript without an engine: what becomes of the source, what is refused, and where positions lie. */
import { describe, expect, it } from "vitest";
import { TYPESCRIPT_CHARS } from "../../../worker/sandbox/javascript/limits.ts";
import { jsonErrorOffset, positionAt } from "../../../worker/sandbox/javascript/source-position.ts";
import { atOnce } from "../../../worker/sandbox/javascript/steps.ts";
import * as transpiling from "../../../worker/sandbox/javascript/transpile.ts";
import { processorSeconds } from "../../support/processor-seconds.ts";

const { originalPositions, TranspileError } = transpiling;
const transpile = (file: string, source: string) => atOnce(transpiling.transpile(file, source));
const isModule = (source: string, isTypeScript: boolean) => atOnce(transpiling.isModule(source, isTypeScript));

describe("transpile", () => {
  it("keeps every line where it is", () => {
    const source = [
      "import {\n  a,\n  type B,\n} from './a';",
      "interface C {\n  d: string;\n}",
      "enum E {\n  F,\n  G = 'g',\n}",
      "function h<T>(\n  this: void,\n  x: T,\n): T {\n  return x as T;\n}",
      "/* here */ h(a as B);",
    ].join("\n");
    const lineOf = (text: string) => text.slice(0, text.indexOf("/* here */")).split("\n").length;
    expect(lineOf(transpile("a.ts", source))).toBe(lineOf(source));
  });

  it("drops imports that are used as types only", () => {
    expect(transpile("a.ts", "import { A, b } from './x'; const c: A = b;")).toMatch(/^import \{\s*b\s*\} from/);
  });

  it.each([
    ["declare namespace X { namespace Y { const a: 1; } }"],
    ["declare global { interface Window {} }"],
    ["declare module 'x' { export = y; }"],
    ["const namespace = 1, module = 2; namespace\n.toFixed(); module\nX\n{}"],
    ["const o = { namespace: 1 }; o.namespace"],
    ["import type from './type'; type"],
  ])("does not mistake for a namespace: %s", (source) => {
    expect(() => transpile("a.ts", source)).not.toThrow();
  });

  it.each([
    ["namespace A { }", 1, 1],
    ["let a;\nexport namespace A.B {\n}", 2, 8],
    ["export = 1", 1, 1],
    ["import a = b.c;", 1, 1],
    ["let a: = 1", 1, 8],
  ])("refuses %s with its position", (source, line, column) => {
    const thrown = expect.objectContaining({
      error: expect.objectContaining({ category: "syntax", file: "a.ts", line, column }),
    });
    expect(() => transpile("a.ts", source)).toThrow(TranspileError);
    try {
      transpile("a.ts", source);
    } catch (error) {
      expect(error).toEqual(thrown);
    }
  });

  // Each would hold up the host for at least seconds, most of them for longer than anybody waits: the test would not end.
  it.each([
    ["nested arrow functions", `${"(a=".repeat(40)}1${")=>1".repeat(40)}`],
    ["nested classes in fields", `x=${"class{x=".repeat(100)}1${"}".repeat(100)}`],
    ["classes around much code", `${"class A{m(){".repeat(300)}${"a;".repeat(70_000)}${"}}".repeat(300)}`],
    ["many names that shadow an import", `import {a} from "b";{${"let a;".repeat(24_000)}}`],
    ["many comparisons that might be types", "a<b;".repeat(37_000)],
  ])("refuses %s", (_what, source) => {
    expect(() => transpile("a.ts", source)).toThrow("nested too deeply");
  });

  it("takes many classes that are not nested", () => {
    expect(() => transpile("a.ts", "class A { a = class { b = () => 1 } }\n".repeat(3_900))).not.toThrow();
  });

  it.each(["namespace x {}", "a b"])("leaves the host's stacks as they were after %s", (source) => {
    const before = Error.stackTraceLimit;
    expect(() => transpile("a.ts", source)).toThrow(TranspileError);
    expect(Error.stackTraceLimit).toBe(before);
  });

  it("takes ordinary code with many arrow functions", () => {
    const line =
      "const f = (a: number, b = (x: string) => ({ x })) => g(async (c: T<U>) => (a < b ? (c) : ((d) => d)(a)));\n";
    expect(() => transpile("a.ts", line.repeat(500))).not.toThrow();
  });

  // To sucrase each may be type arguments, `f<<T>(a: T) => T>(b)`: by itself it tries that up to the end of the file.
  it.each([
    ["enum A { B = 1 << 0, C = 1 << 1, D = 1 << E }", "var A;"],
    ["x = (a << 8) | b[c << d] | f(a << b, c) | 1 <<\n2;", "x = (a << 8) | b[c << d] | f(a << b, c) | 1 <<\n2;"],
    [`const s: string = \`\${1 << a}\` + '<<' + /<</;`, `const s = \`\${1 << a}\` + '<<' + /<</;`],
    ["x = y << z", "x = y << z"],
    ["x = y as number << 2", "x = y  << 2"],
    ["x = y as any <<= 1 >> 2", "x = y  <<= 1 >> 2"],
  ])("takes a long file of left shifts: %s", (line, expected) => {
    const count = Math.floor(TYPESCRIPT_CHARS / (line.length + 1));
    const lines = transpile("a.ts", `${line}\n`.repeat(count));
    expect(lines.split(expected)).toHaveLength(count + 1);
  });

  it.each([
    ["f<<T>(a: T) => T>(b);", "f(b);"],
    ["f<<const T extends (a: U) => void, V = Map<T, U>>(a: T) => V>(b);", "f(b);"],
    ["f<</* any */T>(a: T) => T>(b);", "f(b);"],
    ["class A extends B<<T,>(a: T) => T> {}", "class A extends B {}"],
  ])("knows type arguments from a left shift: %s", (source, expected) => {
    expect(transpile("a.ts", source)).toBe(expected);
  });

  it.each([
    ["x = a << 1;\nf<<T>(a: T) => T>(b);", "x = a << 1;\nf(b);"],
    ["const a = 1 << b, c = d<E>(f);", "const a = 1 << b, c = d(f);"],
    ["f(a < b, c < 1 << (e));", "f(a < b, c < 1 << (e));"],
    ["x = a << /* b */ c\nf<<T>(a: T) => T>(b);", "x = a << /* b */ c\nf(b);"],
    ["enum A { B = c << 1, D = 2 << E }\nf<<T>(a: T) => T>(b);", /D = 2 << E; .*\nf\(b\);$/],
  ])("drops no left shift that types follow: %s", (source, expected) => {
    expect(transpile("a.ts", source)).toMatch(expected);
  });

  it("refuses a file that is too large to be transpiled in time", () => {
    expect(() => transpile("a.ts", "1;".repeat(300_000))).toThrow("Keep data in .json or .txt files");
  });
});

describe("isModule", () => {
  it("tells by a line where the file is too large to be parsed", () => {
    const code = "const s = 'export';\n".repeat(10_000);
    expect(isModule(`${code}export default s;`, false)).toBe(true);
    expect(isModule(`${code}import('./a.js');`, false)).toBe(false);
  });

  it.each([
    ["import 'x'", true],
    ["import x from 'y'", true],
    ["import type { A } from './a'; 1", true],
    ["const a = 1;\nexport { a }", true],
    ["export default 1", true],
    ["import.meta", true],
    ["await import('x')", false],
    ["const o = { import: 1, export: 2 }; o.import", false],
    ["// export default 1", false],
    ["`\nexport default 1\n`", false],
    ["'import x from y'", false],
    ["1 + 1", false],
    ["export default function broken( {", true],
    ["// import 'x'\n/* export */ import 'y'", true],
    ["import('x').then(f); const s = 'export'", false],
    ["/* only */ import . meta", true],
    ["1; import/**/ 'x'", true],
    ["1; export// x\n{}", true],
    ["1; export\n* from 'x'", true],
    ["1; x = a.import\n'x'", false],
    ["1; export @a class B {}", true],
  ])("of %j is %s", (source, expected) => {
    expect(isModule(source, true)).toBe(expected);
    if (!source.includes("type")) expect(isModule(source, false)).toBe(expected);
  });

  it("answers in time for a million blank lines", () => {
    const text = `${"\n".repeat(1_000_000)}export default (`;
    expect(processorSeconds(() => isModule(text, false))).toBeLessThan(2);
  });
});

describe("originalPositions", () => {
  it("finds columns behind types that were dropped", () => {
    const source = "const a: number = 1; const b: Map<string, number> = f(a as any, c);";
    const output = transpile("a.ts", source);
    for (const word of ["f(", "c)", "b"]) {
      const column = output.indexOf(word === "b" ? "b =" : word) + 1;
      expect(originalPositions(source)({ line: 1, column }).column).toBe(
        source.indexOf(word === "b" ? "b:" : word) + 1,
      );
    }
  });
});

describe("positions", () => {
  it("count lines and columns from 1", () => {
    expect(positionAt("ab\ncd\n", 0)).toEqual({ line: 1, column: 1 });
    expect(positionAt("ab\ncd\n", 4)).toEqual({ line: 2, column: 2 });
    expect(positionAt("ab\ncd\n", 6)).toEqual({ line: 3, column: 1 });
  });

  it.each([
    '{"a":1,}',
    "[1,2",
    "",
    '{"a" 1}',
    '"a\nb"',
    "[1,]",
    "nul",
    '{"a":1}x',
    "{a:1}",
    "[1 2]",
    "01",
    "[}",
    '{"a":[}',
    "]",
    "-",
    "\u00a0[]",
  ])("find where %j stops being JSON", (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonErrorOffset(text)).toBeTypeOf("number");
  });

  it.each(["[]", "{}", "null", ' {"a":[1,{"b":-0.5e+3}],"c":"\\u0041"}\n', '"x"', "[[[]]]"])(
    "know that %j is JSON",
    (text) => {
      expect(jsonErrorOffset(text)).toBeNull();
    },
  );
});
