/**
 * Keys of providers in D1. They come in and go out sealed; this file never sees one. Reads are bound to a workspace:
 * a foreign id and an absent one look the same.
 */
import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type ProviderKeyRow, providerKeys } from "./schema.ts";

/** Oldest first. */
export function listProviderKeys(db: Database, workspaceId: string): Promise<ProviderKeyRow[]> {
  return db.select().from(providerKeys).where(eq(providerKeys.workspaceId, workspaceId)).orderBy(asc(providerKeys.id));
}

export async function findProviderKey(db: Database, workspaceId: string, id: string): Promise<ProviderKeyRow | null> {
  return (await db.select().from(providerKeys).where(ofWorkspace(workspaceId, id)).get()) ?? null;
}

const isUsable = sql`(${providerKeys.sealed} IS NOT NULL OR ${providerKeys.provider} = 'openai-compatible')`;

/** The one that models are asked with: chosen last, of those that can be used. Null for none. */
export async function findChosenKey(db: Database, workspaceId: string): Promise<ProviderKeyRow | null> {
  return (await listUsableKeys(db, workspaceId))[0] ?? null;
}

/** Those that can be used, the one in use first. */
export async function listUsableKeys(db: Database, workspaceId: string): Promise<ProviderKeyRow[]> {
  return db
    .select()
    .from(providerKeys)
    .where(and(eq(providerKeys.workspaceId, workspaceId), isUsable))
    .orderBy(desc(providerKeys.chosenAt), desc(providerKeys.id));
}

/** Which keys are asked next, in this order; no others. Ids that are not of this workspace change nothing. */
export async function setFallbackKeys(db: Database, workspaceId: string, ids: readonly string[]): Promise<void> {
  const none = db.update(providerKeys).set({ fallbackPosition: null }).where(eq(providerKeys.workspaceId, workspaceId));
  const each = ids.map((id, index) =>
    db
      .update(providerKeys)
      .set({ fallbackPosition: index + 1 })
      .where(ofWorkspace(workspaceId, id)),
  );
  await db.batch([none, ...each]);
}

export type InsertAnswer = "inserted" | "name-taken" | "too-many";

/** Unless the workspace has one of this name, or `most` already. */
export async function insertProviderKey(db: Database, row: ProviderKeyRow, most: number): Promise<InsertAnswer> {
  const count = db.select({ count: sql<number>`count(*)` }).from(providerKeys);
  // Counted and deleted again in one transaction, so that two requests at once cannot both be the last one.
  const [added, counted] = await db.batch([
    db.insert(providerKeys).values(row).onConflictDoNothing().returning({ id: providerKeys.id }),
    count.where(eq(providerKeys.workspaceId, row.workspaceId)),
  ]);
  if (added.length === 0) return "name-taken";
  if ((counted[0]?.count ?? 0) <= most) return "inserted";
  await deleteProviderKey(db, row.workspaceId, row.id);
  return "too-many";
}

export type ProviderKeyChange = Partial<Omit<ProviderKeyRow, "id" | "workspaceId" | "createdBy" | "createdAt">>;

/** Changes the row only while it holds `version` of the key. Answers whether it did; false also for a name that is taken. */
export async function updateProviderKey(
  db: Database,
  { workspaceId, id, version }: Pick<ProviderKeyRow, "workspaceId" | "id" | "version">,
  change: ProviderKeyChange,
): Promise<boolean> {
  const isFree =
    change.name === undefined
      ? undefined
      : sql`NOT EXISTS (SELECT 1 FROM provider_keys AS other WHERE other.workspace_id = ${workspaceId}
          AND other.name = ${change.name} AND other.id <> ${id})`;
  const changed = await db
    .update(providerKeys)
    .set(change)
    .where(and(ofWorkspace(workspaceId, id), eq(providerKeys.version, version), isFree))
    .returning({ id: providerKeys.id });
  return changed.length > 0;
}

/** Notes a use: it is for people who look for keys that nobody needs. */
export async function noteKeyUse(db: Database, id: string, now: number): Promise<void> {
  await db.update(providerKeys).set({ lastUsedAt: now }).where(eq(providerKeys.id, id));
}

export async function deleteProviderKey(db: Database, workspaceId: string, id: string): Promise<void> {
  await db.delete(providerKeys).where(ofWorkspace(workspaceId, id));
}

function ofWorkspace(workspaceId: string, id: string) {
  return and(eq(providerKeys.id, id), eq(providerKeys.workspaceId, workspaceId));
}
