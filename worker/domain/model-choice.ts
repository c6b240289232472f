/** What a model's name means, which of a workspace's keys are asked, which models may be chosen, and who reviews. Pure. */
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

export interface NamedModel<Key> {
  readonly key: Key;
  /** As its provider is asked for it. */
  readonly model: string;
}

/** Whether a key is good for a model besides its own: one that its provider is known to have. */
type Knows<Key> = (key: Key, model: string) => boolean;

/**
 * What a name means: a key's own model; then, behind the name of a key or of a provider and a slash, a model of that key;
 * then a model that a key's provider is known to have. Where several keys fit, the first in their order. Null for none.
 * @param keys the one in use first
 */
export function namedModel<Key extends ModelKey>(
  keys: readonly Key[],
  name: string,
  knows: Knows<Key>,
): NamedModel<Key> | null {
  const ordered = inOrder(keys);
  const own = ordered.find(({ model }) => model === name);
  if (own) return { key: own, model: name };
  const behind = (prefix: string) => (name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : null);
  const named = [
    ...ordered.map((key) => [key, behind(key.name)] as const),
    ...ordered.map((key) => [key, behind(key.provider)] as const),
    ...ordered.map((key) => [key, name] as const),
  ];
  for (const isGood of [(key: Key, model: string) => key.model === model, knows]) {
    for (const [key, model] of named) if (model !== null && isGood(key, model)) return { key, model };
  }
  return null;
}

/** The one in use, those that are asked next, and the others. */
function inOrder<Key extends ModelKey>(keys: readonly Key[]): readonly Key[] {
  const first = [...keys.slice(0, 1), ...nextKeys(keys)];
  return [...first, ...keys.filter((key) => !first.includes(key))];
}

/** What a key's own model is named by: with the key's name in front where the model's means another key. */
function nameOf<Key extends ModelKey>(ordered: readonly Key[], key: Key): string {
  const isMeant = ordered.find(({ model }) => model === key.model) === key;
  return isMeant ? key.model : `${key.name}/${key.model}`;
}

export interface NameableModel<Key> extends NamedModel<Key> {
  readonly name: string;
}

/**
 * What can be named, each model once: the keys' own, by the key's name and the model's where the model's means another
 * key; then what their providers are known to have.
 */
export function nameableModels<Key extends ModelKey>(
  keys: readonly Key[],
  known: (key: Key) => readonly string[],
): readonly NameableModel<Key>[] {
  const ordered = inOrder(keys);
  const byName = new Map<string, NameableModel<Key>>();
  const add = (name: string, key: Key, model: string) => {
    if (!byName.has(name)) byName.set(name, { name, key, model });
  };
  for (const key of ordered) add(nameOf(ordered, key), key, key.model);
  for (const key of ordered) for (const model of known(key)) add(model, key, model);
  return [...byName.values()];
}

/**
 * In the order in which they are asked: the one given, the one in use, and those that are asked next.
 * @param keys the one in use first
 */
export function askedKeys<Key extends ModelKey>(keys: readonly Key[], own: Key | undefined = keys[0]): readonly Key[] {
  const [chosen] = keys;
  if (!chosen || !own) return [];
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
 * The name of the model that looks at what the model of `writer` has written: of another provider, those first that are
 * asked next anyway.
 * Null where the workspace has keys of one provider alone: then the same model looks again.
 */
export function reviewerOf<Key extends ModelKey>(
  keys: readonly Key[],
  writer: Key | undefined = keys[0],
): string | null {
  if (!writer) return null;
  const isOther = ({ provider, baseUrl }: ModelKey) => provider !== writer.provider || baseUrl !== writer.baseUrl;
  const reviewer = [...nextKeys(keys), ...keys].find(isOther);
  return reviewer ? nameOf(inOrder(keys), reviewer) : null;
}
