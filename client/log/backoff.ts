/**
 * How long to wait before the next connection. Pure.
 */
const FIRST_DELAY_MS = 400;
/** A person who looks at a stalled log does not wait longer than this. */
const LONGEST_DELAY_MS = 15_000;

/** Doubles with each failure and is spread over its upper half, so that many tabs do not return at once. */
export function reconnectDelayMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  return Math.round(full * (0.5 + random / 2));
}
