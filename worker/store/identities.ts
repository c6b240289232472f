/**
 * Who a session or a token stands for, right now. Secrets come in as their SHA-256; this file never sees one. What counts
 * is read anew each time: the role from the membership, the limits of time from the row.
 */
import { and, asc, desc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import { personLane, tokenLane } from "../domain/lane.ts";
import type { Credential, KnownPrincipal } from "../domain/principal.ts";
import { SEEN_MS, SESSION_IDLE_MS } from "../domain/session.ts";
import type { Database } from "./database.ts";
import { apiTokens, memberships, sessions, signInLinks, users, workspaces } from "./schema.ts";

const PRINCIPAL_COLUMNS = {
  userId: users.id,
  userName: users.name,
  workspaceId: workspaces.id,
  workspaceName: workspaces.name,
  isSample: workspaces.isSample,
  role: memberships.role,
};

/** The sessions that neither of the two limits has ended. */
const isSessionAlive = (now: number) =>
  and(gt(sessions.expiresAt, now), gt(sessions.lastSeenAt, now - SESSION_IDLE_MS));

const isTokenAlive = (now: number) => or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, now));

/**
 * Who holds this session, or null when it is unknown or has ended. It acts in the workspace that was chosen last, and in
 * the person's first one when they are not in that one any more; null, too, for who is in none.
 */
export async function findSession(db: Database, secretHash: string, now: number): Promise<KnownPrincipal | null> {
  const row = await db
    .select(PRINCIPAL_COLUMNS)
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(memberships, eq(memberships.userId, sessions.userId))
    .innerJoin(workspaces, eq(workspaces.id, memberships.workspaceId))
    .where(and(eq(sessions.secretHash, secretHash), isSessionAlive(now)))
    .orderBy(
      desc(sql`${memberships.workspaceId} IS ${sessions.workspaceId}`),
      asc(memberships.createdAt),
      asc(memberships.workspaceId),
    )
    .get();
  if (!row) return null;
  const { userId } = row;
  return {
    kind: "person",
    id: userId,
    credential: `session:${secretHash}`,
    lane: personLane(userId),
    ...{ scopes: null, agent: null },
    ...row,
  };
}

/** Who holds this API token, or null when it is unknown, has ended, or its maker has left the workspace. */
export async function findToken(db: Database, secretHash: string, now: number): Promise<KnownPrincipal | null> {
  const row = await db
    .select({ tokenId: apiTokens.id, scopes: apiTokens.scopes, agent: apiTokens.agent, ...PRINCIPAL_COLUMNS })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .innerJoin(workspaces, eq(workspaces.id, apiTokens.workspaceId))
    .innerJoin(
      memberships,
      and(eq(memberships.userId, apiTokens.userId), eq(memberships.workspaceId, apiTokens.workspaceId)),
    )
    .where(and(eq(apiTokens.secretHash, secretHash), isTokenAlive(now)))
    .get();
  if (!row) return null;
  const { tokenId, ...rest } = row;
  return { kind: "token", id: tokenId, credential: `token:${tokenId}`, lane: tokenLane(tokenId), ...rest };
}

/** Remembers that a session or a token was used. Not more often than people could tell. */
export async function touchCredential(db: Database, credential: Credential, now: number): Promise<void> {
  const [kind, name] = credential.split(":") as ["session" | "token", string];
  if (kind === "session") {
    await db
      .update(sessions)
      .set({ lastSeenAt: now })
      .where(and(eq(sessions.secretHash, name), lt(sessions.lastSeenAt, now - SEEN_MS)));
    return;
  }
  await db
    .update(apiTokens)
    .set({ lastUsedAt: now })
    .where(and(eq(apiTokens.id, name), or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, now - SEEN_MS))));
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
      WHERE ${isSessionAlive(now)}
        AND ${sessions.secretHash} IN (SELECT substr(credential, 9) FROM asked WHERE credential LIKE 'session:%')
      UNION ALL
      SELECT 'token:' || ${apiTokens.id} AS credential, ${apiTokens.userId} AS user_id FROM ${apiTokens}
      WHERE ${apiTokens.workspaceId} = ${workspaceId} AND ${isTokenAlive(now)}
        AND ${apiTokens.id} IN (SELECT substr(credential, 7) FROM asked WHERE credential LIKE 'token:%')
    )
    SELECT credential FROM standing JOIN ${memberships} ON ${memberships.userId} = standing.user_id
    WHERE ${memberships.workspaceId} = ${workspaceId}`);
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
