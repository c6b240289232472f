/**
 * What can be done with the keys of providers, for the API and the console alike. Every key is looked up in the workspace
 * of who asks: a foreign one looks exactly like one that does not exist. No answer holds more of a key than its end.
 */
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { toDollars } from "../domain/dollars.ts";
import { type Failure, fail, type Result, succeed } from "../domain/errors.ts";
import { type HandPrice, priceChanges, priceWords } from "../domain/hand-price.ts";
import { isId, newId } from "../domain/ids.ts";
import { toIso, toIsoOrNull } from "../domain/instant.ts";
import type { Principal } from "../domain/principal.ts";
import {
  type ChangeKey,
  type CreateKey,
  FALLBACKS_MAX,
  type KeyedProvider,
  type KeyTest,
  NO_PRICES,
  PROVIDER_BASE_URLS,
  PROVIDER_KEYS_MAX,
  type ProviderKey,
  type RotateKey,
  type TestedKey,
  type TestKey,
  takesPrices,
  unverifiedNote,
} from "../domain/provider-key.ts";
import { Secret } from "../domain/secret.ts";
import { isPlainlySpelled, isPublicHost } from "../egress/public-host.ts";
import {
  deleteProviderKey,
  findChosenKey,
  findProviderKey,
  insertProviderKey,
  listProviderKeys,
  listUsableKeys,
  type ProviderKeyChange,
  setFallbackKeys,
  updateProviderKey,
} from "../store/provider-keys.ts";
import type { ProviderKeyRow } from "../store/schema.ts";
import { record } from "./audit-trail.ts";
import { keyContext, testProvider } from "./workspace-provider.ts";

const NO_SECRETS_KEY = "Set RUNYARD_SECRETS_KEY (openssl rand -base64 32): it seals the keys of providers.";
const SECOND_MS = 1_000;
/** In place of the time at which a key was chosen: any other that can be used is used before it. */
const NOT_CHOSEN = 0;

export async function listKeys({ db, clock }: Dependencies, { workspaceId }: Principal): Promise<ProviderKey[]> {
  const [rows, chosen] = await Promise.all([listProviderKeys(db, workspaceId), findChosenKey(db, workspaceId)]);
  return rows.map((row) => toProviderKey(row, chosen, clock.now()));
}

export async function accessKey(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
): Promise<Result<ProviderKey>> {
  const row = await findRow(dependencies, principal, id);
  if (!row.ok) return row;
  const { db, clock } = dependencies;
  return succeed(toProviderKey(row.value, await findChosenKey(db, principal.workspaceId), clock.now()));
}

/** Tests what is not saved, and saves nothing. */
export async function testUnsavedKey(dependencies: Dependencies, given: TestKey): Promise<Result<KeyTest>> {
  const address = addressOf(dependencies, given.provider, given.baseUrl);
  if (!address.ok) return address;
  return succeed(await testGiven(dependencies, { ...given, baseUrl: address.value }));
}

/**
 * Tests the key and saves it, unless the provider rejects it. It is used from now on where it works, or where there is no
 * other to use: what nobody knows to work takes no calls from a key that may.
 */
export async function createKey(
  dependencies: Dependencies,
  principal: Principal,
  given: CreateKey,
): Promise<Result<TestedKey>> {
  const { vault, db, clock, random } = dependencies;
  if (!vault.canSeal) return fail("not-configured", NO_SECRETS_KEY);
  const address = addressOf(dependencies, given.provider, given.baseUrl);
  if (!address.ok) return address;
  const { provider, name } = given;
  const { workspaceId } = principal;
  const baseUrl = address.value;
  const test = await testGiven(dependencies, { ...given, baseUrl });
  if (test.verdict === "rejected-key") return wrong("key", test.message);
  const id = newId("key", clock, random);
  const secret = given.key === "" ? null : new Secret(given.key);
  const sealed = secret && (await vault.seal(workspaceId, keyContext({ id, provider, baseUrl }, 1), secret));
  const now = clock.now();
  const isUsed = test.verdict === "works" || (await findChosenKey(db, workspaceId)) === null;
  const row: ProviderKeyRow = {
    ...{ id, workspaceId, name, provider, baseUrl, model: given.model || null },
    ...{ version: 1, sealed, hint: secret?.hint ?? "" },
    ...{ sealedPrevious: null, previousHint: null, previousExpiresAt: null },
    ...{ testedAt: now, verdict: test.verdict },
    ...{ chosenAt: isUsed ? now : NOT_CHOSEN, lastUsedAt: null, createdBy: principal.id, createdAt: now },
    fallbackPosition: null,
    prices: given.prices,
  };
  const inserted = await insertProviderKey(db, row, PROVIDER_KEYS_MAX);
  if (inserted === "name-taken") return wrong("name", "is the name of another key of the workspace");
  if (inserted === "too-many")
    return fail("too-many-keys", `Delete one first: a workspace has at most ${PROVIDER_KEYS_MAX}.`);
  const { host } = new URL(baseUrl);
  await record(dependencies, actorOf(principal), "key.added", id, { name, provider, host });
  await recordPrices(dependencies, principal, { id, name, prices: [] }, given.prices);
  return tested(dependencies, principal, id, test);
}

/**
 * Another address discards the key: it was given for the one before. Where there is another to use, the one without its key
 * is not used until somebody chooses it: what it is given, or the server without one, may not work.
 */
export async function changeKey(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
  { name, model, baseUrl: given, prices }: ChangeKey,
): Promise<Result<ProviderKey>> {
  const found = await findRow(dependencies, principal, id);
  if (!found.ok) return found;
  const row = found.value;
  const address = given === undefined ? succeed(row.baseUrl) : addressOf(dependencies, row.provider, given);
  if (!address.ok) return address;
  if (prices?.length && !takesPrices(row.provider)) return wrong("prices", NO_PRICES);
  const isMoved = address.value !== row.baseUrl;
  const isUntested = isMoved || (model !== undefined && (model || null) !== row.model);
  const change: ProviderKeyChange = {
    baseUrl: address.value,
    ...(name === undefined ? {} : { name }),
    ...(model === undefined ? {} : { model: model || null }),
    ...(prices === undefined ? {} : { prices }),
    ...(isUntested ? { testedAt: null, verdict: null } : {}),
    ...(isMoved ? { sealed: null, hint: "", ...NO_PREVIOUS } : {}),
    ...(isMoved && row.sealed !== null && (await hasOtherKey(dependencies, row)) ? { chosenAt: NOT_CHOSEN } : {}),
  };
  if (!(await updateProviderKey(dependencies.db, row, change)))
    return wrong("name", "is the name of another key of the workspace, or somebody changed the key at this moment");
  dependencies.knownKeys.forget(principal.workspaceId);
  const told = { name: name ?? row.name, host: new URL(address.value).host, isKeyKept: String(!isMoved) };
  if (name !== undefined || model !== undefined || given !== undefined)
    await record(dependencies, actorOf(principal), "key.changed", id, told);
  await recordPrices(dependencies, principal, { ...row, name: told.name }, prices ?? row.prices);
  return accessKey(dependencies, principal, id);
}

async function hasOtherKey({ db }: Dependencies, { workspaceId, id }: ProviderKeyRow): Promise<boolean> {
  return (await listUsableKeys(db, workspaceId)).some((other) => other.id !== id);
}

/** An entry for each model whose price is another now: what is decided about money is not cut short. */
async function recordPrices(
  dependencies: Dependencies,
  principal: Principal,
  { id, name, prices }: Pick<ProviderKeyRow, "id" | "name" | "prices">,
  after: readonly HandPrice[],
): Promise<void> {
  for (const { model, price } of priceChanges(prices, after)) {
    const told = { name, model, price: price ? priceWords(price) : "none" };
    await record(dependencies, actorOf(principal), "key.priced", id, told);
  }
}

const NO_PREVIOUS = { sealedPrevious: null, previousHint: null, previousExpiresAt: null } as const;

/**
 * A new key in the place of the old one, which is still taken for `overlapSeconds` where the new one is rejected. Whether it
 * is the one in use stays as it was: who rotates a key has said which one it takes the place of.
 */
export async function rotateKey(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
  { key, overlapSeconds }: RotateKey,
): Promise<Result<TestedKey>> {
  const { vault, db, clock } = dependencies;
  if (!vault.canSeal) return fail("not-configured", NO_SECRETS_KEY);
  const found = await findRow(dependencies, principal, id);
  if (!found.ok) return found;
  const row = found.value;
  const test = await testGiven(dependencies, { ...row, model: row.model ?? "", key });
  if (test.verdict === "rejected-key") return wrong("key", test.message);
  const secret = new Secret(key);
  const version = row.version + 1;
  const now = clock.now();
  const keepsOld = row.sealed !== null && overlapSeconds > 0;
  const changed = await updateProviderKey(db, row, {
    version,
    sealed: await vault.seal(principal.workspaceId, keyContext(row, version), secret),
    hint: secret.hint,
    ...(keepsOld
      ? {
          sealedPrevious: row.sealed,
          previousHint: row.hint,
          previousExpiresAt: now + overlapSeconds * SECOND_MS,
        }
      : NO_PREVIOUS),
    ...{ testedAt: now, verdict: test.verdict },
  });
  if (!changed) return wrong("key", "was not saved: somebody rotated the key at this moment");
  const told = { name: row.name, version: String(version), overlapSeconds: String(keepsOld ? overlapSeconds : 0) };
  await record(dependencies, actorOf(principal), "key.rotated", id, told);
  return tested(dependencies, principal, id, test);
}

export async function testSavedKey(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
): Promise<Result<TestedKey>> {
  const found = await findRow(dependencies, principal, id);
  if (!found.ok) return found;
  const row = found.value;
  const { sealed, workspaceId, version, provider } = row;
  if (sealed === null && PROVIDER_BASE_URLS[provider] !== null)
    return wrong("key", "is not there any more, since the address was changed: give it anew");
  const key = () => dependencies.vault.open(workspaceId, keyContext(row, version), sealed!);
  const test = await testProvider(dependencies, { ...row, hasKey: sealed !== null }, key);
  await updateProviderKey(dependencies.db, row, { testedAt: dependencies.clock.now(), verdict: test.verdict });
  await record(dependencies, actorOf(principal), "key.tested", id, { name: row.name, verdict: test.verdict });
  return tested(dependencies, principal, id, test);
}

/** Models are asked with this one from now on. */
export async function chooseKey(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
): Promise<Result<ProviderKey>> {
  const found = await findRow(dependencies, principal, id);
  if (!found.ok) return found;
  await updateProviderKey(dependencies.db, found.value, { chosenAt: dependencies.clock.now() });
  dependencies.knownKeys.forget(principal.workspaceId);
  await record(dependencies, actorOf(principal), "key.chosen", id, { name: found.value.name });
  return accessKey(dependencies, principal, id);
}

/** Which keys are asked next, in this order, where the one in use cannot answer. None for no others. */
export async function chooseFallbacks(
  { db, knownKeys }: Dependencies,
  { workspaceId }: Principal,
  ids: readonly string[],
): Promise<Result<null>> {
  if (ids.length > FALLBACKS_MAX) return wrong("keyId", `names more than ${FALLBACKS_MAX} keys`);
  if (new Set(ids).size < ids.length) return wrong("keyId", "names a key twice: each can be asked once");
  const known = new Set((await listProviderKeys(db, workspaceId)).map(({ id }) => id));
  if (ids.some((id) => !known.has(id))) return wrong("keyId", "names a key that is not there any more");
  await setFallbackKeys(db, workspaceId, ids);
  knownKeys.forget(workspaceId);
  return succeed(null);
}

export async function removeKey(dependencies: Dependencies, principal: Principal, id: string): Promise<Result<null>> {
  const found = await findRow(dependencies, principal, id);
  if (!found.ok) return found;
  await deleteProviderKey(dependencies.db, principal.workspaceId, id);
  await dependencies.budget(principal.workspaceId).forgetCircuit(id);
  dependencies.knownKeys.forget(principal.workspaceId);
  await record(dependencies, actorOf(principal), "key.deleted", id, { name: found.value.name });
  return succeed(null);
}

async function findRow({ db }: Dependencies, { workspaceId }: Principal, id: string): Promise<Result<ProviderKeyRow>> {
  const row = isId("key", id) ? await findProviderKey(db, workspaceId, id) : null;
  return row ? succeed(row) : fail("not-found", "There is no provider key with this id in your workspace.");
}

async function tested(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
  test: KeyTest,
): Promise<Result<TestedKey>> {
  dependencies.knownKeys.forget(principal.workspaceId);
  const key = await accessKey(dependencies, principal, id);
  return key.ok ? succeed({ key: key.value, test, note: unverifiedNote(key.value, test) }) : key;
}

function testGiven(dependencies: Dependencies, { provider, baseUrl, model, key }: TestKey): Promise<KeyTest> {
  const choice = { provider, baseUrl, model: model || null, hasKey: key !== "" };
  return testProvider(dependencies, choice, async () => new Secret(key));
}

/** The address as it is stored and compared: the provider's own where none is given, and without slashes at its end. */
function addressOf({ config }: Dependencies, provider: KeyedProvider, given: string): Result<string> {
  const text = given || PROVIDER_BASE_URLS[provider];
  if (text === null) return wrong("baseUrl", "is required");
  const url = new URL(text);
  const plain = url.host.replace(/\.+(?=:|$)/, "");
  if (!isPlainlySpelled(text, url)) return wrong("baseUrl", `must spell its host plainly, as ${plain}`);
  if (!config.allowsPrivateProviders) {
    if (url.protocol !== "https:")
      return wrong("baseUrl", `must start with https://, so that nobody on the way can read the key${LIFTED}`);
    if (!isPublicHost(url.hostname)) return wrong("baseUrl", `must be a public host${LIFTED}`);
  }
  return succeed(url.origin + url.pathname.replace(/\/+$/, ""));
}

const LIFTED = "; on a server of your own, RUNYARD_PROVIDER_PRIVATE_HOSTS=allow lifts that";

function wrong(path: string, message: string): Failure {
  return fail("invalid-request", `${path}: ${message}`, [{ path, message }]);
}

function toProviderKey(row: ProviderKeyRow, chosen: ProviderKeyRow | null, now: number): ProviderKey {
  const { id, name, provider, baseUrl, model, sealed, hint, version, previousHint, previousExpiresAt, createdBy } = row;
  const isOverlapping = previousExpiresAt !== null && previousExpiresAt > now;
  return {
    ...{ id, name, provider, baseUrl, model, hasKey: sealed !== null, hint, version },
    previous: isOverlapping ? { hint: previousHint!, expiresAt: toIso(previousExpiresAt) } : null,
    lastTest: row.verdict === null ? null : { verdict: row.verdict, at: toIso(row.testedAt!) },
    isChosen: chosen?.id === id,
    fallbackPosition: row.fallbackPosition,
    prices: row.prices.map(({ model, input, output, cachedInput }) => ({
      ...{ model, input: toDollars(input), output: toDollars(output), cachedInput: toDollars(cachedInput) },
    })),
    lastUsedAt: toIsoOrNull(row.lastUsedAt),
    ...{ createdBy, createdAt: toIso(row.createdAt) },
  };
}
