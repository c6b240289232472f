/**
 * Secrets that must be read again (those that sign or are sent, not those that are only recognised), sealed in an envelope:
 * a key-encryption key of the operator's wraps one data key for each workspace, and the data key seals its secrets.
 *
 * A key-encryption key is known by its fingerprint, which stands beside what it wrapped. So several may count at once:
 * the first wraps, all unwrap, and a data key that an older one wrapped is wrapped anew when it is next used.
 * Deleting a workspace's data key makes all of its secrets unreadable at once.
 * Invariant: nothing is kept in memory between two calls, neither a data key nor a secret.
 */
import { fromBase64 } from "../domain/base64.ts";
import type { Random } from "../domain/ports.ts";
import { Secret } from "../domain/secret.ts";
import type { WrappedKey } from "../domain/wrapped-key.ts";
import { decrypt, encrypt, KEY_BYTES } from "./cipher.ts";

/** Where the data keys are kept. */
export interface DataKeys {
  find(workspaceId: string): Promise<WrappedKey | null>;
  /** Leaves the one that is there already. */
  add(workspaceId: string, key: WrappedKey): Promise<void>;
  /** Changes nothing where `before` is not there any more. */
  replace(workspaceId: string, before: WrappedKey, after: WrappedKey): Promise<void>;
}

const PREFIX = "v2.";
/** Sealed with the installation's key itself, before workspaces had data keys: still opened, not made any more. */
const DIRECT_PREFIX = "v1.";
const FINGERPRINT_BYTES = 8;

export class Vault {
  readonly #keys: readonly Secret[];
  readonly #dataKeys: DataKeys;
  readonly #random: Random;

  /** @param keys key-encryption keys in base64: the first wraps, all unwrap; none where the operator set none */
  constructor(keys: readonly Secret[], dataKeys: DataKeys, random: Random) {
    this.#keys = keys;
    this.#dataKeys = dataKeys;
    this.#random = random;
  }

  /** Whether anything can be sealed: false where the operator set no key. */
  get canSeal(): boolean {
    return this.#keys.length > 0;
  }

  /** @param context what the secret is for, and all that it must not outlive: it opens with the same text alone */
  async seal(workspaceId: string, context: string, secret: Secret): Promise<string> {
    const dataKey = (await this.#dataKeyOf(workspaceId)) ?? (await this.#newDataKey(workspaceId));
    const plain = new TextEncoder().encode(secret.reveal());
    return PREFIX + (await encrypt(dataKey, plain, contextOf(workspaceId, context), this.#random));
  }

  /** Throws when the text was sealed with another key or for another context, was changed, or its data key is gone. */
  async open(workspaceId: string, context: string, sealed: string): Promise<Secret> {
    const plain = sealed.startsWith(DIRECT_PREFIX)
      ? await this.#openDirect(context, sealed.slice(DIRECT_PREFIX.length))
      : await this.#openInEnvelope(workspaceId, context, sealed);
    if (plain === null) throw new Error("a secret does not open with the keys of RUNYARD_SECRETS_KEY");
    return new Secret(new TextDecoder().decode(plain));
  }

  async #openInEnvelope(workspaceId: string, context: string, sealed: string): Promise<Uint8Array | null> {
    if (!sealed.startsWith(PREFIX)) throw new Error("a secret was sealed in a format that is not known here");
    const dataKey = await this.#dataKeyOf(workspaceId);
    return dataKey && decrypt(dataKey, sealed.slice(PREFIX.length), contextOf(workspaceId, context));
  }

  async #openDirect(context: string, sealed: string): Promise<Uint8Array | null> {
    for (const key of this.#keys) {
      const plain = await decrypt(bytesOf(key), sealed, context);
      if (plain !== null) return plain;
    }
    return null;
  }

  /** Null where the workspace has none. */
  async #dataKeyOf(workspaceId: string): Promise<Uint8Array | null> {
    const stored = await this.#dataKeys.find(workspaceId);
    if (stored === null) return null;
    for (const [index, key] of this.#keys.entries()) {
      if ((await fingerprintOf(key)) !== stored.wrappedBy) continue;
      const dataKey = await decrypt(bytesOf(key), stored.wrapped, wrapContextOf(workspaceId, stored.wrappedBy));
      if (dataKey === null) throw new Error("a workspace's data key was changed since it was wrapped");
      if (index > 0) await this.#dataKeys.replace(workspaceId, stored, await this.#wrap(workspaceId, dataKey));
      return dataKey;
    }
    throw new Error(`a workspace's data key needs the key-encryption key ${stored.wrappedBy}, which is not set`);
  }

  /** Of two that are made at once the first counts, for both. */
  async #newDataKey(workspaceId: string): Promise<Uint8Array> {
    await this.#dataKeys.add(workspaceId, await this.#wrap(workspaceId, this.#random.bytes(KEY_BYTES)));
    const dataKey = await this.#dataKeyOf(workspaceId);
    if (dataKey === null) throw new Error("a data key that was just made is not there");
    return dataKey;
  }

  async #wrap(workspaceId: string, dataKey: Uint8Array): Promise<WrappedKey> {
    const [key] = this.#keys;
    if (key === undefined) throw new Error("RUNYARD_SECRETS_KEY is not set");
    const wrappedBy = await fingerprintOf(key);
    const context = wrapContextOf(workspaceId, wrappedBy);
    return { wrapped: await encrypt(bytesOf(key), dataKey, context, this.#random), wrappedBy };
  }
}

const bytesOf = (key: Secret) => fromBase64(key.reveal());
const contextOf = (workspaceId: string, context: string) => JSON.stringify(["secret", workspaceId, context]);
const wrapContextOf = (workspaceId: string, wrappedBy: string) => JSON.stringify(["data key", workspaceId, wrappedBy]);

/** Names a key-encryption key, and says nothing of it: the start of a SHA-256, in hexadecimal. */
async function fingerprintOf(key: Secret): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`key-encryption key ${key.reveal()}`));
  return Array.from(new Uint8Array(digest, 0, FINGERPRINT_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
