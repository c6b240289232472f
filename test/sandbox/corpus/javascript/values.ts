/** Values that are hard to hand over: as a result, inside of one, and thrown. */
import type { JsonValue } from "../../../../worker/domain/guest-outcome.ts";
import { type Ending, family, type HostileProgram, type Row } from "../program.ts";

/** Where a value has no counterpart as data: it is left out of objects, and no result by itself. */
const NOTHING = Symbol("nothing");

/** An expression, and what it is as data; or how the program ends. */
const VALUES: readonly (readonly [name: string, expression: string, data: JsonValue | typeof NOTHING | Ending[]])[] = [
  ["NUL", "'a\\0b'", "a\0b"],
  ["only NUL", "'\\0'", "\0"],
  ["a lone surrogate", "'\\ud800'", "\ud800"],
  ["surrogates the wrong way round", "'\\udc00\\ud800'", "\udc00\ud800"],
  ["a byte order mark", "'\\ufeffx'", "\ufeffx"],
  ["line separators", "'\\u2028\\u2029'", "\u2028\u2029"],
  ["noncharacters", "'\\uffff\\ufffe'", "\uffff\ufffe"],
  ["quotes and backslashes", "'\"\\\\\\'`'", "\"\\'`"],
  ["the word undefined", "'undefined'", "undefined"],
  ["the sentinel of results", "'too-large'", "too-large"],
  ["text of JSON", "'{\"a\":1}'", '{"a":1}'],
  ["-0", "-0", 0],
  ["the largest number", "Number.MAX_VALUE", Number.MAX_VALUE],
  ["the smallest number", "5e-324", 5e-324],
  ["NaN", "NaN", null],
  ["an infinity", "-Infinity", null],
  ["a BigInt", "-(2n ** 70n)", "-1180591620717411303424n"],
  ["undefined", "undefined", NOTHING],
  ["null", "null", null],
  ["a Date", "new Date(0)", "1970-01-01T00:00:00.000Z"],
  ["an invalid Date", "new Date(NaN)", null],
  ["a Date far away", "new Date(8.64e15)", "+275760-09-13T00:00:00.000Z"],
  ["a Date with a looping toISOString", "Object.assign(new Date(0), { toISOString() { for (;;); } })", ["fuel"]],
  ["a Date with toJSON", "Object.assign(new Date(0), { toJSON: () => 5 })", "1970-01-01T00:00:00.000Z"],
  ["a Map", "new Map([['a', 1], ['__proto__', 2]])", JSON.parse('{"a":1,"__proto__":2}') as JsonValue],
  [
    "a Map with other keys",
    "new Map([[{}, 1], [NaN, 2]])",
    [
      [{}, 1],
      [null, 2],
    ],
  ],
  ["a Map in itself", "(() => { const m = new Map(); m.set('m', m); return m; })()", { m: "[Circular]" }],
  ["a Set", "new Set([1, 'x', null])", [1, "x", null]],
  ["a Set in itself", "(() => { const s = new Set(); s.add(s); return s; })()", ["[Circular]"]],
  ["a WeakMap", "new WeakMap()", {}],
  ["a typed array", "new Int16Array([1, -1])", [1, -1]],
  ["a typed array of BigInts", "new BigInt64Array(2)", ["0n", "0n"]],
  ["a buffer", "new ArrayBuffer(3)", [0, 0, 0]],
  ["a view", "new DataView(new ArrayBuffer(3))", {}],
  ["a regular expression", "/a\\/b/gi", "/a\\/b/gi"],
  [
    "a regular expression with a looping source",
    "Object.defineProperty(/x/, 'source', { get() { for (;;); } })",
    ["fuel"],
  ],
  ["boxed values", "[Object(1), Object('x'), Object(false)]", [1, "x", false]],
  ["a boxed BigInt", "Object(1n)", {}],
  ["a boxed symbol", "Object(Symbol('x'))", {}],
  ["boxed text with properties", "Object.assign(Object('x'), { a: 1 })", "x"],
  ["a boxed number with a looping valueOf", "Object.assign(Object(1), { valueOf() { for (;;); } })", ["fuel"]],
  ["an object without a prototype", "Object.assign(Object.create(null), { a: 1 })", { a: 1 }],
  ["an own __proto__", 'JSON.parse(\'{"__proto__":{"a":1}}\')', JSON.parse('{"__proto__":{"a":1}}') as JsonValue],
  [
    "own names of methods",
    "({ constructor: 1, toString: 2, hasOwnProperty: 3, valueOf: 4 })",
    { constructor: 1, toString: 2, hasOwnProperty: 3, valueOf: 4 },
  ],
  ["empty and strange keys", "({ '': 1, '\\0': 2, '\\ud800': 3, '0': 4 })", { 0: 4, "": 1, "\0": 2, "\ud800": 3 }],
  ["symbols as keys", "({ [Symbol()]: 1, a: 2 })", { a: 2 }],
  ["hidden properties", "Object.defineProperty({ a: 1 }, 'b', { value: 2 })", { a: 1 }],
  ["inherited properties", "Object.create({ a: 1 })", {}],
  ["a getter", "({ get a() { return 1; } })", { a: 1 }],
  ["a getter that throws", "({ get a() { throw new RangeError('got'); } })", ["throws RangeError"]],
  ["a getter that loops", "({ get a() { for (;;); } })", ["fuel"]],
  [
    "a getter that gives more of itself",
    "(() => { class A { get a() { return new A(); } } const f = () => ({ get a() { return f(); } }); return f(); })()",
    ["completed"],
  ],
  [
    "a getter that changes its object",
    "(() => { const o = { get a() { for (let i = 0; i < 100; i++) o['k' + i] = i; return 1; } }; return o; })()",
    { a: 1 },
  ],
  [
    "a getter that deletes the next",
    "(() => { const o = { get a() { delete o.b; return 1; }, b: 2 }; return o; })()",
    { a: 1 },
  ],
  [
    "an array that grows while it is read",
    "(() => { const l = [{ toJSON() { l.push(l[0]); return 1; } }]; return l; })()",
    ["fuel"],
  ],
  [
    "an array that shrinks while it is read",
    "(() => { const l = [{ toJSON() { l.length = 1; return 1; } }, 2, 3]; return l; })()",
    [1],
  ],
  ["a hole", "[1, , 3]", [1, null, 3]],
  ["an array with properties", "Object.assign([1], { a: 2, '-1': 3 })", [1]],
  ["a subclass of Array", "new (class L extends Array {})(1, 2)", [1, 2]],
  ["an array-like", "({ length: 2, 0: 'a' })", { 0: "a", length: 2 }],
  ["a sparse array of 4 billion", "(() => { const l = []; l.length = 2 ** 32 - 1; return l; })()", ["fuel"]],
  ["a Proxy", "new Proxy({ a: 1 }, {})", { a: 1 }],
  ["a Proxy of an array", "new Proxy([1, 2], {})", [1, 2]],
  ["a Proxy of a Map", "new Proxy(new Map(), {})", ["throws TypeError"]],
  [
    "a Proxy with endless length",
    "new Proxy([], { get: (t, k) => (k === 'length' ? Infinity : k === 'toJSON' ? undefined : 1) })",
    ["fuel"],
  ],
  [
    "a Proxy with a million keys",
    "new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => 'k' + i), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })",
    ["fuel"],
  ],
  [
    "a Proxy that lies about its keys",
    "new Proxy(Object.freeze({ a: 1 }), { ownKeys: () => ['b'] })",
    ["throws TypeError"],
  ],
  ["a Proxy with a looping get", "new Proxy({}, { get() { for (;;); } })", ["fuel"]],
  [
    "a Proxy with a looping getPrototypeOf",
    "new Proxy({}, { get: () => undefined, getPrototypeOf() { for (;;); } })",
    ["fuel"],
  ],
  [
    "a Proxy with an endless chain",
    "(() => { const p = new Proxy({}, { get: () => undefined, getPrototypeOf: () => p }); return p; })()",
    ["fuel"],
  ],
  [
    "a revoked Proxy",
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
    ["throws TypeError"],
  ],
  [
    "a Proxy that is revoked while it is read",
    "(() => { const r = Proxy.revocable({ a: 1 }, { ownKeys() { r.revoke(); return ['a']; } }); return r.proxy; })()",
    ["throws TypeError"],
  ],
  ["toJSON", "({ toJSON: () => ({ a: 1 }) })", { a: 1 }],
  ["toJSON of toJSON", "({ toJSON: () => ({ toJSON: () => 2 }) })", 2],
  ["toJSON without an end", "(() => { const f = () => ({ toJSON: f }); return f(); })()", "[Object]"],
  ["toJSON that gives itself", "(() => { const o = { toJSON: () => o }; return o; })()", "[Circular]"],
  ["toJSON that gives nothing", "({ toJSON: () => undefined })", NOTHING],
  ["toJSON that throws", "({ toJSON() { throw new RangeError('json'); } })", ["throws RangeError"]],
  ["toJSON that is no function", "({ toJSON: 1, a: 2 })", { toJSON: 1, a: 2 }],
  ["toJSON as a looping getter", "({ get toJSON() { for (;;); } })", ["fuel"]],
  ["a cycle", "(() => { const o = {}; o.o = { o }; return o; })()", { o: { o: "[Circular]" } }],
  ["an array in itself", "(() => { const l = []; l.push(l, l); return l; })()", ["[Circular]", "[Circular]"]],
  ["an object twice", "(() => { const o = {}; return [o, o]; })()", [{}, {}]],
  [
    "an object twice at each of 40 levels",
    "(() => { let o = 1; for (let i = 0; i < 40; i++) o = [o, o]; return o; })()",
    ["fuel"],
  ],
  [
    "5,000 levels",
    "(() => { let o = 1; for (let i = 0; i < 5000; i++) o = [o]; return [JSON.stringify(o).length]; })()",
    ["fuel"],
  ],
  ["an error", "new RangeError('r').message", "r"],
  [
    "an error with a looping message",
    "Object.defineProperty(new Error(), 'message', { get() { for (;;); } })",
    ["fuel"],
  ],
  [
    "an error with a looping stack",
    "Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } })",
    ["fuel"],
  ],
  ["an error with a symbol as its name", "Object.assign(new Error('x'), { name: Symbol('n') }).message", "x"],
  ["an iterator without end", "(function* () { for (;;) yield 1; })()", {}],
  ["an object with an iterator without end", "({ *[Symbol.iterator]() { for (;;) yield 1; } })", {}],
  [
    "a Set with a looping iterator",
    "Object.assign(new Set([1]), { *[Symbol.iterator]() { for (;;) yield 1; } })",
    ["fuel"],
  ],
  [
    "a Map with a looping iterator",
    "Object.assign(new Map(), { *[Symbol.iterator]() { for (;;) yield ['a', 1]; } })",
    ["fuel"],
  ],
  [
    "a detached buffer",
    "(() => { const b = new ArrayBuffer(8), u = new Uint8Array(b); b.transfer?.(); return u.length; })()",
    0,
  ],
  ["a promise inside", "[Promise.resolve(1)]", [{}]],
  ["a weak reference", "new WeakRef({})", {}],
  ["document.all's like", "Object.assign(() => 1, { a: 1 }).a", 1],
];

const LARGE: readonly Row[] = [
  [
    "a text of 20 MB",
    "'x'.repeat(2e7)",
    { result: undefined },
    { limits: { fuel: 100_000_000, memoryBytes: 64 * 2 ** 20 } },
  ],
  [
    "a text of 20 MB, as the default export",
    "export default 'x'.repeat(2e7)",
    "throws ResultTooLarge",
    { limits: { fuel: 100_000_000, memoryBytes: 64 * 2 ** 20 } },
  ],
  [
    "a million elements",
    "export default Array(1e6).fill(1)",
    "throws ResultTooLarge",
    { limits: { fuel: 400_000_000, memoryBytes: 64 * 2 ** 20 } },
  ],
  [
    "a hundred thousand keys",
    "export default Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['key number ' + i, i]))",
    "throws ResultTooLarge",
    { limits: { fuel: 400_000_000, memoryBytes: 64 * 2 ** 20 } },
  ],
  [
    "text that grows as JSON",
    "export default '\\u0001'.repeat(5e5)",
    "throws ResultTooLarge",
    { limits: { fuel: 400_000_000 } },
  ],
  [
    "text that grows as UTF-8",
    "export default '\\u20ac'.repeat(5e5)",
    "throws ResultTooLarge",
    { limits: { fuel: 400_000_000 } },
  ],
  [
    "one key of 2 MB",
    "export default { ['k'.repeat(2e6)]: 1 }",
    "throws ResultTooLarge",
    { limits: { fuel: 400_000_000 } },
  ],
  ["a BigInt of 2 million digits", "export default 7n ** 1000000n", "fuel"],
];

/** Each thrown value is described, whatever it is; what its getters do is the program's own doing. */
const THROWN: readonly (readonly [name: string, expression: string, expected: Row[2]])[] = [
  ["undefined", "undefined", "throws Error"],
  ["a symbol", "Symbol('s')", "throws Error"],
  ["a BigInt", "10n", "throws Error"],
  ["a function", "() => 1", "throws Error"],
  ["a class", "class A {}", "throws Error"],
  ["text of 5 MB", "'x'.repeat(5e6)", "fuel"],
  ["text with NUL and a lone surrogate", "'a\\0\\ud800'", "throws Error"],
  ["a Proxy of an error", "new Proxy(new RangeError('x'), {})", "throws RangeError"],
  ["a Proxy whose traps throw", "new Proxy(new Error('x'), { get() { throw 1; } })", "throws Error"],
  ["a Proxy whose traps loop", "new Proxy(new Error('x'), { get() { for (;;); } })", "fuel"],
  ["a Proxy that loops when its prototype is asked for", "new Proxy({}, { getPrototypeOf() { for (;;); } })", "fuel"],
  [
    "a revoked Proxy",
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
    "throws Error",
  ],
  [
    "a Proxy that throws itself",
    "(() => { const p = new Proxy(new Error('x'), { get() { throw p; } }); return p; })()",
    "throws Error",
  ],
  ["an error with a looping name", "Object.defineProperty(new Error(), 'name', { get() { for (;;); } })", "fuel"],
  ["an error with a looping message", "Object.defineProperty(new Error(), 'message', { get() { for (;;); } })", "fuel"],
  [
    "an error with a looping stack",
    "Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } })",
    "throws Error",
  ],
  ["an error with a looping cause", "Object.defineProperty(new Error('x'), 'cause', { get() { for (;;); } })", "fuel"],
  [
    "an error with a throwing name",
    "Object.defineProperty(new Error(), 'name', { get() { throw 1; } })",
    "throws Error",
  ],
  [
    "an error with a throwing message",
    "Object.defineProperty(new Error(), 'message', { get() { throw 1; } })",
    "throws Error",
  ],
  [
    "an error with a throwing stack",
    "Object.defineProperty(new Error('x'), 'stack', { get() { throw 1; } })",
    "throws Error",
  ],
  [
    "an error whose message is an object",
    "Object.assign(new Error(), { message: { toString() { for (;;); } } })",
    "fuel",
  ],
  [
    "an error whose message is a symbol",
    "Object.assign(new RangeError(), { message: Symbol('m') })",
    "throws RangeError",
  ],
  ["an error whose name is empty", "Object.assign(new Error('x'), { name: '' })", "throws Error"],
  [
    "an error whose name has a line end",
    "Object.assign(new Error('x'), { name: 'A\\n    at f (main.js:1:1)' })",
    ["throws A\n    at f (main.js:1:1)"],
  ],
  [
    "an error whose name is 1 MB",
    "Object.assign(new Error('x'), { name: 'N'.repeat(1e6) })",
    [`throws ${"N".repeat(200)}`],
  ],
  ["an error whose stack is no text", "Object.assign(new Error('x'), { stack: 5 })", "throws Error"],
  [
    "an error whose stack is an object",
    "Object.assign(new Error('x'), { stack: { split() { for (;;); } } })",
    "throws Error",
  ],
  [
    "an error whose constructor loops",
    "(() => { const e = new Error('x'); Object.setPrototypeOf(e, Object.create(Error.prototype, { constructor: { value: new Proxy(class {}, { get() { for (;;); } }) } })); return e; })()",
    "fuel",
  ],
  ["an error without a prototype", "Object.setPrototypeOf(new Error('x'), null)", "throws Error"],
  ["an object that claims to be an error", "Object.create(TypeError.prototype)", "throws TypeError"],
  ["an error from the engine, kept", "(() => { try { null.x; } catch (e) { return e; } })()", "throws TypeError"],
  ["a frozen error", "Object.freeze(new TypeError('x'))", "throws TypeError"],
  ["an error that causes itself", "(() => { const e = new Error('x'); e.cause = e; return e; })()", "throws Error"],
  [
    "an AggregateError of itself",
    "(() => { const e = new AggregateError([]); e.errors = [e, e]; return e; })()",
    "throws AggregateError",
  ],
  ["an AggregateError of a million", "new AggregateError(Array(1e6).fill(1))", "fuel"],
  [
    "an AggregateError whose errors are no list",
    "Object.assign(new AggregateError([]), { errors: 5 })",
    "throws Error",
  ],
  [
    "an AggregateError whose errors have no end",
    "Object.assign(new AggregateError([]), { errors: { *[Symbol.iterator]() { for (;;) yield 1; } } })",
    "throws Error",
  ],
  ["an error named like a limit", "Object.assign(new Error('stopped'), { name: 'TimeLimit' })", "throws TimeLimit"],
  [
    "an error with the engine's words",
    "Object.assign(new Error('stack overflow'), { name: 'InternalError' })",
    ["stack"],
  ],
  [
    "an interruption with the engine's words",
    "Object.assign(new Error('interrupted'), { name: 'InternalError' })",
    "throws InternalError",
  ],
  [
    "memory with the engine's words",
    "Object.assign(new Error('out of memory'), { name: 'InternalError' })",
    "throws InternalError",
  ],
  [
    "an import error with known words",
    "Object.assign(new Error('cannot import \"x\"'), { name: 'ImportError' })",
    "throws ImportError",
  ],
  [
    "a missing export with known words",
    "new SyntaxError(\"Could not find export 'a' in module 'main.js'\")",
    "throws SyntaxError",
  ],
  [
    "a pattern in a missing export",
    "new SyntaxError(\"Could not find export '\" + 'a'.repeat(1e4) + \"' in module 'main.js'\")",
    "throws SyntaxError",
  ],
];

const endings = (data: (typeof VALUES)[number][2]): readonly Ending[] | null =>
  Array.isArray(data) && data.length > 0 && data.every((item) => typeof item === "string" && isEnding(item))
    ? (data as Ending[])
    : null;

const isEnding = (text: string) => /^(?:fuel|memory|stack|output|time|completed|throws .*)$/.test(text);

const results: readonly Row[] = VALUES.flatMap(([name, expression, data], i): Row[] => {
  const ends = endings(data);
  const alone = ends ?? [{ result: data === NOTHING ? undefined : (data as JsonValue) }];
  const inside = ends ?? [
    {
      result: {
        list: [data === NOTHING ? null : (data as JsonValue)],
        ...(data === NOTHING ? {} : { key: data as JsonValue }),
      },
    },
  ];
  const nested =
    i % 2 === 0
      ? `({ list: [${expression}], key: ${expression} })`
      : `export default Promise.resolve({ list: [${expression}], key: ${expression} })`;
  return [
    [`${name}, as the last value`, `(${expression})`, alone],
    [`${name}, inside of the result`, nested, inside],
  ];
});

/** Ways by which a value is thrown. The way changes nothing. */
const WAYS: readonly ((expression: string) => string)[] = [
  (x) => `throw ${x};`,
  (x) => `await Promise.reject(${x});`,
  (x) => `Promise.reject(${x}); 5`,
  (x) => `setTimeout(() => { throw ${x}; }, 0);`,
  (x) => `export default 1; throw ${x};`,
  (x) => `const f = async () => { throw ${x}; }; await f();`,
  (x) => `({ get a() { throw ${x}; } })`,
];

const thrown: readonly Row[] = THROWN.flatMap(([name, expression, expected], i): Row[] =>
  [i, i + 3].map(
    (way): Row => [`${name}, way ${(way % WAYS.length) + 1}`, WAYS[way % WAYS.length]!(expression), expected],
  ),
);

export const RESULTS: readonly HostileProgram[] = [
  ...family("result", "javascript", [...results, ...LARGE]),
  ...family("thrown value", "javascript", thrown),
];
