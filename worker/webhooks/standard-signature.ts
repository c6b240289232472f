/** Signatures of outgoing webhooks by Standard Webhooks 1.0 (https://www.standardwebhooks.com): the symmetric scheme, `v1`. */
import { fromBase64, toBase64 } from "../domain/base64.ts";
import type { Random } from "../domain/ports.ts";

const SECRET_PREFIX = "whsec_";
/** The standard asks for 24 to 64. */
const SECRET_BYTES = 32;

export function newSigningSecret(random: Random): string {
  return SECRET_PREFIX + toBase64(random.bytes(SECRET_BYTES));
}

/**
 * The header webhook-signature: one signature for each secret, so that a receiver that knows one of them can verify it.
 * @param id without a full stop, which separates what is signed
 */
export async function signatureHeader(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: string,
): Promise<string> {
  const content = new TextEncoder().encode(`${id}.${timestampSeconds}.${body}`);
  const signatures = secrets.map(async (secret) => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const bytes = fromBase64(secret.slice(SECRET_PREFIX.length));
    const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
    return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", key, content)))}`;
  });
  return (await Promise.all(signatures)).join(" ");
}
