/**
 * Rewrites Pyodide's WebAssembly file so that a run can be metered, suspended and bounded. Pure: the same input gives
 * the same bytes.
 * Invariant: what is patched is counted and compared with {@link EXPECTED}, so that another version of the package fails
 * here. Indices never shift: types, functions, globals and exports are only appended.
 *
 * What the rewritten file offers beyond the original:
 * - `fuel`, an exported mutable i32 that falls by one at the head of each loop and by size at `memory.copy` and
 *   `memory.fill`;
 * - `on_fuel_spent`, an exported mutable reference to a function () -> () that is called at the head of a loop while
 *   `fuel` is below zero. Null is a trap. It may suspend, wherever no JavaScript lies between it and the entry;
 * - a memory that never grows above {@link MEMORY_PAGES_MAX};
 * - only those exports that the package's JavaScript uses. The others are for libraries that are loaded later, of which
 *   there are none, and each costs time whenever Python starts.
 */
import {
  concat,
  type FunctionBody,
  name,
  Reader,
  readFunctions,
  readImports,
  readSections,
  readVector,
  SECTION,
  signed,
  unsigned,
  writeSections,
} from "../engine/wasm-binary.ts";

/** What the pinned package contains. */
export const EXPECTED = {
  imports: 548,
  functions: 16_958,
  loops: 12_381,
  bulkMemory: 2_247,
  /** Linear memory at the start, in pages of 64 KiB. */
  memoryPages: 480,
  exports: 8_560,
  usedExports: 616,
} as const;

/** 128 MiB: the most that a run may ask for, and all that an isolate has. */
const MEMORY_PAGES_MAX = 2_048;
/** One unit of fuel for each 64 bytes that are copied or filled: about as long as a loop turn takes. */
const BULK_BYTES_SHIFT = 6;

const [I32, BLOCK_EMPTY, END] = [0x7f, 0x40, 0x0b] as const;
const [MUTABLE, FUNCTION_TYPE, NULLABLE_REFERENCE, GLOBAL_EXPORT] = [1, 0x60, 0x63, 3] as const;
const OP = {
  if: 0x04,
  call: 0x10,
  callRef: 0x14,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32LtS: 0x48,
  i32Sub: 0x6b,
  i32ShrU: 0x76,
  refNull: 0xd0,
} as const;

interface Layout {
  /** Indices as they are encoded. */
  readonly fuel: readonly number[];
  readonly onFuelSpent: readonly number[];
  /** () -> () and (i32) -> (i32). */
  readonly types: readonly [number[], number[]];
  readonly functions: { readonly refuel: readonly number[]; readonly charge: readonly number[] };
}

/**
 * @param glue the JavaScript beside it, which tells the exports that are used
 * @throws where the file is not the one that is expected
 */
export function meterPython(wasm: Uint8Array, glue: string): Uint8Array {
  const sections = readSections(wasm);
  const section = (id: number): Uint8Array => {
    const found = sections.filter((candidate) => candidate.id === id);
    if (found.length !== 1) throw new Error(`expected one section ${id}, found ${found.length}`);
    return found[0]!.body;
  };
  const imports = readImports(section(SECTION.import));
  const functions = readFunctions(section(SECTION.code));
  const exports = readExports(section(SECTION.export));
  const kept = usedExports(exports, glue);
  check({
    exports: exports.length,
    usedExports: kept.length,
    imports: imports.length,
    functions: functions.length,
    loops: functions.reduce((sum, { loops }) => sum + loops.length, 0),
    bulkMemory: functions.reduce((sum, { bulkMemory }) => sum + bulkMemory.length, 0),
    memoryPages: memoryPages(section(SECTION.memory)),
  });
  const ofKind = (kind: string) => imports.filter((entry) => entry.kind === kind).length;
  const types = readVector(section(SECTION.type)).count;
  const globals = ofKind("global") + readVector(section(SECTION.global)).count;
  const firstFunction = ofKind("function") + functions.length;
  const layout: Layout = {
    fuel: unsigned(globals),
    onFuelSpent: unsigned(globals + 1),
    types: [unsigned(types), unsigned(types + 1)],
    functions: { refuel: unsigned(firstFunction), charge: unsigned(firstFunction + 1) },
  };
  const rewritten: Record<number, () => Uint8Array> = {
    [SECTION.type]: () => append(section(SECTION.type), ADDED_TYPES),
    [SECTION.function]: () => append(section(SECTION.function), layout.types),
    [SECTION.memory]: () => concat([[1, 1], unsigned(EXPECTED.memoryPages), unsigned(MEMORY_PAGES_MAX)]),
    [SECTION.global]: () => append(section(SECTION.global), addedGlobals(layout)),
    [SECTION.export]: () => {
      const added = addedExports(layout);
      return concat([unsigned(kept.length + added.length), ...kept.map(({ bytes }) => bytes), ...added]);
    },
    [SECTION.code]: () => writeCode(functions, layout),
  };
  const result = writeSections(
    wasm,
    sections.map(({ id, body }) => ({ id, body: rewritten[id]?.() ?? body })),
  );
  if (!WebAssembly.validate(Buffer.from(result))) throw new Error("the rewritten file is not valid");
  return result;
}

function check(found: { [K in keyof typeof EXPECTED]: number }): void {
  for (const key of Object.keys(EXPECTED) as (keyof typeof EXPECTED)[]) {
    if (found[key] !== EXPECTED[key]) throw new Error(`expected ${EXPECTED[key]} ${key}, found ${found[key]}`);
  }
}

/** The minimum of the one memory. */
function memoryPages(body: Uint8Array): number {
  const reader = new Reader(body);
  const [memories, flags, minimum] = [reader.unsigned(), reader.byte(), reader.unsigned()];
  if (memories !== 1 || flags !== 1) throw new Error("expected one memory with a maximum");
  return minimum;
}

interface ExportEntry {
  readonly name: string;
  readonly isGlobal: boolean;
  readonly bytes: Uint8Array;
}

function readExports(body: Uint8Array): ExportEntry[] {
  const reader = new Reader(body);
  return Array.from({ length: reader.unsigned() }, () => {
    const start = reader.offset;
    const field = reader.name();
    const isGlobal = reader.byte() === GLOBAL_EXPORT;
    reader.unsigned(); // index
    return { name: field, isGlobal, bytes: body.subarray(start, reader.offset) };
  });
}

/**
 * The glue takes over each function as `var _name; _name = Module["_name"] = exports["name"]`: those that it mentions
 * more often than that. Of the globals it reads the value at once, wherever it mentions them.
 */
function usedExports(exports: readonly ExportEntry[], glue: string): ExportEntry[] {
  const mentions = new Map<string, number>();
  for (const [word] of glue.matchAll(/[A-Za-z_$][\w$]*/g)) mentions.set(word, (mentions.get(word) ?? 0) + 1);
  const count = (word: string) => mentions.get(word) ?? 0;
  return exports.filter(({ name, isGlobal }) => count(`_${name}`) > 3 || count(name) > (isGlobal ? 0 : 1));
}

const ADDED_TYPES = [
  [FUNCTION_TYPE, 0, 0],
  [FUNCTION_TYPE, 1, I32, 1, I32],
] as const;

function addedGlobals({ types }: Layout): number[][] {
  return [
    [I32, MUTABLE, OP.i32Const, ...signed(2 ** 31 - 1), END],
    [NULLABLE_REFERENCE, ...types[0], MUTABLE, OP.refNull, ...types[0], END],
  ];
}

function addedExports({ fuel, onFuelSpent }: Layout): number[][] {
  return [
    [...name("fuel"), GLOBAL_EXPORT, ...fuel],
    [...name("on_fuel_spent"), GLOBAL_EXPORT, ...onFuelSpent],
  ];
}

function addedFunctions({ fuel, onFuelSpent, types }: Layout): number[][] {
  const refuel = [0, OP.globalGet, ...onFuelSpent, OP.callRef, ...types[0], END];
  const charge = [
    ...[0, OP.globalGet, ...fuel, OP.localGet, 0, OP.i32Const, BULK_BYTES_SHIFT, OP.i32ShrU, OP.i32Sub],
    ...[OP.globalSet, ...fuel, OP.localGet, 0, END],
  ];
  return [refuel, charge].map((body) => [...unsigned(body.length), ...body]);
}

function append(body: Uint8Array, added: readonly (readonly number[])[]): Uint8Array {
  const { count, items } = readVector(body);
  return concat([unsigned(count + added.length), items, ...added]);
}

function writeCode(functions: readonly FunctionBody[], layout: Layout): Uint8Array {
  const { fuel, functions: added } = layout;
  const atLoop = [
    ...[OP.globalGet, ...fuel, OP.i32Const, 1, OP.i32Sub, OP.globalSet, ...fuel],
    ...[OP.globalGet, ...fuel, OP.i32Const, 0, OP.i32LtS, OP.if, BLOCK_EMPTY, OP.call, ...added.refuel, END],
  ];
  const atBulk = [OP.call, ...added.charge];
  const bodies = functions.flatMap((body) => {
    const metered = insert(body, atLoop, atBulk);
    return [unsigned(metered.length), metered];
  });
  return concat([unsigned(functions.length + 2), ...bodies, ...addedFunctions(layout)]);
}

function insert({ bytes, loops, bulkMemory }: FunctionBody, atLoop: number[], atBulk: number[]): Uint8Array {
  if (loops.length + bulkMemory.length === 0) return bytes;
  const insertions = [
    ...loops.map((offset) => ({ offset, code: atLoop })),
    ...bulkMemory.map((offset) => ({ offset, code: atBulk })),
  ].sort((a, b) => a.offset - b.offset);
  const parts: (Uint8Array | number[])[] = [];
  let kept = 0;
  for (const { offset, code } of insertions) {
    parts.push(bytes.subarray(kept, offset), code);
    kept = offset;
  }
  return concat([...parts, bytes.subarray(kept)]);
}

/**
 * The module between Pyodide and the host's meter. Its export `on_fuel_spent` asks the import `spent`; where the answer
 * is not 0 it calls `suspend`, which may suspend, and then `resumed`. Where JavaScript lies on the stack `suspend`
 * throws instead, which is caught: the guest then goes on without having waited.
 */
export function suspenderModule(): Uint8Array {
  const [block, tryTable, catchAll, toLabel0] = [0x02, 0x1f, 0x02, 0x00] as const;
  const imports = ["spent", "suspend", "resumed"].map((field, i) => [
    ...[...name("host"), ...name(field), 0],
    i === 0 ? 1 : 0,
  ]);
  const body = [
    ...[0, OP.call, 0, OP.if, BLOCK_EMPTY],
    ...[block, BLOCK_EMPTY, tryTable, BLOCK_EMPTY, 1, catchAll, toLabel0, OP.call, 1, END, END],
    ...[OP.call, 2, END, END],
  ];
  return writeSections(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), [
    { id: SECTION.type, body: Uint8Array.from([2, FUNCTION_TYPE, 0, 0, FUNCTION_TYPE, 0, 1, I32]) },
    { id: SECTION.import, body: concat([[imports.length], ...imports]) },
    { id: SECTION.function, body: Uint8Array.from([1, 0]) },
    { id: SECTION.export, body: concat([[1], name("on_fuel_spent"), [0, imports.length]]) },
    { id: SECTION.code, body: Uint8Array.from([1, body.length, ...body]) },
  ]);
}
