/** Snippets and their versions in D1. What a workspace does not have looks like what does not exist. */
import { and, asc, desc, eq, sql } from "drizzle-orm";
import { toIso } from "../domain/instant.ts";
import { SNIPPET_BOUNDS, type SnippetDraft, type SnippetSummary, type SnippetVersion } from "../domain/snippet.ts";
import type { ImportedSnippet, WantedSnippet } from "../domain/snippet-imports.ts";
import type { Database } from "./database.ts";
import { snippets, snippetVersions, users } from "./schema.ts";

/** Who saves, where and when. */
export interface Saving extends SnippetDraft {
  readonly workspaceId: string;
  readonly name: string;
  /** Id of a person. */
  readonly createdBy: string;
  readonly now: number;
}

/** With its first version. `exists` when the name is taken, `full` when there are as many as there may be. */
export async function insertSnippet(db: Database, saving: Saving): Promise<"inserted" | "exists" | "full"> {
  const { workspaceId, name, content, note, createdBy, now } = saving;
  const [made] = await db.$client.batch([
    db.$client
      .prepare(
        `INSERT INTO snippets (workspace_id, name, description, language, latest_version, created_at, changed_at)
         SELECT ?1, ?2, ?3, ?4, 1, ?5, ?5
         WHERE (SELECT count(*) FROM snippets WHERE workspace_id = ?1) < ?6
         ON CONFLICT DO NOTHING RETURNING name`,
      )
      .bind(workspaceId, name, content.description, content.language, now, SNIPPET_BOUNDS.perWorkspace),
    // The first version of one that was there already stays what it is.
    db.$client
      .prepare(
        `INSERT INTO snippet_versions (workspace_id, name, version, content, note, created_by, created_at)
         SELECT ?1, ?2, 1, ?3, ?4, ?5, ?6
         WHERE EXISTS (SELECT 1 FROM snippets WHERE workspace_id = ?1 AND name = ?2)
         ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, name, JSON.stringify(content), note, createdBy, now),
  ]);
  if (made!.results.length > 0) return "inserted";
  return (await findSnippet(db, workspaceId, name)) ? "exists" : "full";
}

/** The next version. Null when there is no such snippet, or it has as many versions as it may have. */
export async function insertVersion(db: Database, saving: Saving): Promise<number | null> {
  const { workspaceId, name, content, note, createdBy, now } = saving;
  const [counted] = await db.$client.batch<{ latest_version: number }>([
    db.$client
      .prepare(
        `UPDATE snippets SET latest_version = latest_version + 1, description = ?3, language = ?4, changed_at = ?5
         WHERE workspace_id = ?1 AND name = ?2 AND latest_version < ?6 RETURNING latest_version`,
      )
      .bind(workspaceId, name, content.description, content.language, now, SNIPPET_BOUNDS.versions),
    // Where nothing was counted up, this version is there already.
    db.$client
      .prepare(
        `INSERT INTO snippet_versions (workspace_id, name, version, content, note, created_by, created_at)
         SELECT workspace_id, name, latest_version, ?3, ?4, ?5, ?6 FROM snippets WHERE workspace_id = ?1 AND name = ?2
         ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, name, JSON.stringify(content), note, createdBy, now),
  ]);
  return counted!.results[0]?.latest_version ?? null;
}

/** All of a workspace, by name. */
export async function listSnippets(db: Database, workspaceId: string): Promise<SnippetSummary[]> {
  const rows = await db
    .select()
    .from(snippets)
    .where(eq(snippets.workspaceId, workspaceId))
    .orderBy(asc(snippets.name));
  return rows.map(toSummary);
}

const isSnippet = (workspaceId: string, name: string) =>
  and(eq(snippets.workspaceId, workspaceId), eq(snippets.name, name));

export async function findSnippet(db: Database, workspaceId: string, name: string): Promise<SnippetSummary | null> {
  const row = await db.select().from(snippets).where(isSnippet(workspaceId, name)).get();
  return row ? toSummary(row) : null;
}

function toSummary(row: typeof snippets.$inferSelect): SnippetSummary {
  const { name, description, language, latestVersion, changedAt, lastRunId, lastRunAt } = row;
  const lastRun = lastRunId === null ? null : { id: lastRunId, at: toIso(lastRunAt!) };
  return { name, description, language, latestVersion, changedAt: toIso(changedAt), lastRun };
}

const LATEST = sql`(SELECT latest_version FROM snippets
  WHERE snippets.workspace_id = ${snippetVersions.workspaceId} AND snippets.name = ${snippetVersions.name})`;

const versionRows = (db: Database) =>
  db
    .select({
      name: snippetVersions.name,
      version: snippetVersions.version,
      content: snippetVersions.content,
      note: snippetVersions.note,
      createdBy: sql<string>`coalesce(${users.name}, ${snippetVersions.createdBy})`,
      createdAt: snippetVersions.createdAt,
    })
    .from(snippetVersions)
    .leftJoin(users, eq(users.id, snippetVersions.createdBy));

/** @param version null for the newest */
export async function loadVersion(
  db: Database,
  workspaceId: string,
  name: string,
  version: number | null,
): Promise<SnippetVersion | null> {
  const row = await versionRows(db)
    .where(
      and(
        eq(snippetVersions.workspaceId, workspaceId),
        eq(snippetVersions.name, name),
        eq(snippetVersions.version, version ?? LATEST),
      ),
    )
    .get();
  if (!row) return null;
  const { content, createdAt, ...rest } = row;
  return { ...rest, ...content, createdAt: toIso(createdAt) };
}

/** Newest first, without their programs. */
export async function listVersions(db: Database, workspaceId: string, name: string) {
  const rows = await db
    .select({
      version: snippetVersions.version,
      note: snippetVersions.note,
      createdBy: sql<string>`coalesce(${users.name}, ${snippetVersions.createdBy})`,
      createdAt: snippetVersions.createdAt,
    })
    .from(snippetVersions)
    .leftJoin(users, eq(users.id, snippetVersions.createdBy))
    .where(and(eq(snippetVersions.workspaceId, workspaceId), eq(snippetVersions.name, name)))
    .orderBy(desc(snippetVersions.version));
  return rows.map(({ createdAt, ...rest }) => ({ ...rest, createdAt: toIso(createdAt) }));
}

/** What programs of a workspace import, in the order in which it is asked for; null for what is not there. */
export async function loadImported(
  db: Database,
  workspaceId: string,
  wanted: readonly WantedSnippet[],
): Promise<(ImportedSnippet | null)[]> {
  const found = await db.$client.batch<{ version: number; content: string }>(
    wanted.map(({ name, version }) =>
      db.$client
        .prepare(
          `SELECT version, content FROM snippet_versions WHERE workspace_id = ?1 AND name = ?2 AND version = coalesce(
             ?3, (SELECT latest_version FROM snippets WHERE workspace_id = ?1 AND name = ?2))`,
        )
        .bind(workspaceId, name, version),
    ),
  );
  return found.map(({ results: [row] }) => (row ? { ...JSON.parse(row.content), version: row.version } : null));
}

/** With all of its versions. */
export async function deleteSnippet(db: Database, workspaceId: string, name: string): Promise<boolean> {
  const deleted = await db.delete(snippets).where(isSnippet(workspaceId, name)).returning({ name: snippets.name });
  return deleted.length > 0;
}

export async function noteSnippetRun(
  db: Database,
  workspaceId: string,
  name: string,
  run: { readonly id: string; readonly at: number },
): Promise<void> {
  await db.update(snippets).set({ lastRunId: run.id, lastRunAt: run.at }).where(isSnippet(workspaceId, name));
}
