/** `structuredClone` without transfer: data and built-in containers, cycles included; functions and symbols are refused. */
import { FRAMES_PROPERTY } from "../guest-interface.ts";
import { defineHidden, framesOf } from "./stack.ts";

const cannot = (value: unknown) => {
  const error = new Error(`${typeof value === "symbol" ? String(value) : "a function"} could not be cloned`);
  error.name = "DataCloneError";
  return error;
};

export function structuredClone<T>(value: T): T {
  return clone(value, new Map()) as T;
}

function clone(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw cannot(value);
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const keep = <C extends object>(copy: C): C => {
    seen.set(value, copy);
    return copy;
  };
  if (Array.isArray(value)) {
    const copy = keep(new Array(value.length));
    for (const key of Object.keys(value)) copy[key as never] = clone(value[key as never], seen) as never;
    return copy;
  }
  if (value instanceof Date) return keep(new Date(value.getTime()));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof Map) {
    const copy = keep(new Map());
    for (const [key, item] of [...value]) copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set());
    for (const item of [...value]) copy.add(clone(item, seen));
    return copy;
  }
  if (value instanceof Error) return keep(cloneError(value, seen));
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (ArrayBuffer.isView(value)) return keep(cloneView(value, seen));
  if (value instanceof Number || value instanceof String || value instanceof Boolean)
    return keep(Object(value.valueOf()));
  const copy = keep({} as Record<string, unknown>);
  for (const key of Object.keys(value)) {
    const item = clone((value as Record<string, unknown>)[key], seen);
    Object.defineProperty(copy, key, { value: item, writable: true, enumerable: true, configurable: true });
  }
  return copy;
}

function cloneError(error: Error, seen: Map<object, unknown>): Error {
  const known = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const constructor = known[error.name as keyof typeof known] ?? Error;
  const copy = new constructor(error.message);
  if (error.cause !== undefined) copy.cause = clone(error.cause, seen);
  defineHidden(copy, FRAMES_PROPERTY, framesOf(error));
  if (Object.hasOwn(error, "stack")) defineHidden(copy, "stack", error.stack);
  return copy;
}

function cloneView(view: ArrayBufferView, seen: Map<object, unknown>): ArrayBufferView {
  const buffer = clone(view.buffer, seen) as ArrayBuffer;
  const constructor = view.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;
  const length = view instanceof DataView ? view.byteLength : (view as Uint8Array).length;
  return new constructor(buffer, view.byteOffset, length);
}
