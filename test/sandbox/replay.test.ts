/** A replay takes its clock, its answers and its stop from the journal, and comes out the same to the last unit. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type Capability, defineCapability } from "../../worker/domain/capability.ts";
import { DEFAULT_LIMITS } from "../../worker/domain/program.ts";
import type { Journal } from "../../worker/sandbox/journal.ts";
import { run } from "./guest.ts";
import { endOf, frozenClock, type Ran, type RunOptions, realClock, type Source } from "./harness.ts";

/** A clock that shows other times than the first run saw, and counts how often it was slept on. */
function strangeClock() {
  const clock = {
    sleeps: 0,
    now: () => Date.now() + 86_400_000,
    sleep: (ms: number) => {
      clock.sleeps += Number(ms > 0);
      return realClock.sleep(0);
    },
  };
  return clock;
}

async function replay(first: Ran, code: Source, options: RunOptions = {}): Promise<Ran> {
  const { signal, ...rest } = options;
  // As it is stored: what JSON loses, a replay would miss.
  const journal = JSON.parse(JSON.stringify(first.journal)) as Journal;
  return run(code, { ...rest, replay: journal, clock: strangeClock() });
}

const visible = ({ outcome, usage, stdout, stderr, journal }: Ran) => {
  const { wallMs, ...counted } = usage;
  return { outcome, counted, stdout, stderr, journal };
};

const PROGRAMS: Record<string, string> = {
  "a value": "[1, 2, 3].map((n) => n * 2)",
  "random numbers": "[Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(8))]]",
  "the time": "[Date.now(), new Date().toISOString(), performance.now(), performance.timeOrigin]",
  "a wait for the clock":
    "const end = Date.now() + 60; let turns = 0; while (Date.now() < end) turns++; console.log(turns);",
  timers: `const started = Date.now();
    for (const ms of [30, 10, 20, 10]) setTimeout(() => console.log(ms, Date.now() - started), ms);
    const every = setInterval(() => { console.log('every', Date.now() - started); if (Date.now() - started > 40) clearInterval(every); }, 7);`,
  "timers and work between": `let n = 0; const t = setInterval(() => { const end = Date.now() + 5; let turns = 0; while (Date.now() < end) turns++;
    console.log(turns); if (++n === 5) clearInterval(t); }, 3);`,
  "much output": "for (let i = 0; i < 20000; i++) console.log('line', i, Date.now());",
  "an error": "function f() { throw new TypeError('at ' + Date.now()); } f();",
  "a rejection": "await new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 5));",
};

const ENDS: Record<string, { code: string; options: RunOptions }> = {
  "an endless loop": { code: "for (;;) ;", options: { limits: { timeoutMs: 80 } } },
  "an endless loop that prints": {
    code: "for (let i = 0; ; i++) if (i % 1000 === 0) console.log(i, Date.now());",
    options: { limits: { timeoutMs: 120 } },
  },
  "a loop that catches everything": {
    code: "for (let i = 0; ; i++) try { JSON.stringify([i]); if (i % 500 === 0) console.log(i); } catch {} finally { console.log; }",
    options: { limits: { timeoutMs: 100 } },
  },
  "endless microtasks": {
    code: "let n = 0; const f = () => { if (++n % 5000 === 0) console.log(n); return Promise.resolve().then(f); }; f(); await new Promise(() => setTimeout(() => {}, 1e6));",
    options: { limits: { timeoutMs: 100 } },
  },
  "a sleep that is too long": {
    code: "console.log(1); setTimeout(() => console.log(2), 60_000);",
    options: { limits: { timeoutMs: 50 } },
  },
  "endless timers": {
    code: "let n = 0; setInterval(() => console.log(++n, Date.now()), 1);",
    options: { limits: { timeoutMs: 90 } },
  },
  "a flood": { code: "for (;;) console.log('x'.repeat(100));", options: { limits: { outputBytes: 200_000 } } },
  "no fuel": {
    code: "for (let i = 0; ; i++) if (i % 777 === 0) console.log(i);",
    options: { limits: { fuel: 2_000_000 } },
  },
  "no memory": { code: "const a = []; for (;;) a.push({});", options: { limits: { memoryBytes: 12 * 2 ** 20 } } },
  "no stack": { code: "const f = () => f() + 1; f();", options: {} },
};

describe("a replay", () => {
  it.each(Object.entries(PROGRAMS))("is identical for %s", async (_name, code) => {
    const first = await run(code);
    expect(visible(await replay(first, code))).toEqual(visible(first));
  });

  it.each(Object.entries(ENDS))("ends at the same unit as %s", async (_name, { code, options }) => {
    const first = await run(code, options);
    expect(["time", "output", "fuel", "memory", "stack"]).toContain(endOf(first.outcome));
    expect(visible(await replay(first, code, options))).toEqual(visible(first));
  });

  it.each([
    ["while it computes", "for (let i = 0; ; i++) if (i % 2000 === 0) console.log(i);", 40],
    ["while it sleeps", "console.log('a'); setTimeout(() => console.log('b'), 5000);", 30],
    ["between timers", "let n = 0; setInterval(() => console.log(++n), 1);", 50],
    ["before it starts", "console.log('never')", 0],
  ])("ends where the run was stopped %s", async (_name, code, afterMs) => {
    const stop = new AbortController();
    if (afterMs === 0) stop.abort();
    else void realClock.sleep(afterMs).then(() => stop.abort());
    const first = await run(code, { signal: stop.signal });
    expect(endOf(first.outcome)).toBe("cancelled");
    expect(visible(await replay(first, code))).toEqual(visible(first));
  });

  it.each(["main.js", "main.ts", "module.ts"])("ends where the run was stopped while %s was read", async (entry) => {
    const long = "var a: number = 1;\n".repeat(6_000);
    const files = {
      "main.js": "console.log('imports'); await import('./a.ts');",
      "a.ts": `${long} console.log('never'); export default a;`,
      "main.ts": `${long} console.log('never');`,
      "module.ts": `${long} console.log('never'); export default a;`,
    };
    for (const turns of [1, 3, 8, 12]) {
      const stop = new AbortController();
      let left = turns;
      const sleep = (ms: number) => {
        left -= 1;
        if (left === 0) stop.abort();
        return realClock.sleep(ms);
      };
      const first = await run(files, { entry, signal: stop.signal, clock: { ...frozenClock, sleep } });
      expect(endOf(first.outcome)).toBe("cancelled");
      expect(first.stdout).not.toContain("never");
      expect(visible(await replay(first, files, { entry }))).toEqual(visible(first));
    }
  });

  it("does not wait", async () => {
    const code =
      "for (let i = 0; i < 5; i++) { await new Promise((r) => setTimeout(r, 40)); console.log(Date.now()); }";
    const first = await run(code);
    const clock = strangeClock();
    const second = await run(code, { replay: first.journal, clock });
    expect(second.stdout).toBe(first.stdout);
    expect(clock.sleeps).toBe(0);
  });

  it("is the same under a clock that stands still", async () => {
    const code =
      "let n = 0; const t = setInterval(() => { console.log(Date.now()); if (++n === 4) clearInterval(t); }, 2);";
    const first = await run(code, { clock: frozenClock });
    expect(visible(await replay(first, code))).toEqual(visible(first));
  });

  it("shows where a program took another way", async () => {
    const first = await run("console.log(Date.now()); console.log('two');");
    const other = await replay(first, "console.log(Date.now()); console.log('too');");
    expect(other.stdout).not.toBe(first.stdout);
    expect(endOf(other.outcome)).toBe("completed");
  });

  it("is stopped by its own signal", async () => {
    const stop = new AbortController();
    void realClock.sleep(30).then(() => stop.abort());
    const journal: Journal = { engine: "x", startedAt: 0, clock: [], hostCalls: [], stop: null };
    const { outcome } = await run("for (;;) ;", { replay: journal, signal: stop.signal });
    expect(endOf(outcome)).toBe("cancelled");
  });

  it("keeps the journal of a busy second small", async () => {
    const { journal } = await run("const end = Date.now() + 1000; while (Date.now() < end) ;");
    expect(journal.clock.length).toBeLessThan(1000);
    expect(JSON.stringify(journal).length).toBeLessThan(40_000);
  });
});

describe("host calls", () => {
  const seen: unknown[] = [];
  const slowEcho = defineCapability({
    name: "echo",
    summary: "Answers its text after some milliseconds.",
    input: z.strictObject({
      text: z.string(),
      afterMs: z.number().max(60_000).default(0),
      fail: z.boolean().default(false),
    }),
    output: z.string(),
    implementation: async ({ text, afterMs, fail }) => {
      seen.push(text);
      if (afterMs > 0) await realClock.sleep(afterMs);
      if (fail) throw new Error("the secret of the host");
      return text;
    },
  });
  const HEAD = 'import { call } from "runyard";\n';
  const withEcho = (code: string, options: RunOptions = {}) =>
    run(HEAD + code, { ...options, capabilities: [slowEcho] });

  it("of code mode name the line of the entry that is at work, and none where it waits", async () => {
    const lines: (number | null)[] = [];
    const note: Capability = {
      name: "notes.add",
      summary: "Notes the line that asked.",
      ...{ input: z.any(), output: z.any() },
      call: async (_, { line }) => {
        lines.push(line);
        return null;
      },
    };
    const files = {
      "lib/main.js":
        "export const add = () => notes.add();\nexport const later = async () => { await 1; return notes.add(); };",
      "main.js":
        'import { add, later } from "./lib/main.js";\nawait notes.add();\nawait add();\nawait later();\n[1].map(() => notes.add());',
    };
    await run(files, { capabilities: [note] });
    expect(lines).toEqual([2, 3, null, 5]);
  });

  it("answer in the order in which they are ready, beside timers", async () => {
    const { stdout, outcome, usage } = await withEcho(`
      setTimeout(() => console.log("timer"), 30);
      const say = async (text, afterMs) => console.log(await call("echo", { text, afterMs }));
      await Promise.all([say("late", 60), say("early", 1)]);`);
    expect(endOf(outcome)).toBe("completed");
    expect(stdout).toBe("early\ntimer\nlate\n");
    expect(usage.hostCalls).toBe(2);
  });

  it("are replayed without the host", async () => {
    const code = `
      const order = [];
      const say = async (text, afterMs) => order.push(await call("echo", { text, afterMs }), Date.now());
      await Promise.all([say("c", 20), say("a", 1), say("b", 10), new Promise((r) => setTimeout(r, 12))]);
      try { await call("echo", { text: 5 }); } catch (error) { order.push(error.message); }
      console.log(order.join(" "));`;
    const first = await withEcho(code);
    seen.length = 0;
    const second = await withEcho(code, { replay: JSON.parse(JSON.stringify(first.journal)), clock: strangeClock() });
    expect(visible(second)).toEqual(visible(first));
    expect(first.stdout).toContain("echo: text: ");
    expect(seen).toEqual([]);
  });

  it("end with the run that waits for them too long", async () => {
    const { outcome } = await withEcho('await call("echo", { text: "x", afterMs: 1000 });', {
      limits: { timeoutMs: 60 },
    });
    expect(endOf(outcome)).toBe("time");
  });

  it("are given up when the run is stopped", async () => {
    const stop = new AbortController();
    void realClock.sleep(30).then(() => stop.abort());
    const { outcome } = await withEcho('await call("echo", { text: "x", afterMs: 60_000 });', { signal: stop.signal });
    expect(endOf(outcome)).toBe("cancelled");
  });

  it("can be given up by the program", async () => {
    const { outcome } = await withEcho(`
      try { await call("echo", { text: "x", afterMs: 900 }, { signal: AbortSignal.timeout(10) }); }
      catch (error) { console.log(error.name); }
      export default "went on";`);
    expect(outcome).toEqual({ kind: "completed", result: "went on" });
  });

  it("end the run that makes too many", async () => {
    const code = 'for (let i = 0; i < 1e6; i++) call("echo", { text: "" + i }).catch(() => {});';
    const { outcome, usage } = await withEcho(code, { limits: { hostCalls: 50 } });
    expect(endOf(outcome)).toBe("host-calls");
    expect(usage.hostCalls).toBe(50);
  });

  it("may be very many, of which only some wait at once", async () => {
    const { outcome, stdout } = await withEcho(
      `const all = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => call("echo", { text: "" + i, afterMs: 20 })));
       console.log(all.filter(({ status }) => status === "fulfilled").length, all.find(({ reason }) => reason)?.reason.message);`,
    );
    expect(endOf(outcome)).toBe("completed");
    expect(stdout).toContain("100 more than 100 host calls wait");
  });

  it("are charged in fuel", async () => {
    const none = await withEcho("export default 1;");
    const some = await withEcho('await call("echo", { text: "x".repeat(16000) }); export default 1;');
    expect(some.usage.fuel - none.usage.fuel).toBeGreaterThan(2 * 1000);
    const { outcome } = await withEcho('for (;;) call("echo", { text: "x" });', { limits: { fuel: 200_000 } });
    expect(endOf(outcome)).toBe("fuel");
  });

  it("let everybody else run, also when they are answered at once", async () => {
    const running = withEcho('for (;;) await call("echo", { text: "x" });', { limits: { hostCalls: 5_000 } });
    let ticks = 0;
    let isOver = false;
    void running.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await realClock.sleep(0);
      ticks++;
    }
    expect(endOf((await running).outcome)).toBe("host-calls");
    expect(ticks).toBeGreaterThan(3);
  });

  it("keep the journal within bounds, whatever is asked", async () => {
    const { outcome, journal } = await withEcho(
      'const text = "x".repeat(1_900_000); for (let i = 0; i < 40; i++) call("no such " + text, { text }).catch(() => {});',
    );
    expect(endOf(outcome)).toBe("completed");
    expect(journal.hostCalls.length).toBe(40);
    expect(JSON.stringify(journal).length).toBeLessThan(17 * 2 ** 20);
  });

  it("leave nothing behind in the guest's memory", async () => {
    const { outcome } = await withEcho(
      'const text = "x".repeat(200_000); for (let i = 0; i < 38; i++) await call("echo", { text });',
      { limits: { memoryBytes: 12 * 2 ** 20 } },
    );
    expect(endOf(outcome)).toBe("completed");
  });

  it("say nothing of what went wrong inside the host", async () => {
    const { stdout } = await withEcho(
      'try { await call("echo", { text: "x", fail: true }); } catch (error) { console.log(error.name, error.message, error.stack); }',
    );
    expect(stdout).toContain("Error echo failed");
    expect(stdout).not.toContain("secret");
  });

  it.each([
    ["a capability that is not granted", 'call("other", {})', "NotGrantedError: other is not granted to this run"],
    [
      "a name that objects inherit",
      'call("constructor", {})',
      "NotGrantedError: constructor is not granted to this run",
    ],
    ["input with a wrong field", 'call("echo", { text: "x", more: 1 })', "TypeError: echo: "],
    ["input that JSON cannot hold", 'call("echo", undefined)', "TypeError: echo needs an input that JSON can hold"],
    ["input that contains itself", "(() => { const a = {}; a.a = a; return call('echo', a); })()", "TypeError: "],
    [
      "input that is too large",
      'call("echo", { text: "x".repeat(5e6) })',
      "RangeError: the input of echo is too large",
    ],
  ])("reject %s", async (_name, expression, message) => {
    const { stdout, outcome } = await withEcho(
      `await Promise.resolve().then(() => ${expression}).catch((error) => console.log(error.name + ": " + error.message));`,
    );
    expect({ end: endOf(outcome), stdout }).toEqual({ end: "completed", stdout: expect.stringContaining(message) });
  });

  it("carry any text", async () => {
    const text = '\0 \ud800 \u2028 😀 "\\ </script>';
    const { outcome } = await withEcho(`export default await call("echo", { text: ${JSON.stringify(text)} });`);
    expect(outcome).toEqual({ kind: "completed", result: text });
  });

  it("are not there for the prelude's own use to be abused", async () => {
    const { outcome } = await run(`
      const names = Object.getOwnPropertyNames(globalThis);
      export default [names.includes("fetch"), names.includes("Response"), typeof globalThis.call];`);
    expect(outcome).toEqual({ kind: "completed", result: [false, false, "undefined"] });
    expect(DEFAULT_LIMITS.hostCalls).toBeGreaterThan(0);
  });
});
