/**
 * The guest's random numbers: a stream of bytes that depends on nothing but the run's seed.
 * Not for secrets: whoever knows the seed knows the stream, which is what makes a run repeatable.
 */

/** FNV-1a over UTF-16 units, with a different start for each of the state's words. */
function hash(text: string, start: number): number {
  let value = (0x811c9dc5 ^ start) >>> 0;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  // The finalizer of MurmurHash3: without it, similar seeds would give similar states.
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** xoshiro128** by Blackman and Vigna (public domain). */
export class SeededRandom {
  readonly #state: Uint32Array;

  constructor(seed: string) {
    this.#state = Uint32Array.from([1, 2, 3, 4], (start) => hash(seed, start));
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  next(): number {
    const s = this.#state;
    // One by one: a list for each number takes four times as long, and a program may ask for a million.
    const s0 = s[0]!;
    const s1 = s[1]!;
    const s2 = s[2]!;
    const s3 = s[3]!;
    const product = Math.imul(s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t2 = s2 ^ s0;
    const t3 = s3 ^ s1;
    s[0] = s0 ^ t3;
    s[1] = s1 ^ t2;
    s[2] = t2 ^ (s1 << 9);
    s[3] = (t3 << 11) | (t3 >>> 21);
    return result;
  }

  hex(bytes: number): string {
    let digits = "";
    while (digits.length < bytes * 2) digits += this.next().toString(16).padStart(8, "0");
    return digits.slice(0, bytes * 2);
  }
}
