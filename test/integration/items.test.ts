import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { CodeMode } from "../../durable-objects/run-executor/code-mode.ts";
import { EffectStorage } from "../../durable-objects/run-executor/effect-storage.ts";
import {
  afterWrites,
  decide,
  EMPTY_SHEET,
  newEntry,
  writesToApply,
  writesToUndo,
} from "../../worker/domain/effect-sheet.ts";
import { type ItemFilter, type ItemKind, matchesFilter } from "../../worker/domain/item.ts";
import type { ItemWrite } from "../../worker/domain/item-change.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { writeItems } from "../../worker/store/item-writes.ts";
import {
  findItem,
  findItemByOrigin,
  historyOf,
  itemsOfMeeting,
  listItems,
  storiesFrom,
} from "../../worker/store/items.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import { deskOver, fieldsOf, filters, follow, HeldItems, personsWrite, RUN, steps } from "../support/held-items.ts";
import { createTenant, freshDatabase } from "../support/workerd.ts";

const { DB, RUN_EXECUTOR } = bindings as unknown as Env;
const db = openDatabase(DB);
let count = 0;
let workspace: string;

/** A workspace of its own for each try of a property: cheaper than an empty database. */
async function anotherWorkspace(): Promise<string> {
  workspace = (await createTenant(`t${++count}`)).workspaceId;
  return workspace;
}

beforeEach(async () => {
  await freshDatabase();
  await anotherWorkspace();
});

const write = (...writes: ItemWrite[]) => writeItems(db, workspace, writes, 1_000);
/** Ids are unique in the database, whatever the workspace. */
const own = (writes: readonly ItemWrite[]): ItemWrite[] =>
  writes.map((each) => ({
    ...{ ...each, id: `${workspace}/${each.id}`, itemId: `${workspace}/${each.itemId}` },
    follows: each.follows && `${workspace}/${each.follows}`,
  }));
const story = (id: string, given: Parameters<typeof fieldsOf>[1], rest: Partial<ItemWrite> = {}) =>
  personsWrite(id, "story", { after: fieldsOf("story", { title: "t", ...given }), ...rest });

async function contents(): Promise<Record<string, unknown>> {
  const all = await listItems(db, workspace, { limit: 1_000 });
  return Object.fromEntries(all.map(({ id, fields, version }) => [id.slice(workspace.length + 1), [version, fields]]));
}

/** Writes with what stands in each other's way. An id stands for one write, and an item is made by one alone. */
const writes: fc.Arbitrary<readonly ItemWrite[]> = fc
  .array(
    fc.record({
      item: fc.nat(3),
      ifVersion: fc.nat(3),
      key: fc.constantFrom("RUN-1", "RUN-2", null),
      origin: fc.constantFrom("m:1", "m:2", null),
      isRemoval: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
      follows: fc.constantFrom(null, null, 0, 1, 2),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((all) =>
    all.map(({ item, ifVersion, key, origin, isRemoval, follows }, i) => {
      const removal = isRemoval && ifVersion > 0;
      const before = ifVersion > 0 ? fieldsOf("story", { title: "before" }) : null;
      return personsWrite(`item-${item}`, "story", {
        ...{ id: ifVersion > 0 ? `chg-${i}` : `make-${item}`, ifVersion, origin, before },
        after: removal ? null : fieldsOf("story", { title: ifVersion > 0 ? `w${i}` : "new", key }),
        follows: ifVersion > 0 && !removal && follows !== null ? `chg-${follows}` : null,
      });
    }),
  )
  .map((all) => all.filter(({ id }, i) => all.findIndex((each) => each.id === id) === i));
/** The same writes in calls, some of them again. */
const calls = writes.chain((all) =>
  fc.array(fc.shuffledSubarray([...all]), { minLength: 1, maxLength: 3 }).map((some) => [all, ...some]),
);

describe("writing items", () => {
  it("does what the rules say, for any writes in any order, and for any of them again", async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (all) => {
        await anotherWorkspace();
        const held = new HeldItems();
        for (const some of all.map(own)) {
          expect(shownOutcomes(await write(...some))).toEqual(shownOutcomes(held.write(some)));
          expect(await contents()).toEqual(
            Object.fromEntries(
              [...held.items.values()].map(({ item }) => [
                item.id.slice(workspace.length + 1),
                [item.version, item.fields],
              ]),
            ),
          );
        }
        const history = held.changes.map(({ id, version }) => ({ id, version }));
        const { results } = await DB.prepare("SELECT id, version FROM item_changes WHERE workspace_id = ?")
          .bind(workspace)
          .all();
        const byId = (a: { id?: unknown }, b: { id?: unknown }) => (String(a.id) < String(b.id) ? -1 : 1);
        expect(results.sort(byId)).toEqual(history.sort(byId));
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it("writes nothing of a chain whose first link somebody has come before", async () => {
    const [first, second] = [
      story("item_a", { status: "done" }, { id: "run:1", ifVersion: 1 }),
      story("item_a", { points: 3 }, { id: "run:2", ifVersion: 2, follows: "run:1" }),
    ];
    await write(story("item_a", {}), story("item_a", { title: "by hand" }, { id: "chg", ifVersion: 1 }));
    const outcomes = await write(first, second);
    expect(outcomes.map(({ type }) => type)).toEqual(["stale", "stale"]);
    expect((await findItem(db, workspace, "item_a"))?.fields.title).toBe("by hand");
  });

  it("says what has the key, or comes from the same words, where a write makes way for that", async () => {
    await write(story("item_a", { key: "RUN-1" }, { origin: "m:1" }), story("item_b", { key: "RUN-2" }));
    const outcomes = await write(
      story("item_c", { key: "RUN-1" }),
      story("item_d", {}, { origin: "m:1" }),
      story("item_b", { key: "RUN-1" }, { id: "chg-b", ifVersion: 1 }),
    );
    expect(outcomes.map((each) => each.type === "stale" && each.current?.id)).toEqual(["item_a", "item_a", "item_a"]);
    expect((await findItem(db, workspace, "item_b"))?.version).toBe(1);
  });

  it("writes once where two apply the same sheet at the same moment", async () => {
    const some = own(Array.from({ length: 120 }, (_, i) => story(`item_${i}`, {}, { id: `run:${i}` })));
    const [mine, theirs] = await Promise.all([write(...some), write(...some)]);
    expect(mine).toEqual(theirs);
    const { total } = (await DB.prepare("SELECT count(*) AS total FROM item_changes").first<{ total: number }>())!;
    expect([total, Object.keys(await contents()).length]).toEqual([120, 120]);
  });

  it("finishes what a crash has cut in the middle", async () => {
    const some = Array.from({ length: 150 }, (_, i) => story(`item_${i}`, {}, { id: `run:${i}` }));
    await write(...some.slice(0, 100));
    expect((await write(...some)).every((each) => each.type === "made" && each.version === 1)).toBe(true);
    expect(await historyOf(db, workspace, "item_7")).toHaveLength(1);
  });

  it("keeps the history of an item that was taken back", async () => {
    const made = story("item_a", { key: "RUN-1" });
    await write(made, story("item_a", {}, { id: "undo", ifVersion: 1, before: made.after, after: null }));
    expect(await findItem(db, workspace, "item_a")).toBeNull();
    expect([...(await storiesFrom(db, workspace, "RUN-", 10))]).toEqual([]);
    const history = await historyOf(db, workspace, "item_a");
    expect(history.map(({ version, after }) => [version, after === null])).toEqual([
      [1, false],
      [1, true],
    ]);
  });

  it("keeps workspaces apart", async () => {
    await write(story("item_a", { key: "RUN-1" }, { origin: "m:1", meetingId: "mtg_1" }));
    await anotherWorkspace();
    expect(await findItem(db, workspace, "item_a")).toBeNull();
    expect(await findItemByOrigin(db, workspace, "m:1")).toBeNull();
    expect([...(await storiesFrom(db, workspace, "RUN-", 10))]).toEqual([]);
    const lists = [
      historyOf(db, workspace, "item_a"),
      itemsOfMeeting(db, workspace, "mtg_1"),
      listItems(db, workspace, {}),
    ];
    expect(await Promise.all(lists)).toEqual([[], [], []]);
    const stolen = await write(
      story("item_a", { title: "theirs" }, { id: "x", ifVersion: 1 }),
      story("item_a", {}, { id: "y", ifVersion: 1, before: fieldsOf("story", { title: "t" }), after: null }),
    );
    expect(stolen.map((each) => each.type === "stale" && each.current)).toEqual([null, null]);
    expect((await write(story("item_b", { key: "RUN-1" }, { origin: "m:1" })))[0]!.type).toBe("made");
  });
});

/** What a reader can tell: dates of items are the store's own. */
const shownOutcomes = (outcomes: Awaited<ReturnType<typeof write>>) =>
  outcomes.map((each) =>
    each.type === "made" ? each.version : each.current && [each.current.id, each.current.version, each.current.fields],
  );

const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."aAbB%_\\ \n'\"ÜüßİıK\u{1f600}é"), maxLength: 6 }),
  fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => !text.includes("\0")),
);

describe("searching items", () => {
  it("finds in the store what the same filter finds in memory", async () => {
    const given = fc.record({ title: texts, a: texts, b: texts, owner: fc.option(texts) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ kind: fc.constantFrom<ItemKind>("story", "blocker", "decision"), given }), {
          maxLength: 6,
        }),
        fc.array(fc.record({ text: texts, owner: texts }, { requiredKeys: [] }), { minLength: 1, maxLength: 8 }),
        async (all, asked) => {
          await anotherWorkspace();
          const made = all.map(({ kind, given: { title, a, b, owner } }, i) => {
            const own =
              kind === "story" ? { description: a, key: `RUN-${i + 1}`, assigned_to: owner } : { story: "RUN-1" };
            const after = fieldsOf(kind, { title, ...own, ...(kind === "decision" ? { details: b } : {}) });
            return personsWrite(`item_${i}`, kind, {
              after: kind === "blocker" ? ({ ...after, owner } as typeof after) : after,
            });
          });
          await write(...own(made));
          for (const filter of [
            ...asked,
            ...asked.map(({ text }) => ({ text: `${text ?? "run-"}` })),
          ] as ItemFilter[]) {
            const found = await listItems(db, workspace, { filter });
            const expected = made.filter(({ kind, after }) => matchesFilter({ kind, fields: after! }, filter));
            expect(found.map(({ id }) => id).sort()).toEqual(
              own(expected)
                .map(({ itemId }) => itemId)
                .sort(),
            );
          }
        },
      ),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it("takes a text as long as it may be", async () => {
    const text = "Long ".repeat(40);
    await write(story("item_a", { title: `${text}.` }));
    expect(await listItems(db, workspace, { filter: { text } })).toHaveLength(1);
  });

  it("finds over a program's writes in review what the store finds once they are applied", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.array(filters, { minLength: 1, maxLength: 3 }), async (program, asked) => {
        await anotherWorkspace();
        const held = new HeldItems();
        const tried = deskOver(held, { mode: "review" });
        await follow(tried, program, []);
        const before = await Promise.all(asked.map((filter) => tried.desk.search("story", filter)));
        const sheet = decide(
          { ...EMPTY_SHEET, entries: tried.effects.map((effect) => newEntry(effect)) },
          { decision: "approved" },
          { by: "a", at: 1 },
        );
        await write(...own(writesToApply(sheet.ok ? sheet.value : EMPTY_SHEET, RUN)));
        for (const [i, filter] of asked.entries()) {
          const after = await listItems(db, workspace, { kind: "story", filter });
          const ids = before[i]!.map(({ id }) => `${workspace}/${id}`);
          expect(after.map(({ id }) => id).sort()).toEqual(ids.sort());
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe("a sheet of 200 effects", () => {
  it("is written and taken back in less than a second each", async () => {
    const act = { by: "usr_ana", at: 1 };
    const tried = deskOver(new HeldItems(), { mode: "review" });
    for (let i = 0; i < 200; i++) {
      const place = { capability: "stories.create", call: i, line: i };
      await tried.desk.create("story", { title: `Story ${i}`, key: `RUN-${i + 1}` }, undefined, place);
    }
    const sheet = decide(
      { ...EMPTY_SHEET, entries: tried.effects.map((effect) => newEntry(effect)) },
      { decision: "approved" },
      act,
    );
    if (!sheet.ok) throw new Error(sheet.detail);
    const [toApply, startedAt] = [writesToApply(sheet.value, RUN), performance.now()];
    const applied = afterWrites(sheet.value, { runId: RUN, writes: toApply, outcomes: await write(...toApply) }, act);
    const appliedAt = performance.now();
    const toUndo = writesToUndo(applied, RUN, act.by);
    const undone = afterWrites(applied, { runId: RUN, writes: toUndo, outcomes: await write(...toUndo) }, act);
    const [applyMs, undoMs] = [appliedAt - startedAt, performance.now() - appliedAt].map(Math.round);
    console.info(`200 effects: applied in ${applyMs} ms, undone in ${undoMs} ms`);
    expect(undone.entries.every(({ outcome }) => outcome === "undone")).toBe(true);
    expect(await contents()).toEqual({});
    expect([applyMs! < 1_000, undoMs! < 1_000]).toEqual([true, true]);
  });
});

describe("an application whose answer a crash has cut", () => {
  it("is finished before anybody decides again, and undoing as well", async () => {
    const stub = RUN_EXECUTOR.get(RUN_EXECUTOR.idFromName("cut")) as unknown as DurableObjectStub;
    const cut = new Proxy(DB, {
      get: (target, name) =>
        name === "batch"
          ? async (all: D1PreparedStatement[]) => {
              await target.batch(all);
              throw new Error("the answer was lost");
            }
          : Reflect.get(target, name).bind(target),
    });
    await runInDurableObject(stub, async (_, state) => {
      const storage = new EffectStorage(state.storage as never);
      const run = () => ({ id: RUN, workspaceId: workspace, createdBy: "usr_ana" });
      const mode = (database: D1Database) =>
        new CodeMode({ storage, db: openDatabase(database), run, clock: systemClock, random: systemRandom } as never);
      const tried = deskOver(new HeldItems(), { mode: "review" });
      await tried.desk.create("story", { title: "One" }, undefined, { capability: "stories.create", call: 0, line: 1 });
      storage.replace({ ...EMPTY_SHEET, entries: tried.effects.map((effect) => newEntry(effect)) });
      await mode(DB).decide({ decision: "approved" }, "usr_ana");
      await expect(mode(cut).apply("usr_ana")).rejects.toThrow("the answer was lost");
      const late = await mode(DB).decide({ effects: [1], decision: "rejected" }, "usr_ben");
      expect(late).toMatchObject({ ok: false, code: "effect-settled" });
      expect(storage.sheet().entries[0]).toMatchObject({ outcome: "applied", applied: { by: "usr_ana" } });
      await expect(mode(cut).undo("usr_ana")).rejects.toThrow("the answer was lost");
      expect(await mode(DB).undo("usr_ben")).toMatchObject({ ok: false, code: "nothing-to-do" });
      expect(storage.sheet().entries[0]).toMatchObject({ outcome: "undone", undone: { by: "usr_ana" } });
    });
    expect(await listItems(db, workspace, {})).toEqual([]);
  });
});
