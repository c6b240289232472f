/**
 * A workspace's gate to other services: one bucket for each service, one circuit breaker for each provider and key. Pure
 * machines decide (domain/token-bucket.ts, domain/circuit.ts). A change of a circuit is stored before anybody hears of it,
 * and so is a bucket that is half empty; a fuller one is stored once a second.
 */

import {
  AHEAD_MS,
  AHEAD_PER_MINUTE,
  CALLS_PER_MINUTE,
  type CallLimits,
  type CircuitView,
  LIMIT_WAIT_MS_MAX,
  type LimitedService,
} from "../../worker/domain/call-limits.ts";
import { admit, type CallVerdict, type Circuit, NEW_CIRCUIT, report, shutUntil } from "../../worker/domain/circuit.ts";
import { toIso } from "../../worker/domain/instant.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { fullBucket, type TokenBucket, takeToken, underLimit } from "../../worker/domain/token-bucket.ts";
import type { GateStorage } from "./gate-storage.ts";
import type { CircuitAddress, GateAnswer, GateState } from "./rpc.ts";

/** How often a bucket is written down of which at least half is left. */
const BUCKET_SAVED_MS = 1_000;

export class Gate {
  readonly #storage: GateStorage;
  readonly #clock: Clock;
  #limits: CallLimits;
  readonly #buckets: ReturnType<GateStorage["buckets"]>;
  readonly #circuits: ReturnType<GateStorage["circuits"]>;
  readonly #savedAt = new Map<LimitedService, number>();
  #leaveUntil: number;

  constructor(storage: GateStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#limits = { ...CALLS_PER_MINUTE, ...Object.fromEntries(storage.limits()) };
    this.#buckets = storage.buckets();
    this.#circuits = storage.circuits();
    // What an instance before this one gave was taken from a bucket, which was stored within this time.
    const lastTakenAt = Math.max(0, ...[...this.#buckets.values()].map(({ at }) => at)) + BUCKET_SAVED_MS;
    this.#leaveUntil = lastTakenAt + AHEAD_MS;
  }

  /** Until when somebody may make calls without asking; epoch ms. */
  get leaveUntil(): number {
    return this.#leaveUntil;
  }

  /** Takes a token, or the promise of one. Repeats count as calls of their own. */
  admit(address: CircuitAddress): GateAnswer {
    const now = this.#clock.now();
    const { answer, bucket, circuit } = this.#decide(address, now);
    // Who is turned away by the one takes nothing of the other.
    if (answer.type !== "admitted") return answer;
    this.#buckets.set(address.service, bucket);
    this.#saveInTime(address.service, bucket, now);
    this.#keep(address, this.#circuit(address), circuit);
    return answer;
  }

  /** Takes tokens for calls that are not asked for yet: of a key without faults, while half of the minute is left. */
  admitAhead(address: CircuitAddress): number {
    const { service } = address;
    const circuit = this.#circuit(address);
    const perMinute = this.#limits[service];
    const calls = Math.floor(perMinute / AHEAD_PER_MINUTE);
    const bucket = this.#buckets.get(service);
    const isHealthy = circuit.name === "closed" && circuit.calls.length === 0;
    if (!isHealthy || calls === 0 || !bucket || bucket.tokens - calls < perMinute / 2) return 0;
    const now = this.#clock.now();
    const taken = { ...bucket, tokens: bucket.tokens - calls };
    this.#buckets.set(service, taken);
    this.#saveInTime(service, taken, now);
    this.#leaveUntil = now + AHEAD_MS;
    return calls;
  }

  /** What stands in the way of a call right now; null for nothing. Takes nothing. */
  refusal(address: CircuitAddress): Exclude<GateAnswer, { type: "admitted" }> | null {
    const { answer } = this.#decide(address, this.#clock.now());
    return answer.type === "admitted" ? null : answer;
  }

  #decide(address: CircuitAddress, now: number) {
    const { service } = address;
    const perMinute = this.#limits[service];
    const before = this.#buckets.get(service) ?? fullBucket(perMinute, now);
    const { bucket, waitMs, tooLongMs } = takeToken(before, perMinute, now, LIMIT_WAIT_MS_MAX);
    const { circuit, epoch, retryAt } = admit(this.#circuit(address), now);
    let answer: GateAnswer;
    if (epoch === null) answer = { type: "circuit-open", retryInMs: retryAt! - now };
    else if (waitMs === null) answer = { type: "over-limit", retryInMs: tooLongMs };
    else answer = { type: "admitted", epoch, waitMs };
    return { answer, bucket, circuit };
  }

  /** What came of a call that was let through. Repeats and late ones change nothing once the circuit has changed. */
  report(address: CircuitAddress, epoch: number, verdict: CallVerdict): void {
    const before = this.#circuit(address);
    this.#keep(address, before, report(before, epoch, verdict, this.#clock.now()));
  }

  describe(): GateState {
    const changes = this.#storage.changes();
    const circuits = [...this.#circuits.values()].map(
      ({ keyId, service, circuit }): CircuitView => ({
        ...{ keyId, service, state: circuit.name },
        until: circuit.name === "closed" ? null : toIso(shutUntil(circuit)),
        faults: circuit.name === "closed" ? circuit.calls.filter(({ isFault }) => isFault).length : 0,
        changes: changes
          .filter((change) => change.keyId === keyId)
          .map(({ at, from, to }) => ({ at: toIso(at), from, to })),
      }),
    );
    return { limits: this.#limits, circuits };
  }

  limit(limits: CallLimits): void {
    const now = this.#clock.now();
    for (const service of Object.keys(limits) as LimitedService[]) {
      const bucket = this.#buckets.get(service);
      if (bucket === undefined || limits[service] === this.#limits[service]) continue;
      const next = underLimit(bucket, this.#limits[service], limits[service], now);
      this.#buckets.set(service, next);
      this.#storage.saveBucket(service, next);
    }
    this.#limits = limits;
    this.#storage.saveLimits(limits);
  }

  forget(keyId: string): void {
    this.#circuits.delete(keyId);
    this.#storage.deleteCircuit(keyId);
  }

  /** While much of the minute is left, once a second: what a crash can give back then is the calls of a second. */
  #saveInTime(service: LimitedService, bucket: TokenBucket, now: number): void {
    const saved = this.#savedAt.get(service);
    const isPlenty = bucket.tokens >= this.#limits[service] / 2;
    if (isPlenty && saved !== undefined && now - saved < BUCKET_SAVED_MS) return;
    this.#savedAt.set(service, now);
    this.#storage.saveBucket(service, bucket);
  }

  #circuit({ keyId }: CircuitAddress): Circuit {
    return this.#circuits.get(keyId)?.circuit ?? NEW_CIRCUIT;
  }

  #keep(address: CircuitAddress, before: Circuit, circuit: Circuit): void {
    if (circuit === before) return;
    const kept = { ...address, circuit };
    this.#circuits.set(address.keyId, kept);
    this.#storage.saveCircuit(kept, before.name, this.#clock.now());
  }
}
