/** Page cursors: opaque to clients, what the page ended with inside. */
import { fail, type Result, succeed } from "../domain/errors.ts";
import { type IdPrefix, isId } from "../domain/ids.ts";

export function encodeCursor(last: string): string {
  return btoa(last).replace(/=+$/, "");
}

/** A cursor of a list of what has ids, runs for example: the last id of the page. Null for the first page. */
export function decodeCursor(cursor: string | undefined, prefix: IdPrefix = "run"): Result<string | null> {
  return decode(cursor, (text) => isId(prefix, text));
}

/** A cursor of a list that is numbered. Null for the first page. */
export function decodeOrdinalCursor(cursor: string | undefined): Result<number | null> {
  const decoded = decode(cursor, (text) => /^\d{1,15}$/.test(text));
  return decoded.ok ? succeed(decoded.value === null ? null : Number(decoded.value)) : decoded;
}

function decode(cursor: string | undefined, isOurs: (text: string) => boolean): Result<string | null> {
  if (cursor === undefined || cursor === "") return succeed(null);
  try {
    const text = atob(cursor);
    if (isOurs(text)) return succeed(text);
  } catch {
    // Not base64: the same answer.
  }
  return fail("bad-cursor", "Use the nextCursor of the previous page as it was given, or leave the cursor out.");
}
