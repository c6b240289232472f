/**
 * What this isolate has asked the database lately: saves a query for each request of somebody who sends many.
 * Invariant: nothing is known for longer than {@link KNOWN_MS} after the database said so, so that what was revoked is
 * refused by then, everywhere.
 */
import type { Clock } from "./domain/ports.ts";

/** Far below the time in which people expect a revocation to have taken effect. */
const KNOWN_MS = 2_000;
/** Bounds the memory: the oldest are forgotten first. */
const KNOWN_MAX = 2_000;

export class RecentlyKnown<T> {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly value: T; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks the database where the key is not known. What is not found is not remembered. */
  async find(key: string, ask: () => Promise<T | null>): Promise<T | null> {
    const known = this.#known.get(key);
    if (known && this.#clock.now() < known.until) return known.value;
    this.#known.delete(key);
    const until = this.#clock.now() + KNOWN_MS;
    const value = await ask();
    if (value === null) return null;
    if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, { value, until });
    return value;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  forgetAll(): void {
    this.#known.clear();
  }
}
