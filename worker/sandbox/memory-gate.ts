/**
 * Shares out the memory of one isolate among the guests that live in it at once. Owns who holds how much and who waits;
 * allocates nothing itself and knows no time: who waits asks again.
 *
 * The rule. A guest comes in with what it starts with, and asks again each time that it grows, up to its own limit. A
 * request is granted if afterwards there is still an order in which every guest could grow to its limit and end (the
 * banker's algorithm), so that guests never hold each other up for good. Requests are granted first come, first served;
 * a guest that is in may pass one that is not, never the other way round, so that everyone's turn comes: those who are
 * in are bounded by their own limits of time and fuel.
 * A guest whose object was lost ends without a word: its timers never come. Who shows no sign of life while others wait is
 * counted no longer ({@link MemoryGate.dropSilent}); should it live after all, it asks anew.
 * Growth that cannot wait is allowed and counted ({@link MemoryGate.force}); should that have left every guest waiting,
 * the eldest goes on.
 * Invariant: what is held exceeds the capacity at most by what was forced.
 */

export interface Tenant {
  /** Bytes that it may come to hold. */
  readonly most: number;
  /** Bytes that it holds; 0 while it waits to come in. */
  readonly held: number;
}

interface Holder extends Tenant {
  held: number;
  /** What it wants to hold in all; null while it does not wait. */
  wanted: number | null;
  isIn: boolean;
  /** How often it has shown that it lives. */
  signs: number;
}

/** How many signs of life each guest that is in had shown at some moment. */
export type SignsOfLife = ReadonlyMap<Tenant, number>;

export class MemoryGate {
  readonly #capacity: number;
  /** In order of arrival. */
  readonly #inside: Holder[] = [];
  readonly #waiting: Holder[] = [];

  constructor(capacityBytes: number) {
    this.#capacity = capacityBytes;
  }

  get heldBytes(): number {
    return this.#inside.reduce((sum, { held }) => sum + held, 0);
  }

  /** Asks to come in with `start` bytes. A guest that may need more than there is gets what there is. */
  enter(start: number, most: number): Tenant {
    const limit = Math.min(most, this.#capacity);
    const tenant: Holder = { most: limit, held: 0, wanted: Math.min(start, limit), isIn: false, signs: 0 };
    this.#waiting.push(tenant);
    this.#admit();
    return tenant;
  }

  /** Asks to hold `bytes` in all. False where it must wait. */
  grow(tenant: Tenant, bytes: number): boolean {
    const holder = tenant as Holder;
    if (bytes <= holder.held) return true;
    holder.wanted = Math.min(bytes, holder.most);
    this.#waiting.push(holder);
    this.#admit();
    return holder.wanted === null;
  }

  /** Counts memory that a guest took without asking. */
  force(tenant: Tenant, bytes: number): void {
    const holder = tenant as Holder;
    holder.held = Math.max(holder.held, bytes);
  }

  /** How many requests are before a tenant's and its own, from 1; 0 where it does not wait. */
  position(tenant: Tenant): number {
    return this.#waiting.indexOf(tenant as Holder) + 1;
  }

  /** The guest lives: called at least at each of its slices, and every second while it sleeps. */
  lives(tenant: Tenant): void {
    (tenant as Holder).signs += 1;
  }

  signsOfLife(): SignsOfLife {
    return new Map(this.#inside.map((holder) => [holder, holder.signs]));
  }

  /** Counts those no longer that have shown no sign of life since then. */
  dropSilent(since: SignsOfLife): void {
    for (const holder of [...this.#inside]) {
      if (since.get(holder) !== holder.signs) continue;
      Object.assign(holder, { held: 0, wanted: null, isIn: false });
      this.leave(holder);
    }
  }

  /** The guest is gone, or waits no longer. */
  leave(tenant: Tenant): void {
    for (const list of [this.#inside, this.#waiting]) {
      const at = list.indexOf(tenant as Holder);
      if (at >= 0) list.splice(at, 1);
    }
    this.#admit();
  }

  #admit(): void {
    let isSomeoneWaiting = false;
    for (const holder of [...this.#waiting]) {
      const mayPass = holder.isIn || !isSomeoneWaiting;
      if (mayPass && this.#isSafe(holder)) this.#grant(holder);
      else isSomeoneWaiting = true;
    }
    const [eldest] = this.#inside;
    if (eldest !== undefined && this.#inside.every(({ wanted }) => wanted !== null)) this.#grant(eldest);
  }

  #grant(holder: Holder): void {
    holder.held = Math.max(holder.held, holder.wanted!);
    holder.wanted = null;
    this.#waiting.splice(this.#waiting.indexOf(holder), 1);
    if (!holder.isIn) this.#inside.push(holder);
    holder.isIn = true;
  }

  /** True where all could still end, one after the other, with this request granted. */
  #isSafe(asking: Holder): boolean {
    const others = this.#inside.filter((holder) => holder !== asking);
    const all = [...others, { held: Math.max(asking.held, asking.wanted!), most: asking.most }];
    let free = this.#capacity - all.reduce((sum, { held }) => sum + held, 0);
    if (free < 0) return false;
    const needs = all.map(({ held, most }) => ({ need: Math.max(0, most - held), held }));
    for (const { need, held } of needs.sort((a, b) => a.need - b.need)) {
      if (need > free) return false;
      free += held;
    }
    return true;
  }
}
