/**
 * Whether a delivery comes from somebody who knows an endpoint's secret: an HMAC of the raw body, as GitHub and Jira
 * Cloud send it (`sha256=` and hexadecimal), or the secret itself in the address, for servers that cannot sign.
 * All comparisons take the same time wherever the texts differ.
 */

const SCHEME = /^sha256=([0-9a-f]{64})$/i;
const ALGORITHM = { name: "HMAC", hash: "SHA-256" } as const;

async function hmacKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), ALGORITHM, false, [usage]);
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The value of `X-Hub-Signature-256` (GitHub) and `X-Hub-Signature` (Jira) for a body. */
export async function signatureOf(secret: string, body: Uint8Array): Promise<string> {
  const mac = await crypto.subtle.sign(ALGORITHM, await hmacKey(secret, "sign"), body as Uint8Array<ArrayBuffer>);
  return `sha256=${Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Whether `signature` is that of the raw body under this secret. */
export async function isSignedWith(secret: string, body: Uint8Array, signature: string | null): Promise<boolean> {
  const [, hex] = SCHEME.exec(signature ?? "") ?? [];
  // What is no signature at all takes as long as a wrong one.
  const mac = bytesOf(hex ?? "00".repeat(32));
  const key = await hmacKey(secret, "verify");
  const isRight = await crypto.subtle.verify(ALGORITHM, key, mac, body as Uint8Array<ArrayBuffer>);
  return isRight && hex !== undefined;
}

/** Whether the address carried this secret. Compared as MACs under a key that nobody outside knows. */
export async function isAddressedWith(secret: string, given: string | null): Promise<boolean> {
  return isSignedWith(
    secret,
    new TextEncoder().encode(secret),
    await signatureOf(secret, new TextEncoder().encode(given ?? "")),
  );
}
