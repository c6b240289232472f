/** Work without an end: in every kind of loop, in handlers that keep a program alive, and inside one call of a C function. */
import { type Expected, family, type HostileProgram, type Row } from "../program.ts";

/** Ended by fuel, wherever the loop is. */
const LOOPS: Readonly<Record<string, string>> = {
  while: "while True: pass",
  "a comprehension": "{x: x for x in iter(int, 1)}",
  "a generator": "def g():\n  while True: yield 1\nfor x in g(): pass",
  "a generator that will not close":
    "def g():\n  while True:\n    try: yield 1\n    except BaseException: pass\nx = g()\nnext(x)\nwhile True:\n  try: x.close()\n  except RuntimeError: pass",
  "except BaseException": "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
  "a bare except in a function that calls itself again": "def f():\n  try:\n    while True: pass\n  except: f()\nf()",
  finally: "try:\n  while True: pass\nfinally:\n  while True: pass",
  "a context manager that swallows":
    "class C:\n  def __enter__(self): pass\n  def __exit__(self, *a): return True\nwhile True:\n  with C():\n    while True: pass",
  "contextlib.suppress":
    "import contextlib\nwhile True:\n  with contextlib.suppress(BaseException):\n    while True: pass",
  atexit: "import atexit\natexit.register(lambda: [0 for _ in iter(int, 1)])",
  __del__: "class A:\n  def __del__(self):\n    while True: pass\nA()",
  "__del__ at the end":
    "class A:\n  def __del__(self):\n    while True: pass\na = A(); b = [a]; b.append(b)\nimport gc\ndel a, b\ngc.collect()",
  "a weak reference's callback":
    "import weakref\nclass A: pass\na = A()\ndef spin(_):\n  while True: pass\nr = weakref.ref(a, spin)\ndel a",
  "sys.excepthook": "import sys\ndef hook(*a):\n  while True: pass\nsys.excepthook = hook\nhook()",
  "a tracing function": "import sys\ndef trace(f, e, a):\n  while True: pass\nsys.settrace(trace)\n(lambda: 1)()",
  "a profiling function": "import sys\ndef profile(f, e, a):\n  while True: pass\nsys.setprofile(profile)\nlen([])",
  "sys.monitoring":
    "import sys\nm = sys.monitoring\nm.use_tool_id(3, 'x')\ndef spin(*a):\n  while True: pass\nm.register_callback(3, m.events.PY_START, spin)\nm.set_events(3, m.events.PY_START)\n(lambda: 1)()",
  "an audit hook": "import sys\ndef hook(*a):\n  while True: pass\nsys.addaudithook(hook)\nopen('x', 'w')",
  "a metaclass": "class M(type):\n  def __new__(*a):\n    while True: pass\nclass A(metaclass=M): pass",
  "a decorator": "@lambda f: [0 for _ in iter(int, 1)]\ndef f(): pass",
  "a match": "class A:\n  @property\n  def x(self):\n    while True: pass\nmatch A():\n  case A(x=1): pass",
  "asyncio tasks that wake each other":
    "import asyncio\nasync def a():\n  while True: await asyncio.sleep(0)\nasync def main(): await asyncio.gather(a(), a())\nasyncio.run(main())",
  "an asyncio task that will not be cancelled":
    "import asyncio\nasync def a():\n  while True:\n    try: await asyncio.sleep(0)\n    except BaseException: pass\nasync def main():\n  t = asyncio.create_task(a())\n  await asyncio.sleep(0)\n  while True:\n    t.cancel()\n    await asyncio.sleep(0)\nasyncio.run(main())",
  "an asyncio time limit that is ignored":
    "import asyncio\nasync def main():\n  async with asyncio.timeout(0.001):\n    while True: pass\nasyncio.run(main())",
  "callbacks that call themselves soon":
    "import asyncio\nloop = asyncio.new_event_loop()\ndef again(): loop.call_soon(again)\nagain()\nloop.run_forever()",
  "an asynchronous generator's end":
    "import asyncio\nasync def g():\n  try: yield 1\n  finally:\n    while True: await asyncio.sleep(0)\nasync def main():\n  async for x in g(): break\nasyncio.run(main())",
  "reading an input that has ended": "import sys\nwhile True: sys.stdin.read(1)",
  "imports again and again": "import sys\nwhile True:\n  sys.modules.pop('string', None)\n  import string",
};

/** One call of a C function, repeated where one alone would come to an end. */
const NATIVES: Readonly<Record<string, readonly [code: string, expected?: Expected]>> = {
  "sum of a range": ["sum(range(10**12))"],
  "a range in a range": ["10**12 in iter(range(10**13))"],
  "sorted with a hostile comparison": ["class A:\n  def __lt__(self, o):\n    while True: pass\nsorted([A(), A()])"],
  "sort of a long list": ["l = list(range(50_000, 0, -3)) * 2\nwhile True: sorted(l, key=lambda x: x % 1013)"],
  "a list compared with itself": ["a = [0] * 10**6; b = [0] * 10**6\nwhile a == b: pass"],
  "list.index": ["l = [0] * 10**6\nwhile True:\n  try: l.index(1)\n  except ValueError: pass"],
  "list.count with a hostile __eq__": ["class A:\n  def __eq__(self, o):\n    while True: pass\n[1].count(A())"],
  "colliding hashes": [
    "class A:\n  __hash__ = lambda s: 1\n  __eq__ = lambda s, o: s is o\nd = {}\nfor i in range(10**5): d[A()] = i",
  ],
  "str.replace": ["s = 'ab' * 10**5\nwhile True: s.replace('a', 'cd')"],
  "str.find": ["s = 'a' * 10**6\nt = 'a' * 10**5 + 'b' + 'a' * 10**5\nwhile True: s.find(t)"],
  "str.join": ["l = ['ab'] * 10**5\nwhile True: ','.join(l)"],
  "repetition of text": ["while True: 'ab' * 10**6"],
  "a width of a format": ["while True: f'{1:>1000000}'"],
  "unicodedata.normalize": ["import unicodedata\ns = 'a\\u0301' * 10**5\nwhile True: unicodedata.normalize('NFKD', s)"],
  "a backtracking pattern": ["import re\nre.match('(a+)+b', 'a' * 40)"],
  "a power": ["7 ** 10**7"],
  "a division of large numbers": ["x = 3 ** 200_000; y = 7 ** 30_000\nwhile True: divmod(x, y)"],
  "text of a large number": ["import sys\nsys.set_int_max_str_digits(0)\nstr(3 ** 10**6)"],
  factorial: ["import math\nmath.factorial(10**6)"],
  decimal: ["import decimal\nd = decimal.getcontext()\nd.prec = 10**5\ndecimal.Decimal(2) ** decimal.Decimal('0.5')"],
  "json.dumps": ["import json\nl = [{'a': 1.5}] * 10**4\nwhile True: json.dumps(l)"],
  "json.loads": ["import json\ns = '[' + '{\"a\": [1.5, null]},' * 10**4 + '1]'\nwhile True: json.loads(s)"],
  pickle: ["import pickle\nl = list(range(10**5))\nwhile True: pickle.loads(pickle.dumps(l))"],
  "copy.deepcopy": ["import copy\nl = [[i] for i in range(10**4)]\nwhile True: copy.deepcopy(l)"],
  "zlib.compress": ["import zlib\nb = bytes(range(256)) * 4000\nwhile True: zlib.compress(b, 9)"],
  "hashlib.sha256": ["import hashlib\nb = bytes(10**6)\nwhile True: hashlib.sha256(b).digest()"],
  "itertools.product": ["import itertools\nsum(1 for _ in itertools.product(range(1000), repeat=4))"],
  "heapq.merge": ["import heapq, itertools\nsum(heapq.merge(itertools.count(), itertools.count()))"],
  "slices with a step": ["b = bytearray(10**6)\nwhile True: b[::-1]; b[::3]"],
  "memory that is moved": ["b = bytearray(10**6)\nwhile True: b[0:1] = b'xx'; del b[0:1]"],
  "compile of a long source": ["s = 'x = 1\\n' * 10**5\nwhile True: compile(s, 'x', 'exec')"],
  "ast.parse of a long expression": ["import ast\nast.parse('+'.join(['1'] * 10**5))", ["fuel", "stack"]],
  "gc.collect": ["import gc\nl = [[] for _ in range(10**4)]\nwhile True: gc.collect()"],
  difflib: ["import difflib\ndifflib.SequenceMatcher(None, 'ab' * 3000, 'ba' * 3000, autojunk=False).ratio()"],
  "random bytes": ["import os\nwhile True: os.urandom(10**6)"],
};

/** Ended by the time limit: they do nothing. The clock stands still, so only their own waiting counts. */
const SLEEPERS: Readonly<Record<string, string>> = {
  "time.sleep": "import time\ntime.sleep(10**9)",
  "time.sleep for ever": "import time\ntime.sleep(float('inf'))",
  "sleeps that catch": "import time\nwhile True:\n  try: time.sleep(10)\n  except BaseException: pass",
  "asyncio.sleep": "import asyncio\nasyncio.run(asyncio.sleep(10**6))",
  "waiting for a time that does not come":
    "import time\nend = time.time() + 10**6\nwhile time.time() < end: time.sleep(0.02)",
};

const looping: readonly Row[] = Object.entries(LOOPS).map(([name, code]) => [name, code, "fuel"]);
const natives: readonly Row[] = Object.entries(NATIVES).map(([name, [code, expected]]) => [
  name,
  code,
  expected ?? "fuel",
]);
const sleeping: readonly Row[] = Object.entries(SLEEPERS).map(([name, code]) => [
  name,
  code,
  "time",
  { limits: { timeoutMs: 100 } },
]);

export const LOOPING: readonly HostileProgram[] = family("loops", "python", looping);
export const NATIVE_LOOPS: readonly HostileProgram[] = family("one call of a C function", "python", natives);
export const SLEEPING: readonly HostileProgram[] = family("sleeps", "python", sleeping);
