/** Workspaces, people, sessions and tokens. Secrets come in as their SHA-256; this file never sees one. */
import { and, eq, gt, sql } from "drizzle-orm";
import { personLane, tokenLane } from "../domain/lane.ts";
import type { Credential, Principal } from "../domain/principal.ts";
import type { Database } from "./database.ts";
import { apiTokens, sessions, signInLinks, users, workspaces } from "./schema.ts";

const PRINCIPAL_COLUMNS = {
  userId: users.id,
  userName: users.name,
  workspaceId: workspaces.id,
  workspaceName: workspaces.name,
  isSample: workspaces.isSample,
};

/** Who holds this session, or null when it is unknown or has expired. */
export async function findSession(db: Database, secretHash: string, now: number): Promise<Principal | null> {
  const row = await db
    .select(PRINCIPAL_COLUMNS)
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(workspaces, eq(workspaces.id, users.workspaceId))
    .where(and(eq(sessions.secretHash, secretHash), gt(sessions.expiresAt, now)))
    .get();
  if (!row) return null;
  const { userId } = row;
  return { kind: "person", id: userId, credential: `session:${secretHash}`, lane: personLane(userId), ...row };
}

/** Who holds this API token, or null when it is unknown. */
export async function findToken(db: Database, secretHash: string): Promise<Principal | null> {
  const row = await db
    .select({ tokenId: apiTokens.id, ...PRINCIPAL_COLUMNS })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .innerJoin(workspaces, eq(workspaces.id, users.workspaceId))
    .where(eq(apiTokens.secretHash, secretHash))
    .get();
  if (!row) return null;
  const { tokenId, ...rest } = row;
  return { kind: "token", id: tokenId, credential: `token:${tokenId}`, lane: tokenLane(tokenId), ...rest };
}

/** Of these credentials, those that open this workspace now. One query, however many they are. */
export async function standingCredentials(
  db: Database,
  workspaceId: string,
  credentials: readonly Credential[],
  now: number,
): Promise<ReadonlySet<Credential>> {
  const asked = JSON.stringify(credentials);
  const rows = await db.all<{ credential: Credential }>(sql`
    WITH asked AS (SELECT value AS credential FROM json_each(${asked})),
    standing AS (
      SELECT 'session:' || ${sessions.secretHash} AS credential, ${sessions.userId} AS user_id FROM ${sessions}
      WHERE ${sessions.expiresAt} > ${now}
        AND ${sessions.secretHash} IN (SELECT substr(credential, 9) FROM asked WHERE credential LIKE 'session:%')
      UNION ALL
      SELECT 'token:' || ${apiTokens.id} AS credential, ${apiTokens.userId} AS user_id FROM ${apiTokens}
      WHERE ${apiTokens.id} IN (SELECT substr(credential, 7) FROM asked WHERE credential LIKE 'token:%')
    )
    SELECT credential FROM standing JOIN ${users} ON ${users.id} = standing.user_id
    WHERE ${users.workspaceId} = ${workspaceId}`);
  return new Set(rows.map((row) => row.credential));
}

export async function findSignInLink(db: Database, secretHash: string): Promise<{ userId: string } | null> {
  const row = await db
    .select({ userId: signInLinks.userId })
    .from(signInLinks)
    .where(eq(signInLinks.secretHash, secretHash))
    .get();
  return row ?? null;
}

export async function insertSession(
  db: Database,
  session: { secretHash: string; userId: string; createdAt: number; expiresAt: number },
): Promise<void> {
  await db.insert(sessions).values(session);
}

export async function deleteSession(db: Database, secretHash: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.secretHash, secretHash));
}
