/**
 * Programs whose work must be the same wherever the engine runs, and what one run of each comes to. Node computes the
 * figures when the tests start (without suspension: see `support/node-figures.ts`), workerd compares its own with them.
 */
import { DEFAULT_LIMITS } from "../../worker/domain/program.ts";
import type { Engine } from "../../worker/sandbox/engine.ts";
import { frozenClock, harness } from "./harness.ts";

export const SAME_WORK: Readonly<Record<string, string>> = {
  arithmetic: "let s = 0; for (let i = 0; i < 100000; i++) s = (s * 31 + i) % 1000003; s",
  recursion: "const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2)); fib(20)",
  objects: "const o = {}; for (let i = 0; i < 5000; i++) o['k' + (i % 700)] = { i }; Object.keys(o).length",
  sorting: "const a = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5003); a.sort((x, y) => x - y)[17]",
  "maps and sets": "const m = new Map(); for (let i = 0; i < 5000; i++) m.set(i % 99, new Set([i])); m.size",
  strings: "let s = ''; for (let i = 0; i < 3000; i++) s += i; s.split('9').join('-').normalize('NFD').length",
  patterns: "'ab1cd22ef333'.repeat(500).replace(/([a-z]+)(\\d+)/g, '$2$1').match(/3/g).length",
  json: "JSON.stringify(JSON.parse(JSON.stringify(Array.from({ length: 900 }, (_, i) => ({ i, a: [i] }))))).length",
  "typed arrays": "const a = new Uint8Array(3e6).fill(7); a.copyWithin(1, 0); a.slice(5).join('').length",
  "fresh memory": "const kept = []; for (let i = 0; i < 30; i++) kept.push(new Array(20000).fill(i)); kept.length",
  garbage: "for (let i = 0; i < 30000; i++) ({ i, self: [i] }); 1",
  generators: "function* g() { for (let i = 0; i < 5000; i++) yield i; } [...g()].length",
  promises: "let n = 0; for (let i = 0; i < 2000; i++) await Promise.resolve(i).then(() => n++); n",
  timers: "let n = 0; for (let i = 0; i < 20; i++) await new Promise((f) => setTimeout(f, 1)); n",
  "random numbers": "[Math.random(), crypto.randomUUID()]",
  "numbers and dates in words": "[new Intl.NumberFormat('de').format(12345.678), new Date(0).toISOString()]",
  printing: "for (let i = 0; i < 500; i++) console.log('line', i, { i }); 0",
  errors: "const f = (n) => { if (n === 0) throw new TypeError('deep'); f(n - 1); }; f(50)",
  "memory without end": "const a = []; for (;;) a.push({ a });",
  "work without end": "for (;;);",
};

declare module "vitest" {
  interface ProvidedContext {
    readonly workInNode: Readonly<Record<string, string>>;
  }
}

/** How a run ended, what it printed, and what it used, as JSON text. */
export async function workOf(engine: Engine, code: string): Promise<string> {
  const limits = { timeoutMs: DEFAULT_LIMITS.timeoutMs, fuel: 60_000_000, memoryBytes: 24 * 2 ** 20 };
  const { run } = harness(engine, { language: "javascript", timeoutMs: limits.timeoutMs });
  const { outcome, usage, stdout } = await run(code, { limits, clock: frozenClock });
  const { fuel, memoryBytes, outputBytes } = usage;
  return JSON.stringify({ outcome, stdout, fuel, memoryBytes, outputBytes });
}
