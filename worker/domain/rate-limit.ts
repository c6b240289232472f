/**
 * How often somebody may do something: the limits, each a row; and how long who tries passwords must wait, longer each
 * time. Pure.
 */
import { refill, type TokenBucket } from "./token-bucket.ts";

/** By the minute: a bucket holds a minute's worth, so that short bursts pass. */
export const RATE_LIMITS = {
  /** Pages, forms and links of an address that nobody is signed in from; behind one address may be a whole office. */
  anonymous: { perMinute: 600, sentence: "This address has asked too often without being signed in." },
  /** Accounts that one address makes. */
  "sign-up": { perMinute: 20, sentence: "Too many accounts were made from this address." },
  /** Links that one person makes: each may be sent to somebody who did not ask for it. */
  invitation: { perMinute: 30, sentence: "You have made too many invitations." },
} as const satisfies Record<string, { readonly perMinute: number; readonly sentence: string }>;

export type RateLimitName = keyof typeof RATE_LIMITS;

/**
 * Requests of one person or one token in a minute, where the operator does not say otherwise: a thousand a second is more
 * than a machine at work sends, and less than what keeps others waiting.
 */
export const REQUESTS_PER_MINUTE = 60_000;
export const REQUESTS_PER_MINUTE_MAX = 10_000_000;

/** Of what was asked for, as much as there is. */
export interface Granted {
  readonly bucket: TokenBucket;
  readonly granted: number;
  /** Until there is one again; 0 when something was granted. */
  readonly retryAfterMs: number;
}

const MINUTE_MS = 60_000;

export function takeTokens(before: TokenBucket, perMinute: number, now: number, wanted: number): Granted {
  const filled = refill(before, perMinute, now);
  const granted = Math.min(wanted, Math.floor(filled.tokens));
  const bucket = { ...filled, tokens: filled.tokens - granted };
  return { bucket, granted, retryAfterMs: granted > 0 ? 0 : Math.ceil(((1 - filled.tokens) * MINUTE_MS) / perMinute) };
}

/** How guessing is slowed down: so many tries are free, each one more doubles the wait. */
export interface GuessRule {
  readonly freeTries: number;
  /** After the first try that is not free. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

export const GUESS_RULES = {
  /**
   * Tries at one account, from wherever. At the longest wait that is some 300 guesses a day, of passwords with ten characters
   * or more; and whoever is locked out by somebody else's guesses gets in within minutes.
   */
  account: { freeTries: 5, firstWaitMs: 1_000, longestWaitMs: 300_000 },
  /** Tries from one address, at whatever account. */
  address: { freeTries: 50, firstWaitMs: 1_000, longestWaitMs: 900_000 },
} as const satisfies Record<string, GuessRule>;

export interface Guesses {
  /** Tries since the last one that was right. */
  readonly count: number;
  /** Before this instant (epoch ms) nobody may try again. */
  readonly notBefore: number;
  /** When the last try was, in epoch ms. */
  readonly at: number;
}

export const NO_GUESSES: Guesses = { count: 0, notBefore: 0, at: 0 };

/** After so long without a try all is forgotten. */
export const GUESSES_KEPT_MS = 24 * 3_600_000;

/** The last try was right: it does not count. Others of the same subject still do. */
export function takeBackGuess({ count, at }: Guesses, now: number): Guesses {
  return { count: Math.max(0, count - 1), notBefore: now, at };
}

/** A try counts as a wrong one until it has proved right: of many at once, each is counted before any is answered. */
export function guess(
  before: Guesses,
  { freeTries, firstWaitMs, longestWaitMs }: GuessRule,
  now: number,
): { readonly guesses: Guesses; readonly retryAfterMs: number } {
  const known = now - before.at > GUESSES_KEPT_MS ? NO_GUESSES : before;
  if (now < known.notBefore) return { guesses: known, retryAfterMs: known.notBefore - now };
  const count = known.count + 1;
  const waits = count < freeTries ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (count - freeTries));
  return { guesses: { count, notBefore: now + waits, at: now }, retryAfterMs: 0 };
}
