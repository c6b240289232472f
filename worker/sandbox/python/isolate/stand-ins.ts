/**
 * What Pyodide's JavaScript finds instead of the runtime's own globals: the build injects these names into the bundle.
 * So the guest's clock, randomness and files come from the run, and the few small WebAssembly modules that Pyodide
 * assembles while it starts are found among compiled ones, because Workers refuse to compile at run time.
 */
import type { Clock } from "../../../domain/ports.ts";

type Compile = (bytes: Uint8Array) => WebAssembly.Module;

/** What the stand-ins show. Set before Pyodide starts. */
export const world = {
  /** In milliseconds since 1970: the time that new files show. Programs ask for the time in `boot.ts`. */
  now: (): number => 0,
  fillRandom: (_bytes: Uint8Array): void => {
    throw new Error("there is no randomness yet");
  },
  standardLibrary: new ArrayBuffer(0),
  compile: ((bytes) => {
    throw new Error(`a module of ${bytes.length} bytes is not among those that were compiled at build time`);
  }) as Compile,
};

/** The runtime's own globals, which the code below stands in for. */
const platform = globalThis as unknown as {
  WebAssembly: typeof WebAssembly;
  Date: DateConstructor;
  setTimeout: typeof setTimeout;
};

/** The clock of the isolate itself: for yielding, never for the guest. */
export const isolateClock: Clock = {
  now: () => platform.Date.now(),
  sleep: (ms) => new Promise((resolve) => platform.setTimeout(resolve, ms)),
};

function bytesOf(source: BufferSource): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return new Uint8Array(source);
}

function Module(source: BufferSource): WebAssembly.Module {
  return world.compile(bytesOf(source));
}
Object.defineProperty(Module, Symbol.hasInstance, {
  value: (value: unknown) => value instanceof platform.WebAssembly.Module,
});
for (const name of ["customSections", "exports", "imports"]) {
  Object.defineProperty(Module, name, Object.getOwnPropertyDescriptor(platform.WebAssembly.Module, name)!);
}

const standInWebAssembly = Object.create(platform.WebAssembly, {
  Module: { value: Module },
  compile: { value: async (source: BufferSource) => Module(source) },
  instantiate: {
    value: async (module: WebAssembly.Module, imports?: WebAssembly.Imports) =>
      new platform.WebAssembly.Instance(module, imports),
  },
});

class GuestDate extends platform.Date {
  constructor(...args: [] | [number]) {
    if (args.length === 0) super(world.now());
    else super(...args);
  }
  static override now(): number {
    return world.now();
  }
}

const guestPerformance = { now: () => world.now() };

const guestCrypto = {
  getRandomValues<T extends ArrayBufferView>(view: T): T {
    world.fillRandom(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return view;
  },
};

/** Pyodide loads one file by itself. */
async function fetchStandardLibrary(address: string | URL): Promise<Response> {
  if (String(address).endsWith("/python_stdlib.zip")) return new Response(world.standardLibrary);
  throw new TypeError(`there is no network: ${address}`);
}

/** Its presence makes Pyodide leave the loading of its WebAssembly file to us. */
const instantiateElsewhere = {};

const noTimers = () => {
  throw new Error("there are no timers");
};
/** What Pyodide itself puts off; programs have no way to it. */
const noClear = () => undefined;
const silence = () => undefined;
const quietConsole = { log: silence, warn: silence, error: silence, info: silence, trace: silence, debug: silence };

export {
  fetchStandardLibrary as fetch,
  GuestDate as Date,
  guestCrypto as crypto,
  guestPerformance as performance,
  instantiateElsewhere as WasmOffsetConverter,
  noClear as clearTimeout,
  noTimers as setTimeout,
  quietConsole as console,
  standInWebAssembly as WebAssembly,
};
