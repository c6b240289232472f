/**
 * Programs that replace what the prelude and the host's codec of results use, or hook into how they work. A program can
 * break them for itself alone: its own result may be lost, and nothing else.
 */
import { type Ending, family, type HostileProgram, type Row } from "../program.ts";

/** Built-in functions, by what reaches them, that the prelude calls after the program ran. */
const BUILT_INS: readonly string[] = [
  ...[
    "JSON.stringify",
    "JSON.parse",
    "Object.keys",
    "Object.entries",
    "Object.getPrototypeOf",
    "Object.defineProperty",
  ],
  ...["Object.getOwnPropertyDescriptor", "Object.freeze", "Object.hasOwn", "Reflect.ownKeys", "Array.isArray"],
  ...["Array.from", "Array.prototype.push", "Array.prototype.pop", "Array.prototype.includes", "Array.prototype.join"],
  ...["Array.prototype.map", "Array.prototype.filter", "Array.prototype.every", "Array.prototype.slice"],
  ...["Array.prototype[Symbol.iterator]", "String.prototype.slice", "String.prototype.replace"],
  ...["String.prototype.replaceAll", "String.prototype.split", "String.prototype.toWellFormed"],
  ...["String.prototype.charCodeAt", "String.prototype.includes", "String.prototype.startsWith"],
  ...["String.prototype.padStart", "Map.prototype.get", "Map.prototype.set", "Map.prototype.delete"],
  ...["Map.prototype.values", "Set.prototype.has", "Promise.prototype.then", "Promise.resolve"],
  ...["Function.prototype.call", "Function.prototype.toString", "RegExp.prototype.exec", "RegExp.prototype.test"],
  ...["RegExp.prototype[Symbol.replace]", "Number.isFinite", "Number.isNaN", "Date.prototype.toISOString"],
  ...["Date.prototype.getTime", "Error.prototype.toString", "Object.prototype.toString", "Number.prototype.toString"],
];

/** What a program uses afterwards: a result of every kind, all of the console, a timer. */
const USE =
  "console.log({ a: [1, 'x'] }, new Map([[1, 2]])); console.table([{ a: 1 }]); setTimeout(() => {}, 1); ({ list: [1, 'two', new Date(0)], map: new Map([['k', new Set([1])]]) })";

/** What a replacement does when it is called, and how a program may then end that goes on to use it. */
const REPLACEMENTS: readonly (readonly [name: string, value: string, expected: readonly Ending[]])[] = [
  ["loops", "function () { for (;;); }", ["completed", "fuel"]],
  ["throws", "function () { throw new TypeError('broken'); }", ["completed", "throws TypeError", "throws Error"]],
  ["gives itself", "function f() { return f; }", ["completed", "throws TypeError", "throws Error", "fuel"]],
  ["recurses", "function f() { return f() + 1; }", ["completed", "stack", "throws Error"]],
];

const replaced: readonly Row[] = BUILT_INS.flatMap((what, i) =>
  [0, 1].map((turn): Row => {
    const [name, value, expected] = REPLACEMENTS[(i + turn) % REPLACEMENTS.length]!;
    return [`${what} ${name}`, `${what} = ${value};\n${USE}`, expected];
  }),
);

/** Hooks that the language itself calls, on the prototypes of everything. */
const hooked: readonly Row[] = [
  ["then on every object, which loops", "Object.prototype.then = () => { for (;;); }; ({ a: 1 })", "fuel"],
  [
    "then on every object, as a getter that loops",
    "Object.defineProperty(Object.prototype, 'then', { get() { for (;;); } }); 5",
    "fuel",
  ],
  [
    "then on every object, which throws",
    "Object.prototype.then = () => { throw new TypeError('then'); }; ({ a: 1 })",
    "throws TypeError",
  ],
  [
    "then on every object, which gives another such object",
    "Object.prototype.then = (done) => done({}); ({ a: 1 })",
    "fuel",
  ],
  [
    "then on every function",
    "Function.prototype.then = (done) => { for (;;); }; () => 1",
    { result: "[Function (anonymous)]" },
  ],
  [
    "toJSON on every object, of itself",
    "Object.prototype.toJSON = function () { return this; }; ({ a: 1 })",
    {
      result: "[Circular]",
    },
  ],
  [
    "toJSON on every object, ever deeper",
    "Object.prototype.toJSON = () => ({ a: {} }); ({ a: 1 })",
    { result: "[Object]" },
  ],
  ["toJSON on every object, which loops", "Object.prototype.toJSON = () => { for (;;); }; [1]", "fuel"],
  ["toJSON on text", "String.prototype.toJSON = () => { for (;;); }; ['a', 1]", { result: ["a", 1] }],
  ["toJSON on BigInt", "BigInt.prototype.toJSON = () => 'other'; [10n]", { result: ["10n"] }],
  ["value on every object", "Object.defineProperty(Object.prototype, 'value', { get: () => 7 }); 5", ["completed"]],
  [
    "get and set on every object",
    "Object.prototype.get = () => 1; Object.prototype.set = () => 2; console.log({ a: 1 }); 5",
    "completed",
  ],
  ["a setter for every index", "Object.defineProperty(Array.prototype, 0, { set() { for (;;); } }); [1, 2]", "fuel"],
  ["a getter for length", "class L extends Array { get length() { for (;;); } } new L(1, 2)", { result: [1, 2] }],
  [
    "Symbol.iterator of arrays",
    "Array.prototype[Symbol.iterator] = function* () { for (;;) yield [1, 2]; }; new Map([[1, 2]])",
    "fuel",
  ],
  [
    "Symbol.hasInstance of Error",
    "Object.defineProperty(Error, Symbol.hasInstance, { value: () => { for (;;); } }); throw { a: 1 }",
    "fuel",
  ],
  [
    "Symbol.hasInstance of Map",
    "Object.defineProperty(Map, Symbol.hasInstance, { value: () => true }); Object.create(null)",
    "throws TypeError",
  ],
  [
    "Symbol.hasInstance of Date",
    "Object.defineProperty(Date, Symbol.hasInstance, { value: () => true }); Object.create({})",
    "throws TypeError",
  ],
  [
    "Symbol.toPrimitive of dates",
    "Date.prototype[Symbol.toPrimitive] = () => { for (;;); }; [new Date(0)]",
    { result: ["1970-01-01T00:00:00.000Z"] },
  ],
  [
    "Symbol.toStringTag of everything",
    "Object.defineProperty(Object.prototype, Symbol.toStringTag, { get() { for (;;); } }); console.log({ a: 1 })",
    "fuel",
  ],
  [
    "Symbol.species of arrays",
    "Object.defineProperty(Array, Symbol.species, { get() { for (;;); } }); [1, 2].map((x) => x)",
    "fuel",
  ],
  [
    "Symbol.isConcatSpreadable of everything",
    "Object.defineProperty(Object.prototype, Symbol.isConcatSpreadable, { get() { for (;;); } }); [1].concat([2])",
    "fuel",
  ],
  [
    "Symbol.unscopables",
    "Object.prototype[Symbol.unscopables] = new Proxy({}, { get() { for (;;); } }); with ({ a: 1 }) { a; }",
    "fuel",
  ],
  [
    "Symbol.match of text",
    "const o = { [Symbol.match]: true, toString() { for (;;); } }; 'x'.startsWith(o)",
    "throws TypeError",
  ],
  ["Symbol.replace of text", "'x'.replace({ [Symbol.replace]() { for (;;); } }, '')", "fuel"],
  ["Symbol.split of text", "'x'.split({ get [Symbol.split]() { for (;;); } })", "fuel"],
  [
    "Symbol.asyncIterator",
    "for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => ({ done: false }) }) });",
    "fuel",
  ],
  [
    "constructor of everything",
    "Object.defineProperty(Object.prototype, 'constructor', { get() { for (;;); } }); console.log({ a: 1 }); ({ a: 1 })",
    ["fuel", { result: { a: 1 } }],
  ],
  ["prepareStackTrace", "Error.prepareStackTrace = () => { for (;;); }; throw new Error('x');", "throws Error"],
  [
    "prepareStackTrace that lies",
    "Error.prepareStackTrace = () => [{ getFileName: () => '/etc/passwd' }]; throw new RangeError('x');",
    "throws RangeError",
  ],
  [
    "captureStackTrace with a setter",
    "Error.captureStackTrace?.({ set stack(_) { for (;;); } }); 'done'",
    { result: "done" },
  ],
  ["stackTraceLimit", "Error.stackTraceLimit = { valueOf() { for (;;); } }; throw new Error('x');", "throws Error"],
  [
    "stack of all errors",
    "Object.defineProperty(Error.prototype, 'stack', { get() { for (;;); } }); throw new Error('x');",
    "throws Error",
  ],
  [
    "a stack that names other files",
    "const e = new Error('x'); e.stack = '    at f (/etc/passwd:1:1)\\n    at g (runyard:prelude:1:1)'; throw e;",
    "throws Error",
  ],
  [
    "a stack of ten million characters",
    "const e = new Error('x'); e.stack = '    at f (main.js:1:1)\\n'.repeat(1e5); throw e;",
    "throws Error",
    { limits: { fuel: 40_000_000 } },
  ],
  [
    "a looping name in a stack that is read",
    "Object.defineProperty(new Error('x'), 'name', { get() { for (;;); } }).stack",
    "fuel",
  ],
  [
    "frames of the engine replaced",
    "const e = new Error('x'); e['<raw>'] = { toString() { for (;;); } }; console.log(e, e.stack); throw e;",
    "throws Error",
  ],
  [
    "frames of the engine by a getter",
    "const e = new Error('x'); Object.defineProperty(e, '<raw>', { get() { throw e; } }); console.log(e); throw e;",
    "throws Error",
  ],
  [
    "frames of the engine of ten million characters",
    "const e = new Error('x'); e['<raw>'] = '    at f (main.js:1:1)\\n'.repeat(5e5); throw e;",
    "fuel",
  ],
  ["globalThis frozen", "Object.freeze(globalThis); var a = 1; 'ok'", "completed"],
  [
    "all prototypes frozen",
    "for (const n of Object.getOwnPropertyNames(globalThis)) { const v = globalThis[n]; if (typeof v === 'function') { Object.freeze(v.prototype ?? {}); Object.freeze(v); } } console.log({ a: 1 }); [1, { b: 2 }]",
    { result: [1, { b: 2 }] },
  ],
  [
    "all globals deleted",
    "for (const n of Object.getOwnPropertyNames(globalThis)) delete globalThis[n]; 'gone'",
    ["completed", "throws Error", "throws ReferenceError"],
  ],
  [
    "all prototypes emptied",
    "for (const n of Object.getOwnPropertyNames(globalThis)) { const p = globalThis[n]?.prototype; if (p) for (const k of Reflect.ownKeys(p)) try { delete p[k]; } catch {} } 5",
    ["completed", "throws Error", "throws TypeError"],
  ],
  [
    "all prototypes null",
    "for (const n of Object.getOwnPropertyNames(globalThis)) { const p = globalThis[n]?.prototype; if (p) try { Object.setPrototypeOf(p, null); } catch {} } ({ a: 1 })",
    ["completed", "throws Error", "throws TypeError"],
  ],
  [
    "a Proxy as the prototype of everything",
    "Object.setPrototypeOf(Array.prototype, new Proxy({}, { get() { for (;;); }, has() { for (;;); } })); [1]",
    "fuel",
  ],
  [
    "the module runyard replaced",
    "Object.defineProperty(globalThis, Symbol.for('runyard'), { value: {} }); (await import('runyard')).default.args",
    { result: undefined },
  ],
  [
    "Symbol.for replaced",
    "Symbol.for = () => { throw new TypeError('no'); }; (await import('runyard')).stdin",
    "throws TypeError",
  ],
  ["a forged result that is not JSON", "JSON.stringify = () => '}{'; 'x'", { result: undefined }],
  ["a forged result of 5 million characters", "JSON.stringify = () => 'x'.repeat(5e6); 'x'", "fuel"],
  ["a forged result that is no text", "JSON.stringify = () => ({}); 'x'", "completed"],
  ["a forged result that is a symbol", "JSON.stringify = () => Symbol(); 'x'", "completed"],
  [
    "a forged result 100,000 levels deep",
    "JSON.stringify = () => '['.repeat(1e5) + ']'.repeat(1e5); 'x'",
    { result: undefined },
  ],
  ["a forged result with duplicate keys", "JSON.stringify = () => '{\"a\":1,\"a\":2}'; 'x'", { result: { a: 2 } }],
  ["a forged sentinel", "JSON.stringify = () => 'too-large'; 'x'", { result: undefined }],
  [
    "a forged description of an error",
    'JSON.stringify = () => \'{"name":5,"message":[],"stack":{}}\'; throw new TypeError(\'x\')',
    "throws Error",
  ],
  [
    "a forged description that is not JSON",
    "JSON.stringify = () => '\\u0000'; throw new TypeError('x')",
    "throws Error",
  ],
  [
    "a forged description that names a limit",
    'JSON.stringify = () => \'{"name":"InternalError","message":"out of memory"}\'; throw 1',
    "throws InternalError",
  ],
  [
    "an error that names a limit",
    "const e = new Error('stopped: out of fuel'); e.name = 'FuelLimit'; throw e;",
    "throws FuelLimit",
  ],
  ["output that is no text", "String.prototype.toWellFormed = () => ({}); console.log('x'); 'ok'", { result: "ok" }],
  [
    "output of ten million characters in one call",
    "String.prototype.toWellFormed = () => 'x'.repeat(1e6); console.log('x'); 'ok'",
    "output",
  ],
  ["a clock that lies", "Date.now = performance.now = () => Infinity; setTimeout(() => {}, 1); 'ok'", { result: "ok" }],
  [
    "timers that are not numbers",
    "Number = () => NaN; setTimeout(() => { throw new RangeError('ran'); }, 1); 'ok'",
    "throws RangeError",
  ],
  [
    "Math.trunc replaced",
    "Math.trunc = () => Infinity; setTimeout(() => { throw new RangeError('ran'); }, 1); 'ok'",
    "throws RangeError",
  ],
  ["console replaced", "globalThis.console = null; 'ok'", { result: "ok" }],
  ["console with getters", "Object.defineProperty(console, 'log', { get() { for (;;); } }); console.log", "fuel"],
  ["Promise replaced", "globalThis.Promise = class { constructor() { for (;;); } }; ({ a: 1 })", { result: { a: 1 } }],
  [
    "Promise subclassed with a looping species",
    "class P extends Promise { static get [Symbol.species]() { for (;;); } } P.resolve(1).then(() => 2)",
    "fuel",
  ],
];

export const POISONING: readonly HostileProgram[] = [
  ...family("poisoned built-in", "javascript", replaced),
  ...family("hooks of the language", "javascript", hooked),
];
