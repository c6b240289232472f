/**
 * The alarm that tries again what failed after the lane has let go of the run. Knows whether one is armed, because each
 * change of an alarm costs a durable write.
 */
import type { Clock } from "../../worker/domain/ports.ts";

/** What failed is tried again this much later. */
const RECOVERY_DELAY_MS = 2_000;

export class RecoveryAlarm {
  readonly #storage: DurableObjectStorage;
  readonly #clock: Clock;
  /** Null before the first look at what an earlier instance left. */
  #isArmed: boolean | null = null;

  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Makes sure that the object wakes up again. */
  async arm(): Promise<void> {
    this.#isArmed ??= (await this.#storage.getAlarm()) !== null;
    if (this.#isArmed) return;
    this.#isArmed = true;
    await this.#storage.setAlarm(this.#clock.now() + RECOVERY_DELAY_MS);
  }

  async disarm(): Promise<void> {
    // One that an earlier instance left may ring: it finds nothing to do.
    if (this.#isArmed !== true) return;
    this.#isArmed = false;
    await this.#storage.deleteAlarm();
  }

  /** The alarm rang: it is spent. */
  rang(): void {
    this.#isArmed = false;
  }
}
