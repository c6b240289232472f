/**
 * The effect sheet of a run: what a person decides about each write that its program asked for, and what came of it.
 * Pure. It stores and writes nothing: who holds the sheet makes the writes of {@link writesToApply} and
 * {@link writesToUndo}, and tells {@link afterWrites} how they went.
 *
 *     pending --decide--> approved | rejected        (and back, as long as nothing was written)
 *     approved --written--> applied --undone--> undone
 *     approved --written: stale--> pending, drifted  (a person decides again, with what is there now)
 */
import type { Effect } from "./effect.ts";
import type { Act, Decision, Remembered } from "./effect-decision.ts";
import { type Failure, fail, type Result, succeed } from "./errors.ts";
import { ITEM_FIELDS, type Item, type ItemFields, type ItemPatch, NEW_ITEM } from "./item.ts";
import type { ItemWrite, WriteOutcome } from "./item-change.ts";
import { check } from "./validation.ts";

export const ENTRY_OUTCOMES = ["none", "applied", "drifted", "undone", "kept"] as const;

export interface SheetEntry {
  readonly effect: Effect;
  readonly decision: Decision;
  /** What a person changed of the effect's own changes; null for nothing. */
  readonly edited: ItemPatch | null;
  readonly decided: Act | null;
  /** `kept`: it was to be undone, but its item was changed since. */
  readonly outcome: (typeof ENTRY_OUTCOMES)[number];
  readonly applied: (Act & { readonly version: number; readonly was: ItemFields | null }) | null;
  readonly undone: Act | null;
  /** What was decided about the same write when the meeting was processed before; null for nothing. */
  readonly remembered: Remembered | null;
  /** Of a drifted one: what is there instead of what the program saw, or what has its place. Null where there is nothing. */
  readonly drift: { readonly item: Item | null } | null;
}

export const SHEET_STATES = ["empty", "open", "applied", "undone", "superseded"] as const;
export type SheetState = (typeof SHEET_STATES)[number];

export interface EffectSheet {
  readonly entries: readonly SheetEntry[];
  /** Writes that the program asked for and that had been made before: nothing is to be done about them. */
  readonly unchanged: number;
  /** The run that was started from this one's program without what was rejected; null for none. */
  readonly supersededBy: string | null;
}

export const EMPTY_SHEET: EffectSheet = { entries: [], unchanged: 0, supersededBy: null };

/** @param remembered what the entry begins with: somebody can decide otherwise */
export function newEntry(effect: Effect, remembered: Remembered | null = null): SheetEntry {
  const { decision = "pending", edited = null } = remembered ?? {};
  const decided = remembered && decision !== "pending" ? remembered.choice.decided : null;
  const nothing = { applied: null, undone: null, drift: null };
  return { effect, decision, edited, decided, remembered, outcome: "none", ...nothing };
}

/** Whether something may still be written because of the entry. */
export function isOpen({ outcome, decision }: SheetEntry): boolean {
  return (outcome === "none" || outcome === "drifted") && decision !== "rejected";
}

export function sheetStateOf({ entries, supersededBy }: EffectSheet): SheetState {
  if (supersededBy !== null) return "superseded";
  if (entries.length === 0) return "empty";
  if (entries.some(isOpen)) return "open";
  return entries.some(({ outcome }) => outcome === "undone" || outcome === "kept") ? "undone" : "applied";
}

export interface DecisionRequest {
  /** Numbers of effects; all that are open where it is left out. */
  readonly effects?: readonly number[] | undefined;
  readonly decision: Decision;
  /** New values of fields of the one effect that is decided. */
  readonly edited?: ItemPatch | undefined;
}

export function decide(sheet: EffectSheet, request: DecisionRequest, act: Act): Result<EffectSheet> {
  const refusal = refusedAsSuperseded(sheet);
  if (refusal) return refusal;
  const chosen = chosenEntries(sheet, request.effects);
  if (!chosen.ok) return chosen;
  if (request.edited !== undefined && chosen.value.length !== 1) {
    return fail("invalid-request", "Fields are edited of one effect at a time.", [
      { path: "effects", message: "must name one effect where edited is given" },
    ]);
  }
  const numbers = new Set(chosen.value.map(({ effect }) => effect.number));
  const settled = chosen.value.find((entry) => entry.applied !== null);
  if (settled) return fail("effect-settled", `Effect ${settled.effect.number} is written already.`);
  const edited = request.edited === undefined ? undefined : checkEdit(chosen.value[0]!, request.edited);
  if (edited && !edited.ok) return edited;
  const entries = sheet.entries.map((entry): SheetEntry => {
    if (!numbers.has(entry.effect.number)) return entry;
    const decided = request.decision === "pending" ? null : act;
    return { ...entry, decision: request.decision, decided, edited: edited ? edited.value : entry.edited };
  });
  return succeed({ ...sheet, entries });
}

/** @returns the edit without what it does not change; null when that is nothing */
function checkEdit({ effect }: SheetEntry, edited: ItemPatch): Result<ItemPatch | null> {
  const asked: Record<string, unknown> = { ...(effect.before ?? NEW_ITEM[effect.kind]), ...effect.changes };
  const checked = check({ ...asked, ...edited }, ITEM_FIELDS[effect.kind]);
  if (!checked.ok) {
    const errors = (checked.errors ?? []).map(({ path, message }) => ({ path: `edited.${path}`, message }));
    return { ...checked, errors };
  }
  const values = checked.value as Readonly<Record<string, string | number | null>>;
  const changed = Object.keys(edited).filter((name) => values[name] !== asked[name]);
  if (changed.length === 0) return succeed(null);
  return succeed(Object.fromEntries(changed.map((name) => [name, values[name]!])));
}

function chosenEntries(
  { entries }: EffectSheet,
  numbers: readonly number[] | undefined,
): Result<readonly SheetEntry[]> {
  if (numbers === undefined) return succeed(entries.filter(isOpen));
  const unknown = numbers.find((number) => !entries.some(({ effect }) => effect.number === number));
  if (unknown !== undefined) {
    return fail("invalid-request", `There is no effect ${unknown} on this sheet.`, [
      { path: "effects", message: `${unknown} is not the number of an effect of this run` },
    ]);
  }
  return succeed(entries.filter(({ effect }) => numbers.includes(effect.number)));
}

export function refusedAsSuperseded({ supersededBy }: EffectSheet): Failure | null {
  return supersededBy === null
    ? null
    : fail("sheet-superseded", `The program was run again without what was rejected: decide about ${supersededBy}.`);
}

/** The first rejected effect on which one that may still be written depends; null where none does. */
export function firstBrokenDependency({ entries }: EffectSheet): SheetEntry | null {
  const needed = new Set(entries.filter(isOpen).flatMap(({ effect }) => effect.dependsOn));
  return entries.find(({ decision, effect }) => decision === "rejected" && needed.has(effect.number)) ?? null;
}

function changeId(runId: string, { number }: Effect): string {
  return `${runId}:${number}`;
}

/** An item as an entry finds it. */
interface Base {
  /** Null where there is none. */
  readonly fields: ItemFields | null;
  readonly version: number;
  /** The write of the same sheet that makes it what it is; null for what is there already. */
  readonly follows: string | null;
}

/** What an entry that is written has made of its item. */
function madeBy({ effect, edited, applied }: SheetEntry): ItemFields {
  return { ...(applied!.was ?? NEW_ITEM[effect.kind]), ...effect.changes, ...edited } as ItemFields;
}

/** The items of the sheet as they are without what is not written yet, as far as the sheet knows. */
function knownItems(entries: readonly SheetEntry[]): Map<string, Base> {
  const known = new Map<string, Base>();
  for (const { effect } of entries) {
    const { itemId, before, baseVersion } = effect;
    // The first effect saw its item as it is stored, later ones what the program had made of it.
    if (!known.has(itemId)) known.set(itemId, { fields: before, version: baseVersion, follows: null });
  }
  for (const entry of entries) {
    if (entry.applied === null || entry.outcome !== "applied") continue;
    const { version } = entry.applied;
    // A drifted entry may have been written after a later one: the last version counts, not the last number.
    if (version < known.get(entry.effect.itemId)!.version) continue;
    known.set(entry.effect.itemId, { fields: madeBy(entry), version, follows: null });
  }
  return known;
}

function writeOf({ effect, edited, decided }: SheetEntry, runId: string, base: Base): ItemWrite {
  const { itemId, kind, line, evidence, origin, changes } = effect;
  const after = { ...(base.fields ?? NEW_ITEM[kind]), ...changes, ...edited } as ItemFields;
  return {
    ...{ id: changeId(runId, effect), itemId, kind, cause: "run", madeBy: decided!.by, runId, line, evidence },
    ...{ before: base.fields, after, ifVersion: base.version, follows: base.follows },
    ...{ origin, meetingId: evidence?.meetingId ?? null },
  };
}

/** What is to be written for the approved entries, in order. What changes an item that is not made is left out. */
export function writesToApply({ entries }: EffectSheet, runId: string): readonly ItemWrite[] {
  const known = knownItems(entries);
  const writes: ItemWrite[] = [];
  for (const entry of entries) {
    const { effect, applied, drift, decision } = entry;
    if (applied !== null || decision !== "approved") continue;
    const base = baseOf(known.get(effect.itemId)!, effect.itemId, drift?.item ?? null);
    if (effect.action === "update" && base.fields === null) continue;
    const write = writeOf(entry, runId, base);
    writes.push(write);
    known.set(effect.itemId, { fields: write.after, version: write.ifVersion + 1, follows: write.id });
  }
  return writes;
}

/** What was found to have drifted, unless the sheet itself has gone on from there. */
function baseOf(known: Base, itemId: string, found: Item | null): Base {
  if (found?.id !== itemId || found.version <= known.version) return known;
  return { fields: found.fields, version: found.version, follows: null };
}

/** The entry that is to make the item which this one changes, where it has not and is not about to; null for none. */
export function waitsFor({ entries }: EffectSheet, { effect, applied }: SheetEntry): SheetEntry | null {
  if (effect.action === "create" || applied !== null) return null;
  const maker = entries.find((each) => each.effect.itemId === effect.itemId && each.effect.action === "create");
  if (maker === undefined || maker.outcome === "applied") return null;
  return maker.decision === "approved" && maker.applied === null ? null : maker;
}

/**
 * The written entries that can be taken back, by item, the last one first: those that followed each other with nobody
 * between them. Items come in the order in which the program reached them.
 */
function lastInARow(entries: readonly SheetEntry[]): ReadonlyMap<string, readonly SheetEntry[]> {
  const written = new Map<string, SheetEntry[]>();
  for (const entry of entries) {
    if (entry.outcome !== "applied") continue;
    written.set(entry.effect.itemId, [...(written.get(entry.effect.itemId) ?? []), entry]);
  }
  for (const [itemId, ofItem] of written) {
    ofItem.sort((a, b) => b.applied!.version - a.applied!.version);
    const last = ofItem[0]!.applied!.version;
    written.set(
      itemId,
      ofItem.filter(({ applied }, i) => applied!.version === last - i),
    );
  }
  return written;
}

/** One write for each item that the sheet has changed: what was there before the changes that can be taken back. */
export function writesToUndo({ entries }: EffectSheet, runId: string, by: string): readonly ItemWrite[] {
  return [...lastInARow(entries)].reverse().map(([itemId, row]): ItemWrite => {
    const [first, last] = [row.at(-1)!, row[0]!];
    const { kind, line } = first.effect;
    return {
      ...{ id: `${changeId(runId, first.effect)}:undo`, itemId, kind, cause: "undo", madeBy: by, runId, line },
      ...{ evidence: null, before: madeBy(last), after: first.applied!.was, ifVersion: last.applied!.version },
      ...{ follows: null, meetingId: null, origin: null },
    };
  });
}

export interface TriedWrites {
  readonly runId: string;
  readonly writes: readonly ItemWrite[];
  /** One for each write. */
  readonly outcomes: readonly WriteOutcome[];
}

/** The sheet once its writes were tried. */
export function afterWrites(sheet: EffectSheet, { runId, writes, outcomes }: TriedWrites, act: Act): EffectSheet {
  const tried = new Map(writes.map((write, i) => [write.id, { write, outcome: outcomes[i]! }]));
  const undos = new Map(
    writes.flatMap((write, i) => (write.cause === "undo" ? [[write.itemId, outcomes[i]!.type] as const] : [])),
  );
  const rows = undos.size === 0 ? new Map<string, readonly SheetEntry[]>() : lastInARow(sheet.entries);
  const entries = sheet.entries.map((entry): SheetEntry => {
    const undo = undos.get(entry.effect.itemId);
    if (undo && entry.outcome === "applied") {
      const isBack = undo === "made" && rows.get(entry.effect.itemId)!.includes(entry);
      return { ...entry, outcome: isBack ? "undone" : "kept", undone: isBack ? act : null };
    }
    const mine = tried.get(changeId(runId, entry.effect));
    if (!mine || entry.applied !== null) return entry;
    if (mine.outcome.type === "stale") {
      const drift = { item: mine.outcome.current };
      return { ...entry, decision: "pending", decided: null, outcome: "drifted", drift };
    }
    const applied = { ...act, version: mine.outcome.version, was: mine.write.before };
    return { ...entry, outcome: "applied", applied, drift: null };
  });
  return { ...sheet, entries };
}
