/** Which of a workspace's keys are asked for a model, which models people may choose among, and who reviews. Pure. */
import { FALLBACKS_MAX } from "./provider-key.ts";

/** A key that can be used, with the model that it is usually asked for. */
export interface ModelKey {
  readonly name: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly model: string;
  /** Its place among those that are asked where the one in use cannot answer; null for none. */
  readonly fallbackPosition: number | null;
}

export interface OfferedModel {
  readonly model: string;
  /** The key by which it is asked, as people call it. */
  readonly keyName: string;
  readonly isMock: boolean;
}

/**
 * In the order in which they are asked: the key of the model, the one in use, and those that are asked next.
 * @param keys the one in use first
 * @param model null for that of the key in use. A model that no key has is asked by the key in use.
 */
export function askedKeys<Key extends ModelKey>(keys: readonly Key[], model: string | null): readonly Key[] {
  const [chosen] = keys;
  if (!chosen) return [];
  const own = model === null ? chosen : (keys.find((key) => key.model === model) ?? chosen);
  const next = [chosen, ...nextKeys(keys)].filter((key) => key !== own);
  return [own, ...next.slice(0, FALLBACKS_MAX)];
}

function nextKeys<Key extends ModelKey>([, ...others]: readonly Key[]): readonly Key[] {
  return others
    .filter(({ fallbackPosition }) => fallbackPosition !== null)
    .toSorted((one, other) => one.fallbackPosition! - other.fallbackPosition!);
}

/**
 * Each model once, the workspace's own first.
 * @param besides another model that a key is good for; null for none
 */
export function offeredModels<Key extends ModelKey>(
  keys: readonly Key[],
  besides: (key: Key) => string | null,
): readonly OfferedModel[] {
  const all = [...keys.map((key) => [key.model, key] as const), ...keys.map((key) => [besides(key), key] as const)];
  const byModel = new Map<string, OfferedModel>();
  for (const [model, { name: keyName, provider }] of all) {
    if (model !== null && !byModel.has(model)) byModel.set(model, { model, keyName, isMock: provider === "mock" });
  }
  return [...byModel.values()];
}

/**
 * The model that looks at what another one has written: of another provider, those first that are asked next anyway.
 * Null where the workspace has keys of one provider alone: then the same model looks again.
 */
export function reviewerOf(keys: readonly ModelKey[], model: string | null): string | null {
  const [writer] = askedKeys(keys, model);
  if (!writer) return null;
  const isOther = ({ provider, baseUrl }: ModelKey) => provider !== writer.provider || baseUrl !== writer.baseUrl;
  return [...nextKeys(keys), ...keys].find(isOther)?.model ?? null;
}
