/**
 * Secrets that must be read again (those that sign, not those that are only recognised): AES-256-GCM with a random
 * initialisation vector for each, and the context (whose secret it is, and what for) as associated data, so that a sealed
 * text that is copied to another row does not open there.
 * The key is the installation's own: the variable RUNYARD_SECRETS_KEY.
 */
import { fromBase64, toBase64 } from "../domain/base64.ts";
import type { Random } from "../domain/ports.ts";

/** Bytes of the key. */
export const SECRETS_KEY_BYTES = 32;
/** As NIST SP 800-38D recommends for GCM. */
const IV_BYTES = 12;
/** Format and cipher of the text that follows. */
const PREFIX = "v1.";

/** @param key as `RUNYARD_SECRETS_KEY` holds it: base64 */
export async function sealSecret(key: string, secret: string, context: string, random: Random): Promise<string> {
  const iv = Uint8Array.from(random.bytes(IV_BYTES));
  const algorithm = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(context) };
  const sealed = await crypto.subtle.encrypt(algorithm, await importKey(key), new TextEncoder().encode(secret));
  return PREFIX + toBase64(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
}

/** Throws when the text was sealed with another key, for another context, or changed since. */
export async function openSecret(key: string, sealed: string, context: string): Promise<string> {
  if (!sealed.startsWith(PREFIX)) throw new Error("a secret was sealed in a format that is not known here");
  const bytes = fromBase64(sealed.slice(PREFIX.length));
  const algorithm = {
    name: "AES-GCM",
    iv: bytes.subarray(0, IV_BYTES),
    additionalData: new TextEncoder().encode(context),
  };
  try {
    const opened = await crypto.subtle.decrypt(algorithm, await importKey(key), bytes.subarray(IV_BYTES));
    return new TextDecoder().decode(opened);
  } catch {
    throw new Error("a secret does not open with this RUNYARD_SECRETS_KEY");
  }
}

function importKey(key: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", fromBase64(key), "AES-GCM", false, ["encrypt", "decrypt"]);
}
