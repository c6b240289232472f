/**
 * Passwords at rest: scrypt (RFC 7914) with a salt of its own for each. OWASP lists N = 2^13, r = 8, p = 10 as one of the
 * settings that are equally strong; it is the one with the least memory, 8 MiB, since programs need the isolate's.
 *
 * Invariant: an isolate hashes one password at a time.
 */
import { scryptAsync } from "@noble/hashes/scrypt.js";
import type { Random } from "../domain/ports.ts";
import { type TurnPorts, Turns } from "./turns.ts";

const COST = { N: 2 ** 13, r: 8, p: 10 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Each takes some tenths of a second: who would wait longer than a few seconds is told to come back. */
const WAITING_MAX = 16;

const turns = new Turns(WAITING_MAX);

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** Composed and decomposed forms of one character are the same password (NFKC, as RFC 8265 has it). */
function derive(password: string, salt: Uint8Array, cost: Cost, ports: TurnPorts): Promise<Uint8Array> {
  return turns.take(() => scryptAsync(password.normalize("NFKC"), salt, { ...cost, dkLen: KEY_BYTES }), ports);
}

/** `scrypt$N$r$p$salt$key`, the last two in hexadecimal. */
export async function hashPassword(password: string, random: Random, ports: TurnPorts): Promise<string> {
  const salt = random.bytes(SALT_BYTES);
  const key = await derive(password, salt, COST, ports);
  return ["scrypt", COST.N, COST.r, COST.p, hexOf(salt), hexOf(key)].join("$");
}

/** False, too, for a hash that is none of ours. */
export async function verifyPassword(password: string, hash: string, ports: TurnPorts): Promise<boolean> {
  const [name, N, r, p, salt, key] = hash.split("$");
  if (name !== "scrypt" || !salt || !key) return false;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = hexOf(await derive(password, bytesOf(salt), cost, ports));
  // Takes the same time wherever the two differ.
  let difference = derived.length ^ key.length;
  for (let index = 0; index < derived.length; index++) difference |= derived.charCodeAt(index) ^ key.charCodeAt(index);
  return difference === 0;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
