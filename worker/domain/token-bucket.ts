/**
 * A token bucket: how often something may be done. Pure.
 *
 * It holds a minute's worth and fills steadily. Who finds it empty takes a token that is still to come, and waits for it:
 * places are given in the order of asking, and nobody has to ask again.
 * Invariant: within any span of time at most a bucketful and what flows in during it are let through.
 */

export interface TokenBucket {
  /** Below zero by the tokens that are promised to those who wait. */
  readonly tokens: number;
  /** When `tokens` was so, in epoch ms. */
  readonly at: number;
}

const MINUTE_MS = 60_000;

export function fullBucket(perMinute: number, now: number): TokenBucket {
  return { tokens: perMinute, at: now };
}

/** As it is now. A clock that went back fills nothing. */
export function refill({ tokens, at }: TokenBucket, perMinute: number, now: number): TokenBucket {
  const flowed = (Math.max(0, now - at) * perMinute) / MINUTE_MS;
  return { tokens: Math.min(perMinute, tokens + flowed), at: Math.max(at, now) };
}

/**
 * The same bucket where the limit is changed: as much of a minute is left as was, and who waits does so for as long as was
 * said. So nobody gains by a limit that is lowered and raised again.
 */
export function underLimit(bucket: TokenBucket, before: number, perMinute: number, now: number): TokenBucket {
  const { tokens, at } = refill(bucket, before, now);
  return { tokens: (tokens * perMinute) / before, at };
}

export interface Taken {
  readonly bucket: TokenBucket;
  /** How long to wait before the call; null where it would be longer than `longestMs`: then nothing was taken. */
  readonly waitMs: number | null;
  /** How long the wait would be, where it is too long. */
  readonly tooLongMs: number;
}

export function takeToken(before: TokenBucket, perMinute: number, now: number, longestMs: number): Taken {
  const filled = refill(before, perMinute, now);
  const tokens = filled.tokens - 1;
  // From `at` and not from `now`: they differ where the clock went back.
  const waitMs = tokens >= 0 ? 0 : Math.ceil((-tokens * MINUTE_MS) / perMinute) + (filled.at - now);
  if (waitMs > longestMs) return { bucket: filled, waitMs: null, tooLongMs: waitMs };
  return { bucket: { ...filled, tokens }, waitMs, tooLongMs: 0 };
}
