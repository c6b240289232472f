/**
 * The models that a workspace may ask, and which key each is asked by: its own keys', else the operator's, else the mock.
 * Nothing is asked from here: workspace-provider.ts does.
 */
import type { Dependencies } from "../dependencies.ts";
import { type Failure, fail, type Result, succeed } from "../domain/errors.ts";
import {
  type ModelKey,
  type NameableModel,
  type NamedModel,
  nameableModels,
  namedModel,
  type OfferedModel,
  offeredModels,
  reviewerOf,
} from "../domain/model-choice.ts";
import { cheapModelOf } from "../llm/call-cost.ts";
import { DEFAULT_MODEL_ALIAS } from "../llm/chat-completion-request.ts";
import { MOCK_MODEL } from "../llm/mock.ts";
import { isPriced, pricedModels } from "../llm/prices.ts";
import type { ProviderName } from "../llm/provider.ts";
import { usualModelOf } from "../llm/select-provider.ts";
import { listUsableKeys } from "../store/provider-keys.ts";
import type { ProviderKeyRow } from "../store/schema.ts";

/** A key of the workspace; without a row what is asked where it has none: the operator's key, or the mock. */
export interface AskableKey extends ModelKey {
  readonly provider: ProviderName;
  readonly row: ProviderKeyRow | null;
}

/** The one in use first. */
export async function askableKeysOf(
  { db, config, knownKeys }: Dependencies,
  workspaceId: string,
): Promise<readonly [AskableKey, ...AskableKey[]]> {
  // Remembered for moments: each call asks for them, and so does each page.
  const rows = (await knownKeys.find(workspaceId, () => listUsableKeys(db, workspaceId))) ?? [];
  const [first, ...others] = rows.map((row): AskableKey => ({ ...row, model: usualModelOf(row), row }));
  return first ? [first, ...others] : [operatorsKey(config.provider)];
}

function operatorsKey(provider: Dependencies["config"]["provider"]): AskableKey {
  const model = provider ? usualModelOf(provider.choice) : MOCK_MODEL;
  const { provider: name, baseUrl } = provider?.choice ?? { provider: "mock" as const, baseUrl: "" };
  return { name: "the server's own", provider: name, baseUrl, model, fallbackPosition: null, row: null };
}

/**
 * Which key a name means: the one in use for `default`, else as `namedModel` says. Null where it means none.
 */
export function modelByName(
  { clock }: Dependencies,
  keys: readonly [AskableKey, ...AskableKey[]],
  name: string,
): NamedModel<AskableKey> | null {
  if (name === DEFAULT_MODEL_ALIAS) return { key: keys[0], model: keys[0].model };
  return namedModel(keys, name, ({ provider }, model) => isPriced(provider, model, clock.now()));
}

/** All that {@link modelByName} knows: whoever asks for anything else is told so. `default` is one of them. */
export async function nameableModelsOf(
  dependencies: Dependencies,
  workspaceId: string,
): Promise<readonly NameableModel<AskableKey>[]> {
  const keys = await askableKeysOf(dependencies, workspaceId);
  const now = dependencies.clock.now();
  const models = nameableModels(keys, ({ provider }) => pricedModels(provider, now));
  return [{ name: DEFAULT_MODEL_ALIAS, key: keys[0], model: keys[0].model }, ...models];
}

/** What {@link modelByName} knows by this name. `model-not-found` says which there are. */
export async function namedModelOf(
  dependencies: Dependencies,
  workspaceId: string,
  name: string,
): Promise<Result<NamedModel<AskableKey>>> {
  const named = modelByName(dependencies, await askableKeysOf(dependencies, workspaceId), name);
  return named ? succeed(named) : noSuchModel(dependencies, workspaceId, [{ path: "model", name }]);
}

/** Names of {@link nameableModelsOf} in a sentence; all of them are told where they are asked for. */
const TOLD_NAMES = 20;

/** A name, and the field of a request that holds it. */
export interface AskedName {
  readonly path: string;
  readonly name: string;
}

/** The failure of names that mean no model, with the names that do. */
export async function noSuchModel(
  dependencies: Dependencies,
  workspaceId: string,
  asked: readonly AskedName[],
): Promise<Failure> {
  const models = await nameableModelsOf(dependencies, workspaceId);
  const [told, others] = [models.slice(0, TOLD_NAMES), Math.max(0, models.length - TOLD_NAMES)];
  const names = told.map((each) => each.name).join(", ") + (others > 0 ? `, and ${others} more` : "");
  const wrong = asked.map(({ name }) => JSON.stringify(name)).join(" or ");
  const detail = `The workspace has no model ${wrong}. These can be named: ${names}; GET /v1/models lists them.`;
  const message = `names no model of the workspace. These can be named: ${names}`;
  return fail(
    "model-not-found",
    detail,
    asked.map(({ path }) => ({ path, message })),
  );
}

/** The failure of those names that mean no model of the workspace; null where each means one. */
export async function refusalOfNames(
  dependencies: Dependencies,
  workspaceId: string,
  asked: readonly AskedName[],
): Promise<Failure | null> {
  const keys = await askableKeysOf(dependencies, workspaceId);
  const wrong = asked.filter(({ name }) => modelByName(dependencies, keys, name) === null);
  return wrong.length === 0 ? null : noSuchModel(dependencies, workspaceId, wrong);
}

/** What people are told which provider it is. */
export async function providerNameOf(dependencies: Dependencies, workspaceId: string): Promise<ProviderName> {
  return (await askableKeysOf(dependencies, workspaceId))[0].provider;
}

/** Models that somebody may choose among, the workspace's own first. Others of the same providers may be named, too. */
export async function modelsOf(dependencies: Dependencies, workspaceId: string): Promise<readonly OfferedModel[]> {
  return offeredModels(await askableKeysOf(dependencies, workspaceId), ({ provider }) => cheapModelOf(provider));
}

/** Who looks at what `model` has written, where nobody names it: null for the same model. */
export async function reviewerFor(
  dependencies: Dependencies,
  workspaceId: string,
  model: string | null,
): Promise<string | null> {
  const keys = await askableKeysOf(dependencies, workspaceId);
  const writer = model === null ? null : modelByName(dependencies, keys, model);
  return reviewerOf(keys, writer?.key);
}
