/** Every limit ends a run as what it is, whatever the program does about it, and the next run is not affected. */
import { afterEach, describe, expect, it } from "vitest";
import { resultOf, run } from "./guest.ts";
import { BY_THE_CLOCK, endOf, frozenClock, realClock } from "./harness.ts";

afterEach(async () => {
  expect(await resultOf("6 * 7")).toBe(42);
});

/** Programs that never end: loops of the language, and natives that the stock engine cannot interrupt. */
const ENDLESS: Readonly<Record<string, string>> = {
  "an empty loop": "for (;;);",
  "a loop in a loop's finally": "for (;;) { try { while (true) {} } finally { for (;;); } }",
  "a loop that catches": "for (;;) { try { while (true) {} } catch { continue; } }",
  "a function that calls itself in finally": "function f() { try { f(); } finally { for (;;); } } f();",
  "a labelled continue": "label: while (true) continue label;",
  "a generator": "(function* () { for (;;); })().next();",
  "a generator that is drained": "function* g() { for (;;) yield 1; } for (const _ of g());",
  "an async function that awaits itself": "async function f() { await null; await f; return f(); } f();",
  "a storm of microtasks": "function f() { queueMicrotask(f); } f();",
  "a storm of timers": "function f() { setTimeout(f, 0); } f();",
  "a loop in eval": "eval('for (;;);');",
  "a loop in new Function": "new Function('for (;;);')();",
  "a getter of the result": "({ get a() { for (;;); } })",
  "a toJSON of the result": "({ toJSON() { for (;;); } })",
  "a Proxy with a million keys as the result":
    "new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => 'k' + i), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })",
  "a getter of a thrown error": "throw Object.defineProperty(new Error('x'), 'message', { get() { for (;;); } });",
  "a stack getter of the result": "Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } })",
  "a getter of a printed object":
    "console.log({ [Symbol.toStringTag]: 'x', toString() {}, constructor: { get name() { for (;;); } } }); for (;;);",
  "a comparison function": "[3, 1, 2].sort(() => { for (;;); });",
  "a replacer": "JSON.stringify({ a: 1 }, () => { for (;;); });",
  "a then of an awaited object": "await { then() { for (;;); } };",
  "a regular expression": "/(a+)+b/.test('a'.repeat(40));",
  repeat: "for (;;) 'x'.repeat(2e7);",
  padStart: "for (;;) ''.padStart(2e7, 'ab');",
  "JSON.stringify": "const o = {}; for (let i = 0; i < 1e5; i++) o['k' + i] = i; for (;;) JSON.stringify(o);",
  "JSON.parse": "const s = JSON.stringify(Array(1e5).fill(1)); for (;;) JSON.parse(s);",
  encodeURIComponent: "const s = 'é'.repeat(1e6); for (;;) encodeURIComponent(s);",
  normalize: "const s = 'a\\u0301'.repeat(1e6); for (;;) s.normalize('NFC');",
  indexOf: "const s = 'a'.repeat(1e6) + 'b', t = 'a'.repeat(2e6); for (;;) t.indexOf(s);",
  "join of a huge array-like": "Array.prototype.join.call({ length: 2 ** 32 - 1 }, '');",
  "splice of a huge array-like": "Array.prototype.splice.call({ length: 2 ** 53 - 1 }, 0, 1);",
  "reverse of a huge array-like": "Array.prototype.reverse.call({ length: 2 ** 53 - 1 });",
  "forEach of a sparse array": "const a = []; a.length = 2 ** 32 - 1; a.forEach(() => {});",
  "Object.assign":
    "const o = Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['k' + i, i])); for (;;) Object.assign({}, o);",
  BigInt: "3n ** 100000000n;",
  fill: "const u = new Uint8Array(2e7); for (;;) u.fill(1);",
  structuredClone: "structuredClone({ get a() { for (;;); } });",
  "imports that fail": "for (;;) await import('./nothing.js').catch(() => {});",
};

describe("the time limit", () => {
  it.each(Object.entries(ENDLESS))("ends %s", BY_THE_CLOCK, async (_name, code) => {
    const { outcome, usage } = await run(code, { limits: { timeoutMs: 150 } });
    expect(endOf(outcome)).toBe("time");
    expect(usage.wallMs).toBeGreaterThanOrEqual(150);
    expect(usage.wallMs).toBeLessThan(400);
  });

  it("ends a program that sleeps", BY_THE_CLOCK, async () => {
    const { outcome, usage } = await run("await new Promise((done) => setTimeout(done, 60_000));", {
      limits: { timeoutMs: 60 },
    });
    expect(endOf(outcome)).toBe("time");
    expect(usage.wallMs).toBeLessThan(200);
  });

  it("says what was exceeded, and in which function", async () => {
    const code = "function spin(a) {\n  for (;;) a.push(a.pop());\n}\nspin([1]);";
    const { outcome } = await run(code, { limits: { timeoutMs: 50 } });
    expect(outcome).toMatchObject({
      error: { category: "resource", name: "TimeLimit", message: expect.stringContaining("50 ms"), file: "main.js" },
    });
    expect(outcome).toMatchObject({
      error: { stack: expect.stringMatching(/at spin \(main\.js:.*\n {4}at main\.js:4:/) },
    });
  });
});

describe("the line of a stopped program", () => {
  it.each([
    ["let x = 0;\nwhile (true) {\n  x++;\n}", 2],
    ["const a = 1;\nfunction f() {\n  let i = 0;\n  do {\n    i++;\n  } while (true);\n}\n\nf();", 4],
    ["let i = 0;\nfor (\n  let j = 0;\n  ;\n  j++) {\n  i = j;\n}", 2],
    ["const s = [1];\n\nfor (;;) {\n  s[0] += 1;\n}", 3],
    ["let n = 0;\nfunction late() {\n  for (;;) n = 2;\n}\nfor (;;) {\n  n = 1;\n}\nlate();", 5],
    ["const go = (n) => {\n  let k = 0;\n  for (;;) k = n;\n};\ngo(1);", 3],
    ["const o = {\n  spin() {\n    let i = 0;\n    for (;;) i++;\n  }\n};\no.spin();", 4],
    ["if (true) {\n  Math.abs(1);\n}\nlet i = 0;\nwhile (true) i = 1;", 5],
    ["const words = 'for (;;) while';\n// while (true)\nfor (;;) ;", 3],
  ])("is its loop's: %j", async (code, line) => {
    const { outcome } = await run(code, { limits: { timeoutMs: 60 } });
    expect(outcome).toMatchObject({ limit: "time", error: { file: "main.js", line } });
  });
});

describe("fuel", () => {
  it.each(Object.entries(ENDLESS))("ends %s although the clock stands still", async (_name, code) => {
    const { outcome, usage } = await run(code, { clock: frozenClock, limits: { fuel: 20_000_000 } });
    expect(endOf(outcome)).toBe("fuel");
    expect(usage.fuel).toBe(20_000_000);
  });

  const work =
    "let s = 0; for (let i = 0; i < 100000; i++) s += JSON.stringify([i, 'x'.repeat(i % 100)]).length; console.log(s); s";

  it("is the same in every run, however it is cut into slices", async () => {
    let tick = 0;
    const fastClock = { now: () => (tick += 7), sleep: () => realClock.sleep(0) };
    // Four at once take longer than the usual limit where the machine is busy with other things.
    const patient = { limits: { timeoutMs: 60_000 } };
    const runs = await Promise.all([
      run(work, patient),
      run(work, patient),
      run(work, { clock: frozenClock }),
      run(work, { clock: fastClock, limits: { timeoutMs: 300_000_000 } }),
    ]);
    expect(new Set(runs.map(({ usage }) => usage.fuel)).size).toBe(1);
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
  });

  it("stops at the same unit in every run: one unit less is too little", async () => {
    const { usage } = await run(work);
    expect(endOf((await run(work, { limits: { fuel: usage.fuel } })).outcome)).toBe("completed");
    const short = await Promise.all([1, 2].map(() => run(work, { limits: { fuel: usage.fuel - 1 } })));
    expect(short.map(({ outcome }) => endOf(outcome))).toEqual(["fuel", "fuel"]);
    const printing = "for (let i = 0; ; i++) { if (i % 100 === 0) console.log(i); JSON.stringify([i]); }";
    const limits = { fuel: 3_000_000 };
    const [a, b] = [await run(printing, { limits }), await run(printing, { limits, clock: frozenClock })];
    expect(endOf(a.outcome)).toBe("fuel");
    expect(a.stdout).toBe(b.stdout);
  });
});

describe("the memory limit", () => {
  const small = { limits: { memoryBytes: 16 * 2 ** 20 } };

  it.each([
    ["small objects", "const a = []; for (;;) a.push({});"],
    ["small strings", "const a = []; for (let i = 0; ; i++) a.push('text ' + i);"],
    ["one large buffer", "new Uint8Array(1e8);"],
    ["one long string", "'x'.padEnd(2 ** 29);"],
    ["a Map", "const m = new Map(); for (let i = 0; ; i++) m.set(i, {});"],
    ["closures in promises", "const a = []; for (;;) a.push(new Promise(() => {}));"],
    ["texts that are joined", "let s = 'x'.repeat(1e6); for (;;) s = [s, s].join(',');"],
  ])("is named when %s exceed it", async (_name, code) => {
    const { outcome, usage } = await run(code, small);
    expect(endOf(outcome)).toBe("memory");
    expect(outcome).toMatchObject({ error: { name: "MemoryLimit", message: expect.stringContaining("16 MiB") } });
    expect(usage.memoryBytes).toBeLessThanOrEqual(16 * 2 ** 20);
  });

  it("lets a program live that catches it", async () => {
    expect(await resultOf("let r; try { new Uint8Array(1e9); } catch (e) { r = e.message; } r", small)).toBe(
      "out of memory",
    );
  });

  it.each([
    ["lets go of it", "let a = []; try { for (;;) a.push('text ' + a.length); } catch { a = []; } 'done'", "done"],
    [
      "catches it in a promise",
      "const f = async () => { for (const a = []; ; ) a.push([]); }; await f().catch(() => 'ok')",
      "ok",
    ],
  ])("counts as completed for a program that handles it and %s", async (_name, code, result) => {
    const { outcome, usage } = await run(code, small);
    expect(outcome).toEqual({ kind: "completed", result });
    expect(usage.memoryBytes).toBeLessThanOrEqual(16 * 2 ** 20);
  });

  it("is named where a program waits for what was lost for want of memory", async () => {
    const code = `const kept = [];
const fill = () => { try { for (;;) kept.push([]); } catch {} };
export default await new Promise(() => fill());`;
    expect(endOf((await run(code, small)).outcome)).toBe("memory");
  });

  it("is exact to a mebibyte", async () => {
    const fill = (mebibytes: number) => `const a = new Uint8Array(${mebibytes} * 2 ** 20).fill(1); a.length`;
    const used = 1.5 * 2 ** 20;
    const limits = { memoryBytes: used + 20 * 2 ** 20 };
    expect(endOf((await run(fill(19), { limits })).outcome)).toBe("completed");
    expect(endOf((await run(fill(21), { limits })).outcome)).toBe("memory");
  });
});

describe("the stack limit", () => {
  it.each([
    ["recursion", "function f() { return f() + 1; } f();"],
    ["recursion through toString", "const o = { toString: () => '' + o }; '' + o;"],
    ["recursion through a getter", "const o = { get a() { return this.a; } }; o.a;"],
    ["recursion through a Proxy", "const p = new Proxy({}, { get: (_, k) => p[k] }); p.a;"],
    ["200,000 parentheses", `${"(".repeat(200_000)}1${")".repeat(200_000)}`],
    ["200,000 brackets", "[".repeat(200_000)],
    ["nested eval", "const f = (n) => eval('f(n + 1)'); f(0);"],
  ])("is named for %s", async (_name, code) => {
    expect(endOf((await run(code)).outcome)).toBe("stack");
  });

  it("can be caught as long as the engine itself notices", async () => {
    expect(await resultOf("function f() { return f() + 1; } let r; try { f(); } catch (e) { r = e.message; } r")).toBe(
      "stack overflow",
    );
  });

  it("leaves room for ordinary recursion", async () => {
    expect(await resultOf("const sum = (n) => n === 0 ? 0 : n + sum(n - 1); sum(500)")).toBe(125_250);
  });

  it.each([
    ["JSON of 5,000 levels", "JSON.parse('['.repeat(5000) + ']'.repeat(5000)); 1"],
    ["a result of 5,000 levels", "let a = []; for (let i = 0; i < 5000; i++) a = [a]; a"],
    ["a printed object of 5,000 levels", "let a = {}; for (let i = 0; i < 5000; i++) a = { a }; console.log(a)"],
  ])("or an answer follows from %s", async (_name, code) => {
    expect(["completed", "stack", "threw"]).toContain(endOf((await run(code)).outcome));
  });
});

describe("the output limit", () => {
  it("cuts at the byte", async () => {
    const { outcome, stdout, usage } = await run("for (;;) console.log('0123456789');", {
      limits: { outputBytes: 5_000 },
    });
    expect(endOf(outcome)).toBe("output");
    expect(stdout).toBe("0123456789\n".repeat(455).slice(0, 5_000));
    expect(usage.outputBytes).toBe(5_000);
  });

  it("never cuts a character", async () => {
    const { stdout } = await run("for (;;) console.log('日本語');", { limits: { outputBytes: 1_024 } });
    expect(new TextEncoder().encode(stdout).length).toBe(1_024 - ((1_024 % 10) % 3));
    expect(stdout).not.toContain("\ufffd");
  });

  it("counts both streams, and cannot be escaped", async () => {
    const code = "for (;;) { try { console.log('out'); console.error('err'); } catch {} }";
    const { outcome, stdout, stderr } = await run(code, { limits: { outputBytes: 2_000 } });
    expect(endOf(outcome)).toBe("output");
    expect(stdout.length + stderr.length).toBe(2_000);
  });

  it("holds back one huge text", async () => {
    const { outcome, stdout, dropped } = await run("console.log('x'.repeat(2e7));", {
      limits: { outputBytes: 10_000 },
    });
    expect(endOf(outcome)).toBe("output");
    expect(stdout.length).toBe(10_000);
    // A huge text is written in pieces, and the program is stopped behind one of them.
    expect(dropped.bytes).toBeGreaterThan(0);
    expect(dropped.lines).toBe(1);
  });

  it("counts what is written beyond it until the program has stopped, and nothing below it", async () => {
    const code = "[1, 2, 3].forEach((n) => console.log(String(n).repeat(999)));";
    const { outcome, dropped } = await run(code, { limits: { outputBytes: 1_500 } });
    expect(endOf(outcome)).toBe("output");
    expect(dropped.bytes).toBeGreaterThanOrEqual(500);
    expect(dropped).toEqual({ bytes: 500 + 1_000 * (dropped.lines - 1), lines: dropped.lines });
    expect((await run(code, { limits: { outputBytes: 3_000 } })).dropped).toEqual({ bytes: 0, lines: 0 });
  });
});
