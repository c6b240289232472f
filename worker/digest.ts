/** SHA-256 in hexadecimal: how secrets that only need to be recognised (sessions, tokens, links) are kept. */
import { hex } from "./domain/ids.ts";

export async function sha256Hex(text: string): Promise<string> {
  return sha256HexOf(new TextEncoder().encode(text));
}

export async function sha256HexOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return hex(new Uint8Array(digest));
}
