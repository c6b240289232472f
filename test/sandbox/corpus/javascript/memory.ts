/** Programs that allocate without end, or a lot at once, and what becomes of them when they catch the refusal. */
import { family, type HostileProgram, type Row } from "../program.ts";

const MEBIBYTE = 2 ** 20;
const SMALL = { limits: { memoryBytes: 8 * MEBIBYTE, fuel: 300_000_000 } };
const MUCH = { limits: { memoryBytes: 64 * MEBIBYTE, fuel: 300_000_000 } };

/** One step of an endless growth; `n` counts and `keep` holds what was made. */
const GROWTH: Readonly<Record<string, string>> = {
  "small objects": "keep.push({})",
  "objects with properties": "keep.push({ a: n, b: n, ['k' + n]: n })",
  arrays: "keep.push([n, n])",
  "short texts": "keep.push('text ' + n)",
  "long texts": "keep.push(('' + n).repeat(1e5))",
  "wide texts": "keep.push('\\u20ac'.repeat(1e5) + n)",
  ropes: "keep.push((keep.at(-1) ?? 'x'.repeat(9000)) + n)",
  "slices of texts": "keep.push(('x'.repeat(1e5) + n).slice(1))",
  functions: "keep.push(() => n)",
  "closures over large values": "{ const a = Array(1e4).fill(n); keep.push(() => a); }",
  classes: "keep.push(class { #a = n; static b = n; m() { return this.#a; } })",
  generators: "keep.push((function* () { yield n; })())",
  "started generators": "{ const g = (function* () { yield n; yield n; })(); g.next(); keep.push(g); }",
  "async functions that wait": "keep.push((async () => { await new Promise(() => {}); return n; })())",
  promises: "keep.push(new Promise(() => {}))",
  "reactions of one promise": "(keep.p ??= new Promise(() => {})).then(() => n)",
  microtasks: "queueMicrotask(() => n)",
  timers: "setTimeout(() => n, 1e8)",
  listeners: "(keep.c ??= new AbortController()).signal.addEventListener('abort', () => n)",
  symbols: "keep.push(Symbol('s' + n))",
  "registered symbols": "keep.push(Symbol.for('s' + n))",
  "keys of one object": "(keep.o ??= {})['k' + n] = n",
  "index keys of one object": "(keep.o ??= {})[n * 3] = n",
  "a Map": "(keep.m ??= new Map()).set(n, {})",
  "a Set of texts": "(keep.m ??= new Set()).add('s' + n)",
  "a WeakMap with kept keys": "{ const k = {}; keep.push(k); (keep.w ??= new WeakMap()).set(k, 'x'.repeat(100) + n); }",
  "weak references": "{ const k = {}; keep.push(k, new WeakRef(k)); }",
  buffers: "keep.push(new ArrayBuffer(1e5))",
  "typed arrays": "keep.push(new Float64Array(1e4).fill(n))",
  "views on one buffer": "keep.push(new DataView(keep.b ??= new ArrayBuffer(8)))",
  "growing buffers":
    "(keep.b ??= new ArrayBuffer(1, { maxByteLength: 1e9 })).resize?.(n * 1e5); keep.push(new Uint8Array(1000))",
  "numbers in one array": "for (let i = 0; i < 1000; i++) keep.push(i)",
  "a sparse array that is filled": "keep.length = 1e6; keep.fill(n); keep = [keep]",
  "BigInt growth": "keep[0] = (keep[0] ?? 3n) << 100000n; keep.push(keep[0])",
  BigInts: "keep.push(2n ** 10000n + BigInt(n))",
  "regular expressions": "keep.push(new RegExp('a{' + n + '}b|' + 'c'.repeat(500)))",
  matches: "keep.push(/(?<a>.)(?<b>.)/d.exec('ab' + n))",
  "dates and errors": "keep.push(new Date(n), new Error('e' + n))",
  "errors with deep stacks": "{ const f = (d) => (d ? f(d - 1) : new Error('e')); keep.push(f(50)); }",
  proxies: "keep.push(new Proxy({}, {}))",
  "a chain of proxies": "keep[0] = new Proxy(keep[0] ?? {}, {}); keep.push({})",
  "a chain of prototypes": "keep[0] = Object.create(keep[0] ?? null)",
  "nested arrays": "keep = [keep]",
  "bound functions": "keep.f = (keep.f ?? (() => 1)).bind(null, n); keep.push(keep.f)",
  "parsed functions": "keep.push(Function('return ' + n + ';' + 'a;'.repeat(100)))",
  "parsed JSON": "keep.push(JSON.parse('[[1],{\"a\":' + n + '}]'))",
  "texts of JSON": "keep[0] = JSON.stringify(keep[0] ?? 'x'); keep.push(keep[0])",
  "structured clones": "keep.push(structuredClone({ a: [n], m: new Map([[n, n]]) }))",
  spread: "keep = [...keep, ...keep, n]",
  concat: "keep = keep.concat(keep, [n])",
  globals: "globalThis['g' + n] = { n }",
  "private fields": "keep.push(new (class { #a = n; #b = 'x'.repeat(200); get() { return this.#a; } })())",
  "arguments objects": "keep.push((function () { return arguments; })(n, n, n))",
  URLs: "keep.push(new URL('http://a/b?c=' + n))",
  "counters of the console": "console.assert(true); console.time('t' + n)",
  "iterator helpers": "keep.push([n].values().map?.((x) => x) ?? [n].values())",
};

/** Allocations that are too large by themselves: an error that a program may catch. */
const AT_ONCE: readonly (readonly [name: string, code: string, uncaught: Row[2]])[] = [
  ["a typed array of 100 MB", "new Uint8Array(1e8)", "memory"],
  ["a buffer of 1 GB", "new ArrayBuffer(1e9)", "memory"],
  ["a shared buffer of 1 GB", "new SharedArrayBuffer(1e9)", "memory"],
  ["a text of 500 MB", "'x'.repeat(5e8)", "memory"],
  ["a padded text of 500 MB", "'x'.padEnd(5e8)", "memory"],
  ["an array of 500 million", "new Array(5e8).fill(0)", "memory"],
  ["joined separators", "Array(1e6).join('x'.repeat(1000))", "memory"],
  ["a BigInt of 100 MB", "1n << 800000000n", "throws RangeError"],
  ["a length that no buffer has", "new ArrayBuffer(2 ** 53)", "throws RangeError"],
  ["a length that no array has", "[].length = 2 ** 53", "throws RangeError"],
  ["a text that no engine has", "'x'.repeat(2 ** 31)", "throws RangeError"],
  ["a text from ropes", "let s = 'x'; for (;;) s += s", "throws InternalError"],
  ["an endless array from a generator", "[...(function* () { for (;;) yield {}; })()]", "memory"],
  ["a result that grows while it is read", "({ get a() { const l = []; for (;;) l.push({}); } })", "memory"],
  ["a result of nested texts", "const s = 'x'.repeat(2e6); [s, s, s, s]", { result: undefined }],
  ["a message of 5 MB", "throw new Error('x'.repeat(5e6))", "throws Error"],
  ["an array of 8 MB printed", "console.log('x'.repeat(4e6) + 'y'.repeat(4e6))", "memory"],
  [
    "a table of wide columns",
    "console.table([Object.fromEntries(Array.from({ length: 200 }, (_, i) => ['k' + i, 'x'.repeat(2000)]))])",
    "memory",
  ],
];

const rows: readonly Row[] = [
  ...Object.entries(GROWTH).map(
    ([name, step]): Row => [
      `${name} without end`,
      `let keep = []; for (let n = 0; ; n++) { ${step}; }`,
      name === "ropes" || name.startsWith("BigInt growth")
        ? ["memory", "throws RangeError", "throws InternalError"]
        : "memory",
      SMALL,
    ],
  ),
  ...Object.entries(GROWTH)
    .filter((_, i) => i % 3 === 0)
    .map(
      ([name, step]): Row => [
        `${name} without end, caught each time`,
        `let keep = []; for (let n = 0; ; n++) { try { ${step}; } catch { n++; } }`,
        // A program that goes on after a refusal ends with its fuel, unless the engine itself finds no memory. Where not
        // even an error fits, the console cannot tell a refusal from an object that throws, and says so, again and again.
        name === "counters of the console" ? ["memory", "fuel", "output"] : ["memory", "fuel"],
        { limits: { ...SMALL.limits, fuel: 20_000_000 } },
      ],
    ),
  [
    "rejections that nobody handles, for which the host keeps a record each",
    "for (;;) Promise.reject();",
    "memory",
    MUCH,
  ],
  [
    "rejections that are handled in time, again and again",
    "for (let i = 0; i < 200; i++) { const all = Array.from({ length: 500 }, () => Promise.reject(1)); for (const each of all) each.catch(() => {}); await null; } 'ok'",
    { result: "ok" },
    MUCH,
  ],
  ...AT_ONCE.map(
    ([name, code, uncaught]): Row => [
      name,
      code,
      uncaught,
      { limits: { ...SMALL.limits, memoryBytes: 16 * MEBIBYTE } },
    ],
  ),
  [
    "a refusal that is caught, and work after it",
    "let r; try { new Uint8Array(1e8); } catch (e) { r = e.message; } [r, Array(1e4).fill(1).length]",
    { result: ["out of memory", 10_000] },
    SMALL,
  ],
  [
    "memory that is freed in time",
    "let n = 0; for (let i = 0; i < 500; i++) n += new Uint8Array(1e6).length; n",
    { result: 500_000_000 },
    { limits: { fuel: 50_000_000 } },
  ],
  [
    "cycles that are freed in time",
    "for (let i = 0; i < 20000; i++) { const a = { b: null, fill: Array(50) }; a.b = { a }; } 'ok'",
    { result: "ok" },
    { limits: { ...SMALL.limits, fuel: 200_000_000 } },
  ],
];

export const MEMORY: readonly HostileProgram[] = family("memory", "javascript", rows);
