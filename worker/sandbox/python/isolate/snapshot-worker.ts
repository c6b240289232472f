/**
 * Runs in workerd while the Python engine is built: starts Pyodide from nothing, imports what programs often need, and
 * answers with the image of its memory and with every small WebAssembly module that Pyodide assembled on the way.
 * Two starts: the second, from the image, shows the memory of an instance that has just been made, and that it works.
 */

import { boot } from "./boot.ts";
import guest from "./guest.py";
import { PRELOADED_MODULES } from "./preloaded.ts";
import module from "./python.wasm";
import standardLibrary from "./python_stdlib.zip";
import { encodeSnapshot, type Snapshot } from "./snapshot.ts";
import { world } from "./stand-ins.ts";

interface Env {
  readonly UNSAFE_EVAL: { newWasmModule(bytes: Uint8Array): WebAssembly.Module };
}

/** Images must be the same on every machine. */
const BUILD_TIME_MS = 1_700_000_000_000;
const HEADER_WORDS = { headerBytes: 1 } as const;

const INSTALL = `
import builtins, gc, importlib, sys, types
for name in preloaded.split():
    importlib.import_module(name)
module = types.ModuleType("_runyard")
# Built-ins of its own: a program may replace those of everybody else.
module.__builtins__ = dict(vars(builtins))
exec(compile(guest, "<runyard>", "exec", dont_inherit=True), module.__dict__)
_runyard_run = module.run
del module, name, preloaded, guest, builtins, importlib, types, sys
gc.collect()
del gc
`;

interface Allocator {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

const LARGEST_BLOCK = 2 ** 16;
const SMALLEST_BLOCK = 16;

/** Fills the free blocks of the C heap with zeros: takes them all, from the largest, and gives them back. */
function clearFreeHeap(module: Allocator): void {
  const size = module.HEAPU8.length;
  const taken: number[] = [];
  for (let bytes = LARGEST_BLOCK; bytes >= SMALLEST_BLOCK; bytes /= 2) {
    for (;;) {
      const pointer = module._malloc(bytes);
      if (pointer === 0 || module.HEAPU8.length !== size) throw new Error("the heap grew while it was cleared");
      if (pointer + bytes > size - 2 * LARGEST_BLOCK) {
        module._free(pointer);
        break;
      }
      module.HEAPU8.fill(0, pointer, pointer + bytes);
      taken.push(pointer);
    }
  }
  for (const pointer of taken) module._free(pointer);
}

export default {
  async fetch(_request: Request, env: Env): Promise<Response> {
    const trampolines = new Set<string>();
    world.compile = (bytes) => {
      trampolines.add(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
      return env.UNSAFE_EVAL.newWasmModule(bytes);
    };
    const full = await start();
    const headerBytes = new Uint32Array(full.buffer, full.byteOffset)[HEADER_WORDS.headerBytes]!;
    const started = full.subarray(headerBytes);
    const header = full.slice(0, headerBytes);
    const fresh = await startFrom(header, started);
    const snapshot = encodeSnapshot(header, fresh, started);
    const list = JSON.stringify([...trampolines].sort());
    return new Response(snapshot as Uint8Array<ArrayBuffer>, { headers: { "x-trampolines": list } });
  },
};

const parts = {
  module,
  standardLibrary,
  now: () => BUILD_TIME_MS,
  clocks: { realtime: () => BUILD_TIME_MS * 1_000, monotonic: () => 0 },
  fillRandom: (bytes: Uint8Array) => void bytes.fill(0),
  pendingSignal: () => 0,
  onInstance: () => undefined,
  pause: async () => undefined,
  memoryLimitBytes: 128 * 2 ** 20,
  onMemoryRefused: () => undefined,
};

async function start(): Promise<Uint8Array> {
  const { pyodide } = await boot({ ...parts, snapshot: null });
  pyodide.globals.set("preloaded", PRELOADED_MODULES.join(" "));
  pyodide.globals.set("guest", guest);
  pyodide.runPython(INSTALL);
  clearFreeHeap((pyodide as unknown as { _module: Allocator })._module);
  return (pyodide as unknown as { makeMemorySnapshot(): Uint8Array }).makeMemorySnapshot();
}

/** The memory before the image is written to it. */
async function startFrom(header: Uint8Array, started: Uint8Array): Promise<Uint8Array> {
  let fresh = new Uint8Array();
  const snapshot = {
    header,
    restore(memory: Uint8Array) {
      fresh = memory.slice();
      if (fresh.length !== started.length) throw new Error(`the memory grew to ${started.length} bytes`);
      memory.set(started);
    },
  };
  const { pyodide } = await boot({ ...parts, snapshot: snapshot as unknown as Snapshot });
  const answer = pyodide.runPython("import json; json.dumps([6 * 7])");
  if (answer !== "[42]") throw new Error(`the image does not work: ${answer}`);
  return fresh;
}
