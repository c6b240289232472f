/** Programs shared by link. A slug is unguessable; who has the link may read the program. */
import { asc, eq } from "drizzle-orm";
import type { Program } from "../domain/program.ts";
import { joinFiles, splitFiles } from "../domain/text-parts.ts";
import type { Database } from "./database.ts";
import { shareFiles, shares } from "./schema.ts";

export async function insertShare(
  db: Database,
  share: { slug: string; workspaceId: string; createdBy: string; createdAt: number; program: Program },
): Promise<void> {
  const { program, ...row } = share;
  const { language, entry, stdin, args } = program;
  const files = splitFiles(program.files).map((part) => db.insert(shareFiles).values({ slug: share.slug, ...part }));
  await db.batch([db.insert(shares).values({ ...row, language, entry, stdin, args }), ...files]);
}

export async function loadShare(db: Database, slug: string): Promise<Program | null> {
  const share = await db
    .select({ language: shares.language, entry: shares.entry, stdin: shares.stdin, args: shares.args })
    .from(shares)
    .where(eq(shares.slug, slug))
    .get();
  if (!share) return null;
  const parts = await db
    .select({ name: shareFiles.name, part: shareFiles.part, text: shareFiles.text })
    .from(shareFiles)
    .where(eq(shareFiles.slug, slug))
    .orderBy(asc(shareFiles.name), asc(shareFiles.part));
  return { ...share, files: joinFiles(parts) };
}
