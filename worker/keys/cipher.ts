/**
 * AES-256-GCM by Web Crypto: a random initialisation vector of 96 bits for each text, in front of it (NIST SP 800-38D),
 * and a context as associated data, so that what was sealed for one place opens in no other.
 */
import { fromBase64, toBase64 } from "../domain/base64.ts";
import type { Random } from "../domain/ports.ts";

/** Bytes of every key here. */
export const KEY_BYTES = 32;
const IV_BYTES = 12;

/** Answers base64. */
export async function encrypt(key: Uint8Array, plain: Uint8Array, context: string, random: Random): Promise<string> {
  const iv = Uint8Array.from(random.bytes(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(parametersOf(iv, context), await importKey(key), Uint8Array.from(plain));
  return toBase64(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
}

/** Null where the text was sealed with another key, for another context, or changed since. */
export async function decrypt(key: Uint8Array, sealed: string, context: string): Promise<Uint8Array | null> {
  try {
    const bytes = fromBase64(sealed);
    const parameters = parametersOf(bytes.subarray(0, IV_BYTES), context);
    return new Uint8Array(await crypto.subtle.decrypt(parameters, await importKey(key), bytes.subarray(IV_BYTES)));
  } catch {
    return null;
  }
}

function parametersOf(iv: Uint8Array<ArrayBuffer>, context: string) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(context) };
}

function importKey(key: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", Uint8Array.from(key), "AES-GCM", false, ["encrypt", "decrypt"]);
}
