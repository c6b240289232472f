/** Page cursors: opaque to clients, the last id of a page inside. */
import { fail, type Result, succeed } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";

export function encodeCursor(runId: string): string {
  return btoa(runId).replace(/=+$/, "");
}

/** Null for the first page. */
export function decodeCursor(cursor: string | undefined): Result<string | null> {
  if (cursor === undefined || cursor === "") return succeed(null);
  try {
    const runId = atob(cursor);
    if (isId("run", runId)) return succeed(runId);
  } catch {
    // Not base64: the same answer.
  }
  return fail("bad-cursor", "Use the nextCursor of the previous page as it was given, or leave the cursor out.");
}
