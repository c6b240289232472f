/** What this isolate does again and again, and need not do each time: once in a while for each key. */
import type { Clock } from "./domain/ports.ts";

/** Bounds the memory: the oldest are forgotten first, and are due again. */
const KEYS_MAX = 2_000;

export class Seldom {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #doneAt = new Map<string, number>();

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** True at most once in the time; whoever is told so does it. */
  isDue(key: string): boolean {
    const now = this.#clock.now();
    const doneAt = this.#doneAt.get(key);
    if (doneAt !== undefined && now - doneAt < this.#everyMs) return false;
    if (this.#doneAt.size >= KEYS_MAX) this.#doneAt.delete(this.#doneAt.keys().next().value!);
    this.#doneAt.set(key, now);
    return true;
  }
}
