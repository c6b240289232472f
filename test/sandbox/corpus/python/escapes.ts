/** Programs that look for a way out: to JavaScript, to the engine's own state, to files and processes that are not theirs. */
import { CANARY, MARK } from "../host-integrity.ts";
import { type Expected, family, type HostileProgram, type Row } from "../program.ts";

/** What would be found outside, and must not be found inside. */
const OUTSIDE = JSON.stringify([
  ...[CANARY, "process", "require", "fetch", "WebSocket", "XMLHttpRequest", "WebAssembly", "caches", "navigator"],
  ...["importScripts", "setTimeout", "setInterval", "connect", "env", "ctx", "exports", "fuel", "on_fuel_spent"],
]);

/** Every way to an object of JavaScript that is known, in `ways`. */
const WAYS = `
import gc, sys, types
ways = []
def add(make):
  try: ways.append(make())
  except BaseException: pass
def imported(name):
  from importlib.machinery import ModuleSpec
  import _imp
  return _imp.create_builtin(ModuleSpec(name, None))
frame = sys._getframe()
while frame:
  for value in list(frame.f_locals.values()) + list(frame.f_globals.values()): ways.append(value)
  frame = frame.f_back
for name in ("_pyodide_core", "_pyodide", "pyodide", "js", "pyodide_js"): add(lambda: imported(name))
for each in gc.get_objects():
  if type(each).__name__.endswith("JsProxy"): ways.append(each)
  elif isinstance(each, types.ModuleType) and each.__name__.partition(".")[0] in ("js", "pyodide", "_pyodide", "_pyodide_core"):
    ways += list(vars(each).values())
proxies = [way for way in ways if "JsProxy" in [t.__name__.rpartition(".")[2] for t in type(way).__mro__]]
`;

/** Enough to import and unpack parts of the library, and to look at every object. */
const MORE = { limits: { fuel: 60_000_000, memoryBytes: 64 * 2 ** 20 } };

/** Walks along the properties of what was found, and says which names of the outside it met. */
const WALK = `${WAYS}
met, seen, queue = set(), 0, [(p, 0) for p in proxies]
known = set()
while queue and seen < 1500:
  thing, depth = queue.pop(0)
  try:
    if thing.js_id in known: continue
    known.add(thing.js_id)
  except BaseException: continue
  seen += 1
  for name in ${OUTSIDE}:
    try:
      if getattr(thing, name, None) is not None: met.add(name)
    except BaseException: pass
  if depth == 3: continue
  try: names = dir(thing)
  except BaseException: names = []
  for name in ["constructor", "prototype", "__proto__", *names]:
    try:
      value = getattr(thing, name)
      if hasattr(value, "js_id"): queue.append((value, depth + 1))
    except BaseException: pass
sorted(met)`;

const importing = (name: string): Row => [`import ${name}`, `import ${name}`, "throws ModuleNotFoundError"];

const BRIDGE: readonly Row[] = [
  ...["js", "pyodide", "pyodide_js", "_pyodide_core", "pyodide.code", "micropip"].map(importing),
  ["js by the name of a text", "__import__('j' + 's').globalThis", "throws ModuleNotFoundError"],
  ["a meta path without the guard", "import sys\nsys.meta_path.pop(0)\nimport js", "throws ModuleNotFoundError"],
  [
    "a name that is a subclass of text",
    "class S(str):\n  def partition(self, s): return ('x', '', '')\n__import__(S('js'))",
    ["throws ModuleNotFoundError", "completed"],
  ],
  [
    "pyodide.code without the guard",
    "import sys\nsys.meta_path.pop(0)\ntry:\n  from pyodide.code import run_js\n  found = str(run_js('globalThis'))\nexcept BaseException as e: found = 'no'\nfound",
    { result: "no" },
    MORE,
  ],
  [
    "code made of a text",
    `${WAYS}
made = []
for p in proxies:
  for path in (("constructor",), ("constructor", "constructor"), ("eval",), ("Function",), ("runPython", "constructor")):
    try:
      f = p
      for name in path: f = getattr(f, name)
      g = f("return globalThis")
      made.append(str(g()))
    except BaseException: pass
made`,
    { result: [] },
    MORE,
  ],
  ["what lies outside", WALK, { result: [] }, MORE],
  [
    "marks on every prototype",
    `${WAYS}
for p in proxies:
  for path in ((), ("prototype",), ("constructor", "prototype"), ("__proto__",), ("__proto__", "__proto__"), ("Object", "prototype"), ("globalThis",)):
    try:
      target = p
      for name in path: target = getattr(target, name)
      setattr(target, "${MARK}", 1)
    except BaseException: pass
1`,
    ["completed", "throws Error"],
    MORE,
  ],
  [
    "every method of every proxy",
    `${WAYS}
for p in proxies[:40]:
  for name in dir(p)[:60]:
    if name in ("exit", "quit"): continue
    try: getattr(p, name)()
    except BaseException: pass
1`,
    ["completed", "throws Error", "throws Crash", "fuel", "throws Abort", "throws SystemExit"],
    MORE,
  ],
];

const PYTHON_WALKS: readonly Row[] = [
  [
    "__subclasses__",
    "p = [c for c in object.__subclasses__() if c.__name__ == 'Popen']\np[0](['ls'])",
    ["throws OSError", "throws IndexError"],
  ],
  [
    "the loader behind a subclass",
    "[c for c in object.__subclasses__() if c.__name__ == 'BuiltinImporter'][0].load_module('js')",
    ["throws ImportError"],
  ],
  [
    "a code object by hand",
    "c = (lambda: 1).__code__\neval(c.replace(co_consts=(1,) * 3, co_code=bytes([151, 0, 100, 0, 83, 0])))",
    ["completed", "throws SystemError", "throws Abort", "fuel", "throws Crash", "throws ValueError"],
  ],
  [
    "bytecode that jumps outside",
    "c = (lambda: 1).__code__\neval(c.replace(co_code=bytes(range(0, 256, 2)) * 8))",
    [
      "completed",
      "throws SystemError",
      "throws Abort",
      "fuel",
      "throws Crash",
      "throws ValueError",
      "throws NameError",
      "throws AttributeError",
      "stack",
      "memory",
      "throws TypeError",
    ],
  ],
  [
    "marshal of nonsense",
    "import marshal\nexec(marshal.loads(marshal.dumps((lambda: 1).__code__)[:-8] + b'\\xff' * 8))",
    ["throws ValueError", "throws EOFError", "throws TypeError", "throws SystemError", "completed"],
  ],
  [
    "ctypes",
    "import ctypes\nctypes.string_at(0, 100)",
    ["throws ModuleNotFoundError", "throws ImportError", "completed"],
    MORE,
  ],
  [
    "ctypes that writes to address 0",
    "import ctypes\nctypes.memset(0, 255, 10**7)",
    ["throws ModuleNotFoundError", "throws Abort", "throws Crash", "completed", "memory", "fuel"],
    MORE,
  ],
  ["a pickle that imports js", "import pickle\npickle.loads(b'cjs\\nfetch\\n.')", "throws ModuleNotFoundError", MORE],
  [
    "a pickle that calls os.system",
    "import pickle\nclass A:\n  def __reduce__(self): import os; return os.system, ('ls',)\npickle.loads(pickle.dumps(A()))",
    ["throws AttributeError", { result: -1 }, "throws OSError", "throws PicklingError", "completed"],
    MORE,
  ],
  [
    "builtins poisoned",
    "import builtins\nfor n in list(vars(builtins)):\n  try: delattr(builtins, n)\n  except Exception: pass",
    ["completed", "throws NameError", "throws KeyError", "throws ImportError", "throws Error"],
  ],
  [
    "len, isinstance and str that lie",
    "import builtins\nbuiltins.len = builtins.isinstance = builtins.str = builtins.all = lambda *a: True\n{'a': object()}",
    ["completed", "throws Error"],
  ],
  ["sys.modules emptied", "import sys\nsys.modules.clear()\n1 / 0", ["throws ZeroDivisionError", "throws Error"], MORE],
  [
    "sys.modules replaced",
    "import sys\nclass M(dict):\n  def __getitem__(s, k):\n    while True: pass\n  get = __getitem__\nsys.modules = M()\nimport json\n1",
    ["fuel", { result: 1 }],
  ],
  [
    "json replaced",
    'import json\njson.JSONEncoder.encode = lambda *a: \'{"kind":"broken"}\'\njson.dumps = json.loads = None\njson._default_encoder = None\n[1]',
    ["completed", "throws Error"],
  ],
  [
    "an importer of its own",
    "import sys\nclass F:\n  def find_spec(self, *a):\n    while True: pass\nsys.meta_path.insert(0, F())\nimport nothing",
    "fuel",
  ],
];

/** Each prints nothing that another run left, and ends with what it found. */
const FILES: readonly Row[] = [
  [
    "what is in the folders of the system",
    "import os\nos.listdir('/proc') + os.listdir('/root') if os.path.exists('/root') else []",
    ["completed", "throws FileNotFoundError"],
  ],
  ["/proc/self/environ", "open('/proc/self/environ').read()", ["throws FileNotFoundError", "throws OSError"]],
  ["/etc/passwd", "open('/etc/passwd').read()", "throws FileNotFoundError"],
  [
    "above the program's folder",
    "import os\nsorted(n for n in os.listdir('..') if n not in ('tmp', 'home', 'dev', 'proc', 'lib', 'program'))",
    { result: [] },
  ],
  [
    "the source of the engine",
    "import os\n[os.path.join(d, f) for d, _, fs in os.walk('/') for f in fs if 'runyard' in f or f.endswith(('.ts', '.js', '.wasm'))]",
    { result: [] },
  ],
  [
    "/dev/zero read whole",
    "open('/dev/zero', 'rb').read()",
    ["throws FileNotFoundError", "memory", "throws OSError", "fuel"],
  ],
  [
    "files left everywhere",
    "import os\nfor d in ('/tmp', '/home', '/home/runyard', '/', '/lib', '/dev', '/program'):\n  try: open(d + '/left', 'w').write('x')\n  except OSError: pass\n1",
    { result: 1 },
  ],
  [
    "files that were left",
    "import os\n[d for d in ('/tmp', '/home', '/home/runyard', '/', '/lib', '/dev', '/program') if os.path.exists(d + '/left')]",
    { result: [] },
  ],
  [
    "the library deleted",
    "import os, shutil\nshutil.rmtree('/lib', ignore_errors=True)\nimport fractions, difflib",
    ["completed", "throws ModuleNotFoundError", "throws FileNotFoundError"],
  ],
  [
    "the program's folder deleted",
    "import os, shutil\nos.chdir('/')\nshutil.rmtree('/program')\n1 / 0",
    "throws ZeroDivisionError",
  ],
  ["a link to itself", "import os\nos.symlink('a', 'a')\nopen('a')", "throws OSError"],
  [
    "a hundred thousand files",
    "for i in range(10**5): open(f'f{i}', 'w').close()",
    ["fuel", "memory", "throws OSError"],
  ],
  [
    "a folder without a bottom",
    "import os\nwhile True:\n  os.mkdir('a')\n  os.chdir('a')",
    ["fuel", "throws OSError", "throws FileNotFoundError", "stack"],
  ],
  ["a pipe that nobody writes to", "import os\nr, w = os.pipe()\nos.read(r, 1)", "throws PermissionError"],
  [
    "files deleted and written again",
    "import os\nfor i in range(200):\n  with open('f', 'wb') as f: f.write(bytes(10**6))\n  os.remove('f')\n1",
    [{ result: 1 }, "fuel"],
  ],
  [
    "files that are open and deleted",
    "import os\nl = []\nwhile True:\n  f = open('f', 'wb'); f.write(bytes(10**6)); f.flush(); os.remove('f'); l.append(f)",
    ["throws OSError", "memory", "fuel"],
  ],
  ["names that are long", "import os\nos.symlink('x' * 10**6, 'a')", "throws OSError", MORE],
  ["mounting", "import os\nos.chroot('/')", ["throws AttributeError", "throws OSError", "throws PermissionError"]],
];

const refused: Expected = [
  ...(["throws OSError", "throws AttributeError", "throws RuntimeError", "throws ModuleNotFoundError"] as const),
  ...([
    "throws ImportError",
    "throws NotImplementedError",
    "throws PermissionError",
    "throws BlockingIOError",
  ] as const),
  ...(["throws UnsupportedOperation", "throws URLError", "throws gaierror", "throws error"] as const),
];

const PROCESSES: readonly Row[] = [
  ["os.system", "import os\nos.system('ls') == 0", [{ result: false }, ...refused]],
  [
    "os.kill",
    "import os\nos.kill(os.getpid(), 9)\n1",
    [...refused, "throws Abort", "throws SystemExit", "completed", "throws ProcessLookupError"],
  ],
  ["subprocess", "import subprocess\nsubprocess.run(['ls'])", refused],
  ["socket", "import socket\nsocket.create_connection(('127.0.0.1', 80))", refused],
  ["urllib", "import urllib.request\nurllib.request.urlopen('http://127.0.0.1/')", refused],
  ["threading", "import threading\nthreading.Thread(target=print).start()", refused],
  [
    "a lock that nobody opens",
    "import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()",
    [...refused, "fuel", "completed", "time"],
    { limits: { timeoutMs: 100 } },
  ],
  [
    "a queue that nobody fills",
    "import queue\nqueue.Queue().get()",
    [...refused, "fuel", "completed", "time"],
    { limits: { timeoutMs: 100 } },
  ],
  ["multiprocessing", "import multiprocessing\nmultiprocessing.Process(target=print).start()", refused],
  ["asyncio.to_thread", "import asyncio\nasyncio.run(asyncio.to_thread(print))", refused],
  [
    "subinterpreters",
    "import _interpreters\n_interpreters.create()",
    [...refused, "completed", "throws InterpreterError"],
  ],
];

export const ESCAPES: readonly HostileProgram[] = [
  ...family("ways to JavaScript", "python", BRIDGE),
  ...family("ways around Python", "python", PYTHON_WALKS),
  ...family("files", "python", FILES),
  ...family(
    "processes and networks",
    "python",
    PROCESSES.map(([name, source, expected, options]): Row => [name, source, expected, options ?? MORE]),
  ),
];
