import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../../worker/domain/effect.ts";
import {
  afterWrites,
  type DecisionRequest,
  decide,
  type EffectSheet,
  EMPTY_SHEET,
  firstBrokenDependency,
  isOpen,
  newEntry,
  type SheetEntry,
  sheetStateOf,
  waitsFor,
  writesToApply,
  writesToUndo,
} from "../../../worker/domain/effect-sheet.ts";
import { type ItemPatch, NEW_ITEM } from "../../../worker/domain/item.ts";
import {
  deskOver,
  fieldsOf,
  follow,
  HeldItems,
  personsWrite,
  RUN,
  type Step,
  steps,
} from "../../support/held-items.ts";
import { processorSeconds } from "../../support/processor-seconds.ts";

const ANA = { by: "usr_ana", at: 10 };
const STORED = ["item_0a", "item_0b"];

function someItems(): HeldItems {
  const held = new HeldItems();
  for (const [i, id] of STORED.entries()) {
    held.write([personsWrite(id, "story", { after: fieldsOf("story", { title: "Export", key: `RUN-${i + 1}` }) })]);
  }
  return held;
}

/** The sheet of a program that ran in review over the items. */
async function sheetOf(held: HeldItems, program: readonly Step[]): Promise<EffectSheet> {
  const tried = deskOver(held, { mode: "review" });
  await follow(tried, program, STORED);
  return { ...EMPTY_SHEET, entries: tried.effects.map((effect) => newEntry(effect)) };
}

const apply = (sheet: EffectSheet, held: HeldItems, act = ANA) => {
  const writes = writesToApply(sheet, RUN);
  return afterWrites(sheet, { runId: RUN, writes, outcomes: held.write(writes) }, act);
};
const undo = (sheet: EffectSheet, held: HeldItems, act = ANA) => {
  const writes = writesToUndo(sheet, RUN, act.by);
  return afterWrites(sheet, { runId: RUN, writes, outcomes: held.write(writes) }, act);
};
const decided = (sheet: EffectSheet, request: DecisionRequest) => {
  const result = decide(sheet, request, ANA);
  if (!result.ok) throw new Error(result.detail);
  return result.value;
};
const approveAll = (sheet: EffectSheet) => decided(sheet, { decision: "approved" });

const numberOf = ({ effect }: SheetEntry) => effect.number;
const update = (which: number, patch: ItemPatch): Step => ({ do: "update", kind: "story", which, patch });
const create = (fields: ItemPatch): Step => ({ do: "create", kind: "story", fields });

/** What somebody does to a sheet, or to its items behind its back. */
type Act =
  | { readonly do: "decide"; readonly which: number; readonly decision: "pending" | "approved" | "rejected" }
  | { readonly do: "edit"; readonly which: number; readonly edited: ItemPatch }
  | { readonly do: "approve all" | "apply" | "apply, and crash before it is known" | "undo" }
  | { readonly do: "outsider"; readonly which: number; readonly points: number };

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    fc.record({
      ...{ do: fc.constant("decide" as const), which: fc.nat(9) },
      decision: fc.constantFrom("pending", "approved", "rejected" as const),
    }),
    fc.record({
      ...{ do: fc.constant("edit" as const), which: fc.nat(9) },
      edited: fc.constantFrom<ItemPatch>({ title: "Edited" }, { status: "done" }, { title: "" }, { owner: 1 }),
    }),
    fc.record({
      do: fc.constantFrom("approve all" as const, "apply" as const, "apply, and crash before it is known" as const),
    }),
    fc.record({ do: fc.constant("undo" as const) }),
    fc.record({ do: fc.constant("outsider" as const), which: fc.nat(3), points: fc.integer({ min: 10, max: 99 }) }),
  ),
  { maxLength: 25 },
);

function doTo(sheet: EffectSheet, held: HeldItems, act: Act): EffectSheet {
  switch (act.do) {
    case "decide":
    case "edit": {
      const effects = sheet.entries
        .slice(act.which % Math.max(1, sheet.entries.length))
        .slice(0, 1)
        .map(numberOf);
      const request = act.do === "decide" ? act : { decision: "approved" as const, edited: act.edited };
      const result = decide(sheet, { ...request, effects }, ANA);
      return result.ok ? result.value : sheet;
    }
    case "approve all":
      return approveAll(sheet);
    case "apply":
      return apply(sheet, held);
    case "apply, and crash before it is known": {
      held.write(writesToApply(sheet, RUN));
      return apply(sheet, held);
    }
    case "undo":
      return undo(sheet, held);
    case "outsider": {
      const { item } = [...held.items.values()][act.which % Math.max(1, held.items.size)] ?? {};
      if (item?.kind !== "story") return sheet;
      const after = fieldsOf("story", { ...item.fields, points: act.points } as ItemPatch);
      held.write([personsWrite(item.id, "story", { before: item.fields, after, ifVersion: item.version })]);
      return sheet;
    }
  }
}

const differing = (before: object, after: object) =>
  Object.keys(after).filter((name) => (before as never)[name] !== (after as never)[name]);

/** Everything that holds of a sheet and its items at any time. */
function checkTruths(sheet: EffectSheet, held: HeldItems): void {
  for (const { effect, edited, applied, outcome, decision } of sheet.entries) {
    const made = held.changes.filter(({ id }) => id === `${RUN}:${effect.number}`);
    expect(made.length).toBe(applied === null ? 0 : 1);
    if (applied === null) continue;
    expect(decision).toBe("approved");
    expect(["applied", "undone", "kept"]).toContain(outcome);
    const { before, after, version } = made[0]!;
    const asked: Record<string, unknown> = { ...effect.changes, ...edited };
    expect([version, before]).toEqual([applied.version, applied.was]);
    for (const name of differing(before ?? NEW_ITEM[effect.kind], after!)) {
      expect((after as never)[name]).toBe(asked[name]);
    }
    for (const [name, value] of Object.entries(asked)) expect((after as never)[name]).toBe(value);
  }
  for (const [id, { item }] of held.items) {
    const history = held.changes.filter(({ itemId }) => itemId === id).sort((a, b) => a.version - b.version);
    for (const [i, change] of history.entries()) {
      if (i > 0) expect(change.before).toEqual(history[i - 1]!.after);
      // What is taken back is what the run itself did, in one go: nothing that a person did goes with it.
      if (change.cause !== "undo") continue;
      const restored = history
        .slice(0, i)
        .findLast(({ before }) => JSON.stringify(before) === JSON.stringify(change.after));
      const between = history.slice(history.indexOf(restored!), i);
      expect(between.every(({ cause }) => cause === "run")).toBe(true);
    }
    expect(history.at(-1)!.after).toEqual(item.fields);
  }
}

describe("a sheet", () => {
  it("writes what was approved, once, and nothing else, whatever is done to it in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(steps, acts, async (program, all) => {
        const held = someItems();
        let sheet = await sheetOf(held, program);
        for (const act of all) {
          sheet = doTo(sheet, held, act);
          checkTruths(sheet, held);
        }
        // And it always comes to an end: with every question answered, nothing is left to write.
        sheet = apply(approveAll(sheet), held);
        const [written, stuck] = [held.changes.length, sheet.entries.filter(isOpen)];
        apply(sheet, held);
        expect(held.changes.length).toBe(written);
        expect(stuck.every((entry) => entry.outcome === "drifted" || waitsFor(sheet, entry) !== null)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves the items as they were when everything is undone, with whatever was rejected", async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(fc.nat(13), { maxLength: 5 }),
        fc.boolean(),
        async (program, rejected, twice) => {
          const held = someItems();
          const before = held.contents();
          let sheet = approveAll(await sheetOf(held, program));
          const effects = sheet.entries.filter((_, i) => rejected.includes(i)).map(numberOf);
          if (effects.length > 0) sheet = decided(sheet, { effects, decision: "rejected" });
          sheet = apply(sheet, held);
          if (twice && effects.length > 0) sheet = apply(decided(sheet, { effects, decision: "approved" }), held);
          sheet = undo(sheet, held);
          expect(held.contents()).toEqual(before);
          expect(sheet.entries.every(({ applied, outcome }) => (applied === null) !== (outcome === "undone"))).toBe(
            true,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it("writes the same when it is applied again by somebody who does not know that it was", async () => {
    const held = someItems();
    const sheet = approveAll(await sheetOf(held, [create({ title: "New" }), update(0, { status: "done" })]));
    const [mine, theirs] = [apply(sheet, held), apply(sheet, held, { by: "usr_ben", at: 11 })];
    expect(held.changes.filter(({ cause }) => cause === "run")).toHaveLength(2);
    expect(theirs.entries.map(({ outcome }) => outcome)).toEqual(mine.entries.map(({ outcome }) => outcome));
  });

  it("writes the rest of a chain without what was not approved of it", async () => {
    const chain = [update(0, { status: "done" }), update(0, { points: 5 }), update(0, { title: "Renamed" })];
    const whole: ItemPatch = { status: "done", points: 5, title: "Renamed" };
    const without: readonly ItemPatch[] = [{ status: "todo" }, { points: null }, { title: "Export" }];
    for (const decision of ["rejected", "pending"] as const) {
      for (const [i, missing] of without.entries()) {
        const held = someItems();
        const sheet = decided(approveAll(await sheetOf(held, chain)), { effects: [i + 1], decision });
        const applied = apply(sheet, held);
        expect(held.contents()["item_0a"]).toMatchObject({ ...whole, ...missing });
        expect(applied.entries.filter(({ outcome }) => outcome === "none").map(({ effect }) => effect.number)).toEqual([
          i + 1,
        ]);
      }
    }
  });

  it("does not make up an item whose making was not approved", async () => {
    const held = someItems();
    const program = [create({ title: "New" }), update(2, { status: "done" })];
    const sheet = decided(approveAll(await sheetOf(held, program)), { effects: [1], decision: "rejected" });
    const applied = apply(sheet, held);
    expect(Object.keys(held.contents())).toEqual(STORED);
    expect(waitsFor(applied, applied.entries[1]!)?.effect.number).toBe(1);
    expect(firstBrokenDependency(applied)?.effect.number).toBe(1);
  });

  it("says what changed in between, and writes over it once somebody has seen that", async () => {
    const held = someItems();
    const sheet = approveAll(await sheetOf(held, [update(0, { status: "done" })]));
    const after = fieldsOf("story", { title: "By hand", key: "RUN-1" });
    held.write([personsWrite("item_0a", "story", { before: held.contents()["item_0a"]!, after, ifVersion: 1 })]);
    const drifted = apply(sheet, held);
    expect(drifted.entries[0]).toMatchObject({ outcome: "drifted", decision: "pending", decided: null });
    expect(drifted.entries[0]!.drift!.item).toMatchObject({ version: 2, fields: after });
    expect(held.contents()["item_0a"]).toEqual(after);
    apply(approveAll(drifted), held);
    expect(held.contents()["item_0a"]).toEqual({ ...after, status: "done" });
  });

  it("keeps what somebody has changed since, and undoes the rest", async () => {
    const held = someItems();
    const program = [update(0, { status: "done" }), update(1, { status: "done" })];
    const applied = apply(approveAll(await sheetOf(held, program)), held);
    const before = held.contents();
    const after = fieldsOf("story", { ...before["item_0a"], points: 8 } as ItemPatch);
    held.write([personsWrite("item_0a", "story", { before: before["item_0a"]!, after, ifVersion: 2 })]);
    const undone = undo(applied, held);
    expect(undone.entries.map(({ outcome }) => outcome)).toEqual(["kept", "undone"]);
    expect(held.contents()).toMatchObject({ item_0a: after, item_0b: { status: "todo" } });
    expect(sheetStateOf(undone)).toBe("undone");
    expect(undo(undone, held)).toEqual(undone);
  });

  it("does not take back what a person did between two of its writes", async () => {
    const held = someItems();
    const program = [update(0, { status: "done" }), update(0, { points: 3 })];
    let sheet = apply(decided(await sheetOf(held, program), { effects: [1], decision: "approved" }), held);
    const before = held.contents()["item_0a"]!;
    const after = fieldsOf("story", { ...before, title: "By hand" } as ItemPatch);
    held.write([personsWrite("item_0a", "story", { before, after, ifVersion: 2 })]);
    sheet = apply(approveAll(apply(approveAll(sheet), held)), held);
    expect(held.contents()["item_0a"]).toMatchObject({ title: "By hand", status: "done", points: 3 });
    sheet = undo(sheet, held);
    expect(held.contents()["item_0a"]).toEqual(after);
    expect(sheet.entries.map(({ outcome }) => outcome)).toEqual(["kept", "undone"]);
  });

  it("leaves what was rejected alone when all the rest is approved", async () => {
    const sheet = await sheetOf(someItems(), [create({ title: "One" }), create({ title: "Two" })]);
    const all = approveAll(decided(sheet, { effects: [1], decision: "rejected" }));
    expect(all.entries.map(({ decision }) => decision)).toEqual(["rejected", "approved"]);
  });

  it("checks an edit as the item's own fields, and keeps only what it changes", async () => {
    const sheet = await sheetOf(someItems(), [create({ title: "One" }), create({ title: "Two" })]);
    const edit = (edited: ItemPatch, effects: number[] = [1]) =>
      decide(sheet, { effects, decision: "approved", edited }, ANA);
    expect(edit({ points: 101, owner: "x" })).toMatchObject({
      ...{ ok: false, code: "invalid-request" },
      errors: [{ path: "edited.points" }, { path: "edited.owner" }],
    });
    expect(edit({ title: "x" }, [1, 2])).toMatchObject({ ok: false, code: "invalid-request" });
    expect(edit({ title: "x" }, [7])).toMatchObject({ ok: false, code: "invalid-request" });
    expect(
      decided(sheet, { effects: [1], decision: "approved", edited: { title: " One " } }).entries[0]!.edited,
    ).toBeNull();
    const edited = decided(sheet, { effects: [1], decision: "approved", edited: { title: "1", points: null } });
    expect(edited.entries[0]).toMatchObject({ edited: { title: "1" }, decided: ANA });
    // A later decision without fields leaves the edit; one with the program's own words takes it back.
    expect(decided(edited, { effects: [1], decision: "rejected" }).entries[0]!.edited).toEqual({ title: "1" });
    expect(
      decided(edited, { effects: [1], decision: "approved", edited: { title: "One" } }).entries[0]!.edited,
    ).toBeNull();
  });

  it("does not decide again about what is written, nor about a run that another one has taken the place of", async () => {
    const held = someItems();
    const applied = apply(approveAll(await sheetOf(held, [create({ title: "One" })])), held);
    expect(decide(applied, { effects: [1], decision: "rejected" }, ANA)).toMatchObject({ code: "effect-settled" });
    const superseded = { ...applied, supersededBy: "run_2" };
    expect(decide(superseded, { decision: "approved" }, ANA)).toMatchObject({ code: "sheet-superseded" });
    expect([EMPTY_SHEET, applied, superseded].map(sheetStateOf)).toEqual(["empty", "applied", "superseded"]);
  });

  it("computes what a sheet of 1,000 effects writes in a moment", () => {
    const effect = (number: number): Effect => ({
      ...{
        number,
        call: number,
        capability: "stories.create",
        action: "create",
        kind: "story",
        itemId: `item_${number}`,
      },
      ...{
        label: "x",
        before: null,
        changes: fieldsOf("story", { title: "x" }) as unknown as ItemPatch,
        baseVersion: 0,
      },
      ...{ origin: null, line: null, evidence: null, dependsOn: number > 1 ? [number - 1] : [] },
    });
    const sheet = { ...EMPTY_SHEET, entries: Array.from({ length: 1_000 }, (_, i) => newEntry(effect(i + 1))) };
    const decideAndApply = () => {
      const approved = approveAll(sheet);
      const writes = writesToApply(approved, RUN);
      const outcomes = writes.map(() => ({ type: "made" as const, version: 1 }));
      const applied = afterWrites(approved, { runId: RUN, writes, outcomes }, ANA);
      expect(writesToUndo(applied, RUN, ANA.by)).toHaveLength(1_000);
      expect(firstBrokenDependency(decided(sheet, { decision: "rejected" }))).toBeNull();
    };
    // It takes some 10 ms: anything that grows with the square of the effects would take seconds.
    expect(processorSeconds(decideAndApply)).toBeLessThan(1);
  });
});
