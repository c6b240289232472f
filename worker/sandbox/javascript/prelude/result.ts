/**
 * Turns the program's result into JSON text. The rules, where JSON has none of its own:
 * - undefined, functions and symbols: left out of objects, null in arrays, no result at the top; a function or symbol
 *   at the top becomes its description;
 * - BigInt: its digits and `n`, as a string; NaN and infinities: null; Date: ISO text, null where invalid;
 * - Map: an object where all keys are strings, else an array of pairs; Set, typed array, ArrayBuffer: an array;
 * - Error: `{ name, message, stack }`; RegExp: its text; boxed primitives: the primitive; `toJSON` is called;
 * - an object that contains itself: `"[Circular]"`; deeper than {@link MAX_DEPTH}: `"[Object]"` or `"[Array]"`.
 */
import { inspect } from "./inspect.ts";

/** Levels of nesting. The host checks the same bound again. */
const MAX_DEPTH = 64;
/** UTF-16 units of JSON text. The host checks its own bound in bytes again. */
const MAX_CHARS = 1_048_576;

/** Thrown where the text grows too long; the host recognises what {@link toJson} returns for it. */
const TOO_LARGE = { tooLarge: true };

/** JSON text; `"undefined"` for no result; `"too-large"` where the text would be longer than 1 MiB. */
export function toJson(value: unknown): string {
  try {
    return new Writer().top(value);
  } catch (error) {
    if (error === TOO_LARGE) return "too-large";
    throw error;
  }
}

class Writer {
  readonly #path: object[] = [];
  #chars = 0;

  top(value: unknown): string {
    if (typeof value === "function" || typeof value === "symbol") return JSON.stringify(inspect(value));
    return this.#write(value) ?? "undefined";
  }

  /** The text of one value, or null for one that JSON leaves out. */
  #write(value: unknown): string | null {
    switch (typeof value) {
      case "string":
        if (value.length > MAX_CHARS) throw TOO_LARGE;
        return this.#count(JSON.stringify(value));
      case "number":
        return this.#count(Number.isFinite(value) ? String(value) : "null");
      case "boolean":
        return this.#count(String(value));
      case "bigint":
        return this.#count(`"${value}n"`);
      case "object":
        return value === null ? this.#count("null") : this.#object(value);
      default:
        return null;
    }
  }

  #count(text: string): string {
    this.#chars += text.length + 1;
    if (this.#chars > MAX_CHARS) throw TOO_LARGE;
    return text;
  }

  #object(value: object): string | null {
    if (this.#path.includes(value)) return this.#count('"[Circular]"');
    if (this.#path.length >= MAX_DEPTH) return this.#count(Array.isArray(value) ? '"[Array]"' : '"[Object]"');
    this.#path.push(value);
    const text = this.#contents(value);
    this.#path.pop();
    return text;
  }

  #contents(value: object): string | null {
    const toJson = (value as { toJSON?: unknown }).toJSON;
    if (typeof toJson === "function" && !(value instanceof Date)) return this.#write(toJson.call(value, ""));
    if (Array.isArray(value)) return this.#array(value);
    // Most objects are plain: asking each for every class first would take most of the time.
    if (Object.getPrototypeOf(value) === Object.prototype) return this.#properties(value);
    if (value instanceof Date) return this.#write(Number.isNaN(value.getTime()) ? null : value.toISOString());
    if (value instanceof Set) return this.#array([...value]);
    if (value instanceof Map) {
      const pairs = [...value];
      const named = pairs.every(([key]) => typeof key === "string");
      return named ? this.#pairs(pairs as [string, unknown][]) : this.#array(pairs);
    }
    if (value instanceof Error) {
      const { name, message, stack } = value;
      const own = { name: String(name), message: String(message), ...(typeof stack === "string" ? { stack } : {}) };
      return this.#pairs(Object.entries({ ...own, ...value }));
    }
    if (value instanceof RegExp) return this.#write(String(value));
    if (value instanceof ArrayBuffer) return this.#array(new Uint8Array(value));
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return this.#array(value as never);
    if (value instanceof Number || value instanceof String || value instanceof Boolean) {
      return this.#write(value.valueOf());
    }
    return this.#properties(value);
  }

  #properties(value: object): string {
    const parts: string[] = [];
    for (const key of Object.keys(value)) {
      const text = this.#write((value as Record<string, unknown>)[key]);
      if (text !== null) parts.push(`${this.#count(JSON.stringify(key))}:${text}`);
    }
    return `{${parts.join(",")}}`;
  }

  #array(items: ArrayLike<unknown>): string {
    const parts: string[] = [];
    for (let i = 0; i < items.length; i++) parts.push(this.#write(items[i]) ?? this.#count("null"));
    return `[${parts.join(",")}]`;
  }

  #pairs(pairs: readonly (readonly [string, unknown])[]): string {
    const parts: string[] = [];
    for (const [key, item] of pairs) {
      const text = this.#write(item);
      if (text !== null) parts.push(`${this.#count(JSON.stringify(key))}:${text}`);
    }
    return `{${parts.join(",")}}`;
  }
}
