/**
 * The one alarm of an object: makes sure that the object wakes up by some instant. Knows what is armed, because each
 * change of an alarm costs a durable write.
 */
import type { Clock } from "../worker/domain/ports.ts";
import type { ObjectStorage } from "./object-storage.ts";

/** What failed is tried again this much later, and what another object owes is asked for. */
export const RECOVERY_DELAY_MS = 2_000;

export class WakeUp {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  /** Null for none; undefined before the first look at what an earlier instance left. */
  #at: number | null | undefined;

  constructor(storage: ObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** The object wakes up `delayMs` from now, or earlier. */
  async within(delayMs: number): Promise<void> {
    await this.by(this.#clock.now() + delayMs);
  }

  /** Whether it is known that the object wakes up at this instant, or earlier. */
  isSetBy(instant: number): boolean {
    return this.#at !== null && this.#at !== undefined && this.#at <= instant;
  }

  /** The object wakes up at this instant, or earlier. */
  async by(instant: number): Promise<void> {
    if (this.#at === undefined) {
      const left = await this.#storage.getAlarm();
      // Meanwhile another call may have armed it, or it may have rung.
      if (this.#at === undefined) this.#at = left;
    }
    if (this.isSetBy(instant)) return;
    this.#at = instant;
    await this.#storage.setAlarm(instant);
  }

  /** The object wakes up at this instant and not before; null for never. */
  async only(instant: number | null): Promise<void> {
    if (instant === null) return this.disarm();
    // In one turn, and so in one write: a crash finds the earlier alarm or the later one.
    if (typeof this.#at === "number" && this.#at < instant) this.#at = null;
    await this.by(instant);
  }

  async disarm(): Promise<void> {
    // One that an earlier instance left may ring: it finds nothing to do.
    if (this.#at === null || this.#at === undefined) return;
    this.#at = null;
    await this.#storage.deleteAlarm();
  }

  /** The alarm rang: it is spent. */
  rang(): void {
    this.#at = null;
  }
}
