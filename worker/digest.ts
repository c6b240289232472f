/** SHA-256 in hexadecimal: how secrets that only need to be recognised (sessions, tokens, links) are kept. */
import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "./domain/ids.ts";

/** Up to here the platform's own takes longer to be reached than this one to be done. */
const SHORT_BYTES = 512;

export async function sha256Hex(text: string): Promise<string> {
  return sha256HexOf(new TextEncoder().encode(text));
}

export async function sha256HexOf(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= SHORT_BYTES) return hex(sha256(bytes));
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return hex(new Uint8Array(digest));
}
