/** Page cursors: opaque to clients, the last id of a page inside. */
import { fail, type Result, succeed } from "../domain/errors.ts";
import { type IdPrefix, isId } from "../domain/ids.ts";

export function encodeCursor(last: string): string {
  return btoa(last).replace(/=+$/, "");
}

/** Null for the first page. */
export function decodeCursor(cursor: string | undefined, prefix: IdPrefix = "run"): Result<string | null> {
  if (cursor === undefined || cursor === "") return succeed(null);
  try {
    const last = atob(cursor);
    if (isId(prefix, last)) return succeed(last);
  } catch {
    // Not base64: the same answer.
  }
  return fail("bad-cursor", "Use the nextCursor of the previous page as it was given, or leave the cursor out.");
}
