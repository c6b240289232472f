/**
 * Places from which a program can do something that has to be stopped: behind handlers that catch everything, or where
 * the engine or the prelude calls back. Each takes an expression and gives a program that evaluates it.
 */

export interface Tactic {
  readonly name: string;
  readonly program: (expression: string) => string;
}

/** All of them end with the expression's own end at the latest, or begin it again. */
export const TACTICS: readonly Tactic[] = [
  { name: "plainly", program: (x) => `for (;;) { ${x}; }` },
  { name: "and catches", program: (x) => `for (;;) { try { ${x}; } catch { continue; } }` },
  { name: "in finally", program: (x) => `for (;;) { try { throw 1; } catch {} finally { ${x}; } }` },
  { name: "in finally that goes on", program: (x) => `for (;;) { try { ${x}; } finally { continue; } }` },
  {
    name: "in an async function that catches",
    program: (x) => `const f = async () => { for (;;) try { ${x}; await null; } catch { await null; } }; f(); f();`,
  },
  { name: "in a getter of the result", program: (x) => `({ get a() { for (;;) { ${x}; } } })` },
  { name: "in toJSON of the result", program: (x) => `({ a: [{ toJSON() { for (;;) { ${x}; } } }] })` },
  {
    name: "in a trap of the result",
    program: (x) => `new Proxy({}, { ownKeys() { for (;;) { ${x}; } } })`,
  },
  { name: "in a comparison", program: (x) => `[3, 1, 2].sort(() => { for (;;) { ${x}; } })` },
  { name: "in a replacer", program: (x) => `'aaa'.replace(/a/g, () => { for (;;) { ${x}; } })` },
  { name: "in a reviver", program: (x) => `JSON.parse('[1]', () => { for (;;) { ${x}; } })` },
  { name: "in a timer", program: (x) => `setTimeout(() => { for (;;) { ${x}; } }, 0);` },
  {
    name: "in timers that follow each other",
    program: (x) => `const f = () => { for (let i = 0; i < 50; i++) { ${x}; } setTimeout(f, 0); }; f();`,
  },
  { name: "in a microtask", program: (x) => `queueMicrotask(() => { for (;;) { ${x}; } });` },
  {
    name: "in microtasks that follow each other",
    program: (x) => `const f = () => { ${x}; queueMicrotask(f); }; f();`,
  },
  {
    name: "in a generator that is returned from",
    program: (x) => `function* g() { try { yield 1; } finally { for (;;) { ${x}; } } } for (const a of g()) break;`,
  },
  {
    name: "in an async generator's finally",
    program: (x) =>
      `async function* g() { try { yield 1; } finally { for (;;) { ${x}; await null; } } } for await (const a of g()) break;`,
  },
  { name: "in then of an awaited object", program: (x) => `await { then() { for (;;) { ${x}; } } };` },
  {
    name: "in the message of a thrown error",
    program: (x) => `throw Object.defineProperty(new Error(), 'message', { get() { for (;;) { ${x}; } } });`,
  },
  {
    name: "in a printed object's constructor",
    program: (x) => `console.log({ constructor: new Proxy(function () {}, { get() { for (;;) { ${x}; } } }) });`,
  },
  { name: "in toString", program: (x) => `String({ toString() { for (;;) { ${x}; } } })` },
  { name: "in a static block", program: (x) => `class A { static { for (;;) { ${x}; } } }` },
  { name: "in a default argument", program: (x) => `((a = (() => { for (;;) { ${x}; } })()) => a)()` },
  { name: "in a module", program: (x) => `export default 1; for (;;) { ${x}; }` },
  { name: "in the default export's then", program: (x) => `export default { then() { for (;;) { ${x}; } } };` },
  { name: "in eval", program: (x) => `for (;;) eval(${JSON.stringify(x)});` },
  {
    name: "in a rejection's reason",
    program: (x) => `Promise.reject(Object.defineProperty(new Error(), 'name', { get() { for (;;) { ${x}; } } }));`,
  },
  {
    name: "in an iterator's return",
    program: (x) =>
      `const [a] = { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { for (;;) { ${x}; } } }) };`,
  },
  { name: "in a tagged template", program: (x) => `((s) => { for (;;) { ${x}; } })\`a\${1}b\`` },
  {
    name: "in the finally of the finally",
    program: (x) => `for (;;) { try { try { ${x}; } finally { ${x}; } } catch {} finally { continue; } }`,
  },
];

/** The tactics for the `index`-th row of a table: `count` of them, others for each row, the same in every run. */
export function tacticsFor(index: number, count: number): readonly Tactic[] {
  return Array.from({ length: count }, (_, i) => TACTICS[(index * count + i) % TACTICS.length]!);
}
