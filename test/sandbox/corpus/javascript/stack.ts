// biome-ignore-all lint/suspicious/noTemplateCurlyInString: programs are text, with templates of their own
/** Recursion of every kind: an error or a limit, never the end of the host's own stack. */
import { family, type HostileProgram, type Row } from "../program.ts";

const STACK = { limits: { fuel: 80_000_000, memoryBytes: 64 * 2 ** 20 } };

/** Expressions or statements that never come to an end of calls. */
const RECURSION: Readonly<Record<string, string>> = {
  "a function": "function f() { return f() + 1; } f()",
  "an arrow": "const f = () => f() + 1; f()",
  "two functions": "function f() { return g() + 1; } function g() { return f() + 1; } f()",
  "a method": "const o = { m() { return this.m() + 1; } }; o.m()",
  "a constructor": "class A { constructor() { new A(); } } new A()",
  "a field": "class A { a = new A(); } new A()",
  "a getter": "const o = { get a() { return this.a; } }; o.a",
  "a setter": "const o = { set a(v) { this.a = v; } }; o.a = 1",
  toString: "const o = { toString: () => '' + o }; '' + o",
  valueOf: "const o = { valueOf: () => +o }; +o",
  "Symbol.toPrimitive": "const o = { [Symbol.toPrimitive]: () => `${o}` }; `${o}`",
  "a Proxy's get": "const p = new Proxy({}, { get: (_, k) => p[k] }); p.a",
  "a Proxy's has": "const p = new Proxy({}, { has: (_, k) => k in p }); 'a' in p",
  "a Proxy's ownKeys": "const p = new Proxy({}, { ownKeys: () => Object.keys(p) }); Object.keys(p)",
  "a Proxy's apply": "const p = new Proxy(() => 1, { apply: () => p() }); p()",
  "a Proxy's construct": "const p = new Proxy(class {}, { construct: () => new p() }); new p()",
  "a Proxy's getPrototypeOf":
    "const p = new Proxy({}, { getPrototypeOf: () => Object.getPrototypeOf(p) }); p instanceof Map",
  "a Proxy as its own handler": "const h = {}; const p = new Proxy({}, h); Object.setPrototypeOf(h, p); p.a",
  instanceof: "const o = { [Symbol.hasInstance]: (v) => v instanceof o }; 1 instanceof o",
  apply: "const f = () => f.apply(null, []); f()",
  call: "function f() { return Function.prototype.call.call(f); } f()",
  bind: "let f = () => g(); const g = () => f.bind()(); g()",
  "Reflect.apply": "const f = () => Reflect.apply(f, null, []); f()",
  "Reflect.construct": "function F() { Reflect.construct(F, []); } new F()",
  map: "const f = () => [1].map(f); f()",
  sort: "const f = () => [2, 1].sort(f); f()",
  reduce: "const f = () => [1, 2].reduce(f); f()",
  "Array.from": "const f = () => Array.from([1], f); f()",
  "forEach of a Map": "const m = new Map([[1, 1]]); const f = () => m.forEach(f); f()",
  replace: "const f = () => 'a'.replace(/a/, f); f()",
  replaceAll: "const f = () => 'a'.replaceAll('a', f); f()",
  "JSON.parse with a reviver": "const f = () => JSON.parse('[1]', f); f()",
  "JSON.stringify with a replacer": "const f = () => JSON.stringify({ a: 1 }, f); f()",
  toJSON: "const o = { toJSON: () => JSON.stringify(o) }; JSON.stringify(o)",
  eval: "const f = () => eval('f()'); f()",
  "a tagged template": "const t = () => t`a`; t`a`",
  spread: "const o = { *[Symbol.iterator]() { yield* o; } }; [...o]",
  destructuring: "const o = { get a() { const { a } = o; return a; } }; const { a } = o",
  "a default argument": "const f = (a = f()) => a; f()",
  "a computed key": "const k = { toString: () => ({ [k]: 1 }) }; ({ [k]: 1 })",
  "a generator": "function* g() { yield* g(); } g().next()",
  "an iterator's next": "const i = { next: () => { for (const a of { [Symbol.iterator]: () => i }); } }; i.next()",
  "an async function": "async function f() { await f(); } f()",
  "an async arrow that returns itself": "const f = async () => f(); f()",
  "a thenable in itself": "const f = () => Promise.resolve({ then: f }); const g = () => { g(); }; g()",
  "optional chains": "const o = { get a() { return o?.a?.b; } }; o.a",
  "a species":
    "class A extends Array { static get [Symbol.species]() { return new A(1, 2).map((x) => x).constructor; } } new A(1, 2).map((x) => x)",
  "structuredClone of a getter": "const o = { get a() { return structuredClone(o); } }; structuredClone(o)",
  "console.log in toString": "const o = { toString() { console.log(`${o}`); return ''; } }; console.log(`${o}`)",
  "an error's stack": "class E extends Error { constructor() { super(new E().message); } } new E()",
  "abort listeners": "const f = () => { const c = new AbortController(); c.signal.onabort = f; c.abort(); }; f()",
};

/** Values that are nested, and native functions that walk them. */
const NESTED: readonly (readonly [name: string, code: string, expected: Row[2]])[] = [
  ["JSON.parse of 100,000 brackets", "JSON.parse('['.repeat(1e5) + ']'.repeat(1e5))", "stack"],
  ["JSON.parse of 100,000 objects", "JSON.parse('{\"a\":'.repeat(1e5) + '1' + '}'.repeat(1e5))", "stack"],
  ["JSON.stringify of 100,000 arrays", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)", "stack"],
  ["a result of 100,000 arrays", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a", "completed"],
  [
    "a printed value of 100,000 arrays",
    "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; console.log(a); 1",
    { result: 1 },
  ],
  ["flat of 100,000 arrays", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a.flat(Infinity)", "stack"],
  ["toString of 100,000 arrays", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; String(a)", "stack"],
  [
    "structuredClone of 100,000 arrays",
    "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; structuredClone(a)",
    "stack",
  ],
  ["a chain of 100,000 proxies", "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.a", "stack"],
  ["a chain of 100,000 bound functions", "let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(); f()", "memory"],
  [
    "100,000 classes that extend each other",
    "let C = class {}; for (let i = 0; i < 1e5; i++) C = class extends C {}; new C()",
    "stack",
  ],
  [
    "a chain of 100,000 promises",
    "let p = Promise.resolve(1); for (let i = 0; i < 1e5; i++) p = p.then((v) => v); await p",
    { result: 1 },
  ],
  [
    "a promise resolved with promises 100,000 deep",
    "let p = Promise.resolve(1); for (let i = 0; i < 1e5; i++) { const q = p; p = (async () => q)(); } await p",
    ["memory", "fuel"],
  ],
  [
    "errors that cause each other 100,000 deep",
    "let e = new Error('0'); for (let i = 0; i < 1e5; i++) e = new Error('e', { cause: e }); throw e",
    "throws Error",
  ],
  [
    "a list of 100,000 that is freed at once",
    "let o = null; for (let i = 0; i < 3e5; i++) o = { o }; o = null; 'freed'",
    { result: "freed" },
  ],
  [
    "a rope of 10,000 that is flattened",
    "let s = ''; for (let i = 0; i < 1e4; i++) s = i % 2 ? s + 'a' : 'a' + s; s.length",
    { result: 10_000 },
  ],
  ["a regular expression of 100,000 groups", "new RegExp('(?:'.repeat(1e5) + ')'.repeat(1e5))", "stack"],
  ["a regular expression of 100,000 lookaheads", "new RegExp('(?='.repeat(1e5) + ')'.repeat(1e5))", "stack"],
  ["a regular expression of nested classes", "new RegExp('['.repeat(1e5) + ']'.repeat(1e5), 'v')", "stack"],
];

const rows: readonly Row[] = [
  ...Object.entries(RECURSION).map(([name, code]): Row => [name, code, "stack", STACK]),
  ...Object.entries(RECURSION)
    .filter((_, i) => i % 3 === 0)
    .map(
      ([name, code]): Row => [
        `${name}, caught`,
        `let caught; try { (() => { ${code}; })(); } catch (error) { caught = error.message; } caught`,
        // The engine notices most recursion itself; where the host's stack ends first, the instance is dead.
        [{ result: "stack overflow" }, "stack"],
        STACK,
      ],
    ),
  ...Object.entries(RECURSION)
    .filter((_, i) => i % 4 === 1)
    .map(
      ([name, code]): Row => [
        `${name}, again and again`,
        `for (;;) { try { (() => { ${code}; })(); } catch {} finally { continue; } }`,
        ["fuel", "stack"],
        { limits: { ...STACK.limits, fuel: 4_000_000 } },
      ],
    ),
  // The engine's parser hides its own stack overflow behind an error of syntax here.
  ["Function", "globalThis.f = () => Function('return f()')(); f()", "throws SyntaxError", STACK],
  ...NESTED.map(([name, code, expected]): Row => [name, code, expected, STACK]),
];

export const STACKS: readonly HostileProgram[] = family("stack", "javascript", rows);
