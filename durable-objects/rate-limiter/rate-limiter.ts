/**
 * The object that counts for one subject. A bucket is kept in memory alone: an object that nobody asks for so long that it
 * is forgotten would have filled it again. Guesses are stored, since their waits outlast the object; a day after the last
 * one they are deleted.
 */
import { DurableObject } from "cloudflare:workers";
import {
  GUESSES_KEPT_MS,
  type Guesses,
  type GuessRule,
  guess,
  NO_GUESSES,
  takeBackGuess,
  takeTokens,
} from "../../worker/domain/rate-limit.ts";
import { fullBucket, type TokenBucket } from "../../worker/domain/token-bucket.ts";
import { systemClock } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import type { RateLimiterRpc } from "./rpc.ts";

const GUESSES = "guesses";

export class RateLimiter extends DurableObject<Env> implements RateLimiterRpc {
  #bucket: TokenBucket | null = null;

  async take(perMinute: number, wanted: number) {
    const now = systemClock.now();
    const { bucket, granted, retryAfterMs } = takeTokens(
      this.#bucket ?? fullBucket(perMinute, now),
      perMinute,
      now,
      wanted,
    );
    this.#bucket = bucket;
    return { granted, retryAfterMs };
  }

  async guess(rule: GuessRule): Promise<number> {
    const now = systemClock.now();
    // Without an await between what is read and what is written: of two tries at once each is counted.
    const before = this.ctx.storage.kv.get<Guesses>(GUESSES) ?? NO_GUESSES;
    const { guesses, retryAfterMs } = guess(before, rule, now);
    if (retryAfterMs > 0) return retryAfterMs;
    this.ctx.storage.kv.put(GUESSES, guesses);
    if (before.count === 0) await this.ctx.storage.setAlarm(now + GUESSES_KEPT_MS);
    return 0;
  }

  async takeBackGuess(): Promise<void> {
    const guesses = this.ctx.storage.kv.get<Guesses>(GUESSES);
    if (guesses) this.ctx.storage.kv.put(GUESSES, takeBackGuess(guesses, systemClock.now()));
  }

  async forgetGuesses(): Promise<void> {
    await this.#forget();
  }

  override async alarm(): Promise<void> {
    const { at } = this.ctx.storage.kv.get<Guesses>(GUESSES) ?? NO_GUESSES;
    const until = at + GUESSES_KEPT_MS;
    if (systemClock.now() < until) await this.ctx.storage.setAlarm(until);
    else await this.#forget();
  }

  async #forget(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }
}
