/** Promises, microtasks and timers that never end, end too late, or end twice. */
import { family, type HostileProgram, type Row } from "../program.ts";

/** A timer is due after real time: programs that wait get little of it. */
const SHORT = { limits: { timeoutMs: 60 } };

const rows: readonly Row[] = [
  ["a promise that never settles", "await new Promise(() => {})", "throws Error"],
  ["a default export that never settles", "export default new Promise(() => {})", "throws Error"],
  ["a thenable that never settles", "await { then() {} }", "throws Error"],
  ["a promise that waits for itself", "let p; p = (async () => { await null; await p; })(); await p", "throws Error"],
  [
    "a promise that is resolved with itself",
    "let r; const p = new Promise((done) => { r = done; }); r(p); await p",
    "throws TypeError",
  ],
  ["a promise that nobody waits for", "new Promise(() => {}); 'ok'", { result: "ok" }],
  [
    "an async iterator that never answers",
    "for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });",
    "throws Error",
  ],
  [
    "a thenable that settles often",
    "await { then(done, fail) { for (let i = 0; i < 1e3; i++) { done(i); fail(i); } } }",
    { result: 0 },
  ],
  ["a thenable that settles and throws", "await { then(done) { done(1); throw new RangeError(); } }", { result: 1 }],
  ["a thenable that gives itself", "const t = { then(done) { done(t); } }; await t", "fuel"],
  [
    "a thenable that keeps its functions",
    "let kept; await { then(done) { kept = done; done(1); } }; kept(2); 'ok'",
    { result: "ok" },
  ],
  ["a storm of microtasks", "const f = () => queueMicrotask(f); f();", "fuel"],
  ["a storm of promises", "const f = () => Promise.resolve().then(f); f();", "fuel"],
  ["a storm that doubles", "const f = () => { queueMicrotask(f); queueMicrotask(f); }; f();", "fuel"],
  ["a storm of awaits", "const f = async () => { for (;;) await null; }; f(); f(); await f();", "fuel"],
  [
    "a storm of async generators",
    "const g = async function* () { for (;;) yield null; }; for await (const x of g());",
    "fuel",
  ],
  ["a storm of rejections that are handled", "for (;;) await Promise.reject(1).catch(() => {});", "fuel"],
  ["a storm of rejections that nobody handles", "for (;;) Promise.reject(1);", "fuel"],
  ["a storm of imports", "for (;;) await import('./main.js' + '').catch(() => {});", "throws Error"],
  [
    "a storm of aborts",
    "const f = () => { const c = new AbortController(); c.signal.addEventListener('abort', () => queueMicrotask(f)); c.abort(); }; f();",
    "fuel",
  ],
  [
    "rejections that are handled later",
    "const list = []; for (let i = 0; i < 500; i++) list.push(Promise.reject(i)); await null; for (const p of list) p.catch(() => {}); list.length",
    { result: 500 },
  ],
  [
    "a rejection that is handled too late",
    "const p = Promise.reject(new RangeError('r')); setTimeout(() => p.catch(() => {}), 5);",
    "throws RangeError",
  ],
  [
    "a rejection inside of a handler",
    "await Promise.reject(1).catch(() => { throw new RangeError('r'); })",
    "throws RangeError",
  ],
  [
    "a rejection in finally",
    "await Promise.resolve(1).finally(() => Promise.reject(new RangeError('r')))",
    "throws RangeError",
  ],
  ["a loop in finally of a promise", "await Promise.resolve(1).finally(() => { for (;;); })", "fuel"],
  ["a loop in a rejection's handler", "await Promise.reject(1).catch(() => { for (;;); })", "fuel"],
  ["a loop in a promise's executor", "new Promise(() => { for (;;); })", "fuel"],
  ["a loop in an executor that rejected", "new Promise((_, fail) => { fail(1); for (;;); })", "fuel"],
  ["Promise.race without members", "await Promise.race([])", "throws Error"],
  ["Promise.all with one that waits", "await Promise.all([1, new Promise(() => {})])", "throws Error"],
  ["Promise.any of nothing", "await Promise.any([])", "throws AggregateError"],
  ["Promise.all of an endless iterator", "await Promise.all((function* () { for (;;) yield 1; })())", "fuel"],
  ["Promise.try that loops", "await (Promise.try ?? ((f) => f()))(() => { for (;;); })", "throws TypeError"],
  ["a storm of timers", "const f = () => setTimeout(f, 0); f();", "fuel"],
  ["a storm of immediates", "const f = () => setImmediate(f); f();", "fuel"],
  ["an interval", "setInterval(() => {}, 0);", "time", SHORT],
  ["intervals that begin others", "const f = () => setInterval(f, 1); f();", ["time", "fuel"], SHORT],
  ["a long sleep", "await new Promise((done) => setTimeout(done, 1e9));", "time", SHORT],
  ["a sleep of a day in pieces", "for (;;) await new Promise((done) => setTimeout(done, 10));", "time", SHORT],
  ["an interval that catches", "setInterval(() => { try { throw 1; } catch {} finally {} }, 1);", "time", SHORT],
  ["a million timers", "for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e9);", "fuel"],
  [
    "timers that are due at once",
    "let n = 0; for (let i = 0; i < 200; i++) setTimeout(() => n++, 1); await new Promise((done) => setTimeout(done, 5)); n",
    { result: 200 },
  ],
  [
    "timers that delete each other",
    "const ids = []; for (let i = 0; i < 100; i++) ids.push(setTimeout(() => ids.forEach(clearTimeout), 1)); 'ok'",
    { result: "ok" },
  ],
  [
    "an interval that deletes itself twice",
    "const id = setInterval(() => { clearInterval(id); clearInterval(id); }, 1); 'ok'",
    { result: "ok" },
  ],
  ["a timer that throws", "setTimeout(() => { throw new RangeError('late'); }, 1); 'ok'", "throws RangeError"],
  [
    "two timers that throw",
    "setTimeout(() => { throw new RangeError('first'); }, 1); setTimeout(() => { throw new TypeError('second'); }, 1);",
    "throws RangeError",
  ],
  [
    "a delay that is no number",
    "for (const ms of [NaN, -1, Infinity, '1', {}, [], null, undefined, 2 ** 40, 1e-9]) setTimeout(() => {}, ms); 'ok'",
    { result: "ok" },
  ],
  ["a delay that loops", "setTimeout(() => {}, { valueOf() { for (;;); } })", "fuel"],
  ["a delay that is a symbol", "setTimeout(() => {}, Symbol())", "throws TypeError"],
  ["a delay that is a BigInt", "setTimeout(() => {}, 1n); 'ok'", { result: "ok" }],
  ["a callback that is text", "setTimeout('for (;;);', 0)", "throws TypeError"],
  ["a callback that is a Proxy", "setTimeout(new Proxy(() => {}, { apply() { for (;;); } }), 0)", "fuel"],
  [
    "an id that is anything",
    "for (const id of [NaN, -1, {}, 'x', Symbol.iterator.description, null]) clearTimeout(id); 'ok'",
    { result: "ok" },
  ],
  ["an id that loops", "clearTimeout({ valueOf() { for (;;); } })", "fuel"],
  ["a wait for the clock", "const end = Date.now() + 20; while (Date.now() < end); 'ok'", ["fuel", { result: "ok" }]],
  ["a wait for a clock that is behind", "const end = performance.now() - 1; while (performance.now() > end);", "fuel"],
  [
    "AbortSignal.timeout that never comes",
    "await new Promise((done) => AbortSignal.timeout(1e9).addEventListener('abort', done));",
    "time",
    SHORT,
  ],
  [
    "a finalizer",
    "new FinalizationRegistry(() => { for (;;); }).register({}, 1); for (let i = 0; i < 1e4; i++) [[]]; await null; 'ok'",
    ["fuel", { result: "ok" }],
  ],
  [
    "an event listener that loops",
    "const c = new AbortController(); c.signal.addEventListener('abort', { get handleEvent() { for (;;); } }); c.abort();",
    "fuel",
  ],
  [
    "async functions that call each other",
    "const a = async () => { await null; return b(); }; const b = async () => { await null; return a(); }; await a();",
    "fuel",
  ],
  [
    "an async generator that delegates to itself",
    "const g = async function* () { yield* g(); }; for await (const x of g());",
    "stack",
  ],
  [
    "a generator that does not return when it is told to",
    "function* g() { for (;;) try { yield 1; } finally { continue; } } for (const x of g()) break;",
    { result: undefined },
  ],
  ["a generator that is entered twice", "const g = (function* () { g.next(); })(); g.next()", "throws TypeError"],
  [
    "an async generator with a queue",
    "const g = (async function* () { await new Promise(() => {}); })(); for (;;) g.next();",
    "fuel",
  ],
  [
    "top-level await in a loop of modules",
    { "main.js": "import './a.js'; export default 1;", "a.js": "import './main.js'; await new Promise(() => {});" },
    "throws Error",
  ],
];

export const ASYNCHRONOUS: readonly HostileProgram[] = family("asynchronous", "javascript", rows);
