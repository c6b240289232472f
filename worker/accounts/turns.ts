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

export interface TurnPorts {
  readonly clock: Clock;
  /** Keeps the request at work until the promise is settled. */
  readonly keepAlive: (work: Promise<unknown>) => void;
}

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
  /** In the order in which they came; the first is at work. */
  readonly #waiting = new Set<Waiter>();

  /** @param max how many may be under way and wait together */
  constructor(max: number) {
    this.#max = max;
  }

  /** Throws {@link TurnsBusyError} when too many wait. */
  async take<T>(work: () => Promise<T>, { clock, keepAlive }: TurnPorts): Promise<T> {
    this.#forgetLost(clock.now());
    if (this.#waiting.size >= this.#max) throw new TurnsBusyError(`${this.#max} wait already`);
    const done = this.#inTurn(work, clock);
    keepAlive(done.catch(() => undefined));
    return done;
  }

  async #inTurn<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
    const waiter: Waiter = { expectedBy: clock.now() + FORGOTTEN_MS };
    this.#waiting.add(waiter);
    try {
      while (!this.#isFirst(waiter, clock.now())) {
        await clock.sleep(LOOK_MS);
        waiter.expectedBy = clock.now() + FORGOTTEN_MS;
        // Where it was forgotten it queues anew.
        this.#waiting.add(waiter);
      }
      waiter.expectedBy = clock.now() + STOPPED_MS;
      return await work();
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  #isFirst(waiter: Waiter, now: number): boolean {
    this.#forgetLost(now);
    const [first] = this.#waiting;
    return first === waiter;
  }

  #forgetLost(now: number): void {
    for (const waiter of this.#waiting) if (now >= waiter.expectedBy) this.#waiting.delete(waiter);
  }
}
