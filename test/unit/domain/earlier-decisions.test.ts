import { describe, expect, it } from "vitest";
import {
  decisionsOn,
  type EarlierDecision,
  isAsBefore,
  recallChange,
  recallNew,
} from "../../../worker/domain/earlier-decisions.ts";
import type { Effect } from "../../../worker/domain/effect.ts";
import { decide, EMPTY_SHEET, newEntry } from "../../../worker/domain/effect-sheet.ts";
import type { ItemFields, ItemPatch } from "../../../worker/domain/item.ts";
import { fieldsOf } from "../../support/held-items.ts";

const ANA = { by: "usr_ana", at: 1_000 };

function decided(given: Partial<EarlierDecision>): EarlierDecision {
  return {
    ...{ runId: "run_1", number: 1, decision: "approved", edited: null, decided: ANA, kind: "story", action: "update" },
    ...{ itemId: "item_1", key: "PAY-12", asked: { points: 5 }, base: { points: null }, origin: null, outcome: "made" },
    ...given,
  };
}

const PAY_12 = fieldsOf("story", { key: "PAY-12", title: "Refunds" });

/** Points that are asked for of PAY-12. @param now what it has */
function points(earlier: readonly EarlierDecision[], asked: number, now: number | null, more: ItemPatch = {}) {
  const before = { ...PAY_12, points: now } as ItemFields;
  const changes = { points: asked, ...more };
  return recallChange(earlier, { kind: "story", itemId: "item_9", before, found: before, changes });
}

describe("a change that is asked for again", () => {
  const edited = decided({ edited: { points: 8 } });

  it("is settled once it was written, also as somebody edited it, and whatever became of it since", () => {
    expect(points([edited], 5, 8)).toMatchObject({ type: "settled" });
    expect(points([edited], 5, 13)).toMatchObject({ type: "settled" });
    expect(points([decided({})], 5, 13)).toMatchObject({ type: "settled" });
  });

  it("is rejected as before, for the same story by its key", () => {
    const rejected = decided({ decision: "rejected", outcome: "open" });
    const choice = { runId: "run_1", number: 1, decision: "rejected", edited: null, decided: ANA };
    const recalled = {
      type: "open",
      changes: { points: 5 },
      remembered: { choice, decision: "rejected", edited: null },
    };
    expect(points([rejected], 5, null)).toEqual(recalled);
    expect(points([rejected], 5, 3)).toEqual(recalled);
  });

  it("is another one with another value, or of another story", () => {
    const rejected = decided({ decision: "rejected", outcome: "open" });
    expect(points([rejected], 3, null)).toMatchObject({ remembered: null });
    expect(points([{ ...rejected, key: "PAY-13" }], 5, null)).toMatchObject({ remembered: null });
  });

  it("leaves what was rejected as it is where it asks for more, and waits for somebody to decide", () => {
    const rejected = decided({ decision: "rejected", outcome: "open" });
    expect(points([rejected], 5, 3, { status: "done" })).toMatchObject({
      ...{ changes: { points: 5, status: "done" }, remembered: { decision: "pending", edited: { points: 3 } } },
    });
  });

  it("keeps what is not settled of it", () => {
    expect(points([edited], 5, 8, { status: "done" })).toEqual({
      ...{ type: "open", changes: { status: "done" }, remembered: null },
    });
  });

  it("begins with the edited value; approved only where the story is as it was then", () => {
    const open = { ...edited, outcome: "open" } as const;
    expect(points([open], 5, null)).toMatchObject({ remembered: { decision: "approved", edited: { points: 8 } } });
    expect(points([open], 5, 3)).toMatchObject({ remembered: { decision: "pending", edited: { points: 8 } } });
    const undone = { ...edited, outcome: "undone" } as const;
    expect(points([undone], 5, null)).toMatchObject({ remembered: { decision: "pending", edited: { points: 8 } } });
  });

  it("says nothing of an approval that was taken back, and nothing of an older decision then", () => {
    const undone = decided({ runId: "run_2", outcome: "undone" });
    const rejected = decided({ decision: "rejected", outcome: "open" });
    expect(points([undone, rejected], 5, null)).toMatchObject({ type: "open", remembered: null });
  });

  it("is not settled over what the run itself has changed", () => {
    const before = { ...PAY_12, status: "todo" } as ItemFields;
    const found = { ...PAY_12, status: "done" } as ItemFields;
    const done = decided({ asked: { status: "done" }, base: { status: "todo" } });
    const asked = { kind: "story", itemId: "item_9", before, found, changes: { status: "done" } } as const;
    expect(recallChange([done], asked)).toMatchObject({ type: "open", changes: { status: "done" }, remembered: null });
  });
});

describe("a new item that is asked for again", () => {
  const origin = (number: number, utterance = 4) => `decision:mtg_1:${utterance}:${number}`;
  const made = (title: string, given: Partial<EarlierDecision> = {}) => {
    const asked = fieldsOf("decision", { title }) as unknown as ItemPatch;
    const what = { kind: "decision", action: "create", key: null, base: null, decision: "rejected" } as const;
    return decided({ ...what, asked, origin: origin(1), outcome: "open", ...given });
  };
  const ask = (earlier: readonly EarlierDecision[], title: string, from = origin(1)) =>
    recallNew(earlier, { kind: "decision", origin: from, fields: fieldsOf("decision", { title }) });

  it("is the same by its title, wherever it was quoted from", () => {
    expect(ask([made("Ten customers.")], "ten customers", origin(1, 9))).toMatchObject({
      remembered: { decision: "rejected" },
    });
    expect(ask([made("Ten customers")], "Twelve customers", origin(1, 9))).toMatchObject({ remembered: null });
  });

  it("is the same in other words from the same place, where nothing else was made from there", () => {
    expect(ask([made("Ten customers")], "Beta means ten")).toMatchObject({ remembered: { decision: "rejected" } });
    const two = [made("No refunds", { number: 2, origin: origin(2), decision: "approved" }), made("Ten customers")];
    expect(ask(two, "Beta means ten")).toMatchObject({ remembered: null });
  });

  it("is another one with another owner, and the same where only one of them has one", () => {
    const action = (owner: string | null) => fieldsOf("action-item", { title: "Write to the bank", owner });
    const rejected = made("", { kind: "action-item", asked: action("Ana") as unknown as ItemPatch, origin: null });
    const asked = (owner: string | null) =>
      recallNew([rejected], { kind: "action-item", origin: null, fields: action(owner) });
    expect([asked("Ben"), asked("Ana"), asked(null)]).toMatchObject([
      ...[{ remembered: null }, { remembered: { decision: "rejected" } }, { remembered: { decision: "rejected" } }],
    ]);
  });

  it("is a story by its key, whatever its title", () => {
    const asked = fieldsOf("story", { key: "PAY-12", title: "PAY-12" }) as unknown as ItemPatch;
    const rejected = made("", { kind: "story", key: "PAY-12", asked, origin: null });
    const named = (key: string | null) =>
      recallNew([rejected], { kind: "story", origin: null, fields: fieldsOf("story", { key, title: "PAY-12" }) });
    expect([named("PAY-12"), named("PAY-13"), named(null)]).toMatchObject([
      ...[{ remembered: { decision: "rejected" } }, { remembered: null }, { remembered: null }],
    ]);
  });

  it("is settled where it was written under another title", () => {
    const edited = made("Ten customers", { decision: "approved", edited: { title: "12" }, outcome: "made" });
    expect(ask([edited], "Ten customers", origin(1, 9))).toEqual({ type: "settled", itemId: "item_1" });
    expect(ask([{ ...edited, outcome: "undone" }], "Ten customers")).toMatchObject({
      remembered: { decision: "pending", edited: { title: "12" } },
    });
  });
});

describe("what is decided on a sheet", () => {
  const effect: Effect = {
    ...{ number: 3, call: 0, capability: "stories.update", action: "update", kind: "story", itemId: "item_1" },
    ...{ label: "PAY-12", before: PAY_12, changes: { points: 5 }, baseVersion: 1, origin: null, line: 2 },
    ...{ evidence: null, dependsOn: [] },
  };
  const recalled = points([decided({ decision: "rejected", outcome: "open" })], 5, null);
  const remembered = recalled.type === "open" ? recalled.remembered : null;

  it("is kept for the next one with what it was about", () => {
    const sheet = { ...EMPTY_SHEET, entries: [newEntry(effect)] };
    expect(decisionsOn("run_2", sheet)).toEqual([]);
    const rejected = decide(sheet, { decision: "rejected" }, { by: "usr_ben", at: 5 });
    expect(rejected.ok && decisionsOn("run_2", rejected.value)).toEqual([
      decided({
        ...{ runId: "run_2", number: 3, decision: "rejected", decided: { by: "usr_ben", at: 5 }, outcome: "open" },
      }),
    ]);
  });

  it("is the earlier sheet's where nobody has decided anew", () => {
    const sheet = { ...EMPTY_SHEET, entries: [newEntry(effect, remembered)] };
    expect(sheet.entries[0]).toMatchObject({ decision: "rejected", decided: ANA });
    expect([isAsBefore(sheet.entries[0]!), decisionsOn("run_2", sheet)]).toEqual([true, []]);
    const approved = decide(sheet, { effects: [3], decision: "approved" }, { by: "usr_ben", at: 5 });
    expect(
      approved.ok && [isAsBefore(approved.value.entries[0]!), decisionsOn("run_2", approved.value).length],
    ).toEqual([...[false, 1]]);
  });
});
