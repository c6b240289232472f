/** One change of an item as it is made and kept: what was, what is, who decided it, and what asked for it. */
import type { Evidence } from "./evidence.ts";
import type { Item, ItemFields, ItemKind } from "./item.ts";

export const CHANGE_CAUSES = ["run", "person", "undo"] as const;
export type ChangeCause = (typeof CHANGE_CAUSES)[number];

export interface ItemChange {
  /** The same change has the same id, however often it is tried. */
  readonly id: string;
  readonly itemId: string;
  readonly kind: ItemKind;
  /** The version that it makes; for a removal, the one that it ends. */
  readonly version: number;
  readonly cause: ChangeCause;
  /** Id of the person or the token. */
  readonly madeBy: string;
  readonly runId: string | null;
  readonly line: number | null;
  readonly evidence: Evidence | null;
  readonly before: ItemFields | null;
  readonly after: ItemFields | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A change that is to be made, where its item still has the version that it is for (0: where there is none). */
export interface ItemWrite extends Omit<ItemChange, "version" | "at"> {
  readonly ifVersion: number;
  /** The id of the change that must have made that version; null for any. Without it, the next write of a chain would take
   *  somebody else's change for that of the write before it, which was refused because of that very change. */
  readonly follows: string | null;
  readonly meetingId: string | null;
  readonly origin: string | null;
}

/**
 * `stale`: the item is another one by now, or is there, or is gone; or another one has its key or its origin, and is
 * answered instead. Null: there is none.
 */
export type WriteOutcome =
  | { readonly type: "made"; readonly version: number }
  | { readonly type: "stale"; readonly current: Item | null };
