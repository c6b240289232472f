/** What programs see: modules, TypeScript, values, errors, input, timers, the console. */
import { describe, expect, it } from "vitest";
import { engine, errorOf, resultOf, run } from "./guest.ts";

describe("the engine", () => {
  it("names its version with its hash", () => {
    expect(engine.version).toMatch(/^quickjs-0\.32\.0-[0-9a-f]{8}-\d+$/);
  });
});

describe("a script", () => {
  it.each([
    ["the value of its last expression", "const a = 1; a + 1", 2],
    ["what it awaits at the top", "const a = await Promise.resolve(20); a * 2", 40],
    ["the awaited value of a promise at its end", "async function main() { await null; return 5; } main()", 5],
    ["null", "null", null],
    ["nothing from a declaration", "const a = 1;", undefined],
    ["nothing from a promise that nobody settles", "new Promise(() => {})", undefined],
    [
      "a value although it defines what the prelude defines",
      "const console = 1, URL = 2; let performance = 3; console + URL + performance",
      6,
    ],
  ])("gives %s", async (_name, code, result) => {
    expect(await resultOf(code)).toEqual(result);
  });
});

describe("a module", () => {
  it.each([
    ["its default export", "export default 1 + 1", 2],
    ["the awaited default export", "export default Promise.resolve({ a: 1 })", { a: 1 }],
    ["nothing without one", "export const a = 1;", undefined],
    ["import.meta as an object", "export default typeof import.meta", "object"],
  ])("gives %s", async (_name, code, result) => {
    expect(await resultOf(code)).toEqual(result);
  });

  it("says so when top-level await never settles", async () => {
    expect((await errorOf("export default await new Promise(() => {})")).message).toContain(
      "top-level await never settles",
    );
    expect((await errorOf("await new Promise(() => {}); 1")).message).toContain("top-level await never settles");
    expect((await errorOf("export default new Promise(() => {})")).message).toContain("never settles");
  });

  it("imports code, data and text with relative paths", async () => {
    const files = {
      "main.js":
        'import a from "./lib/a.js"; import b from "./lib/b"; import c from "./c"; import d from "./d.json"; import t from "./t.csv"; export default [a, b, c, d, t];',
      "lib/a.js": 'import { up } from "../up.js"; export default up + 1;',
      "lib/b.ts": "export default 2 as number;",
      "c/index.ts": "export default 3;",
      "up.js": "export const up = 0;",
      "d.json": '{ "list": [1, null], "__proto__": 1 }',
      "t.csv": "x,y\n1,\u2028\n",
    };
    expect(await resultOf(files)).toEqual([1, 2, 3, JSON.parse(files["d.json"]), files["t.csv"]]);
  });

  it("imports a .ts file by the name of its output, and JSON with attributes", async () => {
    const files = {
      "main.ts": 'import { a } from "./a.js"; import d from "./d.json" with { type: "json" }; export default a + d;',
      "a.ts": "export const a: number = 1;",
      "d.json": "41",
    };
    expect(await resultOf(files, { language: "typescript" })).toBe(42);
  });

  it("imports dynamically, once each", async () => {
    const files = {
      "main.js": 'const [a, b] = await Promise.all([import("./n.js"), import("./" + "n.js")]); [a === b, a.count]',
      "n.js": "globalThis.count = (globalThis.count ?? 0) + 1; export const count = globalThis.count;",
    };
    expect(await resultOf(files)).toEqual([true, 1]);
  });

  it("allows cycles and top-level await in imported modules", async () => {
    const files = {
      "main.js": 'import { a } from "./a.js"; export default a();',
      "a.js": 'import { b } from "./b.js"; export const k = await Promise.resolve(3); export const a = () => b();',
      "b.js": 'import { k } from "./a.js"; export const b = () => k * 2;',
    };
    expect(await resultOf(files)).toBe(6);
  });

  it.each([
    ["lodash", "packages are not installed"],
    ["node:fs", 'from "runyard"'],
    ["https://esm.sh/x", "nothing is loaded from the network"],
    ["./nothing.js", "there is no such file"],
    ["../outside.js", "there is no such file"],
    ["lib/a.js", '"./lib/a.js"'],
  ])("is told why it cannot import %s", async (specifier, advice) => {
    const files = { "main.js": `const a = 1;\nimport x from "${specifier}";`, "lib/a.js": "export default 1" };
    const error = await errorOf(files);
    expect(error).toMatchObject({ category: "import", file: "main.js", line: 2, column: 15 });
    expect(error.message).toContain(`"${specifier}"`);
    expect(error.message).toContain("main.js, line 2");
    expect(error.message).toContain(advice);
  });

  it("can handle an import that fails", async () => {
    expect(await resultOf('try { await import("lodash") } catch (error) { error.name }')).toBe("ImportError");
  });

  it("is told which export is missing, and where it is imported", async () => {
    const files = { "main.js": '// one\nimport { nope } from "./util.js";', "util.js": "export const a = 1;" };
    const error = await errorOf(files);
    expect(error).toMatchObject({
      category: "import",
      file: "main.js",
      line: 2,
      message: '"util.js" has no export named "nope"',
    });
  });

  it("is told where JSON is not JSON", async () => {
    const files = { "main.js": 'import d from "./d.json"; d', "d.json": '{\n  "a": 1,\n}' };
    expect(await errorOf(files)).toMatchObject({ category: "syntax", file: "d.json", line: 3, column: 1 });
  });
});

describe("TypeScript", () => {
  it("runs enums, parameter properties, generics and types", async () => {
    const code = `enum Color { Red, Blue = "b" }
interface Shape { area(): number }
class Square implements Shape { constructor(private readonly side: number) {} area() { return this.side ** 2; } }
abstract class Base<T> { protected abstract get(): T; declare x: string; static #count = 1; static count() { return Base.#count; } }
function first<const T extends readonly unknown[]>(list: T): T[0] { return list[0]!; }
const value = { a: 1 } satisfies Record<string, number>;
export default [Color.Red, Color.Blue, Color[0], new Square(3).area(), Base.count(), first([7] as const), value.a as unknown];`;
    expect(await resultOf(code, { language: "typescript" })).toEqual([0, "b", "Red", 9, 1, 7, 1]);
  });

  it.each([
    ["const a = 1;\nnamespace X { export const b = 1; }", 2, 1],
    ["  module X.Y { let a; }", 1, 3],
    ["const a = 1;\n export = a;", 2, 2],
    ["import fs = require('fs');", 1, 1],
  ])("refuses what would be dropped silently: %s", async (code, line, column) => {
    const error = await errorOf(code, { language: "typescript" });
    expect(error).toMatchObject({ category: "syntax", file: "main.ts", line, column });
    expect(error.message).toContain("use ES modules instead");
  });

  it("reports syntax errors in the source", async () => {
    expect(await errorOf("const a = 1;\nlet x: number = ;", { language: "typescript" })).toMatchObject({
      ...{ category: "syntax", name: "SyntaxError", file: "main.ts", line: 2, column: 17 },
    });
  });

  it("reports runtime errors at lines and columns of the source", async () => {
    const code = `interface A {
  a: number;
}
function fail(x: Record<string, { y: number }>): number {
  const z: number = 1; return x["none"].y + z;
}
const n: number = fail({});`;
    const error = await errorOf(code, { language: "typescript" });
    expect(error).toMatchObject({ category: "runtime", name: "TypeError", file: "main.ts", line: 5 });
    expect(error.column).toBe(code.split("\n")[4]!.indexOf(".y") + 1);
    expect(error.stack).toMatch(/^TypeError: .*\n {4}at fail \(main\.ts:5:\d+\)\n {4}at main\.ts:7:\d+$/);
  });

  it("is recognised in a JavaScript file", async () => {
    expect((await errorOf("const x: number = 1;")).message).toContain("for TypeScript its name ends with .ts");
  });
});

describe("a result", () => {
  it.each([
    [
      "undefined, functions and symbols are left out",
      "({ a: undefined, b() {}, c: Symbol(), d: [undefined, () => 1] })",
      { d: [null, null] },
    ],
    ["a BigInt is a text with n", "[10n, { a: -2n }]", ["10n", { a: "-2n" }]],
    ["numbers that JSON lacks are null", "[NaN, Infinity, -0]", [null, null, 0]],
    ["dates are ISO texts", "[new Date(0), new Date(NaN)]", ["1970-01-01T00:00:00.000Z", null]],
    ["maps are objects or pairs", "[new Map([['k', 1]]), new Map([[1, 2]])]", [{ k: 1 }, [[1, 2]]]],
    [
      "sets and binary data are arrays",
      "[new Set([1]), new Uint8Array([1, 2]), new ArrayBuffer(2)]",
      [[1], [1, 2], [0, 0]],
    ],
    ["toJSON is called", "({ toJSON: () => ({ a: 1 }) })", { a: 1 }],
    [
      "cycles are marked",
      "const o = { list: [] }; o.self = o; o.list.push(o); o",
      { self: "[Circular]", list: ["[Circular]"] },
    ],
    ["shared objects are none", "const o = { a: 1 }; [o, o]", [{ a: 1 }, { a: 1 }]],
    ["boxed values are unboxed", "[Object(1), Object('a'), Object(true)]", [1, "a", true]],
    ["a function is described", "function f() {} f", "[Function: f]"],
    ["proxies and getters are read", "new Proxy({ get a() { return 1; } }, {})", { a: 1 }],
    ["lone surrogates and NUL survive", "'a\\0\\ud800b'", "a\0\ud800b"],
    ["keys are only keys", "const o = Object.create(null); o.constructor = 1; o[''] = 2; o", { constructor: 1, "": 2 }],
  ])("follows the rules: %s", async (_name, code, expected) => {
    expect(await resultOf(code)).toEqual(expected);
  });

  it("keeps __proto__ as data", async () => {
    const result = (await resultOf("({ ['__proto__']: { polluted: true } })")) as object;
    expect(Object.hasOwn(result, "__proto__")).toBe(true);
    expect("polluted" in {}).toBe(false);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });

  it("names an error", async () => {
    expect(await resultOf("new RangeError('r')")).toEqual({
      name: "RangeError",
      message: "r",
      stack: expect.stringContaining("main.js:1"),
    });
  });

  it("ends at a depth of 64", async () => {
    const result = JSON.stringify(await resultOf("let a = []; for (let i = 0; i < 100; i++) a = [a]; a"));
    expect(result).toBe(`${"[".repeat(64)}"[Array]"${"]".repeat(64)}`);
  });

  it.each(["Array(1e6).fill(1)", "'x'.repeat(2e7)", "({ a: '\\u0001'.repeat(5e5) })"])(
    "over 1 MiB is refused where it was asked for: %s",
    async (code) => {
      expect(await errorOf(`export default ${code}`)).toMatchObject({ category: "resource", name: "ResultTooLarge" });
      const { outcome, stderr } = await run(code);
      expect(outcome).toEqual({ kind: "completed", result: undefined });
      expect(stderr).toContain("1 MiB");
    },
  );

  it("cannot be forged into anything but data", async () => {
    const forge = (text: string) => `JSON.stringify = () => ${JSON.stringify(text)}; 'x'`;
    expect(await resultOf(forge("not json"))).toBeUndefined();
    expect(await resultOf(forge("[".repeat(100_000) + "]".repeat(100_000)))).toBeUndefined();
    expect(await resultOf(forge('{"__proto__":1}'))).toEqual(JSON.parse('{"__proto__":1}'));
  });

  it("survives a program that breaks its built-ins", async () => {
    const code =
      "Array.prototype.push = Map.prototype.get = JSON.parse = Promise.prototype.then = Object.defineProperty = () => { throw 1; }; 1";
    expect(["completed", "threw"]).toContain((await run(code)).outcome.kind);
    expect(await resultOf("[1, 2].map((x) => x * 2)")).toEqual([2, 4]);
  });
});

describe("input", () => {
  it("comes from the module runyard", async () => {
    const code = `import { stdin, args, readTextFile, files } from "runyard";
export default [args, stdin.line(), stdin.lines(), stdin.line(), stdin.text(), files, readTextFile("./data/a.txt")];`;
    const program = { "main.js": code, "data/a.txt": "line\0\ud800" };
    const options = { stdin: "one\r\ntwo\n\nthree\n", args: ["a", "ü"] };
    expect(await resultOf(program, options)).toEqual([
      ["a", "ü"],
      "one",
      ["two", "", "three"],
      null,
      "",
      ["main.js", "data/a.txt"],
      "line\0\ud800",
    ]);
  });

  it("comes line by line from prompt", async () => {
    const { outcome, stdout } = await run("[prompt('name?'), prompt(), prompt()]", { stdin: "Ada\nlast" });
    expect(outcome).toEqual({ kind: "completed", result: ["Ada", "last", null] });
    expect(stdout).toBe("name? ");
  });

  it("can be awaited and iterated like a stream", async () => {
    const code =
      'import { stdin } from "runyard"; const seen = []; for await (const line of stdin.lines()) seen.push(line); export default seen;';
    expect(await resultOf(code, { stdin: "a\nb" })).toEqual(["a", "b"]);
  });

  it("ends with the run's files", async () => {
    const error = await errorOf('import { readTextFile } from "runyard"; readTextFile("../secret")');
    expect(error.message).toContain('"../secret" is not among the run\'s files');
  });
});

describe("timers", () => {
  it("run in order of their time", async () => {
    const code =
      "const seen = []; const at = (ms, name) => setTimeout((n) => seen.push(n), ms, name); at(20, 'c'); at(0, 'a'); at(10, 'b'); await new Promise((done) => setTimeout(done, 30)); seen.join('')";
    expect(await resultOf(code)).toBe("abc");
  });

  it("repeat until they are cleared, and microtasks go first", async () => {
    const code =
      "let n = 0; const seen = []; const id = setInterval(() => { seen.push(++n); queueMicrotask(() => seen.push('m')); if (n === 2) { clearInterval(id); setTimeout(() => console.log(seen.join()), 9); } }, 2);";
    expect((await run(code)).stdout).toBe("1,m,2,m\n");
  });

  it("keep the run alive, and their end ends it", async () => {
    const { outcome, stdout, usage } = await run("setTimeout(() => console.log('late'), 40); 'result'");
    expect([outcome, stdout]).toEqual([{ kind: "completed", result: "result" }, "late\n"]);
    expect(usage.wallMs).toBeGreaterThanOrEqual(40);
  });
});

describe("the console", () => {
  const printed = async (code: string) => (await run(code)).stdout;

  it.each([
    ["'text', 1, true, null, undefined, 10n, -0, Symbol('s')", "text 1 true null undefined 10n -0 Symbol(s)"],
    ["{ a: 1, 'b-c': 'x', [Symbol('s')]: [] }", "{ a: 1, 'b-c': 'x', [Symbol(s)]: [] }"],
    ["[1, , 'it\\'s', [[[1]]]]", '[ 1, <1 empty item>, "it\'s", [ [ [Array] ] ] ]'],
    ["{ a: { b: { c: { d: 1 } } } }", "{ a: { b: { c: [Object] } } }"],
    ["new Map([['k', { a: 1 }]]), new Set(['x'])", "Map(1) { 'k' => { a: 1 } } Set(1) { 'x' }"],
    [
      "new Date(0), /x/g, new Uint8Array(2), new ArrayBuffer(3)",
      "1970-01-01T00:00:00.000Z /x/g Uint8Array(2) [ 0, 0 ] ArrayBuffer { [Uint8Contents]: <00 00 00>, byteLength: 3 }",
    ],
    [
      "() => 1, function f() {}, class A {}, class B extends Map {}, async () => 1",
      "[Function (anonymous)] [Function: f] [class A] [class B extends Map] [AsyncFunction (anonymous)]",
    ],
    [
      "new (class Point { x = 1; get y() { return 2; } })(), Object.create(null)",
      "Point { x: 1 } [Object: null prototype] {}",
    ],
    ["{ get a() { return 1; }, set b(v) {} }", "{ a: [Getter], b: [Setter] }"],
    [
      "'%s is %d, %i, %f, %j, %o, %O%c 100%%', 'x', 1.5, 1.9, '2.5', { a: 1 }, [1], { b: 2 }, 'css', 'more'",
      'x is 1.5, 1, 2.5, {"a":1}, [ 1 ], { b: 2 } 100% more',
    ],
    ["'%s %s', 'one'", "one %s"],
    [
      "Array.from({ length: 3 }, (_, i) => 'x'.repeat(30) + i)",
      "[\n  'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0',\n  'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1',\n  'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2'\n]",
    ],
    ["(1234567.891).toLocaleString(), (0.5).toLocaleString('en-US', { style: 'percent' })", "1,234,567.891 50%"],
  ])("prints %s", async (args, text) => {
    expect(await printed(`console.log(${args})`)).toBe(`${text}\n`);
  });

  it("marks cycles and prints errors with their place", async () => {
    expect(await printed("const o = { a: 1 }; o.o = o; console.log(o)")).toBe("<ref *1> { a: 1, o: [Circular *1] }\n");
    expect(await printed("console.log(new TypeError('bad', { cause: 'c' }))")).toMatch(
      /^TypeError: bad\n {4}at main\.js:1:\d+ \{\n {2}\[cause\]: 'c'\n\}\n$/,
    );
  });

  it("has tables, groups, counters, timers and assertions", async () => {
    expect(await printed("console.table([{ a: 1, b: 'x' }, { a: 2 }])")).toBe(
      "┌─────────┬───┬─────┐\n│ (index) │ a │ b   │\n├─────────┼───┼─────┤\n│ 0       │ 1 │ 'x' │\n│ 1       │ 2 │     │\n└─────────┴───┴─────┘\n",
    );
    expect(
      await printed(
        "console.group('G'); console.log('a\\nb'); console.group(); console.log('c'); console.groupEnd(); console.groupEnd(); console.log('d')",
      ),
    ).toBe("G\n  a\n  b\n    c\nd\n");
    expect(await printed("console.count(); console.count(); console.countReset(); console.count('x')")).toBe(
      "default: 1\ndefault: 2\nx: 1\n",
    );
    expect(await printed("console.time('t'); console.timeEnd('t')")).toMatch(/^t: \d+(?:\.\d+)?ms\n$/);
    const { stdout, stderr } = await run(
      "console.assert(true); console.assert(1 > 2, 'is %s', 'wrong'); console.warn('w'); console.trace('here')",
    );
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^Assertion failed: is wrong\nw\nTrace: here\n {4}at main\.js:1:\d+\n$/);
  });
});

describe("printing", () => {
  it("throws for nothing, whatever is printed", async () => {
    const { outcome, stdout, stderr } = await run(`
      const no = () => { throw new InternalError("no"); };
      const traps = { ownKeys: no, get: no, getPrototypeOf: no, getOwnPropertyDescriptor: no, has: no };
      const text = { toString: no, [Symbol.toPrimitive]: no, toJSON: no, get a() { return no(); } };
      const named = Object.defineProperty(new Error("x"), "name", { get: no });
      let deep = []; for (let i = 0; i < 20000; i++) deep = [deep];
      console.dir(deep, { depth: null });
      console.count(deep);
      for (const value of [new Proxy({}, traps), new Proxy(no, traps), text, named]) {
        for (const method of Object.keys(console)) console[method](value, value, value);
        for (const kind of "sdifjoOc") console.log("%" + kind, value);
        console.dir(value, { depth: null });
        console.table([value], value);
      }
      String.prototype.replace = no; Array.prototype.map = no; console.log("%s", 1);
      "done"`);
    expect(outcome).toEqual({ kind: "completed", result: "done" });
    expect(stdout).toContain("[cannot be shown]");
    expect(stderr).toContain("[cannot be shown]");
  });

  it("shows an object as it is where it is no table", async () => {
    const { stdout } = await run(
      "console.table({ get a() { throw 1; } }); console.log('%s %d', { toString() { throw 1 } }, 2)",
    );
    expect(stdout).toBe("{ a: [Getter] }\n[cannot be shown] 2\n");
  });
});

describe("the other globals", () => {
  it.each([
    ["new URL('../a?b=1#c', 'https://user:pw@Example.com:443/p/q/r').href", "https://user:pw@example.com/p/a?b=1#c"],
    [
      "const u = new URL('http://h/p?a=1'); u.searchParams.append('b', 'x y'); u.hash = 'f'; String(u)",
      "http://h/p?a=1&b=x+y#f",
    ],
    ["[URL.canParse('nope'), URL.canParse('./x', 'http://h/')]", [false, true]],
    ["const u = new URL('mailto:a@b.c'); [u.protocol, u.pathname, u.host, u.origin]", ["mailto:", "a@b.c", "", "null"]],
    [
      "new URLSearchParams('?a=1&a=2&b=%20+').getAll('a').concat([...new URLSearchParams({ k: 'é&' })].flat(), String(new URLSearchParams({ k: 'é&' })))",
      ["1", "2", "k", "é&", "k=%C3%A9%26"],
    ],
    ["[...new TextEncoder().encode('aé€😀')]", [97, 195, 169, 226, 130, 172, 240, 159, 152, 128]],
    ["new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 97, 0xff, 0xe2, 0x82, 98]))", "a\ufffd\ufffdb"],
    [
      "const d = new TextDecoder(); d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode(new Uint8Array([0xac]))",
      "€",
    ],
    [
      "const d = new TextDecoder('utf-16le'); [d.encoding, d.decode(new Uint8Array([0xff, 0xfe, 0x3d, 0xd8, 0, 0xde, 97, 0])), d.decode(new Uint8Array([0, 0xd8]))]",
      ["utf-16le", "😀a", "\ufffd"],
    ],
    [
      "try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])) } catch (e) { e.name }",
      "TypeError",
    ],
    ["new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 97])).length", 2],
    [
      "const s = AbortSignal.timeout(3); await new Promise((f) => s.addEventListener('abort', f)); s.reason.name",
      "TimeoutError",
    ],
    [
      "const c = new AbortController(); const s = AbortSignal.any([c.signal, AbortSignal.timeout(1e6)]); c.abort(1); s.reason",
      1,
    ],
    ["[btoa('hi\\xff'), atob('aGn/'), atob(btoa('x'))]", ["aGn/", "hi\u00ff", "x"]],
    [
      "const o = { a: new Date(0), m: new Map([[1, { b: 2 }]]), e: new TypeError('t') }; o.o = o; const c = structuredClone(o); [c !== o, c.o === c, c.m.get(1), c.a.getTime(), c.e instanceof TypeError]",
      [true, true, { b: 2 }, 0, true],
    ],
    ["try { structuredClone(() => 1) } catch (e) { e.name }", "DataCloneError"],
    [
      "const c = new AbortController(); let n = 0; c.signal.addEventListener('abort', () => n++); c.abort('why'); c.abort(); [c.signal.aborted, c.signal.reason, n]",
      [true, "why", 1],
    ],
    [
      "[typeof process, typeof require, typeof fetch, typeof Deno, typeof globalThis.std, typeof globalThis.os]",
      Array(6).fill("undefined"),
    ],
    ["[URL.name, TextDecoder.name, console.log.name.length >= 0]", ["URL", "TextDecoder", true]],
  ])("work: %s", async (code, expected) => {
    expect(await resultOf(code)).toEqual(expected);
  });
});

describe("a program that breaks the prelude", () => {
  it.each([
    ["its timers", "Map.prototype.values = () => { throw 1; }; 1"],
    ["its texts", "String.prototype.toWellFormed = () => 'x'.repeat(5e7); console.log('a'); 1"],
    ["its description of errors", "JSON.stringify = () => 'x'.repeat(5e7); throw new Error('a')"],
    ["its results", "JSON.stringify = () => 'x'.repeat(5e7); 'a'"],
    ["its promises", "Promise.prototype.then = () => {}; await null; 1"],
  ])("harms itself alone: %s", async (_name, code) => {
    expect(["completed", "threw"]).toContain((await run(code)).outcome.kind);
    expect(await resultOf("1 + 1")).toBe(2);
  });
});
