/** Programs in Python behave as they do elsewhere: files, input, output, errors, exits, results. */
import { describe, expect, it } from "vitest";
import { errorOf, printed, resultOf, run } from "./guest.ts";

describe("files", () => {
  const files = {
    "main.py":
      "import shop.prices, tools\nfrom shop import tax\nprint(shop.prices.total([1, 2]), tax.RATE, tools.NAME)\nprint(open('data/items.csv').read(), __file__, __name__)",
    "shop/__init__.py": "",
    "shop/prices.py": "from .tax import RATE\ndef total(prices):\n    return sum(prices) * RATE",
    "shop/tax.py": "RATE = 2",
    "tools.py": "NAME = 'tööls'",
    "data/items.csv": "a,b\n1,2",
  };

  it("are imported and opened by their names", async () => {
    expect(await printed(files)).toBe("6 2 tööls\na,b\n1,2 /program/main.py __main__\n");
  });

  it("start with the entry, wherever it lies", async () => {
    const nested = { "app/run.py": "import helper\nprint(helper.X)", "helper.py": "X = 1" };
    expect(await printed(nested, { entry: "app/run.py" })).toBe("1\n");
    const beside = { "app/run.py": "import helper\nprint(helper.X)", "app/helper.py": "X = 2" };
    expect(await printed(beside, { entry: "app/run.py" })).toBe("2\n");
  });

  it("are the program's own: it may write to them, and nobody else sees it", async () => {
    const write = "open('notes.txt', 'w').write('mine')\nimport os\nprint(open('notes.txt').read(), os.listdir())";
    expect(await printed(write)).toBe("mine ['main.py', 'notes.txt']\n");
    expect(await printed("import os\nprint(os.listdir('.'))")).toBe("['main.py']\n");
  });

  it("find their place in a traceback", async () => {
    const code = { ...files, "main.py": "from shop.prices import total\ntotal('ab')" };
    const error = await errorOf(code);
    expect(error).toMatchObject({
      category: "runtime",
      name: "TypeError",
      file: "shop/prices.py",
      line: 3,
      column: 12,
    });
    expect(error.stack).toMatch(
      /^Traceback \(most recent call last\):\n {2}File "main\.py", line 2, in <module>\n {4}total\('ab'\)\n[ ~^]+\n {2}File "shop\/prices\.py", line 3, in total\n/,
    );
  });
});

describe("input", () => {
  it("comes by lines, then ends", async () => {
    const code =
      "name = input('Name? ')\nimport sys\nrest = sys.stdin.read()\nprint(name, repr(rest))\ntry:\n    input()\nexcept EOFError as e:\n    print(e)";
    expect(await printed(code, { stdin: "Ünï 😀\none\ntwo" })).toBe(
      "Name? Ünï 😀 'one\\ntwo'\nEOF when reading a line\n",
    );
  });

  it("is iterated, and read as bytes", async () => {
    expect(await printed("import sys\nprint([line.strip() for line in sys.stdin])", { stdin: "a\nb\n" })).toBe(
      "['a', 'b']\n",
    );
    expect(await printed("import sys\nprint(sys.stdin.buffer.read())", { stdin: "ü" })).toBe("b'\\xc3\\xbc'\n");
  });

  it("comes as arguments", async () => {
    expect(await printed("import sys\nprint(sys.argv)", { args: ["a b", "ü", ""] })).toBe(
      "['main.py', 'a b', 'ü', '']\n",
    );
  });
});

describe("output", () => {
  it("keeps the order of both streams and of bytes", async () => {
    const seen: string[] = [];
    const code =
      "import sys\nfor i in range(3):\n    print('o', i, end=' ')\n    print('e', i, file=sys.stderr)\nsys.stdout.buffer.write('ü\\n'.encode())";
    await run(code, { onOutput: (stream, text) => void seen.push(`${stream}:${text}`) });
    expect(seen.join("|")).toBe(
      "stdout:o 0 |stderr:e 0\n|stdout:o 1 |stderr:e 1\n|stdout:o 2 |stderr:e 2\n|stdout:ü\n",
    );
  });

  it("arrives while the program still computes", async () => {
    let arrivedBeforeEnd = false;
    let ended = false;
    const code = "print('first')\nfor i in range(3_000_000): pass\nprint('last')";
    await run(code, { onOutput: (_stream, text) => (arrivedBeforeEnd ||= text === "first\n" && !ended) });
    ended = true;
    expect(arrivedBeforeEnd).toBe(true);
  });

  it("carries NUL and characters outside the first plane, also in pieces", async () => {
    const code =
      "import sys\nprint('a\\0b\\ufeffc😀')\nfor byte in '😀'.encode(): sys.stdout.buffer.write(bytes([byte]))";
    expect(await printed(code)).toBe("a\0b\ufeffc😀\n😀");
  });
});

describe("errors", () => {
  it.each([
    ["an open bracket", "x = 1\nprint(x\ny = 2", "SyntaxError", 2, 6],
    ["an indentation", "def f():\nreturn 1", "IndentationError", 2, 1],
    ["a tab", "if True:\n    x = 1\n\ty = 2", "TabError", 3, null],
    ["return outside a function", "\nreturn 1", "SyntaxError", 2, 1],
  ])("of syntax say where: %s", async (_name, code, name, line, column) => {
    const error = await errorOf(code);
    expect(error).toMatchObject({ category: "syntax", name, file: "main.py", line });
    if (column !== null) expect(error.column).toBe(column);
  });

  it("of syntax in an imported file are about that file", async () => {
    const error = await errorOf({ "main.py": "import bad", "bad.py": "x = 1\ndef (:\n" });
    expect(error).toMatchObject({ category: "syntax", file: "bad.py", line: 2, column: 5 });
  });

  it("of syntax in a text that is evaluated are the program's", async () => {
    expect(await errorOf("\neval('1 +')")).toMatchObject({ category: "runtime", file: "main.py", line: 2 });
  });

  it.each([
    ["a package", "import numpy as np", "numpy", /use the standard library/],
    ["a client for the network", "import requests", "requests", /Network access is not granted/],
    ["a part of a package", "from yaml.loader import Loader", "yaml", /use the standard library/],
    ["JavaScript", "import js", "js", /cannot reach JavaScript/],
    ["Pyodide", "from pyodide.ffi import run_sync", "pyodide", /cannot reach JavaScript/],
    ["a screen", "import tkinter", "tkinter", /no screen/],
  ])("of imports name what is missing and what to do: %s", async (_name, code, module, advice) => {
    const error = await errorOf(code);
    expect(error).toMatchObject({ category: "import", name: "ModuleNotFoundError", file: "main.py", line: 1 });
    expect(error.message).toContain(`No module named '${module}`);
    expect(error.message).toMatch(advice);
  });

  it("of a missing name in a module are imports, too", async () => {
    expect(await errorOf("from math import nothing")).toMatchObject({ category: "import", name: "ImportError" });
  });

  it("keep their cause and their groups", async () => {
    const chained = await errorOf("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e");
    expect(chained).toMatchObject({ name: "KeyError", message: "'k'", line: 4 });
    expect(chained.stack).toMatch(/ZeroDivisionError: division by zero[\s\S]*direct cause[\s\S]*KeyError: 'k'/);
    const group = await errorOf("raise ExceptionGroup('many', [ValueError(1), TypeError(2)])");
    expect(group.stack).toMatch(/ValueError: 1[\s\S]*TypeError: 2/);
  });

  it.each([
    ["an error that cannot be shown", "class E(Exception):\n    def __str__(self): raise ValueError\nraise E()", "E"],
    ["a keyboard interrupt of its own", "raise KeyboardInterrupt", "KeyboardInterrupt"],
    ["non-ASCII names and texts", "naïve = 'ü😀'\nraise Exception(naïve)", "Exception"],
    ["an assertion", "assert 1 == 2, 'no'", "AssertionError"],
    ["threads", "import threading\nthreading.Thread(target=print).start()", "RuntimeError"],
    ["processes", "import subprocess\nsubprocess.run(['ls'])", "OSError"],
    ["the network", "import urllib.request\nurllib.request.urlopen('http://example.com')", "URLError"],
    ["a socket", "import socket\nsocket.create_connection(('127.0.0.1', 80))", "PermissionError"],
    [
      "a task that waits for nothing",
      "import asyncio\nasync def f(): await asyncio.Future()\nasyncio.run(f())",
      "RuntimeError",
    ],
    ["an abort", "import os\nos.abort()", "Abort"],
  ])("are the program's: %s", async (_name, code, name) => {
    const error = await errorOf(code);
    expect(error).toMatchObject({ category: "runtime", name, file: "main.py" });
    expect(await printed("print('ok')")).toBe("ok\n");
  });
});

describe("an exit", () => {
  it.each([
    ["0", "import sys\nprint(1)\nsys.exit(0)"],
    ["nothing", "print(1)\nexit()"],
    ["quit", "print(1)\nquit()"],
    ["os._exit(0)", "import os\nprint(1)\nos._exit(0)"],
  ])("with %s completes", async (_name, code) => {
    expect(await run(code)).toMatchObject({ outcome: { kind: "completed", result: undefined }, stdout: "1\n" });
  });

  it.each([
    ["a number", "import sys\nsys.exit(3)", 3, ""],
    ["a text", "import sys\nsys.exit('bye')", 1, "bye\n"],
    ["os._exit", "import os\nos._exit(4)", 4, ""],
    ["an exception's code", "raise SystemExit(7)", 7, ""],
  ])("with %s fails with its code", async (_name, code, exitCode, stderr) => {
    const ran = await run(code);
    const message = `the program exited with code ${exitCode}`;
    expect(ran.outcome).toMatchObject({ kind: "threw", error: { category: "runtime", name: "SystemExit", message } });
    expect(ran.stderr).toBe(stderr);
  });

  it("lets the handlers run that were registered", async () => {
    expect(await printed("import atexit, sys\natexit.register(print, 'bye')\nprint('hi')\nsys.exit()")).toBe(
      "hi\nbye\n",
    );
  });
});

describe("the result", () => {
  it.each([
    ["data", "{'a': [1, 2.5, None, True, 'ü'], 'b': (1, 2)}", { a: [1, 2.5, null, true, "ü"], b: [1, 2] }],
    ["an expression after statements", "x = 20\ny = 1\nx * 2 + y + y", 42],
    ["an empty list", "[]", []],
    ["a text with NUL", "'a\\0b'", "a\0b"],
  ])("is the value of the last expression: %s", async (_name, code, result) => {
    expect(await resultOf(code)).toEqual(result);
  });

  it.each([
    ["a call that prints", "print('x')"],
    ["an assignment", "x = 1"],
    ["a number that JSON cannot hold", "2 ** 100"],
    ["not a number", "float('nan')"],
    ["a set", "{1, 2}"],
    ["keys that are not texts", "{1: 2}"],
    ["an object", "object()"],
    ["a list in itself", "a = []\na.append(a)\na"],
    ["80 levels", "a = 1\nfor _ in range(80): a = [a]\na"],
    ["an empty file", "# nothing"],
  ])("is left out otherwise: %s", async (_name, code) => {
    expect(await resultOf(code)).toBeUndefined();
  });

  it("is left out with a word where it is too large", async () => {
    const { outcome, stderr } = await run("'x' * 1_100_000");
    expect(outcome).toEqual({ kind: "completed", result: undefined });
    expect(stderr).toContain("over 1 MiB");
  });
});

describe("asyncio", () => {
  it("takes turns at await alone", async () => {
    const code = [
      "import asyncio",
      "async def work(name):",
      "    for i in range(2):",
      "        print(name, i)",
      "        for _ in range(400_000): pass",
      "        print(name, i, 'done')",
      "        await asyncio.sleep(0.001)",
      "async def main():",
      "    await asyncio.gather(work('a'), work('b'))",
      "asyncio.run(main())",
    ].join("\n");
    const lines = (await printed(code)).trim().split("\n");
    expect(lines).toEqual(["a 0", "a 0 done", "b 0", "b 0 done", "a 1", "a 1 done", "b 1", "b 1 done"]);
  });

  it("has timeouts, queues and cancellation", async () => {
    const code = [
      "import asyncio",
      "async def main():",
      "    queue = asyncio.Queue()",
      "    async with asyncio.TaskGroup() as group:",
      "        group.create_task(queue.put(1))",
      "    try:",
      "        await asyncio.wait_for(asyncio.sleep(60), 0.01)",
      "    except TimeoutError:",
      "        return await queue.get(), 'late'",
      "print(asyncio.run(main()))",
    ].join("\n");
    expect(await printed(code)).toBe("(1, 'late')\n");
  });

  it("leaves no task behind for the next runs", async () => {
    const code =
      "import asyncio\nasync def bg():\n    while True: await asyncio.sleep(0)\nasync def main():\n    asyncio.create_task(bg())\nasyncio.run(main())\nprint('left')";
    expect(await printed(code)).toBe("left\n");
    for (let i = 0; i < 5; i++) expect(await printed(`print(${i})`)).toBe(`${i}\n`);
  });
});

describe("the language", () => {
  it("is all there", async () => {
    const code = [
      "from dataclasses import dataclass, field",
      "from functools import cache",
      "from typing import Generic, TypeVar",
      "@cache",
      "def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)",
      "@dataclass(order=True)",
      "class Point[T]:",
      "    x: T",
      "    tags: list[str] = field(default_factory=list)",
      "match Point(1):",
      "    case Point(x=1): found = 'one'",
      "x = 5",
      "print(fib(90), 10**-5, found, Point(1) < Point(2), f'{x=}', (lambda *a, **k: (a, k))(1, b=2))",
    ].join("\n");
    expect(await printed(code)).toBe("2880067194370816120 1e-05 one True x=5 ((1,), {'b': 2})\n");
  });

  it("shows warnings and unraisable errors on the error stream", async () => {
    const { outcome, stderr } = await run(
      "import warnings\nwarnings.warn('old')\nclass A:\n  def __del__(self): 1 / 0\nA()",
    );
    expect(outcome.kind).toBe("completed");
    expect(stderr).toMatch(/UserWarning: old[\s\S]*ZeroDivisionError/);
  });
});
