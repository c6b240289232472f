/**
 * Lets a few pieces of work run at once; the others wait in the order of their arrival.
 * Each waits on its own timer: a request that is woken by another one's promise counts as hung.
 */
import type { Clock } from "./ports.ts";

const LOOK_MS = 10;

export class Slots {
  readonly #size: number;
  readonly #clock: Clock;
  /** Those that run, then those that wait. */
  readonly #line: symbol[] = [];

  constructor(size: number, clock: Clock) {
    this.#size = size;
    this.#clock = clock;
  }

  /** How many run and wait. */
  get length(): number {
    return this.#line.length;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    const ticket = Symbol("ticket");
    this.#line.push(ticket);
    try {
      while (this.#line.indexOf(ticket) >= this.#size) await this.#clock.sleep(LOOK_MS);
      return await work();
    } finally {
      this.#line.splice(this.#line.indexOf(ticket), 1);
    }
  }
}
