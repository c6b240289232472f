/**
 * Carries text between the host and one guest's linear memory. Owns nothing: who allocates, frees.
 * Invariant: memory is looked at anew for each access, because a growing memory leaves its old buffer behind.
 */
import { type EngineExports, type Pointer, STRING_LENGTH_OFFSET, TAG_OFFSET, TAGS, TEXT_LENGTH_OFFSET } from "./abi.ts";
import { Killed } from "./meter.ts";

/** Far above what the prelude hands over: results of 1 MiB, output in pieces, descriptions of errors. */
const MAX_TEXT_UNITS = 4 * 2 ** 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

export class GuestText {
  readonly #memory: WebAssembly.Memory;
  readonly #engine: EngineExports;

  constructor(memory: WebAssembly.Memory, engine: EngineExports) {
    this.#memory = memory;
    this.#engine = engine;
  }

  /** Copies text as a C string. A NUL inside ends it for C. @throws Killed where the guest's memory is exhausted. */
  allocate(text: string): { pointer: Pointer; bytes: number } {
    const utf8 = encoder.encode(text);
    const pointer = this.#engine.malloc(utf8.length + 1);
    if (pointer === 0) throw new Killed("memory");
    const memory = new Uint8Array(this.#memory.buffer);
    memory.set(utf8, pointer);
    memory[pointer + utf8.length] = 0;
    return { pointer, bytes: utf8.length };
  }

  /** Makes a guest string. Text with NUL must travel as JSON. */
  newString(context: Pointer, text: string): Pointer {
    const { pointer } = this.allocate(text);
    const value = this.#engine.QTS_NewString(context, pointer);
    this.#engine.free(pointer);
    return value;
  }

  /** Reads a C string up to its NUL. */
  readName(pointer: Pointer): string {
    const memory = new Uint8Array(this.#memory.buffer);
    return decoder.decode(memory.subarray(pointer, memory.indexOf(0, pointer)));
  }

  setPointer(at: Pointer, value: Pointer): void {
    new DataView(this.#memory.buffer).setUint32(at, value, true);
  }

  /** The tag of a value: see {@link TAGS}. */
  tag(value: Pointer): number {
    return new DataView(this.#memory.buffer).getInt32(value + TAG_OFFSET, true);
  }

  isString(value: Pointer): boolean {
    const tag = this.tag(value);
    return tag === TAGS.string || tag === TAGS.stringRope;
  }

  /**
   * The UTF-8 of a guest string, NULs included, while `use` runs. Null for any other value, which stays untouched, and
   * for a string over {@link MAX_TEXT_UNITS}: copying it would hold up the host.
   */
  withBytes<T>(context: Pointer, value: Pointer, use: (utf8: Uint8Array) => T): T | null {
    if (!this.isString(value) || this.#units(value) > MAX_TEXT_UNITS) return null;
    const text = this.#engine.QTS_GetString(context, value);
    if (text === 0) throw new Killed("memory");
    const length = new DataView(this.#memory.buffer).getUint32(text + TEXT_LENGTH_OFFSET, true) & 0x7fffffff;
    const result = use(new Uint8Array(this.#memory.buffer, text, length));
    this.#engine.QTS_FreeCString(context, text);
    return result;
  }

  #units(value: Pointer): number {
    const view = new DataView(this.#memory.buffer);
    return view.getUint32(view.getUint32(value, true) + STRING_LENGTH_OFFSET, true) & 0x7fffffff;
  }

  /** A guest string; null for any other value. */
  readString(context: Pointer, value: Pointer): string | null {
    return this.withBytes(context, value, (utf8) => decoder.decode(utf8));
  }
}
