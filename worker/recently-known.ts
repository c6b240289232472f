/**
 * What this isolate has asked the database lately: saves a query for each request of somebody who sends many. One request
 * asks for all that need the same: else a database that is slow for a moment is asked by all of them at once, and stays slow.
 * The others look by timers of their own whether it has been answered: a request is never woken by another one.
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
/** How often they look. */
const LOOK_MS = 5;
/** Bounds the memory: the oldest are forgotten first. */
const KNOWN_MAX = 2_000;

interface Known<T> {
  readonly value: T;
  readonly askedAt: number;
}

/** Somebody asks. */
interface Asking {
  readonly since: number;
}

export class RecentlyKnown<T> {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known<T>>();
  readonly #asking = new Map<string, Asking>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks the database where the key is not known. What is not found is not remembered. */
  async find(key: string, ask: () => Promise<T | null>): Promise<T | null> {
    const looksUntil = this.#clock.now() + STOPPED_AFTER_MS;
    for (;;) {
      const now = this.#clock.now();
      const known = this.#known.get(key);
      const age = known ? now - known.askedAt : Number.POSITIVE_INFINITY;
      const asking = this.#asking.get(key);
      const isAsked = asking !== undefined && now - asking.since < STOPPED_AFTER_MS;
      if (known && (age < ASKED_AGAIN_MS || (age < KNOWN_MS && isAsked))) return known.value;
      if (!isAsked || now >= looksUntil) return this.#ask(key, ask);
      await this.#clock.sleep(LOOK_MS);
    }
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
    const asking = { since: this.#clock.now() };
    this.#asking.set(key, asking);
    try {
      const value = await ask();
      // Somebody else asks by now, or said that it has changed: whoever asked before may have it, and nobody else.
      if (this.#asking.get(key) !== asking) return value;
      this.#known.delete(key);
      if (value === null) return null;
      if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(key, { value, askedAt: asking.since });
      return value;
    } finally {
      if (this.#asking.get(key) === asking) this.#asking.delete(key);
    }
  }
}
