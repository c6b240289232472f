/** Tokens of the API, as their owners and the workspace's admins see them. Their secrets are known as SHA-256 alone. */
import { and, desc, eq, sql } from "drizzle-orm";
import type { TokenSummary } from "../domain/api-token.ts";
import type { Database } from "./database.ts";
import { apiTokens, users } from "./schema.ts";

export type NewApiToken = typeof apiTokens.$inferSelect;

/** Bounds the page: members times tokens could be thousands. */
const LISTED_MAX = 500;

/** False when the person has as many as allowed: the count and the insert are one statement. */
export async function insertToken(db: Database, token: NewApiToken, max: number): Promise<boolean> {
  const { id, secretHash, name, workspaceId, userId, prefix, scopes, createdAt, expiresAt, agent } = token;
  const made = await db.all(sql`
    INSERT INTO api_tokens (id, secret_hash, name, workspace_id, user_id, prefix, scopes, created_at, expires_at, agent)
    SELECT ${id}, ${secretHash}, ${name}, ${workspaceId}, ${userId}, ${prefix}, ${JSON.stringify(scopes)},
      ${createdAt}, ${expiresAt}, ${agent}
    WHERE (SELECT count(*) FROM api_tokens WHERE workspace_id = ${workspaceId} AND user_id = ${userId}) < ${max}
    RETURNING id`);
  return made.length > 0;
}

/** Of one person, or of everybody with `userId` null; newest first. */
export async function listTokens(db: Database, workspaceId: string, userId: string | null): Promise<TokenSummary[]> {
  return await db
    .select({
      id: apiTokens.id,
      name: apiTokens.name,
      prefix: apiTokens.prefix,
      scopes: apiTokens.scopes,
      ownerId: apiTokens.userId,
      ownerName: users.name,
      createdAt: apiTokens.createdAt,
      expiresAt: apiTokens.expiresAt,
      lastUsedAt: apiTokens.lastUsedAt,
      agent: apiTokens.agent,
    })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(and(eq(apiTokens.workspaceId, workspaceId), userId === null ? undefined : eq(apiTokens.userId, userId)))
    .orderBy(desc(apiTokens.createdAt), desc(apiTokens.id))
    .limit(LISTED_MAX);
}

/** Whether calls may count for this agent. */
export async function hasTokenFor(db: Database, workspaceId: string, agent: string): Promise<boolean> {
  const isFor = and(eq(apiTokens.workspaceId, workspaceId), eq(apiTokens.agent, agent));
  return (await db.select({ id: apiTokens.id }).from(apiTokens).where(isFor).limit(1).get()) !== undefined;
}

/** Whether there was such a token: of one person, or of anybody in the workspace with `userId` null. */
export async function deleteToken(
  db: Database,
  workspaceId: string,
  userId: string | null,
  id: string,
): Promise<boolean> {
  const gone = await db
    .delete(apiTokens)
    .where(
      and(
        eq(apiTokens.workspaceId, workspaceId),
        eq(apiTokens.id, id),
        userId === null ? undefined : eq(apiTokens.userId, userId),
      ),
    )
    .returning({ id: apiTokens.id });
  return gone.length > 0;
}
