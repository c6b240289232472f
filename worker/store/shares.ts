/** Programs shared by link. A slug is unguessable; who has the link may read the program. */
import { asc, eq } from "drizzle-orm";
import type { EditedProgram } from "../domain/playground-modes.ts";
import { joinFiles, splitFiles } from "../domain/text-parts.ts";
import type { Database } from "./database.ts";
import { shareFiles, shares } from "./schema.ts";

export async function insertShare(
  db: Database,
  share: {
    slug: string;
    workspaceId: string;
    createdBy: string;
    createdAt: number;
    /** What it was made from, as domain/origin.ts writes it; null for a program of one's own. */
    forkedFrom: string | null;
    program: EditedProgram;
  },
): Promise<void> {
  const { program, ...row } = share;
  const { language, entry, stdin, args } = program;
  const files = splitFiles(program.files).map((part) => db.insert(shareFiles).values({ slug: share.slug, ...part }));
  await db.batch([db.insert(shares).values({ ...row, language, entry, stdin, args }), ...files]);
}

export interface Share {
  readonly program: EditedProgram;
  readonly forkedFrom: string | null;
}

export async function loadShare(db: Database, slug: string): Promise<Share | null> {
  const row = await db
    .select({
      language: shares.language,
      entry: shares.entry,
      stdin: shares.stdin,
      args: shares.args,
      forkedFrom: shares.forkedFrom,
    })
    .from(shares)
    .where(eq(shares.slug, slug))
    .get();
  if (!row) return null;
  const parts = await db
    .select({ name: shareFiles.name, part: shareFiles.part, text: shareFiles.text })
    .from(shareFiles)
    .where(eq(shareFiles.slug, slug))
    .orderBy(asc(shareFiles.name), asc(shareFiles.part));
  const { forkedFrom, ...program } = row;
  return { forkedFrom, program: { ...program, files: joinFiles(parts) } };
}
