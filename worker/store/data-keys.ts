/** The data keys of workspaces in D1. They come in and go out wrapped; this file never sees one in clear. */
import { and, eq } from "drizzle-orm";
import type { Clock } from "../domain/ports.ts";
import type { WrappedKey } from "../domain/wrapped-key.ts";
import type { Database } from "./database.ts";
import { workspaceDataKeys } from "./schema.ts";

/** As the vault asks for them (worker/keys/vault.ts). */
export function dataKeysIn(db: Database, clock: Clock) {
  return {
    async find(workspaceId: string): Promise<WrappedKey | null> {
      const row = await db
        .select({ wrapped: workspaceDataKeys.wrapped, wrappedBy: workspaceDataKeys.wrappedBy })
        .from(workspaceDataKeys)
        .where(eq(workspaceDataKeys.workspaceId, workspaceId))
        .get();
      return row ?? null;
    },
    async add(workspaceId: string, key: WrappedKey): Promise<void> {
      const row = { workspaceId, ...key, createdAt: clock.now() };
      await db.insert(workspaceDataKeys).values(row).onConflictDoNothing();
    },
    async replace(workspaceId: string, before: WrappedKey, after: WrappedKey): Promise<void> {
      await db
        .update(workspaceDataKeys)
        .set({ wrapped: after.wrapped, wrappedBy: after.wrappedBy })
        .where(and(eq(workspaceDataKeys.workspaceId, workspaceId), eq(workspaceDataKeys.wrapped, before.wrapped)));
    },
  };
}
