/**
 * How long an interrupted run stands still: from the restarted server's first answer to the run's next line, by the time
 * that the server stored with the line. A run that the next kill finds still standing is no sample, but counted.
 */
export class Recovery {
  /** Of the first run that went on, after each kill that had interrupted any. */
  readonly firstMs: number[] = [];
  /** Of each interrupted run. */
  readonly eachMs: number[] = [];
  /** How long those were waited for that the next kill found still standing. */
  readonly cutShortMs: number[] = [];
  readonly #standing = new Set<object>();
  #servedAt: number | null = null;
  #isFirst = true;

  /** The server was killed while these were under way. */
  killed(at: number, interrupted: readonly object[]): void {
    if (this.#servedAt !== null) {
      for (let left = this.#standing.size; left > 0; left--) this.cutShortMs.push(at - this.#servedAt);
    }
    this.#servedAt = null;
    this.#standing.clear();
    for (const run of interrupted) this.#standing.add(run);
  }

  served(at: number): void {
    this.#servedAt = at;
    this.#isFirst = true;
  }

  /** A line of the run, stored at that instant. Lines from before the kill may still arrive. */
  sawLine(run: object, at: number): void {
    // A server may resume a run before its first answer.
    if (this.#servedAt === null || !this.#standing.has(run)) return;
    this.#standing.delete(run);
    const ms = Math.max(0, at - this.#servedAt);
    this.eachMs.push(ms);
    if (this.#isFirst) this.firstMs.push(ms);
    this.#isFirst = false;
  }

  /** It will not go on: it had ended, or was stopped. */
  ended(run: object): void {
    this.#standing.delete(run);
  }
}
