/**
 * What people decided about the writes of a meeting on earlier sheets, and what it says about a write that a program asks
 * for when the meeting is processed again. Pure; nothing here is final: a person can decide otherwise on the new sheet.
 *
 * What is the same write: a change of the same item that asks for the same values; a new item of the same kind with the
 * same key, the same title and owner, or from the same place of the transcript. Of several the last decision counts.
 */
import type { Effect } from "./effect.ts";
import type { EarlierChoice, Remembered } from "./effect-decision.ts";
import type { EffectSheet, SheetEntry } from "./effect-sheet.ts";
import { spokenWords } from "./evidence.ts";
import { type ItemFields, type ItemKind, type ItemPatch, ownerOf, storyOf } from "./item.ts";

export interface EarlierDecision extends EarlierChoice {
  readonly kind: ItemKind;
  readonly action: Effect["action"];
  readonly itemId: string;
  /** The key of the story that was made or changed; null for what has none. */
  readonly key: string | null;
  readonly asked: ItemPatch;
  /** What the fields that were asked for were before; null for a new item. */
  readonly base: ItemPatch | null;
  readonly origin: string | null;
  /** `made`: it was written and has not been taken back since. */
  readonly outcome: "open" | "made" | "undone";
}

/**
 * `settled`: it was written, and whatever became of it since is newer than the meeting: there is nothing to do. `changes`
 * are what is left to write where a part of it is settled.
 */
export type Recalled =
  | { readonly type: "settled"; readonly itemId: string }
  | { readonly type: "open"; readonly changes: ItemPatch; readonly remembered: Remembered | null };

/** What somebody decided on this sheet. What it was given by an earlier one, and nobody has changed, is that one's. */
export function decisionsOn(runId: string, { entries }: EffectSheet): readonly EarlierDecision[] {
  return entries.flatMap((entry): EarlierDecision[] => {
    const { effect, decision, edited, decided, outcome } = entry;
    if (decided === null || decision === "pending" || isAsBefore(entry)) return [];
    const { number, kind, action, itemId, before, origin } = effect;
    // What somebody has edited besides was left as it is by the program.
    const left = before && edited ? pick(before, Object.keys(edited)) : {};
    const asked = { ...left, ...effect.changes, ...effect.asked };
    const fields = { ...before, ...asked } as ItemFields;
    const base = before && pick(before, Object.keys(asked));
    return [
      {
        ...{ runId, number, decision, edited, decided, kind, action, itemId, asked, base, origin },
        key: kind === "story" ? storyOf(kind, before ?? fields) : null,
        outcome: outcome === "undone" ? "undone" : entry.applied === null ? "open" : "made",
      },
    ];
  });
}

/** Whether the entry's decision is the earlier one, which nobody has changed or applied since. */
export function isAsBefore({ remembered, decision, decided, applied, edited }: SheetEntry): boolean {
  if (!remembered || applied !== null || decision !== remembered.decision) return false;
  const { choice } = remembered;
  return decided?.by === choice.decided.by && decided.at === choice.decided.at && isSame(edited, remembered.edited);
}

type Asked = Pick<Effect, "kind" | "itemId" | "changes"> & {
  readonly before: ItemFields;
  /** The item before this run has changed anything of it: what the run itself has changed is not settled. */
  readonly found: ItemFields;
};

/** @param earlier the last decision first */
export function recallChange(
  earlier: readonly EarlierDecision[],
  { kind, itemId, before, found, changes }: Asked,
): Recalled {
  const key = kind === "story" ? storyOf(kind, before) : null;
  const ofItem = earlier.filter((each) => each.itemId === itemId || (key !== null && each.key === key));
  const lastOn = (name: string) => ofItem.find(({ asked }) => valueOf(asked, name) === valueOf(changes, name));
  const isOwn = (name: string) => valueOf(before, name) !== valueOf(found, name);
  const left = Object.keys(changes).filter((name) => isOwn(name) || lastOn(name)?.outcome !== "made");
  if (left.length === 0) return { type: "settled", itemId };
  const said = left.map((name) => ({ name, last: lastOn(name) ?? null, now: valueOf(before, name)! }));
  return { type: "open", changes: pick(changes, left), remembered: rememberedOf(said) };
}

type New = Pick<Effect, "kind" | "origin"> & { readonly fields: ItemFields };

/** @param earlier the last decision first */
export function recallNew(earlier: readonly EarlierDecision[], asked: New): Recalled {
  const ofKind = earlier.filter(({ kind, action }) => kind === asked.kind && action === "create");
  const changes = asked.fields as unknown as ItemPatch;
  const same = ofKind.filter((each) => isSameNew(each, asked));
  const last =
    same.find(({ origin }) => origin !== null && origin === asked.origin) ??
    same[0] ??
    ofKind.find((each) => isFromSamePlace(each, asked, ofKind));
  if (!last) return { type: "open", changes, remembered: null };
  if (last.outcome === "made") return { type: "settled", itemId: last.itemId };
  return { type: "open", changes, remembered: rememberedOf([{ name: "title", last, now: null }]) };
}

function isSameNew({ kind, key, asked: made }: EarlierDecision, { fields }: New): boolean {
  const asked = storyOf(kind, fields);
  if (kind === "story" && (key !== null || asked !== null)) return key === asked;
  const [owner, other] = [ownerOf(kind, made as unknown as ItemFields), ownerOf(kind, fields)];
  return (
    spokenWords(String(made.title)) === spokenWords(fields.title) &&
    (owner === null || other === null || owner === other)
  );
}

/** In other words: only where nothing else of its kind was made from there, since it could be that, too. */
function isFromSamePlace({ origin, key }: EarlierDecision, asked: New, all: readonly EarlierDecision[]): boolean {
  if (origin === null || origin !== asked.origin) return false;
  const asksKey = asked.kind === "story" ? storyOf(asked.kind, asked.fields) : null;
  const runs = new Map<string, number>();
  for (const each of all) {
    if (each.origin !== null && placeOf(each.origin) === placeOf(origin)) {
      runs.set(each.runId, (runs.get(each.runId) ?? 0) + 1);
    }
  }
  return key === asksKey && [...runs.values()].every((count) => count === 1);
}

/** An origin without its number: the utterance. */
const placeOf = (origin: string) => origin.replace(/:\d+$/, "");

/** A field that is asked for: what was decided about the same value, and what it is now. */
interface SaidField {
  readonly name: string;
  readonly last: EarlierDecision | null;
  readonly now: string | number | null;
}

/** What was rejected stays as it is beside what is new. */
function rememberedOf(said: readonly SaidField[]): Remembered | null {
  const rejected = said.filter(({ last }) => last?.decision === "rejected");
  const edits = said.flatMap(({ last }) => (last?.decision === "approved" && last.edited !== null ? [last] : []));
  const choice = edits[0] ?? rejected[0]?.last;
  if (!choice) return null;
  const { runId, number, decision, edited, decided } = choice;
  const remembered = { choice: { runId, number, decision, edited, decided } };
  if (rejected.length === said.length) return { ...remembered, decision: "rejected", edited: null };
  const kept = Object.fromEntries(rejected.map(({ name, now }) => [name, now]));
  const isStill = said.every(
    ({ name, last, now }) => last?.outcome === "open" && (last.base === null || valueOf(last.base, name) === now),
  );
  return {
    ...remembered,
    decision: isStill && rejected.length === 0 ? "approved" : "pending",
    edited: Object.assign(kept, ...edits.map((each) => each.edited)) as ItemPatch,
  };
}

function pick(fields: object, names: readonly string[]): ItemPatch {
  return Object.fromEntries(names.map((name) => [name, valueOf(fields, name)!]));
}

function valueOf(fields: object, name: string): string | number | null | undefined {
  return (fields as Readonly<Record<string, string | number | null>>)[name];
}

function isSame(one: ItemPatch | null, other: ItemPatch | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
