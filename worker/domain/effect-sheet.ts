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
import { type Failure, fail, type Result, succeed } from "./errors.ts";
import { ITEM_FIELDS, type Item, type ItemFields, type ItemPatch, NEW_ITEM } from "./item.ts";
import type { ItemWrite, WriteOutcome } from "./item-change.ts";
import { check } from "./validation.ts";

export const DECISIONS = ["pending", "approved", "rejected"] as const;
export type Decision = (typeof DECISIONS)[number];
export const ENTRY_OUTCOMES = ["none", "applied", "drifted", "undone", "kept"] as const;

/** Who did something to the sheet, and when (epoch milliseconds). */
export interface Act {
  readonly by: string;
  readonly at: number;
}

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
  /** Of a drifted one: what is there instead of what the program saw. Null where there is no such item. */
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

export function newEntry(effect: Effect): SheetEntry {
  const nothing = { edited: null, decided: null, applied: null, undone: null, drift: null };
  return { effect, decision: "pending", outcome: "none", ...nothing };
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
  if (numbers === undefined) return succeed(entries.filter(({ applied }) => applied === null));
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

/** Later effects that might not have been asked for without this one. */
export function dependentsOf({ entries }: EffectSheet, number: number): readonly SheetEntry[] {
  return entries.filter(({ effect }) => effect.dependsOn.includes(number));
}

/** The first rejected effect on which one that is not rejected depends; null where none does. */
export function firstBrokenDependency(sheet: EffectSheet): SheetEntry | null {
  const broken = ({ decision, outcome, effect }: SheetEntry) =>
    decision === "rejected" &&
    outcome !== "applied" &&
    dependentsOf(sheet, effect.number).some((each) => each.decision !== "rejected" && each.applied === null);
  return sheet.entries.find(broken) ?? null;
}

function changeId(runId: string, { number }: Effect): string {
  return `${runId}:${number}`;
}

/** The write of an entry whose item has these fields now; null for none. */
function writeOf(
  { effect, edited, decided }: SheetEntry,
  runId: string,
  { fields, version }: { readonly fields: ItemFields | null; readonly version: number },
): ItemWrite {
  const { itemId, kind, line, evidence, origin, changes } = effect;
  const after = { ...(fields ?? NEW_ITEM[kind]), ...changes, ...edited } as ItemFields;
  return {
    ...{ id: changeId(runId, effect), itemId, kind, cause: "run", madeBy: decided!.by, runId, line, evidence },
    ...{ before: fields, after, ifVersion: version, origin, meetingId: evidence?.meetingId ?? null },
  };
}

/** What is to be written for the approved entries, in order. */
export function writesToApply({ entries }: EffectSheet, runId: string): readonly ItemWrite[] {
  const now = new Map<string, { fields: ItemFields | null; version: number }>();
  const writes: ItemWrite[] = [];
  for (const entry of entries) {
    const { effect, applied, edited, drift, decision, outcome } = entry;
    const { itemId } = effect;
    if (applied !== null) {
      const fields = { ...(applied.was ?? NEW_ITEM[effect.kind]), ...effect.changes, ...edited } as ItemFields;
      if (outcome === "applied") now.set(itemId, { fields, version: applied.version });
      continue;
    }
    if (decision !== "approved") continue;
    const seen = now.get(itemId) ?? { fields: effect.before, version: effect.baseVersion };
    const base = drift?.item ? { fields: drift.item.fields, version: drift.item.version } : seen;
    const write = writeOf(entry, runId, base);
    writes.push(write);
    now.set(itemId, { fields: write.after, version: write.ifVersion + 1 });
  }
  return writes;
}

/** One write for each item that the sheet has changed: what was there before the first of its changes. */
export function writesToUndo({ entries }: EffectSheet, runId: string, by: string): readonly ItemWrite[] {
  const first = new Map<string, { entry: SheetEntry; version: number; after: ItemFields }>();
  for (const entry of entries) {
    const { effect, applied, edited, outcome } = entry;
    if (applied === null || outcome !== "applied") continue;
    const after = { ...(applied.was ?? NEW_ITEM[effect.kind]), ...effect.changes, ...edited } as ItemFields;
    const known = first.get(effect.itemId);
    first.set(effect.itemId, { entry: known?.entry ?? entry, version: applied.version, after });
  }
  return [...first.values()].reverse().map(({ entry: { effect, applied }, version, after }): ItemWrite => {
    const { itemId, kind, line } = effect;
    return {
      ...{ id: `${changeId(runId, effect)}:undo`, itemId, kind, cause: "undo", madeBy: by, runId, line },
      ...{ evidence: null, before: after, after: applied!.was, ifVersion: version, meetingId: null, origin: null },
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
  const undone = new Map(
    writes.flatMap((write, i) => (write.cause === "undo" ? [[write.itemId, outcomes[i]!] as const] : [])),
  );
  const entries = sheet.entries.map((entry): SheetEntry => {
    const undo = undone.get(entry.effect.itemId);
    if (undo && entry.outcome === "applied") {
      return { ...entry, outcome: undo.type === "made" ? "undone" : "kept", undone: undo.type === "made" ? act : null };
    }
    const mine = tried.get(changeId(runId, entry.effect));
    if (!mine || entry.applied !== null) return entry;
    if (mine.outcome.type === "stale") {
      return {
        ...entry,
        decision: "pending",
        decided: null,
        outcome: "drifted",
        drift: { item: mine.outcome.current },
      };
    }
    const applied = { ...act, version: mine.outcome.version, was: mine.write.before };
    return { ...entry, outcome: "applied", applied, drift: null };
  });
  return { ...sheet, entries };
}
