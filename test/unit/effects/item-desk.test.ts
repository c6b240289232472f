import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decisionsOn, type EarlierDecision } from "../../../worker/domain/earlier-decisions.ts";
import { afterWrites, EMPTY_SHEET, newEntry, writesToApply } from "../../../worker/domain/effect-sheet.ts";
import { ITEMS_PER_ANSWER } from "../../../worker/domain/item.ts";
import type { DeskMeeting } from "../../../worker/effects/item-desk.ts";
import { deskOver, fieldsOf, filters, follow, HeldItems, personsWrite, RUN, steps } from "../../support/held-items.ts";

const STORED = ["item_0a", "item_0b", "item_0c"];

/** A store with two stories and a blocker. */
function someItems(): HeldItems {
  const held = new HeldItems();
  for (const [index, id] of STORED.entries()) {
    const kind = index === 2 ? "blocker" : "story";
    const given = index === 2 ? { title: "No database", story: "RUN-1" } : { title: "Export", key: `RUN-${index + 1}` };
    held.write([personsWrite(id, kind, { after: fieldsOf(kind, given) })]);
  }
  return held;
}

/** Writes everything that a program asked for, as though somebody had approved it all. */
function applyAll(held: HeldItems, effects: Parameters<typeof newEntry>[0][], runId = RUN) {
  const decided = { by: "usr_ana", at: 1 };
  const entries = effects.map((effect) => ({ ...newEntry(effect), decision: "approved" as const, decided }));
  return held.write(writesToApply({ ...EMPTY_SHEET, entries }, runId));
}

const said = (...texts: string[]): DeskMeeting => ({
  id: "mtg_1",
  utterances: texts.map((text, index) => ({
    index,
    speaker: index % 2 ? "Ben" : "Ana Ruiz",
    startMs: index * 1_000,
    text,
  })),
});
const at = (call: number) => ({ capability: "stories.create", call, line: call + 1 });

describe("the desk", () => {
  it("tells a program in review what it would hear in auto, and comes to the same items once all is applied", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        const [reviewed, written] = [someItems(), someItems()];
        const [review, auto] = [deskOver(reviewed, { mode: "review" }), deskOver(written, { mode: "auto" })];
        const heard = await follow(review, program, STORED);
        expect(heard).toEqual(await follow(auto, program, STORED));
        expect(reviewed.contents()).toEqual(someItems().contents());
        expect(applyAll(reviewed, review.effects).every(({ type }) => type === "made")).toBe(true);
        expect(reviewed.contents()).toEqual(written.contents());
        expect(review.effects.length).toBe(auto.effects.length);
      }),
      { numRuns: 300 },
    );
  });

  it("finds over its own writes what the store finds once they are applied", async () => {
    await fc.assert(
      fc.asyncProperty(steps, filters, async (program, filter) => {
        const held = someItems();
        const tried = deskOver(held, { mode: "review" });
        await follow(tried, program, STORED);
        const ids = async (found: Promise<readonly { id: string }[]>) => (await found).map(({ id }) => id).sort();
        const before = await ids(tried.desk.search("story", filter));
        applyAll(held, tried.effects);
        expect(before).toEqual(await ids(held.list("story", filter, ITEMS_PER_ANSWER)));
      }),
      { numRuns: 200 },
    );
  });

  it("fills its answer although its own writes have taken items out of it", async () => {
    const held = new HeldItems();
    const ids = Array.from({ length: ITEMS_PER_ANSWER + 20 }, (_, i) => `item_${String(i).padStart(3, "0")}`);
    held.write(ids.map((id) => personsWrite(id, "story", { after: fieldsOf("story", { title: "t" }) })));
    const { desk } = deskOver(held, { mode: "review" });
    for (const id of ids.slice(-20)) await desk.update("story", { id }, { status: "done" }, undefined, at(0));
    expect(await desk.search("story", { status: "todo" })).toHaveLength(ITEMS_PER_ANSWER);
  });

  it("knows on what an effect depends: on what the program had found of its own writes", async () => {
    const { desk, effects } = deskOver(someItems(), { mode: "review" });
    await desk.create("story", { title: "One" }, undefined, at(0));
    await desk.create("blocker", { title: "Two" }, undefined, at(1));
    await desk.search("blocker", { text: "two" });
    await desk.create("story", { title: "Three" }, undefined, at(2));
    await desk.update("story", { key: "RUN-1" }, { status: "done" }, undefined, at(3));
    await desk.update("story", { key: "RUN-1" }, { points: 3 }, undefined, at(4));
    await desk.create("story", { key: "RUN-7", title: "Seven" }, undefined, at(5));
    await desk.update("story", { key: "RUN-7" }, { points: 1 }, undefined, at(6));
    await desk.update("story", { key: "RUN-7" }, { points: 2 }, undefined, at(7));
    // A change depends on what made its item, not on what else was changed of it.
    expect(effects.map(({ dependsOn }) => dependsOn)).toEqual([[], [], [2], [2], [2], [2], [2, 6], [2, 6]]);
    const places = effects.map(({ line, call }) => [line, call]);
    expect(places).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((call) => [call + 1, call]));
  });

  it("depends on a write that took an item out of what the program searched for", async () => {
    const { desk, effects } = deskOver(someItems(), { mode: "review" });
    await desk.update("story", { key: "RUN-1" }, { status: "done" }, undefined, at(0));
    await desk.search("story", { status: "todo" });
    await desk.create("story", { title: "There is one left to do" }, undefined, at(1));
    expect(effects[1]!.dependsOn).toEqual([1]);
  });

  it("makes nothing of a meeting that was processed before, and of each utterance as much as it holds", async () => {
    const meeting = said("we need an export, and an import", "the database blocks us");
    const held = new HeldItems();
    const process = async (runId: string) => {
      const tried = deskOver(held, { mode: "review", meeting, runId });
      for (const [title, quote] of [
        ["Export", "we need an export"],
        ["Import", "an import"],
        ["Database", "the database blocks us"],
      ] as const) {
        await tried.desk.create("story", { title }, { quote }, at(0));
      }
      applyAll(held, tried.effects, runId);
      return tried;
    };
    expect((await process("run_1")).effects).toHaveLength(3);
    const once = held.contents();
    const again = await process("run_2");
    expect([again.effects.length, again.unchanged()]).toEqual([0, 3]);
    expect(held.contents()).toEqual(once);
  });

  it("goes on after an attempt that was lost with what that one had not made of the same utterance", async () => {
    const held = new HeldItems();
    const meeting = said("we split the work into parts");
    const write = async ({ desk }: ReturnType<typeof deskOver>, parts: number) => {
      for (let part = 1; part <= parts; part++) {
        const quoted = { quote: "split the work into parts" };
        await desk.create("story", { title: `Part ${part}` }, quoted, at(part));
      }
    };
    const first = deskOver(held, { mode: "auto", meeting });
    await write(first, 2);
    const second = deskOver(held, { mode: "auto", meeting, earlier: first.effects, runId: "run_2" });
    await write(second, 4);
    expect(second.effects.map(({ number, label }) => [number, label])).toEqual([
      [3, "Part 3"],
      [4, "Part 4"],
    ]);
  });

  it("shows what was found of an earlier time as the program itself has left it", async () => {
    const meeting = said("we need an export");
    const held = new HeldItems();
    const first = deskOver(held, { mode: "review", meeting });
    await first.desk.create("story", { title: "Export", key: "RUN-9" }, { quote: "we need an export" }, at(0));
    applyAll(held, first.effects);
    const { desk } = deskOver(held, { mode: "review", meeting, runId: "run_2" });
    await desk.update("story", { key: "RUN-9" }, { status: "done" }, { quote: "we need an export" }, at(0));
    const known = await desk.create("story", { title: "Export" }, { quote: "we need an export" }, at(1));
    expect(known.fields.status).toBe("done");
  });

  it("takes speaker and time of a quote from the transcript, and refuses what nobody said", async () => {
    const { desk, effects } = deskOver(new HeldItems(), {
      mode: "review",
      meeting: said("Hello", "We ship — on FRIDAY."),
    });
    await desk.create("decision", { title: "Ship" }, { quote: "we ship on friday" }, at(0));
    expect(effects[0]!.evidence).toEqual({
      ...{ meetingId: "mtg_1", utterance: 1, speaker: "Ben", at: 1_000, quote: "we ship on friday" },
    });
    const made = (quote?: string) => desk.create("decision", { title: "x" }, quote ? { quote } : undefined, at(1));
    await expect(made("we ship on monday")).rejects.toMatchObject({ name: "EvidenceError" });
    await expect(made()).rejects.toMatchObject({ name: "EvidenceError" });
  });

  it("assigns to people who are there or were named, and refuses anybody else", async () => {
    const meeting = said("Carla should look at the export", "Fine by me");
    const { desk } = deskOver(new HeldItems(), { mode: "review", meeting, members: ["Dora Lind", "Dora Berg"] });
    const owner = async (name: string) => {
      const item = await desk.create(
        "action-item",
        { title: "x", owner: name },
        { quote: "look at the export" },
        at(0),
      );
      return "owner" in item.fields ? item.fields.owner : undefined;
    };
    expect(await owner("ana")).toBe("Ana Ruiz");
    expect(await owner("dora lind")).toBe("Dora Lind");
    expect(await owner("Carla")).toBe("Carla");
    await expect(owner("Dora")).rejects.toMatchObject({ name: "UnknownPersonError" });
    await expect(owner("Eve")).rejects.toMatchObject({ name: "UnknownPersonError" });
  });

  it("refuses a key that another story has, whether that one is stored or on the desk", async () => {
    const { desk } = deskOver(someItems(), { mode: "review" });
    const conflict = { name: "ConflictError" };
    await expect(desk.create("story", { title: "x", key: "RUN-1" }, undefined, at(0))).rejects.toMatchObject(conflict);
    await desk.create("story", { title: "x", key: "RUN-7" }, undefined, at(1));
    await expect(desk.create("story", { title: "x", key: "RUN-7" }, undefined, at(2))).rejects.toMatchObject(conflict);
  });

  it("stops a program that writes more than it may, and counts what changed nothing too", async () => {
    const { desk } = deskOver(someItems(), { mode: "review", writesMax: 2 });
    const update = () => desk.update("story", { key: "RUN-1" }, { status: "done" }, undefined, at(0));
    await update();
    await update();
    await expect(update()).rejects.toMatchObject({ name: "LimitError" });
  });

  it("does not make again in auto what an attempt that was lost has made", async () => {
    const held = someItems();
    const program = async ({ desk }: ReturnType<typeof deskOver>) => {
      await desk.create("story", { title: "One" }, undefined, at(0));
      await desk.update("story", { key: "RUN-1" }, { status: "done" }, undefined, at(1));
    };
    const lost = deskOver(held, { mode: "auto" });
    await program(lost);
    const once = held.contents();
    const second = deskOver(held, { mode: "auto", earlier: lost.effects });
    await program(second);
    expect([held.contents(), second.effects]).toEqual([once, []]);
    const other = deskOver(held, { mode: "auto", earlier: lost.effects });
    const elsewhere = other.desk.create("blocker", { title: "x" }, undefined, {
      ...at(0),
      capability: "blockers.create",
    });
    await expect(elsewhere).rejects.toMatchObject({ name: "StateError" });
  });

  it("changes nothing when a meeting is processed again, whatever was decided about it", async () => {
    const choices = fc.array(fc.constantFrom("approved", "rejected", "edited" as const), {
      minLength: 14,
      maxLength: 14,
    });
    await fc.assert(
      fc.asyncProperty(steps, choices, async (program, chosen) => {
        const meeting = said(...program.map((_, call) => `these are the words of step number ${call}`));
        const held = someItems();
        const first = deskOver(held, { mode: "review", meeting, members: ["Ana", "ana", "Émile"] });
        await follow(first, program, STORED);
        const decided = { by: "usr_ana", at: 1 };
        const entries = first.effects.map((effect, i) => ({
          ...{ ...newEntry(effect), decided, edited: chosen[i] === "edited" ? { title: "Edited" } : null },
          decision: chosen[i] === "rejected" ? ("rejected" as const) : ("approved" as const),
        }));
        const sheet = { ...EMPTY_SHEET, entries };
        const writes = writesToApply(sheet, RUN);
        const after = afterWrites(sheet, { runId: RUN, writes, outcomes: held.write(writes) }, decided);
        const before = held.contents();
        const again = {
          meeting,
          members: ["Ana", "ana", "Émile"],
          runId: "run_2",
          decided: decisionsOn(RUN, after).toReversed(),
        };
        await follow(deskOver(held, { ...again, mode: "auto" }), program, STORED);
        expect(held.contents()).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it("asks again for what was rejected before, hides it from the program, and goes on from what was edited", async () => {
    const meeting = said("we need an export", "RUN-1 is five points", "and RUN-2 as well");
    const process = async (held: HeldItems, mode: "review" | "auto", decided: readonly EarlierDecision[] = []) => {
      const tried = deskOver(held, { mode, meeting, runId: `run_${decided.length}`, decided });
      const made = await tried.desk.create(
        "story",
        { title: "Export", key: "RUN-9" },
        { quote: "need an export" },
        at(0),
      );
      expect(made.fields).toMatchObject({ key: "RUN-9" });
      await tried.desk.update("story", { key: "RUN-9" }, { points: 2 }, { quote: "need an export" }, at(1));
      await tried.desk.update("story", { key: "RUN-1" }, { points: 5 }, { quote: "RUN-1 is five points" }, at(2));
      const seen = [await tried.desk.find("story", { key: "RUN-9" }), await tried.desk.find("story", { key: "RUN-1" })];
      return { ...tried, seen: seen.map((item) => item && (item.fields as { points: number | null }).points) };
    };
    const first = await process(someItems(), "review");
    const entries = first.effects.map((effect, i) => ({
      ...{ ...newEntry(effect), decided: { by: "usr_ana", at: 1 }, edited: i === 2 ? { points: 8 } : null },
      decision: i === 2 ? ("approved" as const) : ("rejected" as const),
    }));
    const decided = decisionsOn(RUN, { ...EMPTY_SHEET, entries });
    const [review, auto] = [someItems(), someItems()];
    for (const [held, mode] of [
      [review, "review"],
      [auto, "auto"],
    ] as const) {
      const again = await process(held, mode, decided);
      expect(again.seen).toEqual([null, 8]);
      expect(again.entries.map(({ decision, edited }) => [decision, edited])).toEqual([
        ...[
          ["rejected", null],
          ["rejected", null],
          ["approved", { points: 8 }],
        ],
      ]);
      expect(again.effects[1]!.dependsOn).toEqual([1]);
    }
    expect(review.contents()).toEqual(someItems().contents());
    expect(Object.values(auto.contents()).map((fields) => (fields as { points?: number }).points)).toEqual([
      ...[8, null, undefined],
    ]);
  });
});
