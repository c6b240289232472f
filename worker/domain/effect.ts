/**
 * One write that a program asked for: what it changes, from where in the program, and on what evidence. Owns the shape
 * alone; what becomes of it is in effect-sheet.ts.
 */
import type { Evidence } from "./evidence.ts";
import type { ItemFields, ItemKind, ItemPatch } from "./item.ts";

export interface Effect {
  /** In the order in which the program asked, from 1. */
  readonly number: number;
  /** The host call that asked for it, from 0: where a run may be forked. */
  readonly call: number;
  readonly capability: string;
  readonly action: "create" | "update";
  readonly kind: ItemKind;
  readonly itemId: string;
  /** What a person reads as the item's name, as it was when the program asked. */
  readonly label: string;
  /** Null for a new item. */
  readonly before: ItemFields | null;
  /** All fields of a new item; of an old one those that change. */
  readonly changes: ItemPatch;
  /** All that the program gave of an old item, also what was so already. Effects from before it was kept have none. */
  readonly asked?: ItemPatch;
  /** The stored version that the program saw; 0 for a new item, and for one that this run made. */
  readonly baseVersion: number;
  /** Identifies a new item in its meeting, so that the same meeting makes it once; null where nothing was quoted. */
  readonly origin: string | null;
  /** In the program's entry, from 1; null for a call that no program made. */
  readonly line: number | null;
  readonly evidence: Evidence | null;
  /** Numbers of earlier effects without which the program might not have asked for this one. */
  readonly dependsOn: readonly number[];
}

/** Where a write came from: what was called, and how {@link Effect} names the call. */
export type CallPlace = Pick<Effect, "capability" | "call" | "line">;

/** How the writes of a run happen. `auto`: at once. `review`: when a person has looked at them. */
export const EFFECT_MODES = ["auto", "review"] as const;
export type EffectMode = (typeof EFFECT_MODES)[number];

/** Writes that one program may ask for at most, where its manifest does not say less. */
export const WRITES_MAX = 1_000;
