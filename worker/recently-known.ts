/**
 * What this isolate has asked the database lately: saves a query for each request of somebody who sends many. One request
 * asks for all that need the same: else a database that is slow for a moment is asked by all of them at once, and stays slow.
 * Invariant: nothing is known for longer than {@link KNOWN_MS} after the database was asked, so that what was revoked is
 * refused by then, everywhere.
 */
import type { Clock } from "./domain/ports.ts";

/** Far below the time in which people expect a revocation to have taken effect. */
const KNOWN_MS = 2_000;
/** From this age on one request asks anew, while the others go on with what is known. */
const ASKED_AGAIN_MS = 1_000;
/** Whoever asks may have been stopped by the platform: after this time somebody else does. */
const STOPPED_AFTER_MS = 500;
/** Bounds the memory: the oldest are forgotten first. */
const KNOWN_MAX = 2_000;

interface Known<T> {
  readonly value: T;
  readonly askedAt: number;
}

interface Asking<T> {
  readonly since: number;
  readonly answer: Promise<T | null>;
  isOver: boolean;
}

export class RecentlyKnown<T> {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known<T>>();
  readonly #asking = new Map<string, Asking<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks the database where the key is not known. What is not found is not remembered. */
  async find(key: string, ask: () => Promise<T | null>): Promise<T | null> {
    const now = this.#clock.now();
    const known = this.#known.get(key);
    const asking = this.#asking.get(key);
    const isAsked = asking !== undefined && now - asking.since < STOPPED_AFTER_MS;
    if (known && now - known.askedAt < KNOWN_MS) {
      if (isAsked || now - known.askedAt < ASKED_AGAIN_MS) return known.value;
    } else if (isAsked) {
      // Whose answer comes late is heard nevertheless, and only one at a time asks once more.
      const late = this.#clock
        .sleep(STOPPED_AFTER_MS)
        .then(() => (asking.isOver ? asking.answer : this.find(key, ask)));
      return Promise.race([asking.answer, late]);
    }
    return this.#ask(key, ask);
  }

  forget(key: string): void {
    this.#known.delete(key);
    this.#asking.delete(key);
  }

  forgetAll(): void {
    this.#known.clear();
    this.#asking.clear();
  }

  async #ask(key: string, ask: () => Promise<T | null>): Promise<T | null> {
    const asking = { since: this.#clock.now(), answer: ask(), isOver: false };
    this.#asking.set(key, asking);
    try {
      const value = await asking.answer;
      // Somebody said meanwhile that it has changed: whoever asked before may have it, and nobody else.
      if (this.#asking.get(key) !== asking) return value;
      this.#known.delete(key);
      if (value === null) return null;
      if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(key, { value, askedAt: asking.since });
      return value;
    } finally {
      asking.isOver = true;
      if (this.#asking.get(key) === asking) this.#asking.delete(key);
    }
  }
}
