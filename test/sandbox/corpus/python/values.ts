/** Values that are hard to hand over: as a result, inside of one, and raised; and sources that are hard to read. */
import type { JsonValue } from "../../../../worker/domain/guest-outcome.ts";
import { type Expected, family, type HostileProgram, type Row } from "../program.ts";

/** Where a value has no counterpart as data. */
const NOTHING = Symbol("nothing");

/** Definitions, then an expression; and what it is as data, or how the program ends. */
const VALUES: readonly (readonly [
  name: string,
  code: string,
  data: JsonValue | typeof NOTHING | { ends: Expected },
])[] = [
  ["NUL", "'a\\0b'", "a\0b"],
  ["a lone surrogate", "'\\ud800'", "\ud800"],
  ["surrogates the wrong way round", "['\\udc00\\ud800', {'\\ud800': 1}]", ["\udc00\ud800", { "\ud800": 1 }]],
  ["text of JSON", '\'{"kind":"broken"}\'', '{"kind":"broken"}'],
  ["the sentinel of results", "'too-large'", "too-large"],
  ["a text of 20 MB", "'x' * 20_000_000", { ends: ["fuel", { result: undefined }] }],
  ["a text of 1 MiB", "'x' * (2**20 - 2)", { ends: "completed" }],
  ["a million elements", "[0] * 10**6", { ends: ["fuel", { result: undefined }] }],
  ["a list in itself", "l = []\nl.append(l)\nl", NOTHING],
  ["a dict in itself", "d = {}\nd['d'] = d\nd", NOTHING],
  ["a tree that doubles at each level", "l = []\nfor _ in range(40): l = [l, l]\nl", { ends: "fuel" }],
  ["a list 10,000 deep", "l = []\nfor _ in range(10_000): l = [l]\nl", NOTHING],
  ["a number of 10**400", "10**400", NOTHING],
  ["one more than the largest whole number", "2**53", NOTHING],
  ["an infinity", "[float('-inf')]", NOTHING],
  ["-0", "[-0.0, 5e-324]", [-0, 5e-324]],
  ["bytes", "b'x'", NOTHING],
  ["a generator without an end", "def g():\n  while True: yield 1\ng()", NOTHING],
  ["a range", "range(10**9)", NOTHING],
  [
    "__proto__ as a key",
    "{'__proto__': {'a': 1}, 'constructor': 2}",
    JSON.parse('{"__proto__":{"a":1},"constructor":2}'),
  ],
  [
    "a subclass of int with hostile comparisons",
    "class I(int):\n  def __le__(self, o):\n    while True: pass\n  __ge__ = __le__\nI(5)",
    { ends: "fuel" },
  ],
  [
    "a subclass of float that lies",
    "class F(float):\n  def __sub__(self, o): return 0\nF('inf')",
    { ends: [{ result: undefined }, "throws ValueError"] },
  ],
  [
    "a subclass of str with hostile methods",
    "class S(str):\n  def __str__(self):\n    while True: pass\n  __len__ = __iter__ = __hash__ = __str__\nS('x')",
    "x",
  ],
  [
    "a subclass of list with a hostile __iter__",
    "class L(list):\n  def __iter__(self):\n    while True: yield 1\nL([1])",
    { ends: "fuel" },
  ],
  [
    "a subclass of dict with hostile items",
    "class D(dict):\n  def items(self):\n    while True: yield 'a', 1\nD(a=1)",
    { ends: "fuel" },
  ],
  [
    "a subclass of dict that shows more of itself",
    "class D(dict):\n  def items(self): return [('a', D())]\nD()",
    NOTHING,
  ],
  [
    "a dict that changes while it is read",
    "class D(dict):\n  n = 0\n  def items(self):\n    D.n += 1\n    return [('a', 1)] if D.n == 1 else [('a', object())]\nD(a=1)",
    { ends: ["throws TypeError", { result: { a: 1 } }] },
  ],
  ["a lie about __class__", "class A:\n  __class__ = str\nA()", { ends: "throws TypeError" }],
  [
    "a __class__ without an end",
    "class A:\n  @property\n  def __class__(self):\n    while True: pass\nA()",
    { ends: "fuel" },
  ],
  [
    "a __class__ that raises",
    "class A:\n  @property\n  def __class__(self): raise RuntimeError('no')\nA()",
    { ends: "throws RuntimeError" },
  ],
  [
    "a hostile __getattribute__",
    "class A:\n  def __getattribute__(self, n):\n    while True: pass\nA()",
    { ends: "fuel" },
  ],
];

/** Raised values. The name is the host's data: it is shown, and believed for nothing. */
const THROWN: Readonly<Record<string, readonly [code: string, expected: Expected]>> = {
  "a hostile __str__": ["class E(Exception):\n  def __str__(self):\n    while True: pass\nraise E", "fuel"],
  "a __str__ that raises": ["class E(Exception):\n  def __str__(self): raise ValueError\nraise E", "throws E"],
  "a __str__ that exits": [
    "class E(Exception):\n  def __str__(self): raise SystemExit(0)\nraise E",
    ["throws E", "throws Error"],
  ],
  "a __str__ of a subclass of text": [
    "class S(str):\n  def __getitem__(self, k):\n    while True: pass\nclass E(Exception):\n  def __str__(self): return S('x')\nraise E",
    ["fuel", "throws E"],
  ],
  "a text of a million characters": ["raise ValueError('x' * 10**6)", "throws ValueError"],
  "a text of characters that take two units": ["raise ValueError('😀' * 10**5)", "throws ValueError"],
  "a lone surrogate": ["raise ValueError('\\ud800\\0')", "throws ValueError"],
  "a hostile __repr__ in args": [
    "class A:\n  def __repr__(self):\n    while True: pass\nraise ValueError(A(), 1)",
    "fuel",
  ],
  "a __traceback__ that runs in a circle": [
    "import sys\ntry: 1 / 0\nexcept Exception as e:\n  t = e.__traceback__\n  try: t.tb_next = t\n  except ValueError: raise e",
    "throws ZeroDivisionError",
  ],
  "a circle of causes": [
    "a, b = ValueError('a'), ValueError('b')\na.__cause__, b.__cause__ = b, a\nraise a",
    "throws ValueError",
  ],
  "hostile notes": [
    "class N:\n  def __str__(self):\n    while True: pass\ne = ValueError('x')\ne.__notes__ = [N()]\nraise e",
    "fuel",
  ],
  "a group of a thousand": [
    "raise ExceptionGroup('x', [ValueError(i) for i in range(1000)])",
    ["throws ExceptionGroup", "fuel"],
  ],
  "SystemExit of 0": ["raise SystemExit(0)", { result: undefined }],
  "SystemExit of 2**100": ["raise SystemExit(2**100)", "throws SystemExit"],
  "SystemExit of a list": ["raise SystemExit([1])", "throws SystemExit"],
  "SystemExit of a hostile object": [
    "class A:\n  def __str__(self):\n    while True: pass\nraise SystemExit(A())",
    "fuel",
  ],
  "SystemExit with a hostile code": [
    "class E(SystemExit):\n  @property\n  def code(self):\n    while True: pass\nraise E",
    "fuel",
  ],
  "SystemExit with a code that raises": [
    "class E(SystemExit):\n  @property\n  def code(self): raise ValueError('no')\nraise E",
    ["throws ValueError", "throws E", "throws Error"],
  ],
  "os._exit": ["import os\nos._exit(3)", "throws SystemExit"],
  "os.abort": ["import os\nos.abort()", "throws Abort"],
  KeyboardInterrupt: ["raise KeyboardInterrupt", "throws KeyboardInterrupt"],
  "a class that lies about its name": ["raise type('MemoryLimit', (Exception,), {})", "throws MemoryLimit"],
  "a class named like the engine's failures": [
    "raise type('EngineFault', (Exception,), {})('the engine failed')",
    "throws EngineFault",
  ],
  "a class named RecursionError": ["raise type('RecursionError', (Exception,), {})", "stack"],
  "a class without a name": ["raise type('', (Exception,), {})('x')", "throws Error"],
  "a class with a name of a million characters": [
    "raise type('E' * 10**6, (Exception,), {})('x')",
    `throws ${"E".repeat(200)}`,
  ],
  "a class whose metaclass hides its name": [
    "class M(type):\n  @property\n  def __name__(self):\n    while True: pass\nclass E(Exception, metaclass=M): pass\nraise E",
    ["fuel", "throws E"],
  ],
  "a syntax error with a hostile position": [
    "e = SyntaxError('x')\ne.filename, e.lineno, e.offset = '/program/main.py', -5, 'x'\nraise e",
    ["throws SyntaxError"],
  ],
  "a syntax error far away": [
    "raise SyntaxError('x', ('/program/main.py', 10**12, 10**12, 'text', 1, 1))",
    "throws SyntaxError",
  ],
  "a syntax error of a file with a long name": [
    "raise SyntaxError('x', ('/program/' + 'x' * 10**5, 1, 1, 'text', 1, 1))",
    "throws SyntaxError",
  ],
  "a missing module with a hostile name": [
    "class S(str):\n  def __getitem__(self, k):\n    while True: pass\nraise ModuleNotFoundError('x', name=S('y' * 10**5))",
    ["throws ModuleNotFoundError", "fuel"],
  ],
  "a frame of a file with a long name": [
    "exec(compile('1/0', '/program/' + 'x' * 10**5, 'exec'))",
    "throws ZeroDivisionError",
  ],
  "a frame at a line far away": [
    "import ast\nt = ast.parse('1/0')\nfor n in ast.walk(t): n.lineno = n.end_lineno = 2 * 10**9\nexec(compile(t, '/program/main.py', 'exec'))",
    "throws ZeroDivisionError",
  ],
  "a frame with a hostile line": [
    "exec(compile('\\n' * 10**6 + '1/0', '/program/main.py', 'exec'))",
    ["throws ZeroDivisionError", "fuel", "memory"],
  ],
};

/** Sources that are hard to read: as the entry, or handed to `compile`. */
const SOURCES: readonly Row[] = [
  ["NUL", "x = 1\0", "throws SyntaxError"],
  ["NUL in a comment", "# \0\n1", "throws SyntaxError"],
  ["a byte order mark", "\ufeff1", { result: 1 }],
  ["tabs and spaces", "if 1:\n\tx = 1\n        x = 2\nx", "throws TabError"],
  ["a line that goes on for ever", "x = 1\\\n".repeat(2_000), "throws SyntaxError"],
  ["200,000 parentheses", "(".repeat(200_000) + ")".repeat(200_000), "throws SyntaxError"],
  [
    "150 parentheses",
    `${"(".repeat(150)}1${")".repeat(150)}`,
    [{ result: 1 }, "throws MemoryError", "stack", "throws SyntaxError"],
  ],
  ["20,000 signs", `${"-".repeat(20_000)}1`, ["stack", "throws MemoryError", "throws SyntaxError", "memory"]],
  [
    "5,000 conditions",
    `${"1 if 1 else ".repeat(5_000)}1`,
    ["stack", "throws MemoryError", "memory", "fuel", { result: 1 }],
  ],
  ["f-strings in f-strings", `${'f"{'.repeat(200)}1${'}"'.repeat(200)}`, "throws SyntaxError"],
  [
    "101 indentations",
    Array.from({ length: 101 }, (_, i) => `${" ".repeat(i)}if 1:\n`).join(""),
    "throws IndentationError",
  ],
  ["a text of a million characters", `x = "${"x".repeat(1_000_000)}"\nlen(x)`, { result: 1_000_000 }],
  ["a number of 100,000 digits", "9".repeat(100_000), ["throws SyntaxError"]],
  [
    "a power that the compiler folds",
    "2 ** 10 ** 10 ** 10",
    ["fuel", "memory", "throws MemoryError", "throws OverflowError"],
  ],
  ["50,000 lines", "x = 1\n".repeat(50_000), ["completed", "fuel", "memory"]],
  ["an encoding that does not exist", "# coding: nonsense\n1", "throws SyntaxError"],
  ["an encoding of seven bits", "# coding: utf-7\n'+AGE-'", [{ result: "a" }, "throws SyntaxError"]],
  ["an encoding that is a codec of bytes", "# coding: hex\n31", "throws SyntaxError"],
  ["a name of Unicode", "ª = 1\n𝓍 = 2\na + x", { result: 3 }],
  ["text that changes direction", "x = 'a\u202e' # \u2066\nlen(x)", { result: 2 }],
  ["a lone surrogate", "x = '\ud800'\nlen(x)", ["completed", "throws SyntaxError"]],
  ["a warning for each line", "'\\\\d' if 0 else '\\d'\n".repeat(2_000), ["completed", "output", "fuel"]],
  ["a future that does not exist", "from __future__ import braces", "throws SyntaxError"],
  ["a yield in the last expression", "(yield 1)", "throws SyntaxError"],
  ["the last expression loops", "[0 for _ in iter(int, 1)]", "fuel"],
  ["the entry replaces itself", "open(__file__, 'w').write('1 / 0')\nimport main", "throws ZeroDivisionError"],
  ["the entry deletes itself", "import os\nos.remove(__file__)\nraise ValueError('gone')", "throws ValueError"],
  [
    "a module named like the library's",
    { "main.py": "import json\njson.X", "json.py": "X = 'mine'" },
    [{ result: "mine" }, "throws AttributeError"],
  ],
  [
    "a module that shadows what the engine needs",
    { "main.py": "import traceback, ast\n1 / 0", "traceback.py": "while True: pass", "ast.py": "x" },
    "throws ZeroDivisionError",
  ],
  [
    "sitecustomize",
    { "main.py": "1", "sitecustomize.py": "while True: pass", "usercustomize.py": "1 / 0" },
    { result: 1 },
  ],
];

/** Input that is hard to read. */
const INPUT: readonly Row[] = [
  ["NUL and half a character", "import sys\nsys.stdin.read()", { result: "a\0\ufffd" }, { stdin: "a\0\ud800" }],
  ["one line of a million characters", "len(input())", { result: 999_999 }, { stdin: "x".repeat(999_999) }],
  [
    "read as bytes in pieces",
    "import os\nn = 0\nwhile b := os.read(0, 7): n += len(b)\nn",
    { result: 10_000 },
    { stdin: "x".repeat(10_000) },
  ],
  [
    "closed and opened again",
    "import sys, os\nsys.stdin.close()\ntry: open(0).read()\nexcept OSError: pass\n1",
    { result: 1 },
    { stdin: "x" },
  ],
  [
    "opened as /dev/stdin",
    "open('/dev/stdin').read()",
    ["throws FileNotFoundError", "throws OSError", { result: "x" }, { result: "" }],
    { stdin: "x" },
  ],
  [
    "replaced",
    "import sys\nclass S:\n  def readline(self):\n    while True: pass\nsys.stdin = S()\ninput()",
    "fuel",
    { stdin: "x" },
  ],
  [
    "getpass",
    "import getpass\ngetpass.getpass()",
    ["completed", "throws EOFError", "throws ModuleNotFoundError"],
    { stdin: "secret\n" },
  ],
  [
    "a debugger",
    "breakpoint()",
    ["throws BdbQuit", "throws ModuleNotFoundError", "fuel", "throws EOFError", "completed"],
    { stdin: "!1/0\nc\n" },
  ],
];

/** Enough to read a large source. */
const MORE_FUEL = { limits: { fuel: 20_000_000 } };
/** Enough to write a megabyte. */
const SOME_FUEL = { limits: { fuel: 6_000_000 } };

const ends = (data: JsonValue | typeof NOTHING | { ends: Expected }): Expected => {
  if (data === NOTHING) return { result: undefined };
  if (typeof data === "object" && data !== null && "ends" in data) return (data as { ends: Expected }).ends;
  return { result: data };
};

export const RESULTS: readonly HostileProgram[] = family(
  "values as results",
  "python",
  VALUES.map(([name, code, data]): Row => [name, code, ends(data), SOME_FUEL]),
);
export const RAISED: readonly HostileProgram[] = family(
  "raised values",
  "python",
  Object.entries(THROWN).map(([name, [code, expected]]): Row => [name, code, expected, SOME_FUEL]),
);
export const HARD_SOURCES: readonly HostileProgram[] = family(
  "sources",
  "python",
  SOURCES.map(([name, source, expected, options]): Row => [name, source, expected, { ...MORE_FUEL, ...options }]),
);
export const INPUTS: readonly HostileProgram[] = family("input", "python", INPUT);
