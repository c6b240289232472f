/** Endpoints and their secrets in D1. Secrets come in and go out sealed; this file never sees one. */
import { and, asc, desc, eq, gt, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Tracker } from "../domain/issue-news.ts";
import type { Database } from "./database.ts";
import { inboundEndpoints, inboundSecrets, repositories, repositoryProjects } from "./schema.ts";

export type EndpointRow = typeof inboundEndpoints.$inferSelect;
export type SecretRow = typeof inboundSecrets.$inferSelect;

export interface StoredEndpoint extends EndpointRow {
  /** Those that count now, newest first. */
  readonly secrets: readonly SecretRow[];
}

/**
 * Endpoints that are tried for a delivery which names none. One tracker project may stand in many workspaces; beyond
 * this many the sender has to name the endpoint.
 */
export const CANDIDATES_MAX = 50;

async function endpointsWhere(
  db: Database,
  now: number,
  where: SQL | undefined,
  limit: number,
): Promise<StoredEndpoint[]> {
  const chosen = db.select({ id: inboundEndpoints.id }).from(inboundEndpoints).where(where).limit(limit);
  const rows = await db
    .select({ endpoint: inboundEndpoints, secret: inboundSecrets })
    .from(inboundEndpoints)
    .leftJoin(
      inboundSecrets,
      and(
        eq(inboundSecrets.endpointId, inboundEndpoints.id),
        or(isNull(inboundSecrets.expiresAt), gt(inboundSecrets.expiresAt, now)),
      ),
    )
    .where(inArray(inboundEndpoints.id, chosen))
    .orderBy(asc(inboundEndpoints.id), desc(inboundSecrets.id));
  const found = new Map<string, EndpointRow & { secrets: SecretRow[] }>();
  for (const { endpoint, secret } of rows) {
    const entry = found.get(endpoint.id) ?? { ...endpoint, secrets: [] };
    if (secret) entry.secrets.push(secret);
    found.set(endpoint.id, entry);
  }
  return [...found.values()];
}

/** By its id, in any workspace: a delivery proves itself by the secret. */
export async function findEndpoint(db: Database, id: string, now: number): Promise<StoredEndpoint | null> {
  const [found] = await endpointsWhere(db, now, eq(inboundEndpoints.id, id), 1);
  return found ?? null;
}

export async function listEndpoints(
  db: Database,
  workspaceId: string,
  now: number,
  limit: number,
): Promise<StoredEndpoint[]> {
  return endpointsWhere(db, now, eq(inboundEndpoints.workspaceId, workspaceId), limit);
}

/** Endpoints of all workspaces that have a repository for this subject: a git remote, or a Jira project's key. */
export async function candidateEndpoints(
  db: Database,
  tracker: Tracker,
  subject: string,
  now: number,
): Promise<StoredEndpoint[]> {
  const served =
    tracker === "github"
      ? sql`EXISTS (SELECT 1 FROM ${repositories} WHERE ${repositories.remote} = ${subject}
              AND ${repositories.workspaceId} = ${inboundEndpoints.workspaceId}
              AND coalesce(${inboundEndpoints.repositoryKey}, ${repositories.key}) = ${repositories.key})`
      : sql`EXISTS (SELECT 1 FROM ${repositoryProjects} WHERE ${repositoryProjects.project} = ${subject}
              AND ${repositoryProjects.workspaceId} = ${inboundEndpoints.workspaceId}
              AND coalesce(${inboundEndpoints.repositoryKey}, ${repositoryProjects.repositoryKey}) = ${repositoryProjects.repositoryKey})`;
  return endpointsWhere(db, now, and(eq(inboundEndpoints.tracker, tracker), served), CANDIDATES_MAX);
}

export async function insertEndpoint(db: Database, endpoint: EndpointRow, secret: SecretRow): Promise<void> {
  await db.batch([db.insert(inboundEndpoints).values(endpoint), db.insert(inboundSecrets).values(secret)]);
}

/**
 * Adds a secret. Of those before it, the newest counts until `oldUntil` at most; every other ends now.
 * `keptId` is the newest one's id.
 */
export async function rotateSecret(
  db: Database,
  secret: SecretRow,
  old: { readonly keptId: string | null; readonly until: number },
): Promise<void> {
  const ofEndpoint = eq(inboundSecrets.endpointId, secret.endpointId);
  const ends = sql`CASE WHEN ${inboundSecrets.id} = ${old.keptId ?? ""} THEN ${old.until} ELSE ${secret.createdAt} END`;
  const expiresAt = sql<number>`max(${inboundSecrets.createdAt}, min(coalesce(${inboundSecrets.expiresAt}, ${ends}), ${ends}))`;
  await db.batch([
    db.update(inboundSecrets).set({ expiresAt }).where(ofEndpoint),
    db.insert(inboundSecrets).values(secret),
  ]);
}

/** False when the workspace has no such endpoint. */
export async function deleteEndpoint(db: Database, workspaceId: string, id: string): Promise<boolean> {
  const deleted = await db
    .delete(inboundEndpoints)
    .where(and(eq(inboundEndpoints.workspaceId, workspaceId), eq(inboundEndpoints.id, id)))
    .returning({ id: inboundEndpoints.id });
  return deleted.length > 0;
}
