/**
 * Work that is done one at a time, in order of arrival. Invariants: a bounded number waits, so that a flood of it takes
 * neither memory nor time for good; and work that has begun ends, also when whoever asked for it has left.
 *
 * Who waits has a timer of its own and looks whether it is its turn: a request must not be woken by what another one does,
 * since the platform may have stopped that one, and it would never be. Whoever has stopped to look is forgotten.
 */
import type { Clock } from "../domain/ports.ts";

/** As many as may wait already. */
export class TurnsBusyError extends Error {
  override readonly name = "TurnsBusyError";
}

export type KeepAlive = (work: Promise<unknown>) => void;

/** A small part of what a turn takes. */
const LOOK_MS = 20;
/** A busy machine looks late. */
const FORGOTTEN_MS = 2_000;
/** No work takes as long: it was stopped. */
const STOPPED_MS = 60_000;

interface Waiter {
  /** Whoever has not come by then never will; epoch ms. */
  expectedBy: number;
}

export class Turns {
  readonly #max: number;
  readonly #clock: Clock;
  /** In the order in which they came; the first is at work. */
  readonly #waiting = new Set<Waiter>();

  /** @param max how many may be under way and wait together */
  constructor(max: number, clock: Clock) {
    this.#max = max;
    this.#clock = clock;
  }

  /**
   * Throws {@link TurnsBusyError} when too many wait.
   * @param keepAlive keeps the request at work until the promise is settled
   */
  async take<T>(work: () => Promise<T>, keepAlive: KeepAlive): Promise<T> {
    this.#forgetLost();
    if (this.#waiting.size >= this.#max) throw new TurnsBusyError(`${this.#max} wait already`);
    const done = this.#inTurn(work);
    keepAlive(done.catch(() => undefined));
    return done;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const waiter: Waiter = { expectedBy: this.#clock.now() + FORGOTTEN_MS };
    this.#waiting.add(waiter);
    try {
      while (!this.#isFirst(waiter)) {
        await this.#clock.sleep(LOOK_MS);
        waiter.expectedBy = this.#clock.now() + FORGOTTEN_MS;
        // Where it was forgotten it queues anew.
        this.#waiting.add(waiter);
      }
      waiter.expectedBy = this.#clock.now() + STOPPED_MS;
      return await work();
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  #isFirst(waiter: Waiter): boolean {
    this.#forgetLost();
    const [first] = this.#waiting;
    return first === waiter;
  }

  #forgetLost(): void {
    const now = this.#clock.now();
    for (const waiter of this.#waiting) if (now >= waiter.expectedBy) this.#waiting.delete(waiter);
  }
}
