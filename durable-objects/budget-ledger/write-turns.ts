/**
 * Gathers writes into turns: all that is written in one turn of the event loop is one durable write of the platform's
 * (one `fsync`, 1 to 4 ms), however many calls of the object it is for.
 * Invariant: work is done in the order in which it was given, whichever way.
 */
import type { Clock } from "../../worker/domain/ports.ts";

/** How long a write may wait for others that nobody waits for. It is what a kill can take of them. */
const LATER_MS = 50;
/** Who comes so soon after a write goes with the next ones: at more than some 200 writes a second, `fsync` is all there is. */
const SOON_MS = 5;

export class WriteTurns {
  readonly #clock: Clock;
  #given: (() => Promise<void>)[] = [];
  #done: Promise<void> = Promise.resolve();
  #turn: Promise<void> | null = null;
  #isSoon = false;
  #wroteAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does it within some milliseconds. Resolves when it is done; rejects where it failed. */
  later<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#give(work);
    this.#turn ??= this.#after(LATER_MS);
    return done;
  }

  /** Does it now, or with others in a moment, where something was just written. */
  soon<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#give(work);
    if (this.#clock.now() - this.#wroteAt >= SOON_MS) this.#write();
    else if (!this.#isSoon) {
      this.#isSoon = true;
      void this.#after(0);
    }
    return done;
  }

  #give<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#given.push(() => work().then(resolve, reject));
    });
  }

  async #after(ms: number): Promise<void> {
    await this.#clock.sleep(ms);
    this.#write();
  }

  #write(): void {
    this.#turn = null;
    this.#isSoon = false;
    if (this.#given.length === 0) return;
    this.#wroteAt = this.#clock.now();
    const given = this.#given.splice(0);
    // One after the other: what is read behind a change must see it. Without waiting for the world all is still one turn.
    this.#done = this.#done.then(async () => {
      for (const work of given) await work();
    });
  }
}
