/** Sessions of people: begun, listed, sent to another workspace, and revoked. */
import { and, desc, eq, gt, lte, ne, or } from "drizzle-orm";
import { SESSION_IDLE_MS, type SessionSummary, sessionEnd } from "../domain/session.ts";
import type { Database } from "./database.ts";
import { sessions } from "./schema.ts";

export type NewSession = typeof sessions.$inferInsert;

/** What one person's list shows at most: the others have long been forgotten, and end by themselves. */
const LISTED_MAX = 100;

/** Begins a session, and clears away those of the same person that have ended. */
export async function insertSession(db: Database, session: NewSession): Promise<void> {
  const { userId, createdAt: now } = session;
  const hasEnded = or(lte(sessions.expiresAt, now), lte(sessions.lastSeenAt, now - SESSION_IDLE_MS));
  await db.batch([
    db.delete(sessions).where(and(eq(sessions.userId, userId), hasEnded)),
    db.insert(sessions).values(session),
  ]);
}

/** The person's sessions that have not ended, the last used first, each with the hash of its secret. */
export async function listSessions(
  db: Database,
  userId: string,
  now: number,
): Promise<readonly (SessionSummary & { readonly secretHash: string })[]> {
  const rows = await db
    .select()
    .from(sessions)
    .where(
      and(eq(sessions.userId, userId), gt(sessions.expiresAt, now), gt(sessions.lastSeenAt, now - SESSION_IDLE_MS)),
    )
    .orderBy(desc(sessions.lastSeenAt))
    .limit(LISTED_MAX);
  return rows.map(({ id, secretHash, userAgent, createdAt, lastSeenAt, expiresAt }) => ({
    ...{ id, secretHash, userAgent, createdAt, lastSeenAt },
    endsAt: sessionEnd(expiresAt, lastSeenAt),
  }));
}

/** Whether there was such a session of this person. */
export async function deleteSession(db: Database, userId: string, id: string): Promise<boolean> {
  const gone = await db
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), eq(sessions.id, id)))
    .returning({ id: sessions.id });
  return gone.length > 0;
}

export async function deleteSessionByHash(db: Database, secretHash: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.secretHash, secretHash));
}

/** Ends all sessions of a person but the one that asks. */
export async function deleteOtherSessions(db: Database, userId: string, secretHash: string): Promise<void> {
  await db.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.secretHash, secretHash)));
}

/** The caller has checked that the person is in the workspace; who is not is sent back to their first one anyway. */
export async function chooseWorkspace(db: Database, secretHash: string, workspaceId: string): Promise<void> {
  await db.update(sessions).set({ workspaceId }).where(eq(sessions.secretHash, secretHash));
}
