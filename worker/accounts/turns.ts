/**
 * Work that is done one at a time, in order of arrival. Invariant: a bounded number waits, so that a flood of it takes
 * neither memory nor time for good; and work that has begun ends, also when whoever asked for it has left. The runtime
 * stops what belongs to a request whose client is gone, and all who wait behind it would wait for ever.
 */

/** As many as may wait already. */
export class TurnsBusyError extends Error {
  override readonly name = "TurnsBusyError";
}

export type KeepAlive = (work: Promise<unknown>) => void;

export class Turns {
  readonly #max: number;
  #count = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param max how many may be under way and wait together */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Throws {@link TurnsBusyError} when too many wait.
   * @param keepAlive keeps the request at work until the promise is settled
   */
  async take<T>(work: () => Promise<T>, keepAlive: KeepAlive): Promise<T> {
    if (this.#count >= this.#max) throw new TurnsBusyError(`${this.#max} wait already`);
    this.#count++;
    const done = this.#last.then(work).finally(() => {
      this.#count--;
    });
    this.#last = done.catch(() => undefined);
    keepAlive(this.#last);
    return done;
  }
}
