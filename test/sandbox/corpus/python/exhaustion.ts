/** Programs that use up memory, the stack, or what may be printed. */
import { type Expected, family, type HostileProgram, type Row } from "../program.ts";

/** Memory may also be what fuel runs out over. */
const MEMORY_OR_FUEL: Expected = ["memory", "fuel"];

const MEMORY_ROWS: readonly Row[] = [
  ["a list at once", "[0] * 10**8", "memory"],
  ["a list larger than an address", "[0] * 10**9", "throws MemoryError"],
  ["a text at once", "'a' * 10**9", "memory"],
  ["bytes at once", "bytes(10**9)", "memory"],
  ["more than there are addresses", "b'x' * 2**40", ["throws OverflowError", "memory"]],
  ["a text that doubles", "s = 'ab'\nwhile True: s += s", "memory"],
  ["texts in a list", "l = []\nwhile True: l.append('a' * 10**5 + str(len(l)))", "memory"],
  ["lists in lists", "l = []\nwhile True: l = [l, [0] * 1000]", "memory"],
  ["small objects", "l = []\nwhile True: l.append(object())", MEMORY_OR_FUEL],
  ["a dictionary", "d = {}\nwhile True: d[len(d)] = bytes(10_000)", "memory"],
  ["generators", "def g(b):\n  yield b\nl = []\nwhile True:\n  x = g(bytes(10_000)); next(x); l.append(x)", "memory"],
  ["an array", "import array\na = array.array('d', [0])\nwhile True: a.extend(a)", "memory"],
  ["io.BytesIO", "import io\nb = io.BytesIO()\nwhile True: b.write(bytes(10**6))", "memory"],
  [
    "io.BytesIO beyond its end",
    "import io\nb = io.BytesIO()\nb.seek(2**31 - 2)\nb.write(b'x')",
    ["memory", "throws SystemError", "throws OverflowError"],
  ],
  ["a file", "f = open('big', 'wb')\nwhile True: f.write(bytes(10**6)); f.flush()", "throws OSError"],
  [
    "a file beyond its end",
    "f = open('big', 'wb')\nf.seek(2**40)\nf.write(b'x')\nf.flush()",
    ["memory", "throws OSError", "throws OverflowError"],
  ],
  [
    "mmap",
    "import mmap\nmmap.mmap(-1, 2**31 - 1)",
    ["memory", "throws OSError", "throws OverflowError", "throws ModuleNotFoundError"],
  ],
  [
    "a bomb of zlib",
    "import zlib\nz = zlib.compress(bytes(10**6))\nl = []\nwhile True: l.append(zlib.decompress(z))",
    "memory",
  ],
  [
    "functools.cache",
    "import functools\n@functools.cache\ndef f(n): return bytes(10_000)\nn = 0\nwhile True:\n  n += 1; f(n)",
    "memory",
  ],
  ["a large number", "1 << 10**9", "memory"],
  ["a format's width", "f'{1:>999999999}'", "memory"],
  [
    "a hint that lies",
    "class A:\n  def __length_hint__(self): return 2**30\n  def __iter__(self): return iter([])\nlist(A())",
    ["memory", "throws MemoryError", { result: [] }],
  ],
  [
    "what is caught and tried again",
    "l = []\nwhile True:\n  try: l.append(bytes(10**6))\n  except MemoryError: pass",
    "fuel",
  ],
  [
    "what is caught and given up",
    "l = []\ntry:\n  while True: l.append(bytes(10**6))\nexcept MemoryError: l = None\n'alive'",
    { result: "alive" },
  ],
  [
    "in the handler of the lack of it",
    "l = []\ntry:\n  while True: l.append(bytes(10**6))\nexcept MemoryError as e:\n  m = bytes(10**8)",
    "memory",
  ],
  ["MemoryError raised by hand", "raise MemoryError('mine')", "throws MemoryError"],
];

/** The stack may also end at Python's own limit, which a program can catch. */
const STACK_ROWS: readonly Row[] = [
  ["a function", "def f(): f()\nf()", "stack"],
  [
    "with no limit",
    "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    ["stack", "memory", "fuel", "throws OverflowError"],
  ],
  [
    "that is caught and begun again",
    "def f():\n  try: f()\n  except RecursionError: pass\nwhile True: f()",
    ["fuel", "stack"],
  ],
  ["that is caught at each depth", "def f():\n  try: f()\n  except RecursionError: f()\nf()", ["fuel", "stack"]],
  ["__repr__", "class A:\n  def __repr__(self): return repr(self)\nrepr(A())", "stack"],
  ["__getattr__", "class A:\n  def __getattr__(self, n): return getattr(self, n + 'x')\nA().a", "stack"],
  ["__eq__", "class A:\n  def __eq__(self, o): return self == o\nA() == A()", "stack"],
  ["__call__ of itself", "class A: pass\nA.__call__ = A()\nA()()", "stack"],
  ["__del__ that makes another", "class A:\n  def __del__(self): A()\nA()", ["completed", "stack", "fuel"]],
  ["the text of nested lists", "a = []\nfor _ in range(10**5): a = [a]\nrepr(a)", "stack"],
  ["the end of nested lists", "a = []\nfor _ in range(10**5): a = [a]\ndel a\n'done'", [{ result: "done" }, "stack"]],
  ["chained generators", "g = iter([1])\nfor _ in range(10**4): g = (x for x in g)\nnext(g)", ["stack", { result: 1 }]],
  ["chained map", "g = iter([1])\nfor _ in range(10**5): g = map(abs, g)\nnext(g)", ["stack", "memory"]],
  ["json.dumps", "import json\na = []\nfor _ in range(10**5): a = [a]\njson.dumps(a)", "stack"],
  ["json.loads", "import json\njson.loads('[' * 10**5 + ']' * 10**5)", "stack"],
  ["pickle.dumps", "import pickle\na = []\nfor _ in range(10**5): a = [a]\npickle.dumps(a)", ["stack", "fuel"]],
  [
    "marshal.loads",
    "import marshal\nmarshal.loads(b')\\x01' * 10**5)",
    ["throws ValueError", "throws EOFError", "throws TypeError"],
  ],
  ["copy.deepcopy", "import copy\na = []\nfor _ in range(10**5): a = [a]\ncopy.deepcopy(a)", "stack"],
  [
    "a nested pattern",
    "import re\nre.compile('(' * 10**4 + ')' * 10**4)",
    ["stack", "fuel", "throws PatternError", "throws OverflowError"],
  ],
  ["a nested expression", "eval('-' * 10**5 + '1')", ["stack", "throws MemoryError", "throws SyntaxError", "memory"]],
  ["chained attributes", "eval('a' + '.a' * 10**5)", ["stack", "throws MemoryError", "memory", "fuel"]],
  [
    "a chain of exceptions",
    "e = None\nfor i in range(10**4):\n  x = ValueError(i)\n  x.__cause__ = e\n  e = x\nraise e",
    ["throws ValueError", "stack", "fuel"],
  ],
  ["an exception that names itself as its cause", "e = ValueError(1)\ne.__cause__ = e\nraise e", "throws ValueError"],
  ["re.sub that substitutes", "import re\ndef f(m): return re.sub('a', f, 'a')\nf(None)", "stack"],
  [
    "coroutines that await each other",
    "async def f(n): return await f(n + 1)\nimport asyncio\nasyncio.run(f(0))",
    "stack",
  ],
  [
    "an import that imports itself",
    { "main.py": "import a", "a.py": "import sys\ndel sys.modules['a']\nimport a" },
    "stack",
  ],
];

const FLOOD: Expected = ["output", "fuel"];
const OUTPUT_ROWS: readonly Row[] = [
  ["print", "while True: print('x' * 1000)", "output"],
  ["one large text", "print('x' * 10**6)", "output"],
  ["sys.stdout.write", "import sys\nsys.stdout.write('x' * 10**6)", "output"],
  ["sys.stdout.buffer", "import sys\nsys.stdout.buffer.write(b'\\xff' * 10**6)", "output"],
  ["sys.stderr", "import sys\nwhile True: print('x' * 1000, file=sys.stderr)", "output"],
  ["os.write", "import os\nwhile True: os.write(1, b'x' * 1000)", "output"],
  ["a copy of the descriptor", "import os\nf = os.fdopen(os.dup(1), 'wb')\nwhile True: f.write(b'x' * 1000)", "output"],
  [
    "/dev/stdout",
    "f = open('/dev/stdout', 'w')\nwhile True: f.write('x' * 1000)",
    ["output", "throws OSError", "throws FileNotFoundError"],
  ],
  ["that catches everything", "while True:\n  try: print('x' * 1000)\n  except BaseException: pass", "output"],
  [
    "traceback.print_exc",
    "import traceback\ntry: raise ValueError('x' * 10**6)\nexcept ValueError: traceback.print_exc()",
    "output",
  ],
  ["logging", "import logging\nwhile True: logging.error('x' * 1000)", FLOOD],
  [
    "faulthandler",
    "import faulthandler\nwhile True: faulthandler.dump_traceback()",
    [...FLOOD, "throws OSError", "throws UnsupportedOperation"],
  ],
  ["sys.exit with a long text", "import sys\nsys.exit('x' * 10**6)", "output"],
  [
    "a hidden flood",
    "import sys\nsys.stdout = None\nimport os\ntry:\n  while True: os.write(1, b'x' * 1000)\nexcept BaseException: pass",
    "output",
  ],
  ["with closed streams", "import sys\nsys.stdout.close()\nsys.stderr.close()\n1", { result: 1 }],
  [
    "a stream of one's own",
    "import sys\nclass S:\n  def write(self, t):\n    while True: pass\n  def flush(self): pass\nsys.stdout = S()\nprint('x')",
    "fuel",
  ],
  [
    "a stream whose flush has no end",
    "import sys\nclass S:\n  def flush(self):\n    while True: pass\nsys.stdout = S()",
    "fuel",
  ],
  ["half a character", "import sys\nsys.stdout.buffer.write('ü'.encode()[:1])", { result: 1 }],
  ["a lone surrogate", "print('\\ud800')", "throws UnicodeEncodeError"],
  ["control characters", "print('\\x00\\x1b[2J\\r\\b' * 10)", { result: undefined }],
];

/** To fill memory takes work, and to write two hundred calls into a traceback. */
const withMoreFuel = ([name, source, expected, options]: Row): Row => [
  name,
  source,
  expected,
  { ...options, limits: { fuel: 20_000_000, ...options?.limits } },
];

export const MEMORY: readonly HostileProgram[] = family("memory", "python", MEMORY_ROWS.map(withMoreFuel));
export const STACKS: readonly HostileProgram[] = family("the stack", "python", STACK_ROWS.map(withMoreFuel));
export const OUTPUT: readonly HostileProgram[] = family("output", "python", OUTPUT_ROWS);
