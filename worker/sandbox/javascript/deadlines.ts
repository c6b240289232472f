/**
 * The deadlines of the guests of one isolate that wait for their next slice. A guest that computes looks here, and makes
 * way when another's deadline has passed: timers fire in the order in which they were set, so that a guest among ten
 * would otherwise end up to nine slices late. Shorter slices all the time would cost throughput instead.
 * Plain numbers, shared by all requests of the isolate: nobody is woken from here.
 */

/** Who has not come back by then never will, for example because its object was evicted. It holds up nobody. */
const FORGOTTEN_MS = 100;

export class Deadlines {
  readonly #waiting = new Set<{ readonly at: number }>();
  /** The earliest of them; computed again only when one comes or goes. */
  #earliest = Number.POSITIVE_INFINITY;

  /** Waits for something, with a deadline in milliseconds since 1970. */
  async during<T>(at: number, wait: Promise<T>): Promise<T> {
    const entry = { at };
    this.#waiting.add(entry);
    this.#earliest = Math.min(this.#earliest, at);
    try {
      return await wait;
    } finally {
      this.#waiting.delete(entry);
      this.#update();
    }
  }

  /** True where a guest that waits ought to have ended by now. */
  hasPassed(now: number): boolean {
    if (now < this.#earliest) return false;
    for (const entry of this.#waiting) if (now - entry.at > FORGOTTEN_MS) this.#waiting.delete(entry);
    this.#update();
    return now >= this.#earliest;
  }

  #update(): void {
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const { at } of this.#waiting) this.#earliest = Math.min(this.#earliest, at);
  }
}
