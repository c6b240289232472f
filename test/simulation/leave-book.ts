/**
 * The book of a workspace's calls of models: what the object has let through, what isolates made of it, and what providers
 * charged, written down beside the product and by other means. Whatever contradicts it is a violation.
 */
import type { AttemptEnd, BeginAnswer, CallAttempt, GateAnswer } from "../../durable-objects/budget-ledger/rpc.ts";
import {
  type BudgetSubject,
  type Cap,
  capAt,
  metersOf,
  type Reservation,
  windowAt,
  windowKey,
} from "../../worker/domain/budget-state.ts";
import { AHEAD_MS, type CallLimits, type LimitedService } from "../../worker/domain/call-limits.ts";
import type { Circuit } from "../../worker/domain/circuit.ts";
import type { Database } from "./databases.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
/** What a crash gives back of a bucket that is at least half full: the calls of a second. */
const GIVEN_BACK_MS = 1_000;
/** Tokens are fractions, and come to the same in another order but for so much. */
const ROUNDING = 1e-6;

interface BookedBucket {
  limit: number;
  /** At least what the product has in its own. */
  tokens: number;
  at: number;
  /** Taken while half was left, since the last crash. */
  recent: { readonly at: number; readonly tokens: number }[];
}

interface BookedLeave {
  readonly askedAt: number;
  readonly epoch: number;
  left: number;
}

/** What one isolate holds of one key. */
interface Holding {
  leaves: BookedLeave[];
  faults: number;
}

export interface BookedAttempt {
  readonly attempt: CallAttempt;
  /** Null until the object has let it through, of what money is held back for. */
  exposedMicros: number | null;
  readonly meters: readonly string[];
  isReleased: boolean;
  chargedMicros: number | null;
  /** How often the object was told of its end, and how often in vain. */
  heard: number;
  failed: number;
  end: AttemptEnd | null;
}

export class LeaveBook {
  readonly attempts = new Map<string, BookedAttempt>();
  /** Calls that were made by leave. */
  byLeave = 0;
  readonly #world: World;
  readonly #object: Database;
  readonly #buckets = new Map<LimitedService, BookedBucket>();
  readonly #holdings = new Map<string, Holding>();
  /** Caps that somebody was told of: they hold. */
  readonly #answered = new Set<string>();
  readonly #epochs = new Map<string, { readonly epoch: number; readonly at: number }[]>();
  readonly #exposure = new Map<string, number>();
  #saving: Reservation | null = null;

  constructor(world: World, object: Database) {
    this.#world = world;
    this.#object = object;
  }

  /* What the object does. */

  fill(service: LimitedService, limit: number, tokens: number): void {
    this.#buckets.set(service, { limit, tokens, at: this.#world.wallMs, recent: [] });
  }

  limited(limits: Partial<CallLimits>): void {
    for (const [service, limit] of Object.entries(limits)) {
      const bucket = this.#buckets.get(service as LimitedService);
      if (!bucket || bucket.limit === limit) continue;
      this.#flow(bucket);
      // The same share of the minute is left.
      const share = limit / bucket.limit;
      bucket.tokens *= share;
      bucket.recent = bucket.recent.map(({ at, tokens }) => ({ at, tokens: tokens * share }));
      bucket.limit = limit;
    }
  }

  /** What was not stored of its buckets is given back. */
  booted(): void {
    for (const bucket of this.#buckets.values()) {
      const last = bucket.recent.at(-1)?.at ?? 0;
      const lost = bucket.recent.filter(({ at }) => at > last - GIVEN_BACK_MS);
      bucket.tokens += lost.reduce((sum, { tokens }) => sum + tokens, 0);
      bucket.recent = [];
    }
  }

  /** The gate lets one call through, after its wait. */
  took({ service }: CallAttempt["address"], answer: GateAnswer): void {
    if (answer.type !== "admitted") return;
    const bucket = this.#buckets.get(service)!;
    this.#take(bucket, 1);
    const flows = (answer.waitMs * bucket.limit) / MINUTE_MS;
    if (bucket.tokens + flows < -ROUNDING)
      this.#world.violate(`${service}: a call more than ${bucket.limit} a minute, by ${-bucket.tokens - flows}`);
  }

  gave({ service, keyId }: CallAttempt["address"], calls: number): void {
    if (calls === 0) return;
    const bucket = this.#buckets.get(service)!;
    this.#take(bucket, calls);
    if (bucket.tokens < bucket.limit / 2 - ROUNDING)
      this.#world.violate(`leave for ${service} although ${bucket.tokens} of ${bucket.limit} calls are left`);
    const circuit = this.circuit(keyId);
    if (circuit && (circuit.name !== "closed" || circuit.calls.length > 0))
      this.#world.violate(`leave for ${keyId}, whose breaker is ${circuit.name} and has seen faults`);
  }

  /** As it is stored. */
  circuit(keyId: string): Circuit | null {
    const [row] = this.#object.rows("SELECT circuit FROM circuits WHERE key_id = ?", [keyId]);
    return row ? JSON.parse(row.circuit as string) : null;
  }

  /** A report was taken in. */
  reported(keyId: string, epoch: number, before: Circuit | null): void {
    const after = this.circuit(keyId);
    if (JSON.stringify(after) !== JSON.stringify(before) && epoch !== (before?.epoch ?? 0))
      this.#world.violate(`a straggler of epoch ${epoch} changed the breaker of ${keyId}`);
    if (after && after.epoch !== before?.epoch)
      this.#epochOf(keyId).push({ epoch: after.epoch, at: this.#world.wallMs });
  }

  saving(reservation: Reservation | null): void {
    this.#saving = reservation;
  }

  /** The object has stored something: if it lets a call through, that fits under every cap as it is now. */
  wrote(): void {
    const saved = this.#saving;
    if (!saved) return;
    this.#saving = null;
    const booked = this.attempts.get(saved.id)!;
    if (saved.status === "settled") return this.#released(booked, saved.actualMicros!);
    if (booked.exposedMicros !== null) return;
    this.#expose(booked, saved.boundMicros);
    const caps = this.#caps();
    for (const meter of booked.meters) {
      const cap = capAt({ caps }, meter.slice(0, meter.lastIndexOf(" ")));
      const exposed = this.#exposure.get(meter) ?? 0;
      if (cap && exposed > cap.limitMicros)
        this.#world.violate(`${saved.id} was let through: ${exposed} under a cap of ${cap.limitMicros}`);
    }
  }

  /** The object has answered that an attempt may be made. */
  answered({ id, boundMicros, subjects }: CallAttempt, answer: BeginAnswer): void {
    if (answer.type !== "admitted") return;
    if (boundMicros === null && this.#capOf(subjects, () => true))
      this.#world.violate(`${id} was let through without a price although there is a cap`);
    if (boundMicros !== null && this.attempts.get(id)!.exposedMicros === null)
      this.#world.violate(`${id} was let through and nothing is held back for it`);
  }

  /** The object is told of ends, each once unless that failed. */
  heard(ends: readonly AttemptEnd[]): void {
    for (const { id } of ends) {
      const booked = this.attempts.get(id)!;
      booked.heard += 1;
      if (booked.heard > booked.failed + 1) this.#world.violate(`the end of ${id} was told ${booked.heard} times`);
    }
  }

  capAnswered(id: string): void {
    this.#answered.add(id);
  }

  capRemoved(id: string): void {
    this.#answered.delete(id);
  }

  /* What isolates do. */

  /** An isolate asks about an attempt. Answers what is to be done with the answer. */
  asked(isolate: string, attempt: CallAttempt): (answer: BeginAnswer) => void {
    const holding = this.#holding(isolate, attempt);
    const { faults } = holding;
    const askedAt = this.#world.wallMs;
    return (answer) => {
      if (answer.type !== "admitted" || !answer.ahead || holding.faults > faults) return;
      holding.leaves.push({ askedAt, epoch: answer.epoch, left: answer.ahead });
    };
  }

  /** A call is made that nobody was asked about. */
  usedLeave(isolate: string, attempt: CallAttempt, epoch: number): void {
    const now = this.#world.wallMs;
    const { id, address, subjects, boundMicros } = attempt;
    const held = this.#holding(isolate, attempt);
    this.byLeave += 1;
    held.leaves = held.leaves.filter(({ askedAt, left }) => left > 0 && now < askedAt + AHEAD_MS);
    // The one that ends first: then all are used as well as they can be.
    const [leave] = held.leaves.filter((each) => each.epoch === epoch).sort((a, b) => a.askedAt - b.askedAt);
    if (!leave) return this.#world.violate(`${id} was made by ${isolate} without asking, and without leave`);
    leave.left -= 1;
    if (boundMicros !== null) this.#world.violate(`${id} was made by leave although it has a price`);
    const cap = this.#capOf(subjects, (each) => this.#answered.has(each));
    if (cap) this.#world.violate(`${id} was made by leave although the cap ${cap} holds`);
    const moved = this.#epochOf(address.keyId).find((each) => each.epoch > epoch);
    if (moved && now - moved.at >= AHEAD_MS)
      this.#world.violate(`${id} was made by leave ${now - moved.at} ms after the breaker of ${address.keyId} changed`);
  }

  faulted(isolate: string, end: AttemptEnd): void {
    const holding = this.#holding(isolate, end);
    holding.leaves = [];
    holding.faults += 1;
  }

  begins(attempt: CallAttempt): BookedAttempt {
    const meters = metersOf(attempt.subjects).map(({ id, period }) =>
      windowKey(id, windowAt(period, this.#world.wallMs)),
    );
    const booked = { attempt, meters, exposedMicros: null, isReleased: false, chargedMicros: null };
    const counted = { ...booked, heard: 0, failed: 0, end: null };
    this.attempts.set(attempt.id, counted);
    return counted;
  }

  /** The provider is asked: from here on it may charge. */
  charged(booked: BookedAttempt, micros: number): void {
    const { id, boundMicros } = booked.attempt;
    if (boundMicros === null) return;
    if (booked.isReleased) this.#world.violate(`${id} is made after its money was given back`);
    booked.chargedMicros = micros;
    this.#expose(booked, micros);
  }

  /** What was told did not come to the object, or nobody knows whether it did. */
  failed(ends: readonly AttemptEnd[]): void {
    for (const { id } of ends) this.attempts.get(id)!.failed += 1;
  }

  #released(booked: BookedAttempt, micros: number): void {
    booked.isReleased = true;
    if (booked.chargedMicros === null) this.#expose(booked, micros);
    else if (booked.chargedMicros !== micros)
      this.#world.violate(`${booked.attempt.id} cost ${booked.chargedMicros} and was settled at ${micros}`);
  }

  #expose(booked: BookedAttempt, micros: number): void {
    const by = micros - (booked.exposedMicros ?? 0);
    booked.exposedMicros = micros;
    for (const meter of booked.meters) this.#exposure.set(meter, (this.#exposure.get(meter) ?? 0) + by);
  }

  #take(bucket: BookedBucket, tokens: number): void {
    this.#flow(bucket);
    bucket.tokens -= tokens;
    if (bucket.tokens >= bucket.limit / 2) bucket.recent.push({ at: bucket.at, tokens });
  }

  #flow(bucket: BookedBucket): void {
    const now = this.#world.wallMs;
    bucket.tokens = Math.min(bucket.limit, bucket.tokens + ((now - bucket.at) * bucket.limit) / MINUTE_MS);
    bucket.at = now;
  }

  #caps(): Map<string, Cap> {
    const caps: Cap[] = this.#object.rows("SELECT cap FROM caps").map(({ cap }) => JSON.parse(cap as string));
    return new Map(caps.map((cap) => [cap.id, cap]));
  }

  /** One that a call with these subjects falls under. */
  #capOf(subjects: readonly BudgetSubject[], counts: (capId: string) => boolean): string | undefined {
    const caps = new Map([...this.#caps()].filter(([id]) => counts(id)));
    return metersOf(subjects).find(({ id }) => capAt({ caps }, id))?.id;
  }

  #epochOf(keyId: string) {
    const known = this.#epochs.get(keyId) ?? [];
    this.#epochs.set(keyId, known);
    return known;
  }

  #holding(isolate: string, { address }: Pick<CallAttempt, "address">): Holding {
    const key = `${isolate} ${address.keyId}`;
    const held = this.#holdings.get(key) ?? { leaves: [], faults: 0 };
    this.#holdings.set(key, held);
    return held;
  }
}
