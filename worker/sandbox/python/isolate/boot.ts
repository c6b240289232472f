/**
 * Starts Pyodide in this isolate, from a snapshot of its memory or, at build time, from nothing.
 * Owns what Pyodide is told about its surroundings; `main.ts` and the snapshot's builder decide what is run.
 * Invariant: what the guest sees of time, randomness and files comes from {@link BootParts} alone.
 */
import { loadPyodide, type PyodideInterface } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { PYTHON_PACKAGE } from "../package.ts";
import type { Snapshot } from "./snapshot.ts";
import { world } from "./stand-ins.ts";

export interface BootParts {
  readonly module: WebAssembly.Module;
  readonly standardLibrary: ArrayBuffer;
  /** Null at build time, when there is none yet. */
  readonly snapshot: Snapshot | null;
  /** The time that new files show, in milliseconds since 1970. */
  readonly now: () => number;
  /** The guest looks at a clock: microseconds since 1970, and since the start. */
  readonly clocks: { readonly realtime: () => number; readonly monotonic: () => number };
  readonly fillRandom: (bytes: Uint8Array) => void;
  readonly pendingSignal: () => number;
  /** Called with the instance's exports before Python starts. */
  readonly onInstance: (exports: WebAssembly.Exports, canSuspend: () => boolean) => void;
  /** Lets everyone else run who shares the thread: the start is several pieces of 10 to 50 ms. */
  readonly pause: () => Promise<void>;
  readonly memoryLimitBytes: number;
  readonly onMemoryRefused: () => void;
}

export interface Booted {
  readonly pyodide: PyodideInterface;
  readonly memory: WebAssembly.Memory;
}

interface Settings {
  INITIAL_MEMORY?: number;
  instantiateWasm: (
    imports: Record<string, Record<string, unknown>>,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ) => object;
}

const PAGE_BYTES = 65_536;
/** What is kept back until memory was refused once, so that Python can tell of it. */
const RESERVE_BYTES = 2 ** 20;
/** The allocator asks so often before it gives up. */
const ATTEMPTS = 2;
const NOT_PERMITTED = -63; // EPERM, as Emscripten numbers it
const NANOSECONDS = 1_000n;

/** Pyodide's own packages are not used; Pyodide wants to know for which version it would load them. */
const NO_PACKAGES = {
  info: {
    abi_version: PYTHON_PACKAGE.abi,
    arch: "wasm32",
    platform: PYTHON_PACKAGE.platform,
    version: PYTHON_PACKAGE.version,
    python: PYTHON_PACKAGE.python,
  },
  packages: {},
};

/** The few objects that Pyodide itself takes from the global scope. There is no `fetch` among them, and no timer. */
function javaScriptGlobals(): object {
  const globals = { Object, Array, Uint8Array, Promise, Error, AbortController, AbortSignal };
  return Object.assign(Object.create(null), globals);
}

export async function boot(parts: BootParts): Promise<Booted> {
  world.now = parts.now;
  world.fillRandom = parts.fillRandom;
  world.standardLibrary = parts.standardLibrary;
  let memory: WebAssembly.Memory | null = null;
  const pyodide = await loadPyodide({
    indexURL: "http://pyodide/",
    packageBaseUrl: "http://pyodide/",
    lockFileContents: NO_PACKAGES as never,
    env: { HOME: "/home/runyard", PYTHONHASHSEED: "0", PYTHONUNBUFFERED: "1", LANG: "C.UTF-8" },
    stdin: () => null as never,
    stdout: () => undefined,
    stderr: () => undefined,
    jsglobals: javaScriptGlobals(),
    ...(parts.snapshot ? { _loadSnapshot: parts.snapshot.header } : { _makeSnapshot: true }),
    createPyodideModule: async (settings: object) => {
      await parts.pause();
      const module = await createPyodideModule({
        ...settings,
        INITIAL_MEMORY: PYTHON_PACKAGE.memoryPages * PAGE_BYTES,
        instantiateWasm(imports, done) {
          const instance = instantiate(parts, imports);
          memory = instance.exports["memory"] as WebAssembly.Memory;
          void parts.pause().then(() => done(instance, parts.module));
          return {};
        },
      } satisfies Settings);
      await parts.pause();
      parts.snapshot?.restore(module.HEAPU8);
      await parts.pause();
      return module;
    },
  } as object as Parameters<typeof loadPyodide>[0]);
  if (memory === null) throw new Error("Pyodide did not start its engine");
  return { pyodide, memory };
}

function instantiate(parts: BootParts, imports: Record<string, Record<string, unknown>>): WebAssembly.Instance {
  const env = imports["env"]!;
  const errorMarker = Symbol("error");
  env["Jsv_GetError_import"] = () => errorMarker;
  env["JsvError_Check"] = (value: unknown) => Number(value === errorMarker);
  env["_Py_CheckEmscriptenSignals_Helper"] = parts.pendingSignal;
  env["__syscall_socket"] = () => NOT_PERMITTED;
  // Nobody is at its other end, and what lies in it is in no memory that is limited.
  env["__syscall_pipe"] = () => NOT_PERMITTED;
  const canRunSync = env["can_run_sync_js"] as () => unknown;
  const resize = env["emscripten_resize_heap"] as (bytes: number) => number;
  let memory: WebAssembly.Memory;
  let limitBytes = parts.memoryLimitBytes - RESERVE_BYTES;
  let refusals = 0;
  env["emscripten_resize_heap"] = (bytes: number) => {
    const wanted = bytes >>> 0;
    if (wanted <= limitBytes && resize(wanted)) return 1;
    if (wanted <= parts.memoryLimitBytes) refusals += 1;
    if (refusals >= ATTEMPTS) limitBytes = parts.memoryLimitBytes;
    parts.onMemoryRefused();
    return 0;
  };
  const { realtime, monotonic } = parts.clocks;
  env["emscripten_date_now"] = () => realtime() / 1_000;
  env["emscripten_get_now"] = () => monotonic() / 1_000;
  const wasi = imports["wasi_snapshot_preview1"]!;
  wasi["clock_time_get"] = (clock: number, _precision: bigint, result: number) => {
    const microseconds = clock === 0 ? realtime() : monotonic();
    new DataView(memory.buffer).setBigInt64(result >>> 0, BigInt(microseconds) * NANOSECONDS, true);
    return 0;
  };
  const instance = new WebAssembly.Instance(parts.module, imports as WebAssembly.Imports);
  memory = instance.exports["memory"] as WebAssembly.Memory;
  boundGrowth(memory, () => limitBytes);
  parts.onInstance(instance.exports, () => Boolean(canRunSync()));
  return instance;
}

/** Emscripten asks for more than is needed, so that it need not ask often: it gets what is left below the limit. */
function boundGrowth(memory: WebAssembly.Memory, limitBytes: () => number): void {
  const grow = memory.grow.bind(memory);
  const left = () => Math.floor((limitBytes() - memory.buffer.byteLength) / PAGE_BYTES);
  Object.defineProperty(memory, "grow", { value: (pages: number) => grow(Math.min(pages, left())) });
}
