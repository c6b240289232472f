/**
 * The WebAssembly binary format, as far as the engines' builds need it: numbers, sections, imports, and a walk over
 * the instructions of a function body. It changes nothing; `wasm-rewrite.ts` and `../python/wasm-meter.ts` do.
 * Invariant: an opcode that is not known here throws, because a guess about its length would corrupt all that follows.
 * Source: WebAssembly Core Specification 3.0, chapter 5 (Binary Format), and the older exception handling of phase 3.
 */

export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

export interface Section {
  readonly id: number;
  /** The section's contents, without its id and length. */
  readonly body: Uint8Array;
}

export interface ImportEntry {
  readonly module: string;
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global" | "tag";
  /** The bytes after the name: kind and description. */
  readonly description: Uint8Array;
}

export interface FunctionBody {
  /** The whole body: local declarations and code. */
  readonly bytes: Uint8Array;
  /** Offset of the first instruction. */
  readonly start: number;
  /** Offset of the first byte after the block type of each `loop`. */
  readonly loops: readonly number[];
  /** Direct calls: offsets of the instruction and of the byte after it, and the callee. */
  readonly calls: readonly { readonly start: number; readonly end: number; readonly callee: number }[];
  /** Offset of each `memory.copy` and `memory.fill`; their byte count is on top of the stack there. */
  readonly bulkMemory: readonly number[];
  /** Constants that are stored at once (`i32.const n; i32.store`): offsets and value. */
  readonly storedConstants: readonly { readonly start: number; readonly end: number; readonly value: number }[];
  /** Each `br_table`: how many targets it has, and the entry of {@link loops} that is innermost around it. */
  readonly branchTables: readonly { readonly targets: number; readonly innermostLoop: number | null }[];
}

/** Reads numbers and names one after the other. */
export class Reader {
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  get done(): boolean {
    return this.offset >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw new Error(`the file ends at byte ${this.offset}`);
    this.offset += 1;
    return value;
  }

  unsigned(): number {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const next = this.byte();
      result += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) return result;
    }
  }

  /** A signed number of at most 32 bits. */
  signed(): number {
    let result = 0;
    for (let shift = 0; ; ) {
      const next = this.byte();
      result |= (next & 0x7f) << shift;
      shift += 7;
      if (next < 0x80) return shift < 32 && next & 0x40 ? result | (-1 << shift) : result;
    }
  }

  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  take(length: number): Uint8Array {
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }
}

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}

export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    if ((rest >> 6 === 0 && !(low & 0x40)) || (rest >> 6 === -1 && low & 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
}

export function concat(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

const HEADER_BYTES = 8;

export function readSections(wasm: Uint8Array): Section[] {
  const reader = new Reader(wasm, HEADER_BYTES);
  const sections: Section[] = [];
  while (!reader.done) {
    const id = reader.byte();
    sections.push({ id, body: reader.take(reader.unsigned()) });
  }
  return sections;
}

export function writeSections(header: Uint8Array, sections: readonly Section[]): Uint8Array {
  const parts = sections.flatMap(({ id, body }) => [[id, ...unsigned(body.length)], body]);
  return concat([header.subarray(0, HEADER_BYTES), ...parts]);
}

/** Splits a section that is a vector into its count and the bytes of its items. */
export function readVector(body: Uint8Array): { count: number; items: Uint8Array } {
  const reader = new Reader(body);
  const count = reader.unsigned();
  return { count, items: body.subarray(reader.offset) };
}

const IMPORT_KINDS = ["function", "table", "memory", "global", "tag"] as const;

export function readImports(body: Uint8Array): ImportEntry[] {
  const reader = new Reader(body);
  return Array.from({ length: reader.unsigned() }, () => {
    const [module, field, start] = [reader.name(), reader.name(), reader.offset];
    const kind = IMPORT_KINDS[reader.byte()];
    if (kind === undefined) throw new Error(`import ${field} has an unknown kind`);
    if (kind === "function") reader.unsigned();
    else if (kind === "tag") {
      reader.byte();
      reader.unsigned();
    } else if (kind === "global") {
      skipValueType(reader);
      reader.byte();
    } else {
      if (kind === "table") skipValueType(reader);
      const hasMaximum = reader.byte() & 1;
      reader.unsigned();
      if (hasMaximum) reader.unsigned();
    }
    return { module, name: field, kind, description: body.subarray(start, reader.offset) };
  });
}

export function readFunctions(body: Uint8Array): FunctionBody[] {
  const reader = new Reader(body);
  return Array.from({ length: reader.unsigned() }, () => walk(reader.take(reader.unsigned())));
}

const I32_STORE = 0x36;

/** Finds everything in one function that the rewrite looks at. Offsets count from the start of the body. */
function walk(bytes: Uint8Array): FunctionBody {
  const reader = new Reader(bytes);
  skipLocals(reader);
  const start = reader.offset;
  const loops: number[] = [];
  const calls: { start: number; end: number; callee: number }[] = [];
  const bulkMemory: number[] = [];
  const storedConstants: { start: number; end: number; value: number }[] = [];
  const branchTables: { targets: number; innermostLoop: number | null }[] = [];
  /** The open blocks, outermost first: a loop's offset, or null for other blocks. */
  const open: (number | null)[] = [];
  while (!reader.done) {
    const at = reader.offset;
    const opcode = reader.byte();
    if (opcode === 0x03) {
      skipBlockType(reader);
      loops.push(reader.offset);
      open.push(reader.offset);
    } else if (opcode === 0x02 || opcode === 0x04 || opcode === 0x06 || opcode === 0x1f) {
      skipBlockType(reader);
      if (opcode === 0x1f) skipCatches(reader);
      open.push(null);
    } else if (opcode === 0x0b || opcode === 0x18) {
      if (opcode === 0x18) reader.skipNumber(); // a delegate ends its try
      open.pop();
    } else if (opcode === 0x10) {
      const callee = reader.unsigned();
      calls.push({ start: at, end: reader.offset, callee });
    } else if (opcode === 0x0e) {
      const targets = reader.unsigned();
      branchTables.push({ targets, innermostLoop: open.findLast((loop) => loop !== null) ?? null });
      for (let i = 0; i <= targets; i++) reader.skipNumber();
    } else if (opcode === 0x41) {
      const value = reader.signed();
      if (bytes[reader.offset] === I32_STORE) storedConstants.push({ start: at, end: reader.offset, value });
    } else if (opcode === 0xfc) {
      if (skipPrefixed(reader)) bulkMemory.push(at);
    } else {
      skipImmediates(reader, opcode);
    }
  }
  return { bytes, start, loops, calls, bulkMemory, storedConstants, branchTables };
}

function skipLocals(reader: Reader): void {
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    reader.unsigned();
    skipValueType(reader);
  }
}

/** A number, vector or reference type; a reference to a type of the module or a heap type carries one more number. */
function skipValueType(reader: Reader): void {
  const type = reader.byte();
  if (type === 0x63 || type === 0x64) reader.skipNumber();
}

/** A value type, nothing, or the index of a function type. */
function skipBlockType(reader: Reader): void {
  const isReference = reader.bytes[reader.offset] === 0x63 || reader.bytes[reader.offset] === 0x64;
  if (isReference) skipValueType(reader);
  else reader.skipNumber();
}

/** The catch clauses of a `try_table`. */
function skipCatches(reader: Reader): void {
  for (let clauses = reader.unsigned(); clauses > 0; clauses--) {
    const hasTag = reader.byte() <= 1;
    if (hasTag) reader.skipNumber();
    reader.skipNumber(); // label
  }
}

/** Opcodes followed by so many numbers, besides those without any. */
const NUMBERS_AFTER: ReadonlyMap<number, number> = new Map([
  ...[0x07, 0x08, 0x09, 0x0c, 0x0d, 0x12, 0x14, 0x15, 0x25, 0x26].map((opcode) => [opcode, 1] as const),
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x3f, 0x40, 0x42, 0xd0, 0xd2, 0xd5, 0xd6].map((opcode) => [opcode, 1] as const),
  ...[0x11, 0x13].map((opcode) => [opcode, 2] as const),
]);

function skipImmediates(reader: Reader, opcode: number): void {
  const numbers = NUMBERS_AFTER.get(opcode);
  if (numbers !== undefined) {
    for (let i = 0; i < numbers; i++) reader.skipNumber();
    return;
  }
  if (opcode >= 0x28 && opcode <= 0x3e) return skipMemoryArgument(reader);
  if (opcode === 0x43) return void reader.take(4);
  if (opcode === 0x44) return void reader.take(8);
  if (opcode === 0x1c) {
    for (let types = reader.unsigned(); types > 0; types--) skipValueType(reader);
    return;
  }
  if (opcode === 0xfb) return skipReferenceInstruction(reader);
  if (opcode === 0xfd) return skipVectorInstruction(reader);
  const isBare = [0x00, 0x01, 0x05, 0x0a, 0x0f, 0x19, 0x1a, 0x1b, 0xd1, 0xd3, 0xd4].includes(opcode);
  if (isBare || (opcode >= 0x45 && opcode <= 0xc4)) return;
  throw new Error(`unknown opcode 0x${opcode.toString(16)} at ${reader.offset - 1}`);
}

function skipMemoryArgument(reader: Reader): void {
  const hasMemoryIndex = reader.unsigned() & 0x40; // beside the alignment
  if (hasMemoryIndex) reader.skipNumber();
  reader.skipNumber(); // offset
}

/** Of the instructions on references, those that test and cast. */
function skipReferenceInstruction(reader: Reader): void {
  const opcode = reader.unsigned();
  if (opcode >= 0x14 && opcode <= 0x17) reader.skipNumber();
  else if (opcode < 0x1a || opcode > 0x1e) throw new Error(`unknown opcode 0xfb ${opcode} at ${reader.offset}`);
}

function skipVectorInstruction(reader: Reader): void {
  const opcode = reader.unsigned();
  if (opcode <= 11 || opcode === 92 || opcode === 93) skipMemoryArgument(reader);
  else if (opcode === 12 || opcode === 13) reader.take(16);
  else if (opcode >= 21 && opcode <= 34)
    reader.byte(); // lane
  else if (opcode >= 84 && opcode <= 91) {
    skipMemoryArgument(reader);
    reader.byte(); // lane
  } else if (opcode > 275) throw new Error(`unknown opcode 0xfd ${opcode} at ${reader.offset}`);
}

/** Skips an instruction after its 0xFC prefix; says whether it was `memory.copy` or `memory.fill`. */
function skipPrefixed(reader: Reader): boolean {
  const opcode = reader.unsigned();
  if (opcode <= 7) return false; // saturating truncation
  if (opcode > 17) throw new Error(`unknown opcode 0xfc ${opcode} at ${reader.offset}`);
  const hasTwo = opcode === 8 || opcode === 10 || opcode === 12 || opcode === 14;
  if (hasTwo) reader.skipNumber();
  reader.skipNumber();
  return opcode === 10 || opcode === 11;
}
