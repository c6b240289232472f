// biome-ignore-all lint/suspicious/noTemplateCurlyInString: programs are text, with templates of their own
/** Programs of several files: cycles, many of them, strange names, data that is none, and module graphs without an end. */
import { type Files, family, type HostileProgram, type Row } from "../program.ts";

const FILES = 50;

const numbered = (count: number, source: (i: number) => string): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}.js`, source(i)]));

const rows: readonly Row[] = [
  [
    "a file that looks at itself too early",
    "import * as self from './main.js'; export const a = 1; export default Object.keys(self).length",
    "throws ReferenceError",
  ],
  [
    "two that import each other",
    {
      "main.js": "import { b } from './b.js'; export const a = 1; export default b;",
      "b.js": "import { a } from './main.js'; export const b = 2; export const late = () => a;",
    },
    { result: 2 },
  ],
  [
    "a cycle that reads too early",
    { "main.js": "import './b.js'; export const a = 1;", "b.js": "import { a } from './main.js'; a;" },
    "throws ReferenceError",
  ],
  [
    "a cycle that calls too early",
    {
      "main.js": "import { f } from './b.js'; export const a = f();",
      "b.js": "import { a } from './main.js'; export const f = () => a;",
    },
    "throws ReferenceError",
  ],
  [
    "a cycle of 50 files",
    {
      "main.js": "import { v } from './m0.js'; export default v;",
      ...numbered(
        FILES - 1,
        (i) =>
          `import * as next from './m${(i + 1) % (FILES - 1)}.js'; export const v = ${i}; export const n = () => next.v;`,
      ),
    },
    { result: 0 },
  ],
  [
    "50 files that import all others",
    {
      "main.js": "import { v } from './m0.js'; export default v;",
      ...numbered(
        FILES - 1,
        (i) => `${Array.from({ length: FILES - 1 }, (_, j) => `import './m${j}.js';`).join("")} export const v = ${i};`,
      ),
    },
    { result: 0 },
  ],
  [
    "exports that are passed on 49 times",
    {
      "main.js": "import { v } from './m0.js'; export default v;",
      ...numbered(FILES - 1, (i) => (i === FILES - 2 ? "export const v = 7;" : `export { v } from './m${i + 1}.js';`)),
    },
    { result: 7 },
  ],
  [
    "export * in a circle",
    {
      "main.js": "import * as a from './a.js'; export default Object.keys(a);",
      "a.js": "export * from './b.js';",
      "b.js": "export * from './a.js';",
    },
    { result: [] },
  ],
  [
    "an export that is passed on in a circle",
    {
      "main.js": "import { x } from './a.js';",
      "a.js": "export { x } from './b.js';",
      "b.js": "export { x } from './a.js';",
    },
    "throws SyntaxError",
  ],
  [
    "export * of the same name twice",
    {
      "main.js": "import { x } from './a.js';",
      "a.js": "export * from './b.js'; export * from './c.js';",
      "b.js": "export const x = 1;",
      "c.js": "export const x = 2;",
    },
    "throws SyntaxError",
  ],
  [
    "export * without an end of names",
    {
      "main.js": "import * as a from './m0.js'; export default Object.keys(a).length;",
      ...numbered(
        20,
        (i) => `export * from './m${(i + 1) % 20}.js'; export * from './m${(i + 7) % 20}.js'; export const v${i} = 1;`,
      ),
    },
    { result: 20 },
  ],
  ["a missing export", { "main.js": "import { nothing } from './a.js';", "a.js": "" }, "throws SyntaxError"],
  ["a missing default", { "main.js": "import a from './a.js';", "a.js": "" }, "throws SyntaxError"],
  [
    "an import that is assigned to",
    { "main.js": "import { a } from './a.js'; a = 2;", "a.js": "export let a = 1;" },
    "throws TypeError",
  ],
  [
    "a namespace that is changed",
    { "main.js": "import * as a from './a.js'; a.a = 2;", "a.js": "export let a = 1;" },
    "throws TypeError",
  ],
  [
    "a namespace that is given a prototype",
    "import * as self from './main.js'; Object.setPrototypeOf(self, {});",
    "throws TypeError",
  ],
  [
    "a namespace with then",
    { "main.js": "export default await import('./a.js');", "a.js": "export const then = () => { for (;;); };" },
    "fuel",
  ],
  [
    "a namespace with then that gives itself",
    {
      "main.js": "export default await import('./a.js');",
      "a.js": "export const then = (done) => import('./a.js').then(done);",
    },
    "fuel",
  ],
  [
    "a namespace as the result",
    {
      "main.js": "import * as a from './a.js'; export default a;",
      "a.js": "export const x = 1; export const toJSON = () => ({ y: 2 });",
    },
    { result: { y: 2 } },
  ],
  [
    "a default export named then",
    "export const then = 1; export default { then: 2 };",
    { result: JSON.parse(`{"then":2}`) },
  ],
  ["a file that loops", { "main.js": "import './a.js';", "a.js": "for (;;);" }, "fuel"],
  [
    "a file that throws, imported often",
    {
      "main.js": "let n = 0; for (let i = 0; i < 100; i++) await import('./a.js').catch(() => n++); export default n;",
      "a.js": "throw new RangeError('a');",
    },
    { result: 100 },
  ],
  [
    "a file with an error of syntax, imported often",
    {
      "main.js":
        "let n = 0; for (let i = 0; i < 100; i++) await import('./a.js').catch((e) => { n += e instanceof SyntaxError; }); export default n;",
      "a.js": "let let = 1;",
    },
    { result: 100 },
  ],
  [
    "a file that never settles",
    { "main.js": "import './a.js';", "a.js": "await new Promise(() => {});" },
    "throws Error",
  ],
  [
    "files that wait for each other",
    {
      "main.js": "import './a.js'; export default 1;",
      "a.js": "await import('./b.js');",
      "b.js": "await import('./a.js');",
    },
    "throws Error",
  ],
  [
    "imports of names without an end",
    "for (let i = 0; ; i++) await import('./x' + i + '.js').catch(() => {});",
    "fuel",
  ],
  [
    "imports of long names without an end",
    "for (let i = 0; ; i++) await import('./' + 'x'.repeat(1e4) + i).catch(() => {});",
    "fuel",
  ],
  [
    "an import with a name of 5 MB",
    "await import('x'.repeat(5e6))",
    "throws ImportError",
    { limits: { fuel: 40_000_000, memoryBytes: 64 * 2 ** 20 } },
  ],
  [
    "an import of a file's query",
    { "main.js": "export default await import('./a.js?1').catch((e) => e.name);", "a.js": "" },
    { result: "ImportError" },
  ],
  [
    "names like the engine's own",
    {
      "main.js": "import a from './runyard'; import b from './runyard.js'; export default [a, b];",
      runyard: "text",
      "runyard.js": "export default 2;",
    },
    { result: ["text", 2] },
  ],
  [
    "names like the prototypes' own",
    {
      "main.js":
        "import a from './__proto__.js'; import b from './constructor'; import c from './toString/index.js'; export default [a, b, c];",
      "__proto__.js": "export default 1;",
      constructor: "2",
      "toString/index.js": "export default 3;",
    },
    { result: [1, "2", 3] },
  ],
  [
    "names with spaces, signs and quotes",
    {
      "main.js":
        "import a from './a b.js'; import b from './#?&=%.js'; import c from './\\u00e9\\u{1f600}.js'; import d from './\\'\\\".js'; export default [a, b, c, d];",
      "a b.js": "export default 1;",
      "#?&=%.js": "export default 2;",
      "é😀.js": "export default 3;",
      "'\".js": "export default 4;",
    },
    { result: [1, 2, 3, 4] },
  ],
  [
    "names that differ in case",
    {
      "main.js": "import a from './a.js'; import b from './A.js'; export default [a, b];",
      "a.js": "export default 1;",
      "A.js": "export default 2;",
    },
    { result: [1, 2] },
  ],
  [
    "a folder and a file of one name",
    {
      "main.js": "import a from './a'; import b from './a/'; export default [a, b];",
      "a.js": "export default 1;",
      "a/index.js": "export default 2;",
    },
    { result: [1, 2] },
  ],
  [
    "paths that go up and down",
    { "main.js": "import a from './x/../y/.././lib/../lib/a.js'; export default a;", "lib/a.js": "export default 1;" },
    { result: 1 },
  ],
  [
    "JSON",
    {
      "main.js": "import a from './a.json'; export default a;",
      "a.json": '{"__proto__":{"x":1},"then":1,"constructor":null}',
    },
    { result: JSON.parse('{"__proto__":{"x":1},"then":1,"constructor":null}') },
  ],
  [
    "JSON that is changed and imported again",
    {
      "main.js": "import a from './a.json'; a.x = 1; const b = await import('./a.json'); export default b.default.x;",
      "a.json": "{}",
    },
    { result: 1 },
  ],
  ["JSON that is none", { "main.js": "import a from './a.json';", "a.json": "{a:1}" }, "throws SyntaxError"],
  [
    "JSON that is code",
    { "main.js": "import a from './a.json';", "a.json": "(() => { for (;;); })()" },
    "throws SyntaxError",
  ],
  [
    "JSON that ends the text around it",
    { "main.js": "import a from './a.json'; export default a;", "a.json": '"\\u2028`${x}\\"); for(;;); (\\""' },
    { result: '\u2028`${x}"); for(;;); ("' },
  ],
  [
    "JSON of 100,000 brackets",
    { "main.js": "import a from './a.json'; export default 1;", "a.json": "[".repeat(1e5) + "]".repeat(1e5) },
    "stack",
  ],
  [
    "JSON of 1 MB",
    {
      "main.js": "import a from './a.json'; export default a.length;",
      "a.json": JSON.stringify(Array(1e5).fill("1234567")),
    },
    { result: 100_000 },
    { limits: { fuel: 40_000_000 } },
  ],
  ["JSON of nothing", { "main.js": "import a from './a.json';", "a.json": "" }, "throws SyntaxError"],
  [
    "a text of 2 MB",
    { "main.js": "import a from './a.txt'; export default a.length;", "a.txt": "\u20ac".repeat(1e6) },
    { result: 1_000_000 },
    { limits: { fuel: 40_000_000, memoryBytes: 64 * 2 ** 20 } },
  ],
  [
    "a text that ends the text around it",
    { "main.js": "import a from './a.txt'; export default a;", "a.txt": '`;"\\\u2028\u2029\0' },
    { result: '`;"\\\u2028\u2029\0' },
  ],
  [
    "a file with NULs",
    { "main.js": "import a from './a.js'; export default a;", "a.js": "export default 'a\0b';" },
    { result: "a\0b" },
  ],
  [
    "import attributes that are unknown",
    { "main.js": "import a from './a.json' with { type: 'css' }; export default a;", "a.json": "1" },
    { result: 1 },
  ],
  ["import attributes that loop", "await import('./main.js', { get with() { for (;;); } })", "fuel"],
  [
    "import.meta",
    "for (const k of Reflect.ownKeys(import.meta)) if (typeof import.meta[k] === 'function') throw 1; export default typeof import.meta;",
    { result: "object" },
  ],
  [
    "import.meta that is changed",
    "import.meta.url = 'file:///etc/passwd'; Object.setPrototypeOf(import.meta, { get then() { for (;;); } }); export default 1;",
    { result: 1 },
  ],
  [
    "the module runyard, changed",
    "import * as r from 'runyard'; r.default.stdin.text = () => { for (;;); }; export default r.stdin.text();",
    "fuel",
  ],
  [
    "the module runyard, passed on",
    {
      "main.js": "import { readTextFile } from './a.js'; export default readTextFile('a.js').length;",
      "a.js": "export * from 'runyard';",
    },
    { result: 24 },
  ],
  ["an import in a script", "import('./main.js').then(() => {}); 'ok'", { result: "ok" }],
  [
    "the same file as a script and a module",
    "globalThis.n = (globalThis.n ?? 0) + 1; if (n < 50) await import('./main.js'); n",
    "throws Error",
  ],
];

export const MODULES: readonly HostileProgram[] = family("modules", "javascript", rows);
