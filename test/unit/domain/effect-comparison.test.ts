import { describe, expect, it } from "vitest";
import type { Effect } from "../../../worker/domain/effect.ts";
import { compareEffects } from "../../../worker/domain/effect-comparison.ts";

const effect = (number: number, fields: Partial<Effect>): Effect => ({
  ...{ number, call: number, capability: "actionItems.create", action: "create", kind: "action-item" },
  ...{
    itemId: `item_${number}`,
    label: "Call the bank",
    before: null,
    changes: { title: "Call the bank", owner: "Ana" },
  },
  ...{ baseVersion: 0, origin: null, line: number, dependsOn: [] },
  evidence: { meetingId: "mtg_1", utterance: 4, speaker: "Ana", at: null, quote: "I will call the bank" },
  ...fields,
});

describe("compareEffects", () => {
  it("finds what is the same, whatever its number, and however its words are written", () => {
    const other = effect(7, { label: "call the bank.", changes: { owner: "Ana", due: null, title: "call the bank." } });
    expect(compareEffects([effect(1, {})], [other])).toMatchObject({ same: [{ a: { number: 1 }, b: { number: 7 } }] });
  });

  it("pairs what was made of the same words, and says what one alone has", () => {
    const said = (utterance: number) => ({ evidence: { ...effect(1, {}).evidence!, utterance } });
    const a = [effect(1, {}), effect(2, said(9))];
    const b = [effect(1, { label: "Ring the bank", changes: { title: "Ring the bank" } }), effect(2, said(30))];
    const { same, different, onlyA, onlyB } = compareEffects(a, b);
    expect(same).toEqual([]);
    expect(different.map((pair) => [pair.a.label, pair.b.label])).toEqual([["Call the bank", "Ring the bank"]]);
    expect([onlyA.map(({ number }) => number), onlyB.map(({ number }) => number)]).toEqual([[2], [2]]);
  });

  it("pairs each effect once", () => {
    const twice = [effect(1, {}), effect(2, {})];
    expect(compareEffects(twice, [effect(1, {})])).toMatchObject({
      same: [{}],
      different: [],
      onlyA: [{ number: 2 }],
      onlyB: [],
    });
  });
});
