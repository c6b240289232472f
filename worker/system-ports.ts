/** The ports of the real world. Everything else receives them; a test or a simulation passes its own. */
import type { Clock, Random } from "./domain/ports.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
