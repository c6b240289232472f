/**
 * A workspace's gate to other services: one bucket for each service, one circuit breaker for each provider and key. Pure
 * machines decide (domain/token-bucket.ts, domain/circuit.ts). A change of a circuit is stored before anybody hears of it,
 * and so is a bucket that is half empty; a fuller one is stored once a second.
 */

import {
  CALLS_PER_MINUTE,
  type CallLimits,
  type CircuitView,
  LIMIT_WAIT_MS_MAX,
  type LimitedService,
} from "../../worker/domain/call-limits.ts";
import { admit, type CallVerdict, type Circuit, NEW_CIRCUIT, report } from "../../worker/domain/circuit.ts";
import { toIso } from "../../worker/domain/instant.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { fullBucket, type TokenBucket, takeToken } from "../../worker/domain/token-bucket.ts";
import type { CircuitAddress, GateAnswer, GateState } from "./rpc.ts";
import type { GateStorage } from "./storage.ts";

/** How often a bucket is written down of which at least half is left. */
const BUCKET_SAVED_MS = 1_000;

export class Gate {
  readonly #storage: GateStorage;
  readonly #clock: Clock;
  #limits: CallLimits;
  readonly #buckets: ReturnType<GateStorage["buckets"]>;
  readonly #circuits: ReturnType<GateStorage["circuits"]>;
  readonly #savedAt = new Map<LimitedService, number>();

  constructor(storage: GateStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#limits = { ...CALLS_PER_MINUTE, ...Object.fromEntries(storage.limits()) };
    this.#buckets = storage.buckets();
    this.#circuits = storage.circuits();
  }

  admit(address: CircuitAddress): GateAnswer {
    const now = this.#clock.now();
    const before = this.#circuit(address);
    const { service } = address;
    const perMinute = this.#limits[service];
    const taken = takeToken(
      this.#buckets.get(service) ?? fullBucket(perMinute, now),
      perMinute,
      now,
      LIMIT_WAIT_MS_MAX,
    );
    const admission = admit(before, now);
    if (admission.epoch === null) return { type: "circuit-open", retryInMs: admission.retryAt! - now };
    if (taken.waitMs === null) return { type: "over-limit", retryInMs: taken.tooLongMs };
    // Only now: who is turned away by the one takes nothing of the other.
    this.#buckets.set(service, taken.bucket);
    this.#saveInTime(service, taken.bucket, now, perMinute);
    this.#keep(address, before, admission.circuit);
    return { type: "admitted", epoch: admission.epoch, waitMs: taken.waitMs };
  }

  report(address: CircuitAddress, epoch: number, verdict: CallVerdict): void {
    const before = this.#circuit(address);
    this.#keep(address, before, report(before, epoch, verdict, this.#clock.now()));
  }

  describe(): GateState {
    const changes = this.#storage.changes();
    const circuits = [...this.#circuits.values()].map(
      ({ keyId, service, circuit }): CircuitView => ({
        ...{ keyId, service, state: circuit.name },
        until: circuit.name === "open" ? toIso(circuit.until) : null,
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
    // Who asked for more gets it at once, who asked for less as well: what waits keeps its place.
    for (const service of Object.keys(limits) as LimitedService[]) {
      const bucket = this.#buckets.get(service);
      if (bucket === undefined || limits[service] === this.#limits[service]) continue;
      const full = { ...bucket, tokens: Math.min(bucket.tokens, limits[service]) };
      const next = bucket.tokens >= this.#limits[service] ? fullBucket(limits[service], now) : full;
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
  #saveInTime(service: LimitedService, bucket: TokenBucket, now: number, perMinute: number): void {
    const saved = this.#savedAt.get(service);
    const isPlenty = bucket.tokens >= perMinute / 2;
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
