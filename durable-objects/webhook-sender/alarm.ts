/** The one alarm of a sender: knows for when it is set, because each change of an alarm costs a durable write. */

export class SenderAlarm {
  readonly #storage: DurableObjectStorage;
  /** Undefined before the first look at what an earlier instance left. */
  #at: number | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Makes sure that it rings at `at`, or before. */
  async ringBy(at: number): Promise<void> {
    if (this.#at === undefined) this.#at = await this.#storage.getAlarm();
    if (this.#at === null || this.#at > at) await this.set(at);
  }

  /** Null for never. */
  async set(at: number | null): Promise<void> {
    if (at === this.#at) return;
    this.#at = at;
    await (at === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(at));
  }

  /** It rang: it is spent. */
  rang(): void {
    this.#at = null;
  }
}
