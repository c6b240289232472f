/** What others may ask of the object that counts for one subject: a person, a token, an account or an address. */
import type { GuessRule } from "../../worker/domain/rate-limit.ts";

export interface RateLimiterRpc {
  /** Takes up to `wanted` tokens at once: whoever asks spends them without asking again. */
  take(perMinute: number, wanted: number): Promise<{ readonly granted: number; readonly retryAfterMs: number }>;
  /** Counts a try, and says how long to wait before it; 0 to go on. */
  guess(rule: GuessRule): Promise<number>;
  /** The last try was right: it does not count. */
  takeBackGuess(): Promise<void>;
  /** The last try was right, and proves that those before it were the same person's, or do not matter any more. */
  forgetGuesses(): Promise<void>;
}
