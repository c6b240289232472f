/**
 * The WebAssembly binary format, as far as the engine's build needs it: numbers, sections, imports, and a walk over
 * the instructions of a function body. It changes nothing; `wasm-rewrite.ts` does.
 * Invariant: an opcode that is not known here throws, because a guess about its length would corrupt all that follows.
 * Source: WebAssembly Core Specification 2.0, chapter 5 (Binary Format).
 */

export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
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
  readonly kind: "function" | "table" | "memory" | "global";
  /** The bytes after the name: kind and description. */
  readonly description: Uint8Array;
}

export interface FunctionBody {
  /** The whole body: local declarations and code. */
  readonly bytes: Uint8Array;
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

const IMPORT_KINDS = ["function", "table", "memory", "global"] as const;

export function readImports(body: Uint8Array): ImportEntry[] {
  const reader = new Reader(body);
  return Array.from({ length: reader.unsigned() }, () => {
    const [module, field, start] = [reader.name(), reader.name(), reader.offset];
    const kind = IMPORT_KINDS[reader.byte()];
    if (kind === undefined) throw new Error(`import ${field} has an unknown kind`);
    if (kind === "function") reader.unsigned();
    else if (kind === "global") reader.take(2);
    else {
      if (kind === "table") reader.byte();
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
  const loops: number[] = [];
  const calls: { start: number; end: number; callee: number }[] = [];
  const bulkMemory: number[] = [];
  const storedConstants: { start: number; end: number; value: number }[] = [];
  const branchTables: { targets: number; innermostLoop: number | null }[] = [];
  /** The open blocks, outermost first: a loop's offset, or null for other blocks. */
  const open: (number | null)[] = [];
  while (!reader.done) {
    const start = reader.offset;
    const opcode = reader.byte();
    if (opcode === 0x03) {
      reader.skipNumber();
      loops.push(reader.offset);
      open.push(reader.offset);
    } else if (opcode === 0x02 || opcode === 0x04) {
      reader.skipNumber();
      open.push(null);
    } else if (opcode === 0x0b) {
      open.pop();
    } else if (opcode === 0x10) {
      const callee = reader.unsigned();
      calls.push({ start, end: reader.offset, callee });
    } else if (opcode === 0x0e) {
      const targets = reader.unsigned();
      branchTables.push({ targets, innermostLoop: open.findLast((loop) => loop !== null) ?? null });
      for (let i = 0; i <= targets; i++) reader.skipNumber();
    } else if (opcode === 0x41) {
      const value = reader.signed();
      if (bytes[reader.offset] === I32_STORE) storedConstants.push({ start, end: reader.offset, value });
    } else if (opcode === 0xfc) {
      if (skipPrefixed(reader)) bulkMemory.push(start);
    } else {
      skipImmediates(reader, opcode);
    }
  }
  return { bytes, loops, calls, bulkMemory, storedConstants, branchTables };
}

function skipLocals(reader: Reader): void {
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    reader.unsigned();
    reader.byte();
  }
}

function skipImmediates(reader: Reader, opcode: number): void {
  if (opcode === 0x0c || opcode === 0x0d || (opcode >= 0x20 && opcode <= 0x26)) return reader.skipNumber();
  if (opcode === 0x11) {
    reader.skipNumber();
    return reader.skipNumber();
  }
  if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.skipNumber(); // alignment
    return reader.skipNumber(); // offset
  }
  if (opcode === 0x3f || opcode === 0x40 || opcode === 0x42) return reader.skipNumber();
  if (opcode === 0x43) return void reader.take(4);
  if (opcode === 0x44) return void reader.take(8);
  const bare = opcode <= 0x01 || opcode === 0x05 || opcode === 0x0f;
  if (bare || opcode === 0x1a || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0xc4)) return;
  throw new Error(`unknown opcode 0x${opcode.toString(16)} at ${reader.offset - 1}`);
}

/** Skips an instruction after its 0xFC prefix; says whether it was `memory.copy` or `memory.fill`. */
function skipPrefixed(reader: Reader): boolean {
  const opcode = reader.unsigned();
  if (opcode <= 7) return false; // saturating truncation
  if (opcode === 10) reader.take(2);
  else if (opcode === 11) reader.take(1);
  else throw new Error(`unknown opcode 0xfc ${opcode} at ${reader.offset}`);
  return true;
}
