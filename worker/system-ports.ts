/** The ports of the real world. Everything else receives them; a test or a simulation passes its own. */
import type { Clock, Random } from "./domain/ports.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The runtime is asked for so much at once: a call for each id would take longer than all else about it. */
const POOL_BYTES = 4_096;
let pool = new Uint8Array(0);
let used = 0;

export const systemRandom: Random = {
  bytes(length) {
    if (length > POOL_BYTES) return crypto.getRandomValues(new Uint8Array(length));
    if (used + length > pool.length) {
      pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES));
      used = 0;
    }
    const taken = pool.slice(used, used + length);
    // Nobody finds here what a key was made of.
    pool.fill(0, used, used + length);
    used += length;
    return taken;
  },
};
