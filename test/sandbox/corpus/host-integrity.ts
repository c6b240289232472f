/**
 * Tells whether a program reached the host: what it could have changed there is compared with how it was before.
 * The programs look for {@link CANARY}, a global of the host, and leave {@link MARK} wherever they believe to be outside.
 */

/** A global that only the host has. */
export const CANARY = "runyardHostCanary";
/** A property that no host object may ever get. */
export const MARK = "escapedMark";

type Fingerprint = ReadonlyMap<object, ReadonlyMap<PropertyKey, PropertyDescriptor>>;

const guarded = (): readonly object[] => [
  ...[Object, Function, Array, String, Number, Boolean, Symbol, BigInt, Error, Promise, Map, Set, WeakMap, Proxy],
  ...[RegExp, Date, ArrayBuffer, DataView, Uint8Array, JSON, Math, Reflect, WebAssembly, TextDecoder, TextEncoder],
  ...[Object, Function, Array, String, Number, Boolean, Symbol, BigInt, Error, Promise, Map, Set, WeakMap, RegExp].map(
    ({ prototype }) => prototype as object,
  ),
  ...[Date, ArrayBuffer, DataView, Uint8Array, TextDecoder, TextEncoder].map(({ prototype }) => prototype as object),
  Object.getPrototypeOf(Uint8Array) as object,
  Object.getPrototypeOf(async () => undefined) as object,
];

/** What the host's own objects look like now. */
export function fingerprint(): Fingerprint {
  return new Map(
    guarded().map((owner) => [
      owner,
      new Map(Reflect.ownKeys(owner).map((key) => [key, Object.getOwnPropertyDescriptor(owner, key)!])),
    ]),
  );
}

/** What is different from `before`, as names; empty where nothing is. */
export function differences(before: Fingerprint): string[] {
  const found: string[] = [];
  for (const [owner, old] of before) {
    const keys = Reflect.ownKeys(owner);
    if (keys.length !== old.size) found.push(`${String(owner)} has ${keys.length} properties, not ${old.size}`);
    for (const key of keys) {
      const now = Object.getOwnPropertyDescriptor(owner, key)!;
      const then = old.get(key);
      if (then === undefined || !Object.is(now.value, then.value) || now.get !== then.get || now.set !== then.set) {
        found.push(`${String(owner)}: ${String(key)}`);
      }
    }
  }
  if (MARK in globalThis || MARK in {} || MARK in (() => undefined)) found.push("the mark of an escape");
  return found;
}
