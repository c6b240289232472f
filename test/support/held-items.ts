/**
 * Items in memory, by the same rules as the store in D1: what tests of desks and sheets write to, and what the store's own
 * tests compare it with. Beside it a desk with a program's writes.
 */

import fc from "fast-check";
import type { EarlierDecision } from "../../worker/domain/earlier-decisions.ts";
import type { Effect, EffectMode } from "../../worker/domain/effect.ts";
import type { Remembered } from "../../worker/domain/effect-decision.ts";
import { newEntry, type SheetEntry, writesToApply } from "../../worker/domain/effect-sheet.ts";
import {
  type Item,
  type ItemFields,
  type ItemFilter,
  type ItemKind,
  type ItemPatch,
  matchesFilter,
  NEW_ITEM,
  storyOf,
} from "../../worker/domain/item.ts";
import type { ItemChange, ItemWrite, WriteOutcome } from "../../worker/domain/item-change.ts";
import { type DeskMeeting, ItemDesk, type StoredItems } from "../../worker/effects/item-desk.ts";

interface Held {
  readonly item: Item;
  readonly origin: string | null;
  readonly updatedAt: number;
}

export class HeldItems implements StoredItems {
  readonly items = new Map<string, Held>();
  readonly changes: ItemChange[] = [];
  #now = 0;

  /** Makes the writes in order, as the store does. */
  write(writes: readonly ItemWrite[]): WriteOutcome[] {
    this.#now += 1;
    const versions = writes.map((write) => this.#write(write));
    return writes.map((write, i) => {
      const version = versions[i]!;
      return version === null ? { type: "stale", current: this.#inTheWay(write) } : { type: "made", version };
    });
  }

  /** The version that the change has made; null for one that is late. */
  #write(write: ItemWrite): number | null {
    const known = this.changes.find(({ id }) => id === write.id);
    if (known) return known.version;
    const { itemId, kind, after, ifVersion, evidence, origin, follows } = write;
    const held = this.items.get(itemId);
    if ((held?.item.version ?? 0) !== ifVersion || this.#rival(write)) return null;
    if (follows !== null && this.#maker(itemId) !== follows) return null;
    const version = after === null ? ifVersion : ifVersion + 1;
    if (after === null) this.items.delete(itemId);
    else {
      const item = { id: itemId, kind, version, fields: after, evidence: held ? held.item.evidence : evidence };
      this.items.set(itemId, { item, origin: held ? held.origin : origin, updatedAt: this.#now });
    }
    const { meetingId: _, ifVersion: __, origin: ___, follows: ____, ...change } = write;
    this.changes.push({ ...change, version, at: this.#now });
    return version;
  }

  #inTheWay(write: ItemWrite): Item | null {
    const held = this.items.get(write.itemId)?.item ?? null;
    return (held?.version ?? 0) === write.ifVersion ? (this.#rival(write)?.item ?? held) : held;
  }

  #maker(itemId: string): string | undefined {
    return this.changes.findLast((change) => change.itemId === itemId)?.id;
  }

  /** What has the key or the origin that another item is to have. */
  #rival({ itemId, kind, after, origin, ifVersion }: ItemWrite): Held | undefined {
    if (after === null) return undefined;
    const key = kind === "story" ? storyOf(kind, after) : null;
    const others = [...this.items.values()].filter(({ item }) => item.id !== itemId);
    const withKey = others.find(
      ({ item }) => key !== null && item.kind === "story" && storyOf("story", item.fields) === key,
    );
    return withKey ?? others.find((held) => ifVersion === 0 && origin !== null && held.origin === origin);
  }

  async byId(id: string): Promise<Item | null> {
    return this.items.get(id)?.item ?? null;
  }

  async byKey(key: string): Promise<Item | null> {
    return this.#find(({ item }) => item.kind === "story" && storyOf("story", item.fields) === key);
  }

  async byOrigin(origin: string): Promise<Item | null> {
    return this.#find((held) => held.origin === origin);
  }

  async list(kind: ItemKind, filter: ItemFilter, limit: number): Promise<readonly Item[]> {
    const fitting = [...this.items.values()].filter(({ item }) => item.kind === kind && matchesFilter(item, filter));
    return fitting
      .sort((a, b) => b.updatedAt - a.updatedAt || (a.item.id < b.item.id ? 1 : -1))
      .slice(0, limit)
      .map(({ item }) => item);
  }

  #find(is: (held: Held) => boolean): Item | null {
    return [...this.items.values()].find(is)?.item ?? null;
  }

  /** Fields by item: what a reader finds. */
  contents(): Record<string, ItemFields> {
    return Object.fromEntries([...this.items].map(([id, { item }]) => [id, item.fields]));
  }
}

/** A change that a person makes by hand; made where the item has that version. */
export function personsWrite(itemId: string, kind: ItemKind, to: Omit<Partial<ItemWrite>, "kind">): ItemWrite {
  return {
    ...{ id: `chg-${itemId}-${to.ifVersion ?? 0}`, itemId, kind, cause: "person", madeBy: "usr_ben", runId: null },
    ...{ line: null, evidence: null, before: null, after: null, ifVersion: 0 },
    ...{ follows: null, meetingId: null, origin: null },
    ...to,
  };
}

/** An item of a kind with what is said, and with what new ones have for the rest. */
export function fieldsOf(kind: ItemKind, given: ItemPatch): ItemFields {
  return { ...NEW_ITEM[kind], ...given } as ItemFields;
}

export const RUN = "run_1";

export interface TriedDesk {
  readonly desk: ItemDesk;
  readonly effects: Effect[];
  /** What the sheet would begin with. */
  readonly entries: SheetEntry[];
  /** Writes that turned out to change nothing. */
  readonly unchanged: () => number;
}

export interface TriedDeskOptions {
  readonly mode: EffectMode;
  readonly meeting?: DeskMeeting | null;
  readonly members?: readonly string[];
  readonly writesMax?: number;
  readonly runId?: string;
  /** What an attempt that was lost has left. */
  readonly earlier?: readonly Effect[];
  /** What was decided when the meeting was processed before, the last first. */
  readonly decided?: readonly EarlierDecision[];
}

/** A desk over the items, as the run's object holds one: in auto it writes to them. */
export function deskOver(stored: HeldItems, options: TriedDeskOptions): TriedDesk {
  const { mode, meeting = null, members = [], writesMax = 1_000, runId = RUN, earlier = [], decided = [] } = options;
  const [effects, entries]: [Effect[], SheetEntry[]] = [[], []];
  let [ids, unchanged] = [0, 0];
  const keep = async (effect: Effect, remembered: Remembered | null) => {
    effects.push(effect);
    entries.push(newEntry(effect, remembered));
    if (mode === "review" || remembered?.decision === "rejected") return effect.baseVersion;
    const approved = { decision: "approved" as const, decided: { by: "usr_ana", at: 1 } };
    const entry = { ...newEntry(effect, remembered), ...approved };
    const [outcome] = stored.write(writesToApply({ entries: [entry], unchanged: 0, supersededBy: null }, runId));
    if (outcome?.type !== "made") throw new Error("stale");
    return outcome.version;
  };
  const made = async (number: number) => {
    const effect = earlier[number - 1];
    const item = effect && stored.items.get(effect.itemId)?.item;
    return effect && item ? { effect, item } : null;
  };
  const desk = new ItemDesk(
    {
      ...{ stored, keep, made, earlier: async () => decided },
      ...{ newItemId: () => `item_${runId}_${String(++ids).padStart(5, "0")}` },
      ...{ meeting: async () => meeting, members: async () => members, unchanged: () => void unchanged++ },
    },
    { mode, writesMax },
  );
  return { desk, effects, entries, unchanged: () => unchanged };
}

/** One call of a program, with its items by number so that any program fits any store. */
export type Step =
  | { readonly do: "create"; readonly kind: ItemKind; readonly fields: ItemPatch }
  | { readonly do: "update"; readonly kind: ItemKind; readonly which: number; readonly patch: ItemPatch }
  | { readonly do: "search"; readonly kind: ItemKind; readonly filter: ItemFilter };

const titles = fc.constantFrom("Export", "export as CSV", "Ünïcode 100%", "a_b\\c", "Login");
const keys = fc.constantFrom("RUN-1", "RUN-2", "RUN-3", null);
const statuses = fc.constantFrom("todo", "in-progress", "done");
const owners = fc.constantFrom("Ana", "ana", "Émile", null);

const storyPatches: fc.Arbitrary<ItemPatch> = fc.record(
  { title: titles, status: statuses, assigned_to: owners, points: fc.constantFrom(null, 1, 5) },
  { requiredKeys: [] },
);
const newStories: fc.Arbitrary<ItemPatch> = fc.record(
  { title: titles, key: keys, status: statuses, assigned_to: owners, description: titles },
  { requiredKeys: ["title"] },
);
const newBlockers: fc.Arbitrary<ItemPatch> = fc.record(
  { title: titles, story: keys, owner: owners },
  { requiredKeys: ["title"] },
);
const blockerPatches: fc.Arbitrary<ItemPatch> = fc.record(
  { title: titles, status: fc.constantFrom("open", "resolved"), owner: owners },
  { requiredKeys: [] },
);
export const filters: fc.Arbitrary<ItemFilter> = fc.record(
  {
    text: fc.constantFrom("export", "EXPORT", "%", "_", "\\", "run-1", "Ü", "ü", ""),
    status: fc.constantFrom("todo", "done", "open"),
    owner: fc.constantFrom("ANA", "émile", "Émile", ""),
    story: fc.constantFrom("RUN-1", "run-1"),
  },
  { requiredKeys: [] },
);

const which = fc.nat(7);
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("create" as const), kind: fc.constant("story" as const), fields: newStories }),
    fc.record({ do: fc.constant("create" as const), kind: fc.constant("blocker" as const), fields: newBlockers }),
    fc.record({ do: fc.constant("update" as const), kind: fc.constant("story" as const), which, patch: storyPatches }),
    fc.record({
      ...{ do: fc.constant("update" as const), kind: fc.constant("blocker" as const), which },
      patch: blockerPatches,
    }),
    fc.record({
      do: fc.constant("search" as const),
      kind: fc.constantFrom("story", "blocker" as const),
      filter: filters,
    }),
  ),
  { minLength: 1, maxLength: 14 },
);

/** Does the steps as a program would; what each of them came to, as text. A refusal is one more answer. */
export async function follow(
  { desk }: TriedDesk,
  program: readonly Step[],
  known: readonly string[],
): Promise<string[]> {
  const ids = [...known];
  const heard: string[] = [];
  for (const [call, step] of program.entries()) {
    const place = { capability: `${step.kind}.${step.do}`, call, line: call + 1 };
    try {
      if (step.do === "search") {
        const found = await desk.search(step.kind, step.filter);
        heard.push(JSON.stringify(found.map(({ id, fields }) => [id, fields])));
        continue;
      }
      // A meeting has one utterance for each step.
      const said = { quote: `these are the words of step number ${call}` };
      const item = await (step.do === "create"
        ? desk.create(step.kind, step.fields, said, place)
        : desk.update(step.kind, { id: ids[step.which % ids.length] ?? "none" }, step.patch, said, place));
      if (step.do === "create") ids.push(item.id);
      heard.push(JSON.stringify([item.id, item.fields]));
    } catch (error) {
      heard.push(String(error));
    }
  }
  return heard;
}
