/**
 * Stored items of which a program looks up one after the other: those that its meeting has made, the stories that were
 * named in it, and where it looks for another story, those around that one. They are read together, since each look-up by
 * itself is a journey to the database.
 *
 * Invariant: what it answers was so at most {@link AHEAD_MS} ago. A write is for the version that was answered, so one that
 * somebody else has overtaken meanwhile is refused as any other.
 */
import type { Item, ItemFilter, ItemKind } from "../domain/item.ts";
import type { Clock } from "../domain/ports.ts";
import type { StoredItems } from "./item-desk.ts";

/** A program of a hundred writes takes a tenth of it; one that waits for something to change sees it soon. */
export const AHEAD_MS = 2_000;

/** What was read together. */
export interface ItemsAhead {
  /** Keys that were looked for; stories of those that there are. */
  readonly keys: ReadonlySet<string>;
  readonly stories: ReadonlyMap<string, Item>;
  /** Everything that the meeting has made, by origin; null where that was too much. */
  readonly origins: ReadonlyMap<string, Item> | null;
}

/** Stories with all keys from one on, in the order of their keys. */
export interface Stretch {
  readonly from: string;
  /** The last key that it goes to; null where it goes on for ever. */
  readonly to: string | null;
  readonly stories: ReadonlyMap<string, Item>;
}

export interface ReadAheadPorts {
  readonly stored: Omit<StoredItems, "byKey">;
  readonly load: () => Promise<ItemsAhead>;
  readonly loadStretch: (from: string) => Promise<Stretch>;
  readonly clock: Clock;
}

interface Known {
  readonly items: Promise<ItemsAhead>;
  readonly stretches: Stretch[];
  readonly at: number;
}

export class ReadAhead implements StoredItems {
  readonly #ports: ReadAheadPorts;
  #known: Known | null = null;

  constructor(ports: ReadAheadPorts) {
    this.#ports = ports;
  }

  async byKey(key: string): Promise<Item | null> {
    const known = this.#fresh();
    const { keys, stories } = await known.items;
    if (keys.has(key)) return stories.get(key) ?? null;
    const { stories: around } = await this.#stretch(known.stretches, key);
    return around.get(key) ?? null;
  }

  async byOrigin(origin: string): Promise<Item | null> {
    const { origins } = await this.#fresh().items;
    return origins === null ? this.#ports.stored.byOrigin(origin) : (origins.get(origin) ?? null);
  }

  byId(id: string): Promise<Item | null> {
    return this.#ports.stored.byId(id);
  }

  list(kind: ItemKind, filter: ItemFilter, limit: number): Promise<readonly Item[]> {
    return this.#ports.stored.list(kind, filter, limit);
  }

  /** Something is not as it was read: the next look-up reads again. */
  forget(): void {
    this.#known = null;
  }

  /**
   * The stretch of the key's project, where that goes so far; else that of its first digits, as few as do. So keys in any
   * order come from few of them.
   */
  async #stretch(stretches: Stretch[], key: string): Promise<Stretch> {
    const known = stretches.find((each) => covers(each, key));
    if (known) return known;
    let chars = key.indexOf("-") + 1;
    while (stretches.some(({ from }) => from === key.slice(0, chars))) chars += 1;
    const loaded = await this.#ports.loadStretch(key.slice(0, chars));
    stretches.push(loaded);
    return covers(loaded, key) ? loaded : this.#stretch(stretches, key);
  }

  #fresh(): Known {
    const now = this.#ports.clock.now();
    if (this.#known === null || now - this.#known.at > AHEAD_MS) {
      this.#known = { items: this.#ports.load(), stretches: [], at: now };
    }
    return this.#known;
  }
}

/** Keys are ASCII: the database has them in the same order. */
function covers({ from, to }: Stretch, key: string): boolean {
  return from <= key && (to === null || key <= to);
}
