/** Numbers that are the same for the same seed. */

/** Numbers from 0 to 1, without 1: mulberry32. */
export function seededNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Independent sequences from one seed, so that concurrent users do not mix theirs. */
export class SeededRandom {
  readonly #seed: number;
  readonly #next: () => number;

  constructor(seed: number) {
    this.#seed = seed;
    this.#next = seededNumbers(seed);
  }

  /** An independent sequence; the same label gives the same one. */
  fork(label: number): SeededRandom {
    return new SeededRandom(Math.imul(this.#seed ^ 0x9e3779b9, 2 * label + 1) ^ (label << 16));
  }

  /** From 0 to 1, without 1. */
  next(): number {
    return this.#next();
  }

  /** From `least` to `most`, both of them included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!;
  }
}
