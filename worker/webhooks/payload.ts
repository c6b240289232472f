/**
 * The body of a delivery, from a request to a value: read under a cap, decoded strictly, its depth bounded before it is
 * parsed, and looked into without trusting its shape.
 */
import { fail, type Result, succeed } from "../domain/errors.ts";

/** What a delivery is read from. */
export interface DeliveryParts {
  readonly event: string;
  readonly deliveryId: string;
  /** SHA-256 of the raw body in hexadecimal. */
  readonly bodyHash: string;
  readonly payload: unknown;
}

/**
 * Bytes of the largest body. An issue with everything around it stays below 1 MiB on every tracker; GitHub sends up to
 * 25 MB, for pushes that start nothing here.
 */
export const DELIVERY_MAX_BYTES = 4 * 2 ** 20;
/** Levels of the deepest body. Payloads of GitHub and Jira stay below 20. */
export const DELIVERY_MAX_DEPTH = 100;

const TOO_LARGE = `Send at most ${DELIVERY_MAX_BYTES} bytes.`;

/** Reads the body, and stops reading as soon as it is known to be too large. */
export async function readBody(request: Request): Promise<Result<Uint8Array>> {
  if (Number(request.headers.get("content-length") ?? 0) > DELIVERY_MAX_BYTES) {
    await request.body?.cancel();
    return fail("payload-too-large", TOO_LARGE);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
    length += read.value.byteLength;
    if (length > DELIVERY_MAX_BYTES) {
      await reader?.cancel();
      return fail("payload-too-large", TOO_LARGE);
    }
    chunks.push(read.value);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return succeed(body);
}

/** The JSON value of a body; of GitHub's form encoding, that of its field `payload`. */
export function parsePayload(body: Uint8Array, contentType: string): Result<unknown> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return fail("malformed-json", "The body is not valid UTF-8.");
  }
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    text = new URLSearchParams(text).get("payload") ?? "";
  }
  if (depthOf(text) > DELIVERY_MAX_DEPTH) {
    return fail("invalid-request", `The body nests deeper than ${DELIVERY_MAX_DEPTH} levels.`);
  }
  try {
    return succeed(JSON.parse(text));
  } catch {
    return fail("malformed-json", "The body could not be read as JSON.");
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** How deep brackets nest outside of strings. Says nothing about whether the text is JSON. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isString) {
      if (unit === BACKSLASH) index++;
      else if (unit === QUOTE) isString = false;
    } else if (unit === QUOTE) isString = true;
    else if (OPENING.has(unit)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(unit)) depth--;
  }
  return deepest;
}

/** What lies at a path of a value of any shape; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** Characters of the longest text that is taken from a payload: within what a run's issue may hold, as are the next. */
const TEXT_MAX_CHARS = 1_000;
/** Characters of a name: a label, a component, a type, a key. */
const NAME_MAX_CHARS = 100;
/** Entries of the longest list that is taken from a payload. */
const LIST_MAX_ENTRIES = 100;

/** The text at a path, cut to a sane length; null when there is none. A number counts as its digits. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = at(value, ...path);
  if (typeof found === "number") return String(found);
  return typeof found === "string" && found !== "" ? found.slice(0, TEXT_MAX_CHARS) : null;
}

/** A text that is short by its nature, cut where it is not. */
export function nameAt(value: unknown, ...path: readonly string[]): string | null {
  return textAt(value, ...path)?.slice(0, NAME_MAX_CHARS) ?? null;
}

/** The names in a list of texts, or of objects with a `name`; null when there is no list. */
export function namesAt(value: unknown, ...path: readonly string[]): string[] | null {
  const found = at(value, ...path);
  if (!Array.isArray(found)) return null;
  return found
    .slice(0, LIST_MAX_ENTRIES)
    .flatMap((entry) => nameAt({ name: entry }, "name") ?? nameAt(entry, "name") ?? []);
}

/** An instant in ISO 8601 with milliseconds; null for what is none. Jira writes offsets without a colon. */
export function instantAt(value: unknown, ...path: readonly string[]): string | null {
  const found = at(value, ...path);
  const text = typeof found === "string" ? found.replace(/([+-]\d\d)(\d\d)$/, "$1:$2") : found;
  const ms = typeof text === "string" ? Date.parse(text) : typeof text === "number" ? text : Number.NaN;
  return Number.isFinite(ms) && Math.abs(ms) <= INSTANT_MAX_MS ? new Date(ms).toISOString() : null;
}

/** The end of the year 9999: years beyond are written longer, and would not sort as text. */
const INSTANT_MAX_MS = 253_402_300_799_999;
