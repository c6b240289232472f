/** Bytes as programs hand them over, and as they travel to the host. */
import { atob, btoa, TextEncoder } from "./encoding.ts";

export type BytesSource = ArrayBuffer | ArrayBufferView;

export const isBytes = (value: unknown): value is BytesSource =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value);

export function bytesOf(source: BytesSource): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return new Uint8Array(source);
}

const CHUNK_BYTES = 4_096;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(text);
}

export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

export const utf8 = (text: string) => new TextEncoder().encode(text);
