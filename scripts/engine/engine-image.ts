/**
 * The engine's image: what the memory of an instance looks like once QuickJS has started and the prelude has run. It is
 * taken at build time and becomes part of the artifact, so that a run starts with a fresh instance and nothing else.
 * No program has touched an image.
 * Invariant: the same file and prelude give the same image, byte for byte.
 */
import {
  type EngineExports,
  EVAL_FLAGS,
  type GuestImports,
  HANDLER_TO_JOBS,
  HANDLER_TO_STRIP_FLAGS,
  HANDLER_TO_TRACKER,
  type Pointer,
  RANDOM_STATE_TO_POLL_COUNTER,
} from "../../worker/sandbox/javascript/abi.ts";
import { ARTIFACT } from "../../worker/sandbox/javascript/artifact.ts";
import {
  GUEST_FUNCTIONS,
  type GuestFunction,
  HOST_FUNCTIONS,
  type ImageAddresses,
  PRELUDE_FILE,
} from "../../worker/sandbox/javascript/guest-interface.ts";
import { GuestText } from "../../worker/sandbox/javascript/guest-text.ts";
import { importObject } from "../../worker/sandbox/javascript/imports.ts";
import { GUEST_STACK_BYTES } from "../../worker/sandbox/javascript/limits.ts";
import { POLL } from "./wasm-rewrite.ts";

export interface EngineImage {
  readonly addresses: ImageAddresses;
  /** What differs from the memory of a fresh instance. */
  readonly pieces: readonly { readonly offset: Pointer; readonly bytes: Uint8Array }[];
}

/** The time at which images are built. QuickJS seeds `Math.random` from it, which shows where the state is. */
const BUILD_TIME_MS = 1_234_567_890_123;
const RANDOM_STATE_AT_BUILD = BigInt(BUILD_TIME_MS) * 1000n;
const UNLIMITED_FUEL = 2 ** 31 - 1;
const PIECE_BYTES = 4_096;
/** Functions of the prelude keep no source: it would be half of the image, once for each function around a function. */
const STRIP_SOURCE = 1;
const SOURCE_SAMPLE_CHARS = 40;
/** What is taken to clear the free heap, and what the C library writes before each block. */
const FREE_BLOCK_BYTES = { largest: 2 ** 15, smallest: 16 } as const;
const BLOCK_HEADER_BYTES = 8;

/**
 * Starts QuickJS and installs the prelude in an instance of the rewritten file.
 * @throws where the file is not what `abi.ts` describes
 */
export function buildImage(wasm: Uint8Array, prelude: string): EngineImage {
  const module = new WebAssembly.Module(Buffer.from(wasm));
  const memory = new WebAssembly.Memory({ initial: ARTIFACT.memoryPages, maximum: ARTIFACT.memoryPages });
  let hasFuel = false;
  const instance = new WebAssembly.Instance(
    module,
    importObject(
      memory,
      buildImports(() => hasFuel),
      () => 0,
    ),
  );
  const engine = instance.exports as unknown as EngineExports;
  const fresh = new Uint8Array(memory.buffer).slice();
  engine.fuel.value = UNLIMITED_FUEL;
  hasFuel = true;
  engine.initialize();
  const { runtime, handler } = startRuntime(engine, memory);
  const context = engine.QTS_NewContext(runtime, 0);
  const randomState = findRandomState(memory);
  const pollCounter = randomState + RANDOM_STATE_TO_POLL_COUNTER;
  const untilPoll = () => new DataView(memory.buffer).getInt32(pollCounter, true);
  const untilPollBefore = untilPoll();
  const setStripFlags = (flags: number) =>
    new DataView(memory.buffer).setUint8(handler + HANDLER_TO_STRIP_FLAGS, flags);
  setStripFlags(STRIP_SOURCE);
  const functions = installPrelude(engine, new GuestText(memory, engine), context, prelude);
  setStripFlags(0);
  // A fresh context polls at its first call; after that it counts down from the interval.
  if (untilPollBefore !== 0 || untilPoll() <= 0 || untilPoll() >= POLL.interval) {
    throw new Error("JSContext has another layout than expected");
  }
  clearFreeHeap(engine, memory);
  if (Buffer.from(memory.buffer).includes(prelude.slice(-SOURCE_SAMPLE_CHARS))) {
    throw new Error("the source of the prelude is in the image");
  }
  const pieces = differences(fresh, new Uint8Array(memory.buffer), engine.stack_save());
  return { addresses: { runtime, context, functions, randomState, pollCounter }, pieces };
}

/** @param hasFuel false while the file's start function copies its data, before anything could be put into the counter */
function buildImports(hasFuel: () => boolean): GuestImports {
  const unexpected = (what: string) => () => {
    throw new Error(`the prelude must not ${what} while it is installed`);
  };
  const outOfFuel = unexpected("use up its fuel");
  return {
    interrupt: () => (hasFuel() ? outOfFuel() : 0),
    suspend: unexpected("suspend"),
    now: () => BUILD_TIME_MS,
    resizeHeap: unexpected("need more memory"),
    callFunction: unexpected("call the host"),
    normalizeModule: unexpected("import"),
    loadModule: unexpected("import"),
    promiseRejection: unexpected("reject promises"),
  };
}

function startRuntime(engine: EngineExports, memory: WebAssembly.Memory): { runtime: Pointer; handler: Pointer } {
  const runtime = engine.QTS_NewRuntime();
  engine.QTS_RuntimeSetMaxStackSize(runtime, GUEST_STACK_BYTES);
  engine.QTS_RuntimeEnableModuleLoader(runtime, 1);
  const words = () => new Int32Array(memory.buffer.slice(runtime, runtime + 1024));
  const before = words();
  engine.QTS_RuntimeEnableInterruptHandler(runtime);
  const changed = [...words().keys()].filter((i) => words()[i] !== before[i]);
  const handler = runtime + changed[0]! * 4;
  const view = new DataView(memory.buffer);
  const jobs = handler + HANDLER_TO_JOBS;
  const isListOfJobs = view.getUint32(jobs, true) === jobs && view.getUint32(jobs + 4, true) === jobs;
  if (changed.length !== 1 || view.getInt32(handler + HANDLER_TO_TRACKER, true) !== 0 || !isListOfJobs) {
    throw new Error("JSRuntime has another layout than expected");
  }
  view.setInt32(handler + HANDLER_TO_TRACKER, engine.rejection_tracker_slot.value, true);
  return { runtime, handler };
}

/**
 * Fills the free blocks of the C heap with zeros: takes them all, from the largest, and gives them back. What installing
 * the prelude left there would be part of the image, and each fresh instance pays for each page of it.
 */
function clearFreeHeap(engine: EngineExports, memory: WebAssembly.Memory): void {
  const bytes = new Uint8Array(memory.buffer);
  const end = bytes.findLastIndex((byte) => byte !== 0);
  const taken: { readonly start: Pointer; readonly end: Pointer }[] = [];
  for (let size: number = FREE_BLOCK_BYTES.largest; size >= FREE_BLOCK_BYTES.smallest; size /= 2) {
    for (;;) {
      const start = engine.malloc(size);
      if (start === 0) throw new Error("the heap ended while it was cleared");
      taken.push({ start, end: start + size });
      bytes.fill(0, start, start + size);
      if (start > end) break;
    }
  }
  for (const { start } of taken) engine.free(start);
  // The allocator joins free neighbours, and has no use for what it wrote between them.
  taken.sort((a, b) => a.start - b.start);
  taken.slice(1).forEach(({ start }, i) => {
    const before = taken[i]!.end;
    if (start - before <= BLOCK_HEADER_BYTES) bytes.fill(0, before, start);
  });
}

function findRandomState(memory: WebAssembly.Memory): Pointer {
  const words = new BigUint64Array(memory.buffer);
  const first = words.indexOf(RANDOM_STATE_AT_BUILD);
  if (first < 0 || words.indexOf(RANDOM_STATE_AT_BUILD, first + 1) >= 0) {
    throw new Error("the state of Math.random was not found");
  }
  return first * words.BYTES_PER_ELEMENT;
}

function installPrelude(
  engine: EngineExports,
  text: GuestText,
  context: Pointer,
  prelude: string,
): Record<GuestFunction, Pointer> {
  const checked = (value: Pointer): Pointer => {
    const error = engine.QTS_ResolveException(context, value);
    if (error !== 0) throw new Error(`the prelude failed: ${text.readName(engine.QTS_GetString(context, error))}`);
    return value;
  };
  const code = text.allocate(prelude);
  const file = text.allocate(PRELUDE_FILE);
  const install = checked(engine.QTS_Eval(context, code.pointer, code.bytes, file.pointer, 0, EVAL_FLAGS.script));
  engine.free(code.pointer);
  const host = engine.QTS_NewObject(context);
  HOST_FUNCTIONS.forEach((name, id) => {
    const key = text.newString(context, name);
    engine.QTS_SetProp(context, host, key, engine.QTS_NewFunction(context, text.allocate(name).pointer, 0, 0, id));
  });
  const args = engine.malloc(4);
  text.setPointer(args, host);
  const installed = checked(engine.QTS_Call(context, install, engine.QTS_GetUndefined(), 1, args));
  const functions = GUEST_FUNCTIONS.map((name, i) => [name, engine.QTS_GetPropNumber(context, installed, i)] as const);
  return Object.fromEntries(functions) as Record<GuestFunction, Pointer>;
}

/** Compares in pieces of 4 KiB. The stack, which lies below `stackTop`, holds nothing that is still in use. */
function differences(before: Uint8Array, after: Uint8Array, stackTop: Pointer): EngineImage["pieces"] {
  const pieces: { offset: number; bytes: Uint8Array }[] = [];
  let start: number | null = null;
  for (let offset = 0; offset <= after.length; offset += PIECE_BYTES) {
    const end = offset + PIECE_BYTES;
    const isStack = offset >= stackTop - ARTIFACT.stackBytes && end <= stackTop;
    if (!isStack && !Buffer.from(before.subarray(offset, end)).equals(after.subarray(offset, end))) start ??= offset;
    else if (start !== null) {
      pieces.push({ offset: start, bytes: after.slice(start, offset) });
      start = null;
    }
  }
  return pieces;
}
