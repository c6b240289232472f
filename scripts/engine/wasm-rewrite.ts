/**
 * Rewrites the QuickJS WebAssembly file of the npm package so that a run can be metered, suspended and bounded.
 * Pure: the same input gives the same bytes. `build-engine.ts` reads and writes the files.
 * Invariant: everything that is patched is counted and compared with {@link EXPECTED}, so that another version of the
 * package fails here, loudly, and not in production. Indices never shift: functions, globals, types and one table slot
 * are only appended.
 *
 * What the rewritten file offers beyond the original:
 * - real names for imports and exports, so that the host needs no glue;
 * - `fuel`, an exported mutable i32 that falls by one at the head of each loop, by size before bulk memory instructions,
 *   by {@link BLOCK_FUEL} for each block of memory, and by {@link POLL} at each poll of the interpreter. Below zero the import `interrupt` is called: with 0 in a loop and
 *   before a bulk memory instruction, with 1 at a poll, where the answer 1 makes QuickJS throw an error that the program
 *   cannot catch;
 * - where `interrupt` answers 2, or a host call or a request for memory -1, the import `suspend` is called: the only import that may suspend.
 *   What it resolves to then is the answer of the poll or of the host call;
 * - `rejection_tracker_slot`, the table slot of a function of QuickJS's promise rejection tracker type that calls the
 *   import `promise_rejection(context, promise, handled, 0)`;
 * - an error's frames as the property `FRAMES_PROPERTY` instead of `stack`, which is left to the prelude;
 * - an imported memory that starts with 1.5 MiB instead of 16, because the C stack has 512 KiB instead of 5 MiB.
 */
import type { EngineExports } from "../../worker/sandbox/javascript/abi.ts";
import { ARTIFACT } from "../../worker/sandbox/javascript/artifact.ts";
import { FRAMES_PROPERTY } from "../../worker/sandbox/javascript/guest-interface.ts";
import { exportNames, importNames } from "./glue-names.ts";
import {
  concat,
  type FunctionBody,
  type ImportEntry,
  name,
  Reader,
  readFunctions,
  readImports,
  readSections,
  readVector,
  SECTION,
  type Section,
  signed,
  unsigned,
  writeSections,
} from "./wasm-binary.ts";

/** What the pinned package contains. */
export const EXPECTED = {
  functions: 1321,
  loops: 1079,
  bulkMemory: 98,
  /** The interpreter's loop over opcodes. */
  dispatchLoops: 1,
  /** Call sites of the host imports of {@link WRAPPED}. */
  hostCalls: 5,
  /** Stores of the interpreter's and the regular expression engine's poll interval. */
  pollIntervals: 3,
  /** Places that hold the top of the C stack, where the heap begins: the stack pointer, the break, the main thread. */
  stackTops: 3,
  /** The name `stack` in the list of names that the engine knows from the start, between its neighbours. */
  stackNames: 1,
} as const;

export type Counts = { [K in keyof typeof EXPECTED]: number };

/** Imports that nothing reachable calls, put to a new use because an added import would shift all indices. */
const REUSED_IMPORTS: ReadonlyMap<string, string> = new Map([
  ["fd_close", "suspend"],
  ["fd_seek", "promise_rejection"],
]);
/** Calls of these imports go through an added function instead. */
const WRAPPED = {
  interrupt: "poll",
  call_function: "call_function",
  load_module: "load_module",
  normalize_module: "normalize_module",
  resize_heap: "resize_heap",
} as const;
const IMPORT_MODULE = "host";

/**
 * Below this many targets a `br_table` is an ordinary switch; above, the interpreter's branch by opcode. Its loop is not
 * metered: that made the interpreter 1.19 times slower (1.35 times for calls). Its work is charged where the interpreter
 * polls, which it does at every `interval` jumps and calls; between two jumps lies no more work than there is code.
 */
const DISPATCH_TARGETS = 200;
/** A jump is charged as 5 units: with it, tight loops and native work use about equally much fuel in the same time. */
export const POLL = { originalInterval: 10_000, interval: 1_000, fuel: 5_000 } as const;
/** The package reserves 5 MiB for the C stack; of that, QuickJS uses what `GUEST_STACK_BYTES` allows and some frames more. */
const STACK = { originalTop: 5_333_088, removedBytes: 5 * 2 ** 20 - ARTIFACT.stackBytes } as const;
/** One unit of fuel for each 64 bytes that are copied or filled: about as long as a loop turn takes. */
const BULK_BYTES_SHIFT = 6;

/** What the host uses. Each export costs each fresh instance some microseconds. */
const KEPT_EXPORTS: { readonly [K in Exclude<keyof EngineExports, "fuel" | "rejection_tracker_slot">]: true } = {
  initialize: true,
  stack_save: true,
  malloc: true,
  free: true,
  QTS_NewRuntime: true,
  QTS_NewContext: true,
  QTS_RuntimeSetMaxStackSize: true,
  QTS_RuntimeEnableInterruptHandler: true,
  QTS_RuntimeEnableModuleLoader: true,
  QTS_Eval: true,
  QTS_Call: true,
  QTS_ExecutePendingJob: true,
  QTS_ResolveException: true,
  QTS_Throw: true,
  QTS_NewError: true,
  QTS_NewString: true,
  QTS_NewFloat64: true,
  QTS_NewObject: true,
  QTS_NewFunction: true,
  QTS_GetFloat64: true,
  QTS_GetString: true,
  QTS_GetProp: true,
  QTS_GetPropNumber: true,
  QTS_SetProp: true,
  QTS_GetUndefined: true,
  QTS_DupValuePointer: true,
  QTS_FreeValuePointer: true,
  QTS_FreeCString: true,
  QTS_PromiseResult: true,
  QTS_ArgvGetJSValueConstPointer: true,
};

/** A block of memory, in units of fuel: natives that make many small values turn few loops for the time that they take. */
const BLOCK_FUEL = 10;

const [I32, I64, BLOCK_EMPTY, END] = [0x7f, 0x7e, 0x40, 0x0b] as const;
const OP = {
  if: 0x04,
  else: 0x05,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i32Sub: 0x6b,
  i32ShrU: 0x76,
} as const;

interface Layout {
  /** Function index of each import, by its real name. */
  readonly imports: ReadonlyMap<string, number>;
  /** Type index of each imported function, by its real name. */
  readonly importTypes: ReadonlyMap<string, number>;
  readonly fuelGlobal: number;
  readonly slotGlobal: number;
  readonly tableSlot: number;
  readonly firstNewType: number;
  readonly firstNewFunction: number;
  /** Which of the package's functions allocates memory, from 0. */
  readonly allocator: number;
}

/** A function that is added after the package's own. */
interface AddedFunction {
  readonly typeIndex: number;
  readonly body: readonly number[];
}

/**
 * @param wasm the package's `emscripten-module.wasm`
 * @param glue the JavaScript beside it, for the names
 * @throws where the package is not the one that is expected
 */
export function rewriteEngine(wasm: Uint8Array, glue: string): { wasm: Uint8Array; counts: Counts } {
  const sections = readSections(wasm);
  const section = (id: number): Uint8Array => {
    const found = sections.filter((candidate) => candidate.id === id);
    if (found.length !== 1) throw new Error(`expected one section ${id}, found ${found.length}`);
    return found[0]!.body;
  };
  const imports = nameImports(readImports(section(SECTION.import)), glue);
  const functions = readFunctions(section(SECTION.code));
  const layout = layOut(section, imports, functions.length, glue);
  const added = addedFunctions(layout);
  const wrappers = new Map(
    Object.entries(WRAPPED).map(([host, wrapper]) => [layout.imports.get(host)!, addedIndex(layout, wrapper)]),
  );
  const stack = lowerStack(section(SECTION.global), section(SECTION.data));
  const frames = renameFrames(stack.data);
  const counts = count(functions, wrappers, { stackTops: stack.places, stackNames: frames.places });
  for (const key of Object.keys(EXPECTED) as (keyof Counts)[]) {
    if (counts[key] !== EXPECTED[key]) throw new Error(`expected ${EXPECTED[key]} ${key}, found ${counts[key]}`);
  }
  const rewritten: Record<number, () => Uint8Array> = {
    [SECTION.type]: () => append(section(SECTION.type), ADDED_TYPES),
    [SECTION.import]: () => writeImports(imports),
    [SECTION.function]: () =>
      append(
        section(SECTION.function),
        added.map(({ typeIndex }) => unsigned(typeIndex)),
      ),
    [SECTION.table]: () => growTable(layout.tableSlot),
    [SECTION.global]: () => append(stack.globals, addedGlobals(layout)),
    [SECTION.data]: () => frames.bytes,
    [SECTION.export]: () => renameExports(section(SECTION.export), glue, layout),
    [SECTION.element]: () => append(section(SECTION.element), [trackerElement(layout)]),
    [SECTION.code]: () => writeCode(functions, added, layout, wrappers),
  };
  const result = sections.map(({ id, body }): Section => ({ id, body: rewritten[id]?.() ?? body }));
  return { wasm: writeSections(wasm, result), counts };
}

function nameImports(imports: readonly ImportEntry[], glue: string): ImportEntry[] {
  const memory = imports.filter(({ kind }) => kind === "memory");
  const functions = imports.filter(({ kind }) => kind === "function");
  if (memory.length !== 1 || functions.length + 1 !== imports.length) throw new Error("expected one imported memory");
  const names = importNames(
    glue,
    functions.map(({ name: short }) => short),
    memory[0]!.name,
  );
  return imports.map((entry) => {
    const real = names.get(entry.name)!;
    return { ...entry, module: IMPORT_MODULE, name: REUSED_IMPORTS.get(real) ?? real };
  });
}

function layOut(
  section: (id: number) => Uint8Array,
  imports: readonly ImportEntry[],
  functionCount: number,
  glue: string,
): Layout {
  const importedFunctions = imports.filter(({ kind }) => kind === "function");
  const table = new Reader(section(SECTION.table));
  const [tables, , hasMaximum, tableSlot] = Array.from({ length: 4 }, () => table.unsigned());
  if (tables !== 1 || hasMaximum !== 0 || tableSlot === undefined || !table.done) {
    throw new Error("expected one table without a maximum");
  }
  const globals = readVector(section(SECTION.global)).count;
  return {
    imports: new Map(importedFunctions.map((entry, i) => [entry.name, i])),
    importTypes: new Map(importedFunctions.map((entry) => [entry.name, new Reader(entry.description, 1).unsigned()])),
    fuelGlobal: globals,
    slotGlobal: globals + 1,
    tableSlot,
    firstNewType: readVector(section(SECTION.type)).count,
    firstNewFunction: importedFunctions.length + functionCount,
    allocator:
      readExports(section(SECTION.export), glue).find(({ real }) => real === "malloc")!.index -
      importedFunctions.length,
  };
}

function count(
  functions: readonly FunctionBody[],
  wrappers: ReadonlyMap<number, number>,
  { stackTops, stackNames }: Pick<Counts, "stackTops" | "stackNames">,
): Counts {
  const sum = (of: (body: FunctionBody) => number) => functions.reduce((total, body) => total + of(body), 0);
  return {
    functions: functions.length,
    loops: sum(({ loops }) => loops.length),
    bulkMemory: sum(({ bulkMemory }) => bulkMemory.length),
    dispatchLoops: sum((body) => dispatchLoops(body).size),
    hostCalls: sum(({ calls }) => calls.filter(({ callee }) => wrappers.has(callee)).length),
    pollIntervals: sum(({ storedConstants }) => storedConstants.filter(isPollInterval).length),
    stackNames,
    stackTops: stackTops + sum(({ storedConstants }) => storedConstants.filter(isStackTop).length),
  };
}

const isPollInterval = ({ value }: { value: number }) => value === POLL.originalInterval;

const isStackTop = ({ value }: { value: number }) => value === STACK.originalTop;

/** Moves the stack's top in the globals and in the data, where the C library's break is a word of its own. */
function lowerStack(globals: Uint8Array, data: Uint8Array): { globals: Uint8Array; data: Uint8Array; places: number } {
  const top = STACK.originalTop - STACK.removedBytes;
  const [before, after] = [STACK.originalTop, top].map((value) => [OP.i32Const, ...signed(value), END] as const);
  // A segment ends with the word's last byte that is not zero.
  const [wordBefore, wordAfter] = [STACK.originalTop, top].map(
    (value) => [END, 3, value & 0xff, (value >> 8) & 0xff, value >> 16] as const,
  );
  const inGlobals = replaceAll(globals, before!, after!);
  const inData = replaceAll(data, wordBefore!, wordAfter!);
  return { globals: inGlobals.bytes, data: inData.bytes, places: inGlobals.places + inData.places };
}

/** Renames the property in which errors keep their frames. */
function renameFrames(data: Uint8Array): { bytes: Uint8Array; places: number } {
  const list = (property: string) => [...new TextEncoder().encode(`errors\0${property}\0name\0`)];
  return replaceAll(data, list("stack"), list(FRAMES_PROPERTY));
}

function replaceAll(bytes: Uint8Array, from: readonly number[], to: readonly number[]) {
  const edits: Edit[] = [];
  for (let at = 0; at + from.length <= bytes.length; at++) {
    if (from.every((byte, i) => bytes[at + i] === byte)) edits.push({ start: at, end: at + from.length, bytes: to });
  }
  return { bytes: edit(bytes, edits), places: edits.length };
}

function dispatchLoops({ branchTables }: FunctionBody): Set<number | null> {
  const dispatch = branchTables.filter(({ targets }) => targets > DISPATCH_TARGETS);
  return new Set(dispatch.map(({ innermostLoop }) => innermostLoop));
}

/** Function types: () -> (), (i32) -> (i32), and JSHostPromiseRejectionTracker with its JSValues as i64. */
const ADDED_TYPES = [
  [0x60, 0, 0],
  [0x60, 1, I32, 1, I32],
  [0x60, 5, I32, I64, I64, I32, I32, 0],
] as const;

/** The functions that are added after the package's own, in the order of their indices. */
const ADDED = [
  ...["poll", "call_function", "load_module", "normalize_module", "resize_heap"],
  ...["refuel", "charge", "track"],
] as const;

function addedIndex(layout: Layout, added: (typeof ADDED)[number]): number {
  return layout.firstNewFunction + ADDED.indexOf(added);
}

function addedFunctions(layout: Layout): AddedFunction[] {
  const importIndex = (field: string) => unsigned(layout.imports.get(field)!);
  const importType = (field: string) => layout.importTypes.get(field)!;
  const fuel = unsigned(layout.fuelGlobal);
  const suspend = [OP.i32Const, 0, OP.call, ...importIndex("suspend")];
  const hostCall = (host: Exclude<keyof typeof WRAPPED, "interrupt">, parameters: number): AddedFunction => {
    const pass = Array.from({ length: parameters }, (_, i) => [OP.localGet, i]).flat();
    const body = [
      ...[1, 1, I32, ...pass, OP.call, ...importIndex(host), OP.localTee, parameters],
      ...[OP.i32Const, ...signed(-1), OP.i32Eq, OP.if, BLOCK_EMPTY, ...suspend, OP.localSet, parameters, END],
      ...[OP.localGet, parameters, END],
    ];
    return { typeIndex: importType(host), body };
  };
  const poll = [
    ...[0, OP.globalGet, ...fuel, OP.i32Const, ...signed(POLL.fuel), OP.i32Sub, OP.globalSet, ...fuel],
    ...[
      OP.globalGet,
      ...fuel,
      OP.i32Const,
      0,
      OP.i32LtS,
      OP.if,
      I32,
      OP.i32Const,
      1,
      OP.call,
      ...importIndex("interrupt"),
    ],
    ...[OP.localTee, 0, OP.i32Const, 2, OP.i32Eq, OP.if, I32, ...suspend, OP.else, OP.localGet, 0, END],
    ...[OP.else, OP.i32Const, 0, END, END],
  ];
  const refuel = [
    ...[0, OP.i32Const, 0, OP.call, ...importIndex("interrupt"), OP.i32Const, 2, OP.i32Eq],
    ...[OP.if, BLOCK_EMPTY, ...suspend, OP.drop, END, END],
  ];
  const charge = [
    ...[0, OP.globalGet, ...fuel, OP.localGet, 0, OP.i32Const, BULK_BYTES_SHIFT, OP.i32ShrU, OP.i32Sub],
    ...[OP.globalSet, ...fuel, ...callIfSpent(layout), OP.localGet, 0, END],
  ];
  const track = [
    ...[0, OP.localGet, 0, OP.localGet, 1, OP.localGet, 3, OP.i32Const, 0],
    ...[OP.call, ...importIndex("promise_rejection"), OP.drop, END],
  ];
  return [
    { typeIndex: importType("interrupt"), body: poll },
    hostCall("call_function", 5),
    hostCall("load_module", 3),
    hostCall("normalize_module", 4),
    hostCall("resize_heap", 1),
    ...[refuel, charge, track].map((body, i) => ({ typeIndex: layout.firstNewType + i, body })),
  ];
}

/** `if (fuel < 0) refuel()` */
function callIfSpent(layout: Layout): number[] {
  return [
    ...[OP.globalGet, ...unsigned(layout.fuelGlobal), OP.i32Const, 0, OP.i32LtS],
    ...[OP.if, BLOCK_EMPTY, OP.call, ...unsigned(addedIndex(layout, "refuel")), END],
  ];
}

function append(body: Uint8Array, added: readonly (readonly number[])[]): Uint8Array {
  const { count, items } = readVector(body);
  return concat([unsigned(count + added.length), items, ...added]);
}

function writeImports(imports: readonly ImportEntry[]): Uint8Array {
  const entries = imports.flatMap((entry) => [
    [...name(entry.module), ...name(entry.name)],
    entry.kind === "memory" ? lowerMinimum(entry.description) : entry.description,
  ]);
  return concat([unsigned(imports.length), ...entries]);
}

function lowerMinimum(description: Uint8Array): number[] {
  const reader = new Reader(description);
  const [kind, flags, minimum, maximum] = [reader.byte(), reader.byte(), reader.unsigned(), reader.unsigned()];
  if (flags !== 1 || minimum <= ARTIFACT.memoryPages) throw new Error("the imported memory is not the expected one");
  return [kind, flags, ...unsigned(ARTIFACT.memoryPages), ...unsigned(maximum)];
}

function growTable(slot: number): Uint8Array {
  const [funcref, noMaximum] = [0x70, 0];
  return concat([[1, funcref, noMaximum, ...unsigned(slot + 1)]]);
}

function trackerElement(layout: Layout): number[] {
  const tracker = unsigned(addedIndex(layout, "track"));
  return [0, OP.i32Const, ...signed(layout.tableSlot), END, 1, ...tracker];
}

function addedGlobals(layout: Layout): number[][] {
  const [constant, mutable] = [0, 1];
  return [
    [I32, mutable, OP.i32Const, 0, END],
    [I32, constant, OP.i32Const, ...signed(layout.tableSlot), END],
  ];
}

function readExports(body: Uint8Array, glue: string) {
  const reader = new Reader(body);
  const entries = Array.from({ length: reader.unsigned() }, () => ({
    short: reader.name(),
    kind: reader.byte(),
    index: reader.unsigned(),
  }));
  const names = exportNames(
    glue,
    entries.map(({ short }) => short),
  );
  return entries.map(({ short, kind, index }) => ({ real: names.get(short)!, kind, index }));
}

function renameExports(body: Uint8Array, glue: string, layout: Layout): Uint8Array {
  const kept = readExports(body, glue)
    .filter(({ real }) => Object.hasOwn(KEPT_EXPORTS, real))
    .map(({ real, kind, index }) => [...name(real), kind, ...unsigned(index)]);
  if (kept.length !== Object.keys(KEPT_EXPORTS).length) throw new Error("an export that the host uses is missing");
  const globalKind = 3;
  return concat([
    unsigned(kept.length + 2),
    ...kept,
    [...name("fuel"), globalKind, ...unsigned(layout.fuelGlobal)],
    [...name("rejection_tracker_slot"), globalKind, ...unsigned(layout.slotGlobal)],
  ]);
}

/** A replacement of the bytes between two offsets of a function body; an insertion where they are the same. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: readonly number[];
}

function writeCode(
  functions: readonly FunctionBody[],
  added: readonly AddedFunction[],
  layout: Layout,
  wrappers: ReadonlyMap<number, number>,
): Uint8Array {
  const fuel = unsigned(layout.fuelGlobal);
  const spend = (units: number) => [OP.globalGet, ...fuel, OP.i32Const, units, OP.i32Sub, OP.globalSet, ...fuel];
  const atLoop = [...spend(1), ...callIfSpent(layout)];
  const atBulkMemory = [OP.call, ...unsigned(addedIndex(layout, "charge"))];
  const bodies = functions.map((body, index) => {
    const unmetered = dispatchLoops(body);
    const metered = body.loops.filter((at) => !unmetered.has(at));
    const edits: Edit[] = [
      ...(index === layout.allocator ? [{ start: body.start, end: body.start, bytes: spend(BLOCK_FUEL) }] : []),
      ...metered.map((at) => ({ start: at, end: at, bytes: atLoop })),
      ...body.bulkMemory.map((at) => ({ start: at, end: at, bytes: atBulkMemory })),
      ...body.calls
        .filter(({ callee }) => wrappers.has(callee))
        .map(({ start, end, callee }) => ({ start, end, bytes: [OP.call, ...unsigned(wrappers.get(callee)!)] })),
      ...body.storedConstants
        .filter(isPollInterval)
        .map(({ start, end }) => ({ start, end, bytes: [OP.i32Const, ...signed(POLL.interval)] })),
      ...body.storedConstants.filter(isStackTop).map(({ start, end, value }) => ({
        ...{ start, end },
        bytes: [OP.i32Const, ...signed(value - STACK.removedBytes)],
      })),
    ];
    return edit(body.bytes, edits);
  });
  const all = [...bodies, ...added.map(({ body }) => body)];
  return concat([unsigned(all.length), ...all.flatMap((body) => [unsigned(body.length), body])]);
}

function edit(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const parts: (Uint8Array | readonly number[])[] = [];
  let kept = 0;
  for (const { start, end, bytes: replacement } of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(kept, start), replacement);
    kept = end;
  }
  return concat([...parts, bytes.subarray(kept)]);
}
