/**
 * Pages under preview, each for a short time. Addresses come in as the SHA-256 of their secret; this file never sees
 * one. Invariant: nothing that has expired is ever handed out, whether it was cleared away or not.
 */
import { and, asc, desc, eq, gt, inArray, lte } from "drizzle-orm";
import { PREVIEW_BOUNDS, type PreviewFiles } from "../domain/preview.ts";
import { splitFiles } from "../domain/text-parts.ts";
import type { Database } from "./database.ts";
import { previewFiles, previews } from "./schema.ts";

/** Keeps a page, and clears away what has expired and what the person has too many of. */
export async function insertPreview(
  db: Database,
  preview: { secretHash: string; userId: string; createdAt: number; expiresAt: number } & PreviewFiles,
): Promise<void> {
  const { files, ...row } = preview;
  const { secretHash, userId, createdAt } = row;
  const expired = db
    .select({ hash: previews.secretHash })
    .from(previews)
    .where(lte(previews.expiresAt, createdAt))
    .limit(PREVIEW_BOUNDS.sweep);
  const surplus = db
    .select({ hash: previews.secretHash })
    .from(previews)
    .where(eq(previews.userId, userId))
    .orderBy(desc(previews.createdAt))
    .limit(PREVIEW_BOUNDS.sweep)
    .offset(PREVIEW_BOUNDS.perPerson - 1);
  // Their files go with them: ON DELETE CASCADE.
  await db.batch([
    db.delete(previews).where(inArray(previews.secretHash, expired)),
    db.delete(previews).where(inArray(previews.secretHash, surplus)),
    db.insert(previews).values(row),
    ...splitFiles(files).map((part) => db.insert(previewFiles).values({ secretHash, ...part })),
  ]);
}

/** Whose preview it is and which file is its first; null when it is unknown or has expired. */
export async function findPreview(
  db: Database,
  secretHash: string,
  now: number,
): Promise<{ userId: string; entry: string } | null> {
  const row = await db
    .select({ userId: previews.userId, entry: previews.entry })
    .from(previews)
    .where(and(eq(previews.secretHash, secretHash), gt(previews.expiresAt, now)))
    .get();
  return row ?? null;
}

/** The text of one file; the caller has found the preview. */
export async function loadPreviewFile(db: Database, secretHash: string, name: string): Promise<string | null> {
  const parts = await db
    .select({ text: previewFiles.text })
    .from(previewFiles)
    .where(and(eq(previewFiles.secretHash, secretHash), eq(previewFiles.name, name)))
    .orderBy(asc(previewFiles.part));
  return parts.length === 0 ? null : parts.map(({ text }) => text).join("");
}
