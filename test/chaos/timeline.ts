/** What happened, in order, for whoever has to understand a failure; and a way to wait for something to happen. */

/** What a client saw, or did. */
export type Sight = "asked" | "accepted" | "cancelled" | "claimed" | "first-line" | "line" | "resumed" | "ended";

/** Lines that are kept: a long campaign must not fill the memory. */
const ENTRIES_MAX = 20_000;

export class Timeline {
  readonly #startedAt = Date.now();
  readonly #entries: string[] = [];
  readonly #waiting = new Map<Sight, Set<(what: string) => void>>();

  note(text: string): void {
    if (this.#entries.length >= ENTRIES_MAX) this.#entries.shift();
    this.#entries.push(`${((Date.now() - this.#startedAt) / 1_000).toFixed(3)} ${text}`);
  }

  /** Tells whoever waits for it. Lines, and requests that are repeated, are too many to be noted. */
  saw(sight: Sight, what: string): void {
    if (sight !== "line" && sight !== "asked") this.note(`${what}: ${sight}`);
    const waiting = this.#waiting.get(sight);
    if (!waiting) return;
    this.#waiting.delete(sight);
    for (const resolve of waiting) resolve(what);
  }

  /** Resolves at the next one with what it was seen of, or with null when it does not come within `timeoutMs`. */
  next(sight: Sight, timeoutMs: number): Promise<string | null> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(sight) ?? new Set();
      this.#waiting.set(sight, waiting);
      const settle = (what: string | null) => {
        clearTimeout(timer);
        waiting.delete(settle);
        resolve(what);
      };
      const timer = setTimeout(() => settle(null), timeoutMs);
      waiting.add(settle);
    });
  }

  toString(): string {
    return this.#entries.join("\n");
  }
}
