/**
 * Identifiers: a prefix that names the kind, then a UUIDv7 (RFC 9562) without hyphens, so that ids of one kind sort
 * by the time of their creation.
 */
import type { Clock, Random } from "./ports.ts";

const PREFIXES = [
  "run",
  "ws",
  "usr",
  "tok",
  "ses",
  "req",
  "ep",
  "msg",
  "hook",
  "sec",
  "dlv",
  "inv",
  "acc",
  "key",
  "call",
  "item",
  "chg",
  "sch",
  "mtg",
] as const;
export type IdPrefix = (typeof PREFIXES)[number];

const BODY = /^[0-9a-f]{32}$/;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Two digits a byte. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** A new id, for example `run_01934f3c8a6b7c1d9e2f3a4b5c6d7e8f`. */
export function newId(prefix: IdPrefix, clock: Clock, random: Random): string {
  const bytes = random.bytes(10);
  bytes[0] = 0x70 | (bytes[0]! & 0x0f);
  bytes[2] = 0x80 | (bytes[2]! & 0x3f);
  return `${earliestId(prefix, clock.now())}${hex(bytes)}`;
}

/** Sorts before every id of that kind that is made at this instant (epoch ms) or later, and behind all earlier ones. */
export function earliestId(prefix: IdPrefix, instant: number): string {
  return `${prefix}_${Math.max(0, Math.floor(instant)).toString(16).padStart(12, "0")}`;
}

/** Whether `text` has the shape of an id of that kind; says nothing about whether it exists. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && BODY.test(text.slice(prefix.length + 1));
}

/** An unguessable URL-safe secret of `byteLength` random bytes, in hexadecimal. */
export function newSecret(byteLength: number, random: Random): string {
  return hex(random.bytes(byteLength));
}
