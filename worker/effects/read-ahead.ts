/**
 * Stored items of which a program about a meeting looks up one after the other: those that the meeting has made, and the
 * stories that it names. They are read together, since each look-up by itself is a journey to the database.
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

export interface ReadAheadPorts {
  readonly stored: StoredItems;
  readonly load: () => Promise<ItemsAhead>;
  readonly clock: Clock;
}

export class ReadAhead implements StoredItems {
  readonly #ports: ReadAheadPorts;
  #known: { readonly items: Promise<ItemsAhead>; readonly at: number } | null = null;

  constructor(ports: ReadAheadPorts) {
    this.#ports = ports;
  }

  async byKey(key: string): Promise<Item | null> {
    const { keys, stories } = await this.#items();
    return keys.has(key) ? (stories.get(key) ?? null) : this.#ports.stored.byKey(key);
  }

  async byOrigin(origin: string): Promise<Item | null> {
    const { origins } = await this.#items();
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

  #items(): Promise<ItemsAhead> {
    const now = this.#ports.clock.now();
    if (this.#known === null || now - this.#known.at > AHEAD_MS) this.#known = { items: this.#ports.load(), at: now };
    return this.#known.items;
  }
}
