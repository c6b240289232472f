/** Programs that turn against what meters, interrupts and reports them. What they forge is data to the host. */
import { type Expected, family, type HostileProgram, type Row } from "../program.ts";

const SPIN = "while True:\n  try:\n    while True: pass\n  except BaseException: pass";

/** Done before a loop that catches everything: it must be ended all the same. */
const BEFORE: Readonly<Record<string, string>> = {
  "SIGINT ignored": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)",
  "a handler that does nothing": "import signal\nsignal.signal(signal.SIGINT, lambda *a: None)",
  "a handler that loops": "import signal\ndef h(*a):\n  while True: pass\nsignal.signal(signal.SIGINT, h)",
  "a timer of signals":
    "import signal\ntry: signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\nexcept BaseException: pass",
  pthread_sigmask:
    "import signal\ntry: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nexcept BaseException: pass",
  "the switch interval": "import sys\nsys.setswitchinterval(10**6)",
  "no garbage collection": "import gc\ngc.disable()\ngc.freeze()",
  "a trace that never ends": "import sys\nsys.settrace(lambda *a: None)",
  faulthandler: "import faulthandler\ntry: faulthandler.enable()\nexcept BaseException: pass",
  "the engine's frame cleared": "import sys\nf = sys._getframe()\nwhile f.f_back: f = f.f_back\nf.f_globals.clear()",
  "the engine's functions replaced":
    "import sys\nf = sys._getframe()\nwhile f:\n  if f.f_code.co_filename == '<runyard>':\n    for n in list(f.f_globals):\n      if n != '__builtins__': f.f_globals[n] = lambda *a: (_ for _ in iter(int, 1))\n  f = f.f_back",
  "traceback and linecache broken":
    "import traceback, linecache\ntraceback.StackSummary.extract = linecache.getline = linecache.checkcache = None",
  "a time that does not move": "import time\ntime.time = time.monotonic = lambda: 0\ntime.sleep = lambda s: None",
};

/** Finds the frame of the engine's own `run` as `f`. */
const RUN_FRAME =
  "import sys\nf = sys._getframe()\nwhile f.f_code.co_name != 'run' or f.f_code.co_filename != '<runyard>': f = f.f_back\n";
/** Replaces what the engine writes its ending with. */
const forged = (text: string) => `${RUN_FRAME}f.f_globals['to_json'] = lambda *a, **k: ${JSON.stringify(text)}`;

/** Some hundred exchanges. */
const FEW = { limits: { fuel: 300_000 } };
const LIE: Expected = "throws Error";
const FORGED: readonly Row[] = [
  ["an ending that is no JSON", forged("{"), [LIE]],
  ["an ending that is null", forged("null"), LIE],
  ["a failure of the engine", forged('{"kind":"broken","message":"forged"}'), LIE],
  [
    "a limit that was not reached",
    forged('{"kind":"stopped","limit":"fuel","trace":{"file":null,"line":null,"column":null,"text":null}}'),
    LIE,
  ],
  ["a result that is no text", forged('{"kind":"completed","result":{"a":1}}'), LIE],
  ["a result that is no JSON", forged('{"kind":"completed","result":"{"}'), { result: undefined }],
  [
    "a result of 3 MB",
    `${RUN_FRAME}f.f_globals['to_json'] = lambda *a, **k: '{"kind":"completed","result":"' + '1' * 3_000_000 + '"}'`,
    [LIE],
  ],
  [
    "a result that is 200,000 deep",
    `${RUN_FRAME}f.f_globals['to_json'] = lambda *a, **k: '{"kind":"completed","result":"' + '[' * 200_000 + ']' * 200_000 + '"}'`,
    { result: undefined },
  ],
  ["a result with __proto__", forged('{"kind":"completed","result":"{\\"__proto__\\":{\\"a\\":1}}"}'), "completed"],
  ["more fields than there are", forged('{"kind":"completed","result":null,"fuel":-1,"memoryBytes":-1}'), LIE],
  [
    "a failure in a file of the host",
    forged(
      '{"kind":"failed","failure":{"name":"E","message":"m","file":"/etc/passwd","line":1,"column":1,"text":null,"missingModule":null,"isSyntax":false}}',
    ),
    "throws E",
  ],
  [
    "a failure at a line that is none",
    forged(
      '{"kind":"failed","failure":{"name":"E","message":"m","file":"main.py","line":-1,"column":1e99,"text":null,"missingModule":null,"isSyntax":false}}',
    ),
    LIE,
  ],
  [
    "a failure without a name",
    forged(
      '{"kind":"failed","failure":{"name":"","message":"m","file":null,"line":null,"column":null,"text":null,"missingModule":null,"isSyntax":false}}',
    ),
    LIE,
  ],
  [
    "an ending without an end",
    `${RUN_FRAME}f.f_globals['to_json'] = lambda *a, **k: [0 for _ in iter(int, 1)]`,
    "fuel",
  ],
  [
    "a place that the program was not at",
    `${RUN_FRAME}f.f_locals['note_stop']('{"file":"main.py","line":99}')\n${SPIN}`,
    "fuel",
  ],
  ["a place that is null, at a stop", `${RUN_FRAME}f.f_locals['note_stop']('null')\n${SPIN}`, "fuel"],
  [
    "a place of a million characters, at a stop",
    `${RUN_FRAME}n = f.f_locals['note_stop']\nn('"' + 'x' * 10**6 + '"')\n${SPIN}`,
    "fuel",
  ],
  ["a sleep that is no number", `${RUN_FRAME}f.f_locals['begin_sleep']('x')\n${SPIN}`, ["fuel", LIE]],
  ["a sleep below nothing, for ever", `${RUN_FRAME}b = f.f_locals['begin_sleep']\nwhile True: b(-10**9)`, "fuel", FEW],
  [
    "a sleep of an infinity",
    `${RUN_FRAME}f.f_locals['begin_sleep'](float('inf'))\nwhile True: pass`,
    ["time", "fuel", LIE],
    { limits: { timeoutMs: 100 } },
  ],
  ["exchanges as often as possible", "import time\nwhile True: time.sleep(0)", "fuel", FEW],
  [
    "a run in the run",
    `${RUN_FRAME}l = f.f_locals\nf.f_globals['run']('{"entry":"main.py","args":[]}', l['begin_sleep'], l['is_sleeping'], l['note_stop'])`,
    ["stack", "fuel", "throws IndexError", "throws AttributeError", "completed", "memory"],
  ],
  ["a stop that is raised by hand", `${RUN_FRAME}raise f.f_globals['_Stopped']`, "throws _Stopped"],
  [
    "an exit of the interpreter",
    "import sys\nsys._clear_internal_caches() if hasattr(sys, '_clear_internal_caches') else 0\nimport os\nos._exit(0)",
    { result: undefined },
  ],
];

/** JavaScript of the isolate that a program can reach is changed, so that the isolate says something else to the host. */
const PROXIES = `${RUN_FRAME}note = f.f_locals['note_stop']
Function = note.constructor
`;
const isolate = (code: string) => `${PROXIES}
def attempt(*path):
  target = note
  for name in path: target = getattr(target, name)
  return target
try:
  ${code.replaceAll("\n", "\n  ")}
except BaseException as e: print(type(e).__name__, str(e)[:200])
1`;

const SPOILED: readonly Row[] = [
  ["code from a text", isolate("Function('return globalThis')()"), ["completed"]],
  [
    "Function.prototype.call gone",
    isolate("attempt('constructor', 'prototype').call = None\nattempt('constructor', 'prototype').apply = None"),
    ["completed", LIE],
  ],
  ["Object.prototype.toJSON", isolate("attempt('__proto__', '__proto__').toJSON = note"), ["completed", LIE]],
  [
    "Object.prototype.kind",
    isolate(
      "p = attempt('__proto__', '__proto__')\np.kind = 'broken'\np.result = 'forged'\np.stop = False\np.status = 0\np.now = 5",
    ),
    ["completed", LIE],
  ],
  [
    "then on every object",
    isolate("attempt('__proto__', '__proto__').then = note"),
    ["completed", LIE, "time", "fuel", "throws EngineFault"],
    { limits: { timeoutMs: 300 } },
  ],
];

export const MACHINERY: readonly HostileProgram[] = [
  ...family(
    "interrupts",
    "python",
    Object.entries(BEFORE).map(([name, code]): Row => [name, `${code}\n${SPIN}`, "fuel"]),
  ),
  ...family("forged endings", "python", FORGED),
  ...family("a spoiled isolate", "python", SPOILED),
];
