/** Repositories in D1. What a workspace does not have looks like what does not exist. */
import { and, asc, eq, sql } from "drizzle-orm";
import { type Repository, remoteOf } from "../domain/repository.ts";
import type { Database } from "./database.ts";
import { repositories, repositoryProjects } from "./schema.ts";

/** All of a workspace, by key. */
export async function listRepositories(db: Database, workspaceId: string): Promise<Repository[]> {
  const rows = await db
    .select({ settings: repositories.settings })
    .from(repositories)
    .where(eq(repositories.workspaceId, workspaceId))
    .orderBy(asc(repositories.key));
  return rows.map((row) => row.settings);
}

export async function findRepository(db: Database, workspaceId: string, key: string): Promise<Repository | null> {
  const row = await db
    .select({ settings: repositories.settings })
    .from(repositories)
    .where(and(eq(repositories.workspaceId, workspaceId), eq(repositories.key, key)))
    .get();
  return row?.settings ?? null;
}

/**
 * Creates or replaces all of them, or none. The caller has checked that no two have the same remote; what got in between
 * fails on the database's own index.
 */
export async function saveRepositories(
  db: Database,
  workspaceId: string,
  saved: readonly Repository[],
  now: number,
): Promise<void> {
  const statements = saved.flatMap((repository) => statementsFor(db, workspaceId, repository, now));
  if (statements.length > 0) await db.batch(statements as [(typeof statements)[number]]);
}

function statementsFor(db: Database, workspaceId: string, settings: Repository, now: number) {
  const { key, jira } = settings;
  const changing = { remote: remoteOf(settings.gitUrl) ?? settings.gitUrl, settings, updatedAt: now };
  const ofRepository = and(eq(repositoryProjects.workspaceId, workspaceId), eq(repositoryProjects.repositoryKey, key));
  return [
    db
      .insert(repositories)
      .values({ workspaceId, key, createdAt: now, ...changing })
      .onConflictDoUpdate({ target: [repositories.workspaceId, repositories.key], set: changing }),
    db.delete(repositoryProjects).where(ofRepository),
    // One statement for any number of projects, far from the limit of bound parameters.
    db
      .insert(repositoryProjects)
      .select(sql`SELECT value, ${workspaceId}, ${key} FROM json_each(${JSON.stringify(jira.projects)})`),
  ];
}

/** False when there was none. Its own endpoints go with it. */
export async function deleteRepository(db: Database, workspaceId: string, key: string): Promise<boolean> {
  const deleted = await db
    .delete(repositories)
    .where(and(eq(repositories.workspaceId, workspaceId), eq(repositories.key, key)))
    .returning({ key: repositories.key });
  return deleted.length > 0;
}

/** Whether an error of D1 says that another row has the same remote. */
export function isDuplicateRemote(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/UNIQUE constraint failed: repositories\.remote/.test(cause.message)) return true;
  }
  return false;
}
