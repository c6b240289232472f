/** Runs share their thread: they yield, they are cancelled, their output arrives while they work. */
import { describe, expect, it } from "vitest";
import { resultOf, run } from "./guest.ts";
import { BY_THE_CLOCK, endOf, frozenClock } from "./harness.ts";

const LOOP = "for (;;);";

/** Counts turns of the event loop while work goes on. */
async function pinging<T>(work: Promise<T>): Promise<{ result: T; pings: number }> {
  let [pings, done] = [0, false];
  const finished = work.finally(() => {
    done = true;
  });
  while (!done) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    pings += 1;
  }
  return { result: await finished, pings };
}

describe("a run", () => {
  it("lets others in while it loops", async () => {
    // Nobody waits for its end; how short the waits are is for the benchmark to say.
    const { result, pings } = await pinging(run(LOOP, { limits: { fuel: 100_000_000 } }));
    expect(endOf(result.outcome)).toBe("fuel");
    expect(pings).toBeGreaterThan(5);
  });

  it("lets others in while a native loops, also where the clock stands still", async () => {
    const code = "const s = 'a'.repeat(1e6) + 'b', t = 'a'.repeat(2e6); for (;;) t.indexOf(s);";
    const { pings } = await pinging(run(code, { clock: frozenClock, limits: { fuel: 100_000_000 } }));
    expect(pings).toBeGreaterThan(5);
  });

  it("shares fairly with another one, and a short one finishes between them", async () => {
    let ended = 0;
    const looping = [1, 2].map(() => run(LOOP, { limits: { timeoutMs: 1_000 } }).finally(() => ended++));
    const loops = Promise.all(looping);
    expect(await resultOf("1 + 1")).toBe(2);
    expect(ended).toBe(0);
    const [a, b] = (await loops).map(({ usage }) => usage.fuel);
    expect(Math.abs(a! - b!) / Math.max(a!, b!)).toBeLessThan(0.25);
  });

  it("goes on beside 50 endless ones", async () => {
    const loops = Promise.all(Array.from({ length: 50 }, () => run(LOOP, { limits: { timeoutMs: 1_000 } })));
    expect(await resultOf("'still ' + 'here'")).toBe("still here");
    expect((await loops).every(({ outcome }) => endOf(outcome) === "time")).toBe(true);
  });

  it("sees no other run's globals", async () => {
    await Promise.all([
      run("globalThis.secret = 1; Object.prototype.leak = 1; Array.prototype.push = null;"),
      run(LOOP, { limits: { timeoutMs: 30 } }),
    ]);
    expect(await resultOf("[typeof secret, {}.leak === undefined, [].push(1)]")).toEqual(["undefined", true, 1]);
  });
});

/** How often a program lets others in where the clock stands still: that depends on its fuel alone. */
async function pauses(code: string | Readonly<Record<string, string>>, entry?: string): Promise<number> {
  let count = 0;
  const sleep = (ms: number) => {
    count += 1;
    return frozenClock.sleep(ms);
  };
  expect(
    endOf((await run(code, { clock: { ...frozenClock, sleep }, ...(entry === undefined ? {} : { entry }) })).outcome),
  ).toBe("completed");
  return count;
}

describe("work that turns no loop of the program makes a run pause", () => {
  const buffer =
    "const a = new Uint8Array(24 * 2 ** 20); let i = 0; const loop = () => { for (let n = 0; n < 10000; n++); };";

  it("for copies, by their size", async () => {
    const [few, many] = [10, 40].map((count) => `${buffer} for (; i < ${count}; i++) { a.copyWithin(0, 1); loop(); }`);
    expect((await pauses(many!)) - (await pauses(few!))).toBeGreaterThanOrEqual(5);
  });

  it("for copies, by their size, also where nothing but the copies is done", async () => {
    const copies = "const a = new Uint8Array(24 * 2 ** 20); for (let i = 0; i < 40; i++) a.copyWithin(0, 1);";
    expect(await pauses(copies)).toBeGreaterThanOrEqual(5);
  });

  it("for files, by their size", async () => {
    const names = ["a.ts", "b.ts", "c.ts"];
    const main = `${names.map((name) => `import "./${name}";`).join("\n")} export default 1;`;
    const filled = (text: string) => Object.fromEntries([["main.js", main], ...names.map((name) => [name, text])]);
    expect(await pauses(filled("1"))).toBe(0);
    expect(await pauses(filled(`/*${"x".repeat(140_000)}*/`))).toBeGreaterThanOrEqual(2);
  });

  it("for what is read of a long file, as an entry and as a module", async () => {
    const long = "var a: number = 1;\n".repeat(6_000);
    expect(await pauses({ "main.ts": "const a: number = 1;" }, "main.ts")).toBe(0);
    expect(await pauses({ "main.ts": long }, "main.ts")).toBeGreaterThanOrEqual(10);
    expect(await pauses({ "main.ts": `${long} export default 1;` }, "main.ts")).toBeGreaterThanOrEqual(10);
    expect(await pauses({ "main.js": "import './a.ts'; export default 1;", "a.ts": long })).toBeGreaterThanOrEqual(10);
  });

  it("for fresh memory, by its size", async () => {
    const grow = (mebibytes: number) =>
      `const a = new ArrayBuffer(${mebibytes} * 2 ** 20); for (let n = 0; n < 10000; n++);`;
    expect(await pauses(grow(1))).toBe(0);
    expect(await pauses(grow(56))).toBeGreaterThanOrEqual(1);
  });
});

describe("cancelling", () => {
  it.each([
    ["a loop", LOOP],
    ["a native", "const s = 'a'.repeat(1e6) + 'b', t = 'a'.repeat(2e6); for (;;) t.indexOf(s);"],
    ["a sleep", "await new Promise((done) => setTimeout(done, 60_000));"],
    ["a loop that catches and prints", "for (;;) try { console.log(1); } catch {} finally { console.log(2); }"],
    ["module loading", "for (;;) await import('./main.js?' + Math.random()).catch(() => {});"],
  ])("ends %s within 50 ms", BY_THE_CLOCK, async (_name, code) => {
    const controller = new AbortController();
    let at = 0;
    setTimeout(() => {
      at = Date.now();
      controller.abort();
    }, 40);
    const { outcome } = await run(code, { signal: controller.signal, limits: { outputBytes: 8 * 2 ** 20 } });
    expect(outcome).toEqual({ kind: "cancelled" });
    expect(Date.now() - at).toBeLessThan(50);
  });

  it("before the start runs nothing", async () => {
    const { outcome, stdout } = await run("console.log('ran');", { signal: AbortSignal.abort() });
    expect(outcome).toEqual({ kind: "cancelled" });
    expect(stdout).toBe("");
  });

  it("after the end changes nothing", async () => {
    const controller = new AbortController();
    const { outcome } = await run("1", { signal: controller.signal });
    controller.abort();
    expect(outcome).toEqual({ kind: "completed", result: 1 });
  });
});

describe("output", () => {
  it("arrives while the program works", async () => {
    const arrived: number[] = [];
    let pauses = 0;
    const sleep = (ms: number) => {
      pauses += 1;
      return frozenClock.sleep(ms);
    };
    const code = "console.log('first'); for (let n = 0; n < 2e6; n++); console.log('last');";
    await run(code, { clock: { ...frozenClock, sleep }, onOutput: () => void arrived.push(pauses) });
    expect(arrived).toHaveLength(2);
    expect(arrived[1]! - arrived[0]!).toBeGreaterThan(5);
  });

  it("keeps its order across both streams", async () => {
    const seen: string[] = [];
    const code = "for (let i = 0; i < 5; i++) { console.log('o' + i); console.error('e' + i); }";
    await run(code, { onOutput: (stream, text) => void seen.push(`${stream}:${text}`) });
    expect(seen.join("")).toBe([0, 1, 2, 3, 4].map((i) => `stdout:o${i}\nstderr:e${i}\n`).join(""));
  });

  it("carries NUL, byte order marks and characters outside the first plane, and replaces lone surrogates", async () => {
    const code = 'import { write } from "runyard"; write("a\\0b\\ufeffc😀"); write("\\ud800x");';
    expect((await run(code)).stdout).toBe("a\0b\ufeffc😀\ufffdx");
    const long = 'import { write } from "runyard"; write("\\ufeff" + "😀".repeat(40_000));';
    expect((await run(long)).stdout).toBe(`\ufeff${"😀".repeat(40_000)}`);
  });

  it("survives a flood of a million lines", async () => {
    const { outcome, usage } = await run("for (let i = 0; i < 1e6; i++) console.log(i);", {
      limits: { outputBytes: 1_000_000, timeoutMs: 60_000 },
    });
    expect(endOf(outcome)).toBe("output");
    expect(usage.outputBytes).toBe(1_000_000);
  });
});

describe("the guest's clock", () => {
  it("moves while the program waits for it", async () => {
    const waited = (await resultOf(
      "const start = Date.now(); while (Date.now() < start + 50); Date.now() - start",
    )) as number;
    expect(waited).toBeGreaterThanOrEqual(50);
    expect(waited).toBeLessThan(10_000);
  });

  it("is UTC and agrees with performance.now", async () => {
    const code =
      "const d = new Date(2024, 6, 1, 12); [d.toISOString(), d.getTimezoneOffset(), performance.now() >= 0 && performance.now() < 50]";
    expect(await resultOf(code)).toEqual(["2024-07-01T12:00:00.000Z", 0, true]);
  });

  it("lets timers come due although the host's clock stands still", async () => {
    expect(await resultOf("await new Promise((done) => setTimeout(done, 30)); 'woke'", { clock: frozenClock })).toBe(
      "woke",
    );
  });
});

describe("random numbers", () => {
  const code = "[Math.random(), Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(4))]]";

  it("repeat with the seed, and differ without it", async () => {
    const first = await resultOf(code, { seed: "one" });
    expect(await resultOf(code, { seed: "one" })).toEqual(first);
    const second = (await resultOf(code, { seed: "two" })) as unknown[];
    for (const [i, value] of (first as unknown[]).entries()) expect(second[i]).not.toEqual(value);
  });

  it("look like what they are", async () => {
    const uuid = (await resultOf("crypto.randomUUID()")) as string;
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const mean = (await resultOf("let s = 0; for (let i = 0; i < 10000; i++) s += Math.random(); s / 10000")) as number;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });
});
