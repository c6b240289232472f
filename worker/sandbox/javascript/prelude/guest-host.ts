/**
 * What the host gives to the prelude, the guest code that runs before the program. Everything in this folder is
 * bundled into one script and executed inside the guest: it has the rights of the program itself and no others, and a
 * program that changes built-in objects can break it only for itself.
 */

export const STDOUT = 0;
export const STDERR = 1;

export interface GuestHost {
  /** Appends well-formed text to stdout (0) or stderr (1). */
  write(stream: number, text: string): void;
  /** The guest's clock: milliseconds since 1970. It moves when the run yields, never backwards. */
  now(): number;
  /**
   * The run's `"stdin"`, `"args"`, `"entry"`, `"context"`, `"files"` (their names), `"file:<name>"` or `"startedAt"` (milliseconds since 1970) as
   * JSON text; undefined where there is none. `"intl"` gives the source of `intl/intl.ts`.
   */
  input(what: string): string | undefined;
  /** Seeded random bytes as hexadecimal digits. At most 65,536 bytes. */
  random(bytes: number): string;
  /**
   * Calls a capability with JSON text. Returns the call's number, from 0; the answer comes to the prelude's `settleCall`.
   * The run ends where it has no host calls left.
   */
  call(capability: string, input: string): number;
  /** Gives a call up: it will be answered with an error. */
  giveUp(call: number): void;
}

/** Adds a global as the language itself does: not enumerable, replaceable. */
export function defineGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}
