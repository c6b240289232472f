/** Programs that look for a way out: to the host's globals, to the engine's own functions, to files that are not theirs. */
import { CANARY, MARK } from "../host-integrity.ts";
import { family, type HostileProgram, type Row } from "../program.ts";

/** What a program would find outside, and must not find inside. */
const OUTSIDE = [
  ...[CANARY, "process", "require", "module", "WebAssembly", "caches", "WebSocketPair", "HTMLRewriter", "Deno", "Bun"],
  ...["importScripts", "Worker", "navigator", "document", "window", "self", "std", "os", "scriptArgs", "gc", "print"],
  ...["load", "read", "bjson", "__loadScript", "__vite_ssr_import__", "__vitest_worker__", "Atomics"],
];

/** Expressions by which a program tries to get at a global object that is not its own. */
const ROOTS: Readonly<Record<string, string>> = {
  "Function of a function": "(function () {}).constructor('return this')()",
  "Function of an arrow": "(() => {}).constructor('return this')()",
  "Function of an array's constructor": "[].constructor.constructor('return this')()",
  "Function of a string": "''.sub.constructor('return this')()",
  "Function of a number": "(0).toFixed.constructor('return this')()",
  "Function of a symbol": "Symbol.iterator.constructor.constructor('return this')()",
  "Function of a regular expression": "/x/.exec.constructor('return this')()",
  "Function of an error": "new Error().constructor.constructor('return this')()",
  "Function of a thrown error of the engine":
    "(() => { try { null.x; } catch (e) { return e.constructor.constructor('return this')(); } })()",
  "Function of a stack overflow":
    "(() => { const f = () => f() + 1; try { f(); } catch (e) { return e.constructor.constructor('return this')(); } })()",
  "Function of console.log": "console.log.constructor('return this')()",
  "Function of setTimeout": "setTimeout.constructor('return this')()",
  "Function of structuredClone": "structuredClone.constructor('return this')()",
  "Function of crypto": "crypto.getRandomValues.constructor('return this')()",
  "Function of performance": "performance.now.constructor('return this')()",
  "Function of URL": "new URL('http://a/').constructor.constructor('return this')()",
  "Function of TextDecoder": "new TextDecoder().decode.constructor('return this')()",
  "Function of AbortSignal": "new AbortController().signal.constructor.constructor('return this')()",
  "Function of a promise": "Promise.resolve().then.constructor('return this')()",
  "Function of a proxied function": "new Proxy(function () {}, {}).constructor('return this')()",
  "Function of a bound function": "(function () {}).bind().constructor('return this')()",
  "Function of a getter": "Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.constructor('return this')()",
  "Function of the module runyard": "globalThis[Symbol.for('runyard')].readTextFile.constructor('return this')()",
  "a generator function's constructor":
    "Object.getPrototypeOf(function* () {}).constructor('yield globalThis')().next().value",
  "an async function's constructor": "await Object.getPrototypeOf(async () => {}).constructor('return globalThis')()",
  "an async generator function's constructor":
    "(await Object.getPrototypeOf(async function* () {}).constructor('yield globalThis')().next()).value",
  "indirect eval": "(0, eval)('this')",
  "eval of eval": "eval('eval(\"(0, eval)(`this`)\")')",
  "a sloppy function's this": "(function () { return this; })()",
  "a sloppy function's this, called with null": "(function () { return this; }).call(null)",
  "Reflect.construct of Function": "Reflect.construct(Function, ['return this'])()",
  "Reflect.apply of Function": "Reflect.apply(Function, null, ['return this'])()",
  "a constructor name in pieces": "[]['cons' + 'tructor']['con' + 'structor']('return th' + 'is')()",
  "a constructor name in escapes": "[]['\\x63onstructor'].c\\u006fnstructor('return this')()",
  "parameters that end early": "Function('a = (() => this)()', '/*', '*/) { return globalThis')?.() ?? globalThis",
  "a comment in the parameters": "Function('/*', '*/a', 'return this')()",
  "Array.from of this": "Array.from.call(function () { return [this]; }, [1]) && globalThis",
  "the caller of a host call":
    "(() => { let seen = globalThis; const o = { toString() { seen = (function f() { return f.caller ?? globalThis; })(); return 'x'; } }; try { console.log(o); String(o); } catch {} return typeof seen === 'function' ? globalThis : seen; })()",
  "the reason of an import that fails":
    "(await import('nothing').catch((e) => e.constructor.constructor('return this')()))",
  "the namespace of the module runyard": "(await import('runyard')).default.write.constructor('return this')()",
  "a timer's this": "await new Promise((done) => setTimeout(function () { done(this ?? globalThis); }, 0))",
  "a microtask's this": "await new Promise((done) => queueMicrotask(function () { done(this ?? globalThis); }))",
  "a getter on the prototype of everything":
    "(() => { let seen; Object.defineProperty(Object.prototype, 'depth', { get() { seen = this; return undefined; }, configurable: true }); console.dir({ a: 1 }, {}); delete Object.prototype.depth; return seen.constructor.constructor('return this')(); })()",
  "a species constructor":
    "(() => { let seen; class A extends Array { static get [Symbol.species]() { seen = this.constructor; return Array; } } new A(3).map((x) => x); return seen('return this')(); })()",
};

const lookOutside = (root: string) =>
  `const found = ${root}; const names = ${JSON.stringify(OUTSIDE)};
[found === globalThis, names.filter((name) => name in found || name in globalThis)]`;

/** Walks over everything that a program can reach, and names what it must not reach. */
const CRAWL = `const seen = new Set(); const found = []; const queue = [[globalThis, "globalThis"]];
const outside = new Set(${JSON.stringify(OUTSIDE)});
const visit = (value, path) => {
  if ((typeof value === "object" && value !== null) || typeof value === "function") queue.push([value, path]);
};
while (queue.length > 0) {
  const [value, path] = queue.pop();
  if (seen.has(value)) continue;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) {
    const name = String(key);
    if (path === "globalThis" && outside.has(name)) found.push(name);
    const { value: inner, get, set } = Object.getOwnPropertyDescriptor(value, key);
    visit(inner, path + "." + name); visit(get, path + "." + name); visit(set, path + "." + name);
  }
  visit(Object.getPrototypeOf(value), path + ".[[Prototype]]");
}
[seen.size > 500, found]`;

/** Marks what a program believes to be the outside. The mark is found on the host if it is. */
const MARKING: Readonly<Record<string, string>> = {
  "the prototypes of what the host's calls return":
    "for (const value of [performance.now(), crypto.randomUUID(), prompt(), Date.now()]) if (value !== null) Object.getPrototypeOf(value).MARK = 1; 'done'",
  "the arguments of runyard":
    "const { args, files } = globalThis[Symbol.for('runyard')]; for (const list of [args, files]) Object.getPrototypeOf(list).MARK = 1; 'done'",
  "the error of an import":
    "await import('x').catch((e) => { let at = e; while (at) { at.MARK = 1; at = Object.getPrototypeOf(at); } }); 'done'",
  "every prototype there is":
    "for (const name of Object.getOwnPropertyNames(globalThis)) { const p = globalThis[name]?.prototype; if (p) p.MARK = 1; } 'done'",
  "the global object": "globalThis.MARK = 1; var MARK2 = 2; 'done'",
  "Function's prototype": "Function.prototype.MARK = 1; 'done'",
  "the result's prototype": "class R { get MARK() { return 1; } } Object.setPrototypeOf(R.prototype, null); 'done'",
  "the result through __proto__": "JSON.parse('{\"__proto__\": {\"MARK\": 1}}').a ?? 'done'",
  "the result through a forged text":
    'JSON.stringify = () => \'{"__proto__":{"MARK":1},"constructor":{"prototype":{"MARK":1}}}\'; delete Array.prototype.x; console.log(\'ran\'); throw \'done\'',
};

const IMPORTS: readonly string[] = [
  ...["../../../../etc/passwd", "/etc/passwd", "./../main.js", "..", "../", "/..", "./.././../x"],
  ...["file:///etc/passwd", "data:text/javascript,export default 1", "blob:x", "http://localhost/x.js"],
  ...["https://example.com/x.js", "//example.com/x.js", "node:fs", "node:vm", "fs", "child_process", "worker_threads"],
  ...["runyard:prelude", "runyard:module", "runyard:missing/0", "runyard:missing/-1", "runyard:missing/__proto__"],
  ...["cloudflare:workers", "cloudflare:sockets", "workerd:unsafe", "internal:x", "std", "os", "qjs:std", "bjson"],
  ...["", " ", ".", "./", "/", "\\\\x", "./main.js?x", "./main.js#x", "./MAIN.JS", "__proto__", "./__proto__"],
  ...["constructor", "./constructor", "./toString", "./hasOwnProperty", "C:\\\\x", "./a\\u0000b", "./\\ud800"],
  ...["./main.js/", "./main.js/../../x", "%2e%2e/x", "./%6dain.js", "./x".repeat(200)],
];

/** An import that succeeds gives a program nothing but its own file. */
const importing = (specifier: string) =>
  `let found; try { found = await import("${specifier}"); } catch (error) { found = error.name; }
typeof found === "string" ? found : Object.keys(found).filter((key) => key !== "default").length`;

const READS: readonly string[] = [
  ...[
    "/etc/passwd",
    "../secret",
    "./../secret",
    "__proto__",
    "constructor",
    "file:main.js",
    "stdin",
    "",
    ".",
    "main.js\\u0000",
  ],
];

const rows: readonly Row[] = [
  ...Object.entries(ROOTS).map(([name, root]): Row => [name, lookOutside(root), { result: [true, []] }]),
  ["a walk over everything reachable", CRAWL, { result: [true, []] }, { limits: { fuel: 40_000_000 } }],
  ...Object.entries(MARKING).map(
    ([name, code]): Row => [
      `a mark on ${name}`,
      code.replaceAll("MARK", MARK),
      code.includes("throw 'done'") ? ["throws Error", { result: undefined }] : { result: "done" },
    ],
  ),
];

const importRows: readonly Row[] = [
  ...[...new Set(IMPORTS)].map(
    (specifier): Row => [
      `import ${JSON.stringify(specifier.slice(0, 40))}`,
      importing(specifier),
      { result: "ImportError" },
    ],
  ),
  [
    "import of a name with a getter",
    {
      "main.js":
        "let n = 0; const name = { toString() { n++; return n > 1 ? '/etc/passwd' : './a.js'; } }; const { a } = await import(name); a + n",
      "a.js": "export const a = 1;",
    },
    { result: 2 },
  ],
  ...READS.map(
    (name): Row => [
      `read ${JSON.stringify(name)}`,
      `globalThis[Symbol.for("runyard")].readTextFile("${name}")`,
      "throws Error",
    ],
  ),
  [
    "read a name that changes",
    "let n = 0; globalThis[Symbol.for('runyard')].readTextFile({ toString: () => (n++ ? '/etc/passwd' : 'main.js') }).length > 0",
    { result: true },
  ],
  [
    "read through a replaced String",
    "globalThis.String = () => ({ replace: () => 'file:../x' }); globalThis[Symbol.for('runyard')].readTextFile('x')",
    "throws Error",
  ],
];

export const ESCAPES: readonly HostileProgram[] = [
  ...family("escape", "javascript", rows),
  ...family("import and read", "javascript", importRows),
];
