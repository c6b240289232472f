/**
 * Every chance of a simulated world. A draw depends on the seed, on the name of what it decides and on how often that
 * was decided before, never on the order of unrelated draws: so a case from which a fault was taken away unfolds as
 * before up to the place where that fault struck, and can be made smaller.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const UINT32 = 2 ** 32;

function hash(seed: number, name: string, count: number): number {
  let h = (FNV_OFFSET ^ seed) >>> 0;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), FNV_PRIME);
  h = Math.imul(h ^ count, FNV_PRIME);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export class Fate {
  readonly #seed: number;
  readonly #spared: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();
  /** Faults that struck, by their names, in order. */
  readonly struck: string[] = [];
  /** False from the instant on at which no new fault may begin. */
  faultsGoOn = true;

  /** @param spared faults that must not strike, by the names that an earlier unfolding gave them */
  constructor(seed: number, spared: ReadonlySet<string> = new Set()) {
    this.#seed = seed;
    this.#spared = spared;
  }

  /** From 0 to below 1. */
  number(name: string): number {
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    return hash(this.#seed, name, count) / UINT32;
  }

  /** A whole number from `min` to `max`. */
  between(name: string, min: number, max: number): number {
    return min + Math.floor(this.number(name) * (max - min + 1));
  }

  chance(name: string, probability: number): boolean {
    return this.number(name) < probability;
  }

  pick<T>(name: string, choices: readonly T[]): T {
    return choices[Math.floor(this.number(name) * choices.length)]!;
  }

  /** Whether a fault strikes now. */
  fault(name: string, probability: number): boolean {
    if (probability === 0 || !this.faultsGoOn) return false;
    const nth = (this.#counts.get(name) ?? 0) + 1;
    return this.chance(name, probability) && this.strikes(`${name} #${nth}`);
  }

  /** A fault that was planned: strikes unless it is spared. */
  strikes(name: string): boolean {
    if (this.#spared.has(name)) return false;
    this.struck.push(name);
    return true;
  }
}
