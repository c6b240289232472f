// biome-ignore-all lint/suspicious/noTemplateCurlyInString: programs are text, with templates of their own
/** Source text that is hard to read: for the engine's parser, and for the transpiler that runs on the host. */
import type { Language } from "../../../../worker/domain/languages.ts";
import { TYPESCRIPT_CHARS } from "../../../../worker/sandbox/javascript/limits.ts";
import { type Expected, family, type HostileProgram, type Row } from "../program.ts";

const around = (open: string, count: number, middle: string, close: string) =>
  open.repeat(count) + middle + close.repeat(count);

/** Read by both languages: the same text, and how it ends as JavaScript and as TypeScript. */
const SHARED: readonly (readonly [name: string, source: string, expected: Expected])[] = [
  ["200,000 parentheses", around("(", 200_000, "1", ")"), "stack"],
  ["200,000 brackets", "[".repeat(200_000), "stack"],
  ["100,000 braces", around("{", 100_000, "", "}"), "stack"],
  ["50,000 functions", around("(() => {", 50_000, "", "})"), ["stack", "throws SyntaxError"]],
  ["10,000 classes in each other", around("class A { m() {", 10_000, "", "} }"), ["stack", "throws SyntaxError"]],
  ["10,000 objects in each other", `x = ${around("{ a: ", 10_000, "1", "}")}`, ["stack", "throws SyntaxError"]],
  ["10,000 templates in each other", around("`${", 10_000, "1", "}`"), ["stack", "throws SyntaxError"]],
  ["100,000 negations", `${"!".repeat(100_000)}1`, "stack"],
  ["100,000 typeofs", `${"typeof ".repeat(50_000)}1`, "stack"],
  ["50,000 conditions", `${"1 ? ".repeat(50_000)}1${" : 1".repeat(50_000)}`, "stack"],
  ["50,000 ifs", `${"if (1) ".repeat(50_000)};`, "stack"],
  ["50,000 labels", `${Array.from({ length: 50_000 }, (_, i) => `l${i}:`).join("")};`, ["stack", "fuel"]],
  ["50,000 arrows", `${"a => ".repeat(50_000)}1`, ["stack", "throws SyntaxError"]],
  ["50,000 assignments", `let a; ${"a = ".repeat(50_000)}1`, "stack"],
  ["50,000 powers", `${"2 ** ".repeat(50_000)}1`, "stack"],
  ["50,000 news", `${"new ".repeat(50_000)}Object`, "stack"],
  ["20,000 awaits", `${"await ".repeat(20_000)}1`, "stack"],
  ["patterns 10,000 deep", `const ${around("[", 10_000, "a", "]")} = 1;`, "stack"],
  ["unterminated text", "'abc", "throws SyntaxError"],
  ["an unterminated template", "`abc${", "throws SyntaxError"],
  ["an unterminated comment", "/* abc", "throws SyntaxError"],
  ["an unterminated pattern", "/abc", "throws SyntaxError"],
  ["an unterminated class of a pattern", "/[abc/", "throws SyntaxError"],
  ["an unterminated block", "{ { (", "throws SyntaxError"],
  ["an unterminated class", "class A { m(", "throws SyntaxError"],
  ["an unterminated escape", "'\\u{", "throws SyntaxError"],
  ["an escape above Unicode", "'\\u{110000}'", "throws SyntaxError"],
  ["a pattern with 300 groups", `/${"(a)".repeat(300)}/.source.length`, "throws SyntaxError"],
  ["a bare NUL", "let a = 1;\0 a", "throws SyntaxError"],
  ["a lone surrogate in the source", "'\ud800'.length", "completed"],
  ["a byte order mark at the front", "\ufeff1 + 1", { result: 2 }],
  ["line separators between statements", "let a = 1\u2028let b = 2\u2029a + b", { result: 3 }],
  ["a hashbang", "#!/usr/bin/env node\n1 + 1", { result: 2 }],
  ["a hashbang that is late", "\n#!/usr/bin/env node\n1", "throws SyntaxError"],
  ["comments of HTML", "<!-- a\n1 + 1\n--> b", ["throws SyntaxError", { result: 2 }]],
  ["sourceURL of another file", "//# sourceURL=/etc/passwd\nthrow new RangeError('x')", "throws RangeError"],
  [
    "sourceURL of the prelude",
    "//# sourceURL=runyard:prelude\n//# sourceMappingURL=http://x/\nthrow new RangeError('x')",
    "throws RangeError",
  ],
  ["sourceURL in eval", "eval('throw new RangeError()\\n//# sourceURL=main.js')", "throws RangeError"],
  ["names in escapes", "const \\u{61}b = 1; ab", { result: 1 }],
  ["keywords in escapes", "v\\u0061r a = 1;", ["throws SyntaxError"]],
  ["names that cannot be told apart", "const \u0430 = 1, a = 2; \u0430 + a", { result: 3 }],
  ["invisible characters in names", "const a\u200d = 1; a\u200d", { result: 1 }],
  ["a long name", `const ${"a".repeat(300_000)} = 1; 'ok'`, { result: "ok" }],
  ["a long line of additions", `1${" + 1".repeat(2_000)}`, { result: 2_001 }],
  ["a long list", `[${"1,".repeat(30_000)}].length`, { result: 30_000 }],
  ["a long comment", `/*${"x".repeat(400_000)}*/ 1`, { result: 1 }],
  ["100,000 lines", `${"\n".repeat(100_000)}throw new RangeError('x')`, "throws RangeError"],
  [
    "1,500 functions",
    `${Array.from({ length: 1_500 }, (_, i) => `function f${i}() { return ${i}; }`).join("\n")}\nf1499()`,
    { result: 1_499 },
  ],
  [
    "a switch of 5,000 cases",
    `switch (4999) { ${Array.from({ length: 5_000 }, (_, i) => `case ${i}: ${i === 4_999 ? "globalThis.r = 1" : ""};`).join("")} } r`,
    { result: 1 },
  ],
  ["60,000 parameters", `(function (${Array.from({ length: 60_000 }, (_, i) => `a${i}`).join()}) {})`, "fuel"],
  [
    "70,000 local variables",
    `(() => { let ${Array.from({ length: 70_000 }, (_, i) => `a${i}`).join()}; return 1; })()`,
    "fuel",
  ],
  ["70,000 arguments", `Math.max(${"1,".repeat(70_000)})`, "throws SyntaxError"],
  ["return outside of a function", "return 1;", "throws SyntaxError"],
  ["a break to nowhere", "break nowhere;", "throws SyntaxError"],
  ["super outside of a class", "super.x", "throws SyntaxError"],
  ["new.target outside of a function", "new.target", "throws SyntaxError"],
  ["a name that is declared twice", "let a; let a;", "throws SyntaxError"],
  ["yield and await as names", "var yield_ = 1, async = 2; async", { result: 2 }],
  ["the wrapper's own end", "}); for (;;); (() => {", "throws SyntaxError"],
  ["the wrapper's own end, as an async function", "} ; } ) ( ) ; 1", "throws SyntaxError"],
  ["an arguments object at the top", "typeof arguments", "completed"],
  ["a directive", "'use strict'; (function () { return this; })() === undefined", { result: true }],
  ["import and export inside of a block", "{ import a from './b.js'; export default 1; }", "throws SyntaxError"],
];

/** Only JavaScript: what the stricter reading of TypeScript refuses or drops. */
const JAVASCRIPT: readonly Row[] = [
  ["with", "with ({ a: 1 }) { a; }", { result: 1 }],
  ["octal numbers and delete of names", "var a = 010; delete a; a", { result: 8 }],
  ["a function in a block", "{ function f() { return 1; } } f()", { result: 1 }],
  ["arguments.callee", "(function () { return typeof arguments.callee; })()", { result: "function" }],
  ["eval that declares", "eval('var hidden = 1'); hidden", { result: 1 }],
  ["await as a name in a function", "(function () { var await = 1; return await; })()", { result: 1 }],
  [
    "a source of 3 MB",
    `/*${"x".repeat(3_000_000)}*/ 1`,
    { result: 1 },
    { limits: { fuel: 40_000_000, memoryBytes: 64 * 2 ** 20 } },
  ],
];

/** The transpiler runs on the host, where nothing meters it but its own count. */
const TYPESCRIPT: readonly Row[] = [
  [
    "generics 5,000 deep",
    `type A = ${around("Array<", 5_000, "number", ">")}; export default 1;`,
    ["stack", { result: 1 }],
  ],
  [
    "conditional types 2,000 deep",
    `type A<T> = ${"T extends 1 ? 1 : ".repeat(2_000)}2; export default 1;`,
    ["stack", { result: 1 }],
  ],
  [
    "unions of 15,000",
    `type A = ${Array.from({ length: 15_000 }, (_, i) => `"${i}"`).join(" | ")}; export default 1;`,
    { result: 1 },
  ],
  ["arrow functions 30 deep", `${around("(a = (", 30, "1", ")) => 1")}`, "throws SyntaxError"],
  ["classes in fields of classes, 100 deep", `x = ${around("class { x = ", 100, "1", " }")}`, "throws SyntaxError"],
  [
    "classes 300 deep around much code",
    around("class A { m() {", 300, "a;".repeat(70_000), "} }"),
    ["throws SyntaxError", "stack"],
  ],
  [
    "24,000 names that shadow an import",
    `import { a } from "./b.js"; {${"let a;".repeat(24_000)}}`,
    ["throws SyntaxError", "throws ImportError"],
  ],
  ["comparisons that might be types", `let a = 1, b = 2; ${"a<b;".repeat(4_000)}`, { result: true }],
  ["37,000 comparisons that might be types", `let a = 1, b = 2; ${"a<b;".repeat(37_000)}`, "throws SyntaxError"],
  ["generic arrows 30 deep", around("<T>(a: T = ", 30, "1", ") => 1"), "throws SyntaxError"],
  ["angle brackets that are no types", `a${" < (b".repeat(30)}${")".repeat(30)}`, "throws ReferenceError"],
  ["calls with type arguments 25 deep", around("f<(a: ", 25, "1", ") => 1>()"), "throws SyntaxError"],
  ["optional parameters that may be arrows", `${"(a?: ".repeat(25)}1${")".repeat(25)}`, ["throws SyntaxError"]],
  ["conditions that may be arrows", `const a = ${"x ? (y) : ".repeat(25)}z;`, "throws ReferenceError"],
  ["async arrows that may be calls", `${around("async (a = ", 25, "1", ")")}`, "throws ReferenceError"],
  [
    "object types 5,000 deep",
    `type A = ${around("{ a: ", 5_000, "1", "}")}; export default 1;`,
    ["stack", { result: 1 }],
  ],
  [
    "function types 2,000 deep",
    `type A = ${"(a: 1) => ".repeat(2_000)}1; export default 1;`,
    ["stack", { result: 1 }, "throws SyntaxError"],
  ],
  ["template types", `type A = \`${`\${1}`.repeat(5_000)}\`; export default 1;`, { result: 1 }],
  ["a template type without an end", "type A = `${", "throws SyntaxError"],
  [
    "an enum of 2,000 members",
    `enum A { ${Array.from({ length: 2_000 }, (_, i) => `a${i}`).join()} } export default A.a1999;`,
    { result: 1_999 },
    { limits: { fuel: 40_000_000 } },
  ],
  ["an enum that calls", "enum A { a = (() => { for (;;); })() } export default A.a;", "fuel"],
  [
    "an enum with names of methods",
    "enum A { constructor, toString, __proto__ } export default [A.constructor, A[1]];",
    "completed",
  ],
  ["an enum without an end", "enum A { a", "throws SyntaxError"],
  ["a const enum", "const enum A { a = 1 } export default A.a;", { result: 1 }],
  ["a namespace", "namespace A { export const a = 1; }", "throws SyntaxError"],
  ["a namespace in a namespace", "namespace A.B.C { for (;;); }", "throws SyntaxError"],
  ["a namespace hidden by comments", "namespace/* */A/* */{ globalThis.x = 1; }", "throws SyntaxError"],
  ["a declared namespace", "declare namespace A { const a: 1; } export default 1;", { result: 1 }],
  ["a module with a name in quotes", "module 'x' { }", "throws SyntaxError"],
  ["import = require", "import a = require('fs');", "throws SyntaxError"],
  ["export =", "export = 1;", "throws SyntaxError"],
  ["decorators", "const d = (v: unknown) => v; @d class A { @d m() {} }; export default 1;", "throws SyntaxError"],
  [
    "decorators 1,000 times",
    `const d = (v: unknown) => v; ${"@d ".repeat(1_000)} class A {} export default 1;`,
    "throws SyntaxError",
  ],
  [
    "parameter properties",
    "class A { constructor(readonly a = 1, private b = 2) {} } export default new A();",
    { result: { a: 1, b: 2 } },
  ],
  [
    "overloads without a body",
    "function f(a: 1): 1; function f(a: any) { return 2; } export default f(1);",
    { result: 2 },
  ],
  [
    "abstract members",
    "abstract class A { abstract a: 1; abstract m(): 1; } export default typeof A;",
    { result: "function" },
  ],
  ["a type that is called like a value", "type A = 1; const A = 2; export default A;", { result: 2 }],
  [
    "an import of a type alone",
    {
      "main.ts": "import type { A } from './a.ts'; import { type B } from './a.ts'; export default 1 as A | B;",
      "a.ts": "export type A = 1; export type B = 1;",
    },
    { result: 1 },
  ],
  [
    "an import of a type that is missing",
    { "main.ts": "import { A } from './a.ts'; export default 1 as A;", "a.ts": "export type A = number;" },
    { result: 1 },
  ],
  ["satisfies, as and !", "const a = ((1 as unknown) satisfies unknown)!; export default <number>a;", { result: 1 }],
  ["a file of JSX", { "main.tsx": "export default <a>{1}</a>;" }, "throws SyntaxError", { entry: "main.tsx" }],
  [
    "JSX 5,000 deep",
    { "main.tsx": `export default ${around("<a>", 5_000, "", "</a>")};` },
    ["throws SyntaxError", "stack"],
    { entry: "main.tsx" },
  ],
  ["a pattern that may be a division", `const a = 1; ${"a / 1 /".repeat(20_000)} 1`, "stack"],
  ["types that end in >>>", "type A = Array<Array<Array<1>>>; export default 8 >>> 1;", { result: 4 }],
  [
    "147,000 characters of types",
    `${"interface A { a: 1 }\n".repeat(7_000)}export default 1;`,
    { result: 1 },
    { limits: { fuel: 40_000_000 } },
  ],
  ["500,001 characters", `/*${"x".repeat(500_000)}*/`, "throws SyntaxError"],
  [
    "50 files of TypeScript",
    {
      "main.ts": `${Array.from({ length: 49 }, (_, i) => `import { v${i} } from './m${i}.ts';`).join("")} export default v48;`,
      ...Object.fromEntries(
        Array.from({ length: 49 }, (_, i) => [
          `m${i}.ts`,
          `interface A { a: number } export const v${i}: number = ${i};`,
        ]),
      ),
    },
    { result: 48 },
  ],
  [
    "errors far down in 25,000 lines",
    `${"// line\n".repeat(25_000)}const a: number = 1; (null as any).x;`,
    "throws TypeError",
  ],
  [
    "an error 10,000 times in one file",
    `let n: number = 0; for (let i: number = 0; i < 1000; i++) try { (null as any).x; } catch { n++; } export default n;`,
    { result: 1_000 },
  ],
  [
    "text that names what is refused",
    "const a: string = 'namespace A { } export = 1'; export default a.length;",
    { result: 26 },
  ],
  ["no space around types", "let a:number=1,b:string='x';export default[a,b]", { result: [1, "x"] }],
  [
    "this as a parameter",
    "function f(this: { a: number }) { return this.a; } export default f.call({ a: 1 });",
    { result: 1 },
  ],
  [
    "unique symbols and assertions",
    "declare const s: unique symbol; function f(a: unknown): asserts a is 1 {} export default f(1) ?? 1;",
    { result: 1 },
  ],
  [
    "accessors and override",
    "class A { accessor a = 1; } class B extends A { override a = 2; } export default new B().a;",
    "throws SyntaxError",
  ],
  ["using", "{ using a = { [Symbol.dispose]() { for (;;); } }; } export default 1;", "throws SyntaxError"],
];

const shared = (language: Language) => family(`source (${language})`, language, SHARED);

/** A TypeScript file above the bound is refused, whatever is in it. */
const bounded = (programs: readonly HostileProgram[]) =>
  programs.map((program): HostileProgram => {
    const isOver = (program.files[program.entry]?.length ?? 0) > TYPESCRIPT_CHARS;
    return isOver ? { ...program, expected: ["throws SyntaxError"] } : program;
  });

export const SOURCES: readonly HostileProgram[] = [
  ...shared("javascript"),
  ...family("source (only JavaScript)", "javascript", JAVASCRIPT),
  ...bounded([...shared("typescript"), ...family("source (only TypeScript)", "typescript", TYPESCRIPT)]),
];
