/**
 * A program's clock, which stands still while the program waits for a person's decision: that wait counts for none of its
 * limits, and no timer of its comes due meanwhile.
 */
import type { Clock } from "../../worker/domain/ports.ts";

export class ProgramClock implements Clock {
  readonly #clock: Clock;
  #stoodStillMs = 0;
  #standsSince: number | null = null;
  #waiting = 0;
  #goesOn: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return (this.#standsSince ?? this.#clock.now()) - this.#stoodStillMs;
  }

  /** While the clock stands still nobody wakes up by it. */
  async sleep(ms: number): Promise<void> {
    await this.#clock.sleep(ms);
    // A turn for others is no matter of time.
    if (ms > 0 && this.#standsSince !== null) await new Promise<void>((resolve) => this.#goesOn.push(resolve));
  }

  /** Stands still until all that is waited for is there. */
  async during<T>(wait: Promise<T>): Promise<T> {
    this.#standsSince ??= this.#clock.now();
    this.#waiting += 1;
    try {
      return await wait;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#goOn();
    }
  }

  #goOn(): void {
    this.#stoodStillMs += this.#clock.now() - this.#standsSince!;
    this.#standsSince = null;
    for (const wake of this.#goesOn.splice(0)) wake();
  }
}
