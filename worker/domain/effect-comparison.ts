/** What two runs about the same meeting wrote, side by side: what is the same, what differs, and what one alone has. Pure. */
import type { Effect } from "./effect.ts";
import { spokenWords } from "./evidence.ts";
import type { ItemPatch } from "./item.ts";

export interface EffectPair {
  readonly a: Effect;
  readonly b: Effect;
}

export interface EffectComparison {
  readonly same: readonly EffectPair[];
  /** About the same item, or the same words of the meeting, with other fields. */
  readonly different: readonly EffectPair[];
  readonly onlyA: readonly Effect[];
  readonly onlyB: readonly Effect[];
}

/** Two that say the same of the same item; then two of one kind from one utterance and with one title; then of one utterance. */
const MATCHES: readonly ((effect: Effect) => string)[] = [
  (effect) => `${placeOf(effect)}:${titleOf(effect)}:${JSON.stringify(saidBy(effect))}`,
  (effect) => `${placeOf(effect)}:${titleOf(effect)}`,
  placeOf,
];

export function compareEffects(a: readonly Effect[], b: readonly Effect[]): EffectComparison {
  const pairs: EffectPair[] = [];
  const onlyA = new Set(a);
  const onlyB = new Set(b);
  for (const nameOf of MATCHES) {
    const left = Map.groupBy(onlyB, nameOf);
    for (const each of [...onlyA]) {
      const other = left.get(nameOf(each))?.shift();
      if (!other) continue;
      pairs.push({ a: each, b: other });
      onlyA.delete(each);
      onlyB.delete(other);
    }
  }
  const isSame = (pair: EffectPair) => JSON.stringify(saidBy(pair.a)) === JSON.stringify(saidBy(pair.b));
  pairs.sort((one, two) => one.a.number - two.a.number);
  return {
    same: pairs.filter(isSame),
    different: pairs.filter((pair) => !isSame(pair)),
    onlyA: [...onlyA],
    onlyB: [...onlyB],
  };
}

function placeOf({ kind, action, evidence }: Effect): string {
  return `${kind}:${action}:${evidence?.utterance ?? ""}`;
}

function titleOf({ label }: Effect): string {
  return spokenWords(label);
}

/** The fields that were given, in one order; titles by their words. */
function saidBy({ changes }: Effect): ItemPatch {
  const given = Object.entries(changes).filter(([, value]) => value !== null && value !== "");
  const said = given.map(([name, value]) => [name, typeof value === "string" ? spokenWords(value) : value] as const);
  return Object.fromEntries(said.sort(([one], [two]) => one.localeCompare(two)));
}
