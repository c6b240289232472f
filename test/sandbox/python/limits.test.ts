/** Every limit ends a Python run as what it is, whatever the program does about it, and the next run is not affected. */
import { afterEach, describe, expect, it } from "vitest";
import { endOf, frozenClock } from "../harness.ts";
import { printed, run } from "./guest.ts";

afterEach(async () => {
  expect(await printed("print('ok')")).toBe("ok\n");
});

/** Programs that never end, and the line that they are found on; null where it may be one of several, or is not told. */
const ENDLESS: Readonly<Record<string, readonly [code: string, line: number | null]>> = {
  "an empty loop": ["def spin():\n    while True:\n        pass\nspin()", 3],
  "a loop that catches everything": [
    "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
    3,
  ],
  "a loop in finally": ["try:\n    while True: pass\nfinally:\n    while True: pass", 2],
  "a loop that ignores signals": [
    "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    null,
  ],
  "a C function over a long range": ["sum(range(10**12))", 1],
  "a C function that compares": ["[0] * 10**6 in [[1]] * 10**9 if False else max(iter(int, 1))", 1],
  "a backtracking regular expression": ["import re\nre.match('(a+)+b', 'a' * 40)", 2],
  "a power of large numbers": ["x = 7 ** (10 ** 7)\nstr(x)", 1],
  "an endless generator": ["from itertools import count\nlist(zip(count(), count())) if 0 else all(count(1))", 2],
  "copies of large blocks": ["b = bytes(5 * 10**6)\nwhile True: c = b + b", 2],
  "a string method of a thrown error": [
    "class E(Exception):\n  def __str__(self):\n    while True: pass\nraise E()",
    3,
  ],
  "an asyncio task": [
    "import asyncio\nasync def main():\n    while True: await asyncio.sleep(0)\nasyncio.run(main())",
    null,
  ],
  "an exit handler": ["import atexit\n@atexit.register\ndef f():\n    while True: pass", 4],
  "a sleep": ["import time\ntime.sleep(100)", 2],
  "a sleeping task": ["import asyncio\nasyncio.run(asyncio.sleep(100))", 2],
};

describe("the time limit", () => {
  it.each(Object.entries(ENDLESS))("ends %s, and says where it was", async (_name, [code, line]) => {
    const { outcome, usage, journal } = await run(code, { limits: { timeoutMs: 300 } });
    expect(endOf(outcome)).toBe("time");
    expect(usage.wallMs).toBeGreaterThanOrEqual(300);
    expect(usage.wallMs).toBeLessThan(10_000);
    expect(journal.stop).toMatchObject({ reason: "time" });
    expect(outcome).toMatchObject({ error: { name: "TimeLimit" } });
    if (line !== null) expect(outcome).toMatchObject({ error: { file: "main.py", line } });
  });
});

describe("fuel", () => {
  it.each([
    ["a loop", "while True: pass"],
    ["a C function", "sum(range(10**12))"],
    ["copies of large blocks", "b = bytes(5 * 10**6)\nwhile True: c = b + b"],
    ["a loop that catches everything", "while True:\n  try:\n    while True: pass\n  except BaseException: pass"],
  ])("ends %s although the clock stands still", async (_name, code) => {
    const { outcome, usage } = await run(code, { clock: frozenClock, limits: { fuel: 3_000_000 } });
    expect(endOf(outcome)).toBe("fuel");
    expect(usage.fuel).toBe(3_000_000);
  });

  it("is the same in every run, and one unit less is too little", async () => {
    const code = "import json\nprint(len(json.dumps([{'a': i, 'b': str(i)} for i in range(20000)])))";
    const [a, b] = [await run(code), await run(code, { clock: frozenClock })];
    expect(endOf(a.outcome)).toBe("completed");
    expect(b.usage.fuel).toBe(a.usage.fuel);
    expect(endOf((await run(code, { limits: { fuel: a.usage.fuel } })).outcome)).toBe("completed");
    expect(endOf((await run(code, { limits: { fuel: a.usage.fuel - 1 } })).outcome)).toBe("fuel");
  });
});

describe("the memory limit", () => {
  it("is an error that a program can catch", async () => {
    const code = "try:\n    x = [0] * 10**9\nexcept MemoryError:\n    print('caught')\nprint(sum([1] * 1000))";
    expect(await printed(code)).toBe("caught\n1000\n");
  });

  it.each([
    ["large blocks", "x = []\nwhile True: x.append('a' * 100_000)", 2],
    ["small objects", "x = []\nwhile True:\n    x.append([1, 2, 3])", 3],
    ["a string that doubles", "s = 'ab'\nwhile True: s += s", 2],
    ["a dictionary", "d = {}\nfor i in range(10**9): d[i] = str(i)", 2],
  ])("ends a program that collects %s", async (_name, code, line) => {
    const { outcome, usage } = await run(code, { limits: { memoryBytes: 48 * 2 ** 20 } });
    expect(endOf(outcome)).toBe("memory");
    expect(outcome).toMatchObject({ error: { name: "MemoryLimit", file: "main.py", line } });
    expect(usage.memoryBytes).toBeLessThanOrEqual(48 * 2 ** 20);
  });

  it("counts as 30 MiB where it is less: Python needs that much", async () => {
    const { outcome, usage } = await run("print(sum(range(10)))", { limits: { memoryBytes: 8 * 2 ** 20 } });
    expect(endOf(outcome)).toBe("completed");
    expect(usage.memoryBytes).toBe(30 * 2 ** 20);
    expect(endOf((await run("x = [0] * 10**7", { limits: { memoryBytes: 8 * 2 ** 20 } })).outcome)).toBe("memory");
  });
});

describe("the stack", () => {
  it("ends a recursion without an end as an error that a program can catch", async () => {
    const code = "def f(n): return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError as e:\n    print(e)";
    expect(await printed(code)).toBe("maximum recursion depth exceeded\n");
  });

  it.each([
    ["a function", "def f(n):\n    return f(n + 1)\nf(0)", 2],
    ["repr", "a = []\nfor i in range(100_000): a = [a]\nrepr(a)", 3],
    ["a parser in C", "import json\njson.loads('[' * 200_000 + ']' * 200_000)", 2],
    ["a comparison", "a, b = [], []\nfor i in range(100_000): a, b = [a], [b]\na == b", 3],
  ])("is named where %s goes too deep", async (_name, code, line) => {
    const { outcome } = await run(code);
    expect(endOf(outcome)).toBe("stack");
    expect(outcome).toMatchObject({ error: { name: "StackLimit", file: "main.py", line } });
  });

  it("is deep enough for 900 calls, 400 brackets of JSON and 90 of an expression", async () => {
    const code = [
      "import json",
      "def depth(n): return n if n == 0 else 1 + depth(n - 1)",
      "print(depth(900), len(json.loads('[' * 400 + ']' * 400)), eval('(' * 90 + '1' + ')' * 90))",
    ].join("\n");
    expect(await printed(code)).toBe("900 1 1\n");
  });

  it("lets 200,000 parentheses be a syntax error", async () => {
    const { outcome } = await run("eval('(' * 200_000 + ')' * 200_000)");
    expect(outcome).toMatchObject({ kind: "threw", error: { name: "SyntaxError" } });
  });
});

describe("the output limit", () => {
  it.each([
    ["prints for ever", "while True: print('x' * 1000)"],
    ["catches everything", "while True:\n  try:\n    print('x' * 1000)\n  except BaseException: pass"],
    ["writes one large text", "print('x' * 10**6)"],
  ])("ends a program that %s after exactly so many bytes", async (_name, code) => {
    const { outcome, stdout, usage } = await run(code, { limits: { outputBytes: 100_000 } });
    expect(endOf(outcome)).toBe("output");
    expect(outcome).toMatchObject({ error: { name: "OutputLimit", file: "main.py" } });
    expect(stdout).toHaveLength(100_000);
    expect(usage.outputBytes).toBe(100_000);
  });

  it("counts bytes and cuts no character", async () => {
    const { stdout, usage, dropped } = await run("print('ü' * 10_000)", { limits: { outputBytes: 1_025 } });
    expect(stdout).toBe("ü".repeat(512));
    expect(usage.outputBytes).toBe(1_024);
    // Python is stopped before it writes the line feed.
    expect(dropped).toEqual({ bytes: 20_000 - 1_025, lines: 1 });
  });
});
