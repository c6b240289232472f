/**
 * Asks the objects that count, as seldom as possible: an isolate takes a lease of tokens and spends it by itself, so that a
 * request waits for nobody most of the time. What an isolate does not spend in time is lost, never given back: the limit
 * holds however many isolates there are. Whoever comes while somebody asks for a lease asks for itself alone: a request is
 * never woken by what another one hears, not even when that one's client has left.
 */
import type { RateLimiterRpc } from "../durable-objects/rate-limiter/rpc.ts";
import { type Failure, fail } from "./domain/errors.ts";
import type { Clock } from "./domain/ports.ts";
import { GUESS_RULES, RATE_LIMITS, type RateLimitName } from "./domain/rate-limit.ts";

/** Part of a minute's worth that is taken at once: of many isolates none may hold much of it. */
const LEASES_PER_MINUTE = 600;
const LEASE_MS = 1_000;
/** Bounds the memory: the oldest are forgotten first. */
const LEASES_MAX = 2_000;

interface Lease {
  left: number;
  /** Until when `left` may be spent, or is known to be nothing; epoch ms. */
  until: number;
  /** Until when somebody is taken to be asking for the next lease; epoch ms. */
  askedUntil: number;
}

export class RateLimits {
  readonly #clock: Clock;
  readonly #limiter: (subject: string) => RateLimiterRpc;
  readonly #leases = new Map<string, Lease>();

  constructor(clock: Clock, limiter: (subject: string) => RateLimiterRpc) {
    this.#clock = clock;
    this.#limiter = limiter;
  }

  /** One request of a person or a token. Null to go on. */
  request(subject: string, perMinute: number): Promise<Failure | null> | null {
    return this.#spend(subject, perMinute, "You have sent too many requests.");
  }

  /** One use of what is limited. `who` is empty where nobody knows: then nothing is counted. Null to go on. */
  async use(name: RateLimitName, who: string): Promise<Failure | null> {
    const { perMinute, sentence } = RATE_LIMITS[name];
    return who === "" ? null : this.#spend(`${name}:${who}`, perMinute, sentence);
  }

  /** One try at an account, from an address that may be empty. Null to go on. */
  async guess(account: string, address: string): Promise<Failure | null> {
    const waits = await Promise.all([
      this.#limiter(`guess-account:${account}`).guess(GUESS_RULES.account),
      address === "" ? 0 : this.#limiter(`guess-address:${address}`).guess(GUESS_RULES.address),
    ]);
    const waitMs = Math.max(...waits);
    return waitMs === 0 ? null : refusal("There were too many wrong passwords.", waitMs);
  }

  /** The try was right. What came from the same address before may have been at other accounts, and counts on. */
  async forgive(account: string, address: string): Promise<void> {
    await Promise.all([
      this.#limiter(`guess-account:${account}`).forgetGuesses(),
      address === "" ? null : this.#limiter(`guess-address:${address}`).takeBackGuess(),
    ]);
  }

  /** A promise only where the object must be asked. */
  #spend(subject: string, perMinute: number, sentence: string): Promise<Failure | null> | null {
    const lease = this.#leaseOf(subject);
    const now = this.#clock.now();
    if (now >= lease.until) return this.#ask(subject, lease, perMinute, sentence);
    if (lease.left === 0) return Promise.resolve(refusal(sentence, lease.until - now));
    // The last one of a lease goes on, and the next one asks.
    if (--lease.left === 0) lease.until = 0;
    return null;
  }

  #leaseOf(subject: string): Lease {
    const known = this.#leases.get(subject);
    if (known) return known;
    if (this.#leases.size >= LEASES_MAX) this.#leases.delete(this.#leases.keys().next().value!);
    const lease: Lease = { left: 0, until: 0, askedUntil: 0 };
    this.#leases.set(subject, lease);
    return lease;
  }

  async #ask(subject: string, lease: Lease, perMinute: number, sentence: string): Promise<Failure | null> {
    const askedAt = this.#clock.now();
    const isForLease = askedAt >= lease.askedUntil;
    if (isForLease) lease.askedUntil = askedAt + LEASE_MS;
    const wanted = isForLease ? Math.max(1, Math.floor(perMinute / LEASES_PER_MINUTE)) : 1;
    const { granted, retryAfterMs } = await this.#limiter(subject).take(perMinute, wanted);
    const now = this.#clock.now();
    if (isForLease) lease.askedUntil = 0;
    if (granted === 0) {
      lease.left = 0;
      lease.until = now + retryAfterMs;
      return refusal(sentence, retryAfterMs);
    }
    if (granted > 1) {
      lease.left = granted - 1;
      lease.until = now + LEASE_MS;
    }
    return null;
  }
}

const SECOND_MS = 1_000;

function refusal(sentence: string, waitMs: number): Failure {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND_MS));
  const wait = seconds === 1 ? "a second" : `${seconds} seconds`;
  return { ...fail("too-many-requests", `${sentence} Try again in ${wait}.`), retryAfterSeconds: seconds };
}
