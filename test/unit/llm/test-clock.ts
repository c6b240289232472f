/** Clocks for tests of what talks to a model. */
import type { Clock } from "../../../worker/domain/ports.ts";

/** Real pauses, a hundred times shorter, so that what is paced stays in order. */
export function fastClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => performance.now() * 100,
    sleep(ms) {
      slept.push(ms);
      return new Promise((resolve) => setTimeout(resolve, ms / 100));
    },
  };
}

/** Never moves: pauses end at once. */
export const frozenClock: Clock = { now: () => 0, sleep: () => Promise.resolve() };
