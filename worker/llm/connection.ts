/**
 * What an adapter needs to reach its provider: the ports, the bounds of one call, and the rules for addresses and keys.
 * It opens nothing itself. Every text about a bad setting is safe to show: it never repeats the key or the address.
 */
import type { Clock } from "../domain/ports.ts";

/** The network port. `fetch` of the platform fits; so does a handler inside the Worker. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Bounds of one call, in milliseconds. */
export interface CallTimeouts {
  /** Until the first byte of the answer's body. Long, because a local server may load its model first. */
  readonly firstByteMs: number;
  /** Between two reads. Providers send pings while a model thinks, and those count. */
  readonly silenceMs: number;
  /** For the whole answer, however lively. */
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUTS: CallTimeouts = { firstByteMs: 120_000, silenceMs: 60_000, totalMs: 600_000 };

export interface Connection {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timeouts?: CallTimeouts;
}

const BASE_URL_CHARS = 2_000;
const API_KEY_CHARS = 1_000;

/** Why `text` cannot be the base URL of a provider, as the end of a sentence that starts with the setting's name. */
export function baseUrlProblem(text: string): string | null {
  if (text.length > BASE_URL_CHARS) return `is longer than ${BASE_URL_CHARS} characters`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return "is not a URL; it looks like https://api.example.com/v1";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must start with https:// or http://";
  if (url.username !== "" || url.password !== "")
    return "must not contain a user name or password; set the API key instead";
  if (/[?#]/.test(text)) return "must not contain a query or a fragment";
  return null;
}

/** Why `text` cannot be an API key. A header takes visible ASCII only, and the platform's error repeats the key. */
export function apiKeyProblem(text: string): string | null {
  if (text.length > API_KEY_CHARS) return `is longer than ${API_KEY_CHARS} characters`;
  return /^[\x21-\x7e]+$/.test(text) ? null : "contains a space, a line break or a character that no API key has";
}
