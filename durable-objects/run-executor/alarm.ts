/**
 * The one alarm of a run's object: it tries again what failed after the lane has let go of the run, and looks after those
 * who watch a run that waits. Knows when it is due, because each change of an alarm costs a durable write.
 */
import type { Clock } from "../../worker/domain/ports.ts";

/** What failed is tried again this much later. */
export const RECOVERY_DELAY_MS = 2_000;

export class RecoveryAlarm {
  readonly #storage: DurableObjectStorage;
  readonly #clock: Clock;
  /** In epoch milliseconds; null while none is armed, undefined before the first look at what an earlier instance left. */
  #dueAt: number | null | undefined;

  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Makes sure that the object wakes up again, at the latest after this long. */
  async arm(delayMs: number): Promise<void> {
    if (this.#dueAt === undefined) this.#dueAt = await this.#storage.getAlarm();
    const at = this.#clock.now() + delayMs;
    if (this.#dueAt !== null && this.#dueAt <= at) return;
    this.#dueAt = at;
    await this.#storage.setAlarm(at);
  }

  async disarm(): Promise<void> {
    // One that an earlier instance left may ring: it finds nothing to do.
    if (this.#dueAt === null || this.#dueAt === undefined) return;
    this.#dueAt = null;
    await this.#storage.deleteAlarm();
  }

  /** The alarm rang: it is spent. */
  rang(): void {
    this.#dueAt = null;
  }
}
