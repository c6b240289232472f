/**
 * Workspaces and the people in them, with the invitations to come in. Invariant: a workspace that has an owner keeps one,
 * whatever requests meet: each statement that could take the last one away says so itself.
 */
import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Role } from "../domain/access.ts";
import type { Invitation, Member } from "../domain/membership.ts";
import type { Database } from "./database.ts";
import { apiTokens, invitations, memberships, users, workspaces } from "./schema.ts";

export async function listMembers(db: Database, workspaceId: string, limit: number): Promise<Member[]> {
  return await db
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      role: memberships.role,
      joinedAt: memberships.createdAt,
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(eq(memberships.workspaceId, workspaceId))
    .orderBy(asc(memberships.createdAt), asc(users.id))
    .limit(limit);
}

/** Somebody or something that has acted in a workspace. */
export interface Actor {
  readonly name: string;
  readonly isToken: boolean;
  /** Of a person: whether they are in the workspace now. */
  readonly isMember: boolean;
}

/** By id; those that are gone are left out. @param ids as the workspace's own records name them: people may have left it */
export async function namesOfActors(
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Actor>> {
  if (ids.length === 0) return new Map();
  const isAsked = (id: SQLiteColumn) => sql`${id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const isHere = and(eq(memberships.userId, users.id), eq(memberships.workspaceId, workspaceId));
  const [people, tokens] = await db.batch([
    db
      .select({ id: users.id, name: users.name, role: memberships.role })
      .from(users)
      .leftJoin(memberships, isHere)
      .where(isAsked(users.id)),
    db
      .select({ id: apiTokens.id, name: apiTokens.name })
      .from(apiTokens)
      .where(and(isAsked(apiTokens.id), eq(apiTokens.workspaceId, workspaceId))),
  ]);
  return new Map<string, Actor>([
    ...people.map(({ id, name, role }) => [id, { name, isToken: false, isMember: role !== null }] as const),
    ...tokens.map(({ id, name }) => [id, { name, isToken: true, isMember: false }] as const),
  ]);
}

export async function findRole(db: Database, workspaceId: string, userId: string): Promise<Role | null> {
  const row = await db
    .select({ role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.workspaceId, workspaceId), eq(memberships.userId, userId)))
    .get();
  return row?.role ?? null;
}

const isNotLastOwner = (workspaceId: string) => sql`(${memberships.role} <> 'owner' OR (
  SELECT count(*) FROM memberships AS others WHERE others.workspace_id = ${workspaceId} AND others.role = 'owner'
) > 1)`;

const isMember = (workspaceId: string, userId: string, role: Role) =>
  and(eq(memberships.workspaceId, workspaceId), eq(memberships.userId, userId), eq(memberships.role, role));

/** A link that somebody made while they could must not let them in again, or higher. */
const withdrawInvitationsOf = (db: Database, workspaceId: string, userId: string) =>
  db.delete(invitations).where(and(eq(invitations.workspaceId, workspaceId), eq(invitations.invitedBy, userId)));

/** False when the person has another role than `from` by now, or is the last owner. */
export async function changeRole(
  db: Database,
  { workspaceId, userId, from, to }: { workspaceId: string; userId: string; from: Role; to: Role },
): Promise<boolean> {
  const [changed] = await db.batch([
    db
      .update(memberships)
      .set({ role: to })
      .where(and(isMember(workspaceId, userId, from), to === "owner" ? undefined : isNotLastOwner(workspaceId)))
      .returning({ userId: memberships.userId }),
    withdrawInvitationsOf(db, workspaceId, userId),
  ]);
  return changed.length > 0;
}

/** Takes a person out, and their tokens and invitations with them. False as for {@link changeRole}. */
export async function removeMember(db: Database, workspaceId: string, userId: string, from: Role): Promise<boolean> {
  const [gone] = await db.batch([
    db
      .delete(memberships)
      .where(and(isMember(workspaceId, userId, from), isNotLastOwner(workspaceId)))
      .returning({ userId: memberships.userId }),
    db
      .delete(apiTokens)
      .where(
        and(
          eq(apiTokens.workspaceId, workspaceId),
          eq(apiTokens.userId, userId),
          sql`NOT EXISTS (SELECT 1 FROM memberships WHERE workspace_id = ${workspaceId} AND user_id = ${userId})`,
        ),
      ),
    withdrawInvitationsOf(db, workspaceId, userId),
  ]);
  return gone.length > 0;
}

export interface OwnWorkspace {
  readonly id: string;
  readonly name: string;
  readonly isSample: boolean;
  readonly role: Role;
}

/** The workspaces that a person is in, in the order in which they came in. */
export async function listWorkspaces(db: Database, userId: string): Promise<OwnWorkspace[]> {
  return await db
    .select({ id: workspaces.id, name: workspaces.name, isSample: workspaces.isSample, role: memberships.role })
    .from(memberships)
    .innerJoin(workspaces, eq(workspaces.id, memberships.workspaceId))
    .where(eq(memberships.userId, userId))
    .orderBy(asc(memberships.createdAt), asc(workspaces.id));
}

/** Who is in this workspace and in no other. */
export async function listHomeless(db: Database, workspaceId: string): Promise<{ userId: string; name: string }[]> {
  const elsewhere = sql`SELECT user_id FROM memberships WHERE workspace_id <> ${workspaceId}`;
  return await db
    .select({ userId: users.id, name: users.name })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.workspaceId, workspaceId), sql`${users.id} NOT IN (${elsewhere})`));
}

/** Workspaces with their first owners, all or none, in two statements however many they are. */
export async function insertWorkspaces(
  db: Database,
  rows: readonly { readonly id: string; readonly name: string; readonly ownerId: string }[],
  now: number,
): Promise<void> {
  const all = JSON.stringify(rows);
  await db.$client.batch([
    db.$client
      .prepare(
        "INSERT INTO workspaces (id, name, is_sample, created_at) SELECT value ->> 'id', value ->> 'name', 0, ? FROM json_each(?)",
      )
      .bind(now, all),
    db.$client
      .prepare(
        `INSERT INTO memberships (workspace_id, user_id, role, created_at)
         SELECT value ->> 'id', value ->> 'ownerId', 'owner', ? FROM json_each(?)`,
      )
      .bind(now, all),
  ]);
}

export async function setWorkspaceName(db: Database, workspaceId: string, name: string): Promise<void> {
  await db.update(workspaces).set({ name }).where(eq(workspaces.id, workspaceId));
}

export async function listInvitations(db: Database, workspaceId: string, now: number): Promise<Invitation[]> {
  return await db
    .select({
      id: invitations.id,
      email: invitations.email,
      role: invitations.role,
      invitedBy: users.name,
      createdAt: invitations.createdAt,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .innerJoin(users, eq(users.id, invitations.invitedBy))
    .where(and(eq(invitations.workspaceId, workspaceId), gt(invitations.expiresAt, now)))
    .orderBy(asc(invitations.createdAt), asc(invitations.id));
}

export type NewInvitation = typeof invitations.$inferSelect;

/** Clears away those that have ended. False when as many are open as allowed. */
export async function insertInvitation(db: Database, invitation: NewInvitation, max: number): Promise<boolean> {
  const { id, secretHash, workspaceId, email, role, invitedBy, createdAt, expiresAt } = invitation;
  const open = sql`SELECT count(*) FROM invitations WHERE workspace_id = ${workspaceId}`;
  await db
    .delete(invitations)
    .where(and(eq(invitations.workspaceId, workspaceId), lte(invitations.expiresAt, createdAt)));
  const made = await db.all(sql`
    INSERT INTO invitations (id, secret_hash, workspace_id, email, role, invited_by, created_at, expires_at)
    SELECT ${id}, ${secretHash}, ${workspaceId}, ${email}, ${role}, ${invitedBy}, ${createdAt}, ${expiresAt}
    WHERE (${open}) < ${max} RETURNING id`);
  return made.length > 0;
}

export async function deleteInvitation(db: Database, workspaceId: string, id: string): Promise<boolean> {
  const gone = await db
    .delete(invitations)
    .where(and(eq(invitations.workspaceId, workspaceId), eq(invitations.id, id)))
    .returning({ id: invitations.id });
  return gone.length > 0;
}

export interface OpenInvitation {
  readonly id: string;
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly role: Role;
  readonly invitedBy: string;
  readonly expiresAt: number;
}

/** The invitation that a link opens, or null when it was taken, withdrawn, or has ended. */
export async function findInvitation(db: Database, secretHash: string, now: number): Promise<OpenInvitation | null> {
  const row = await db
    .select({
      id: invitations.id,
      workspaceId: workspaces.id,
      workspaceName: workspaces.name,
      role: invitations.role,
      invitedBy: users.name,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .innerJoin(workspaces, eq(workspaces.id, invitations.workspaceId))
    .innerJoin(users, eq(users.id, invitations.invitedBy))
    .where(and(eq(invitations.secretHash, secretHash), gt(invitations.expiresAt, now)))
    .get();
  return row ?? null;
}

/**
 * Takes an invitation: one transaction, so that of two who open the same link at once one comes in. Who is a member already
 * keeps their role. False when the invitation is gone, or the workspace is full.
 */
export async function takeInvitation(
  db: Database,
  { secretHash, userId, now, membersMax }: { secretHash: string; userId: string; now: number; membersMax: number },
): Promise<boolean> {
  const [taken] = await db.$client.batch([
    db.$client.prepare(TAKE).bind(userId, now, secretHash, now, membersMax),
    db.$client.prepare(FORGET_TAKEN).bind(secretHash, userId),
  ]);
  return taken!.results.length > 0;
}

const TAKE = `
  INSERT INTO memberships (workspace_id, user_id, role, created_at)
  SELECT workspace_id, ?, role, ? FROM invitations
  WHERE secret_hash = ? AND expires_at > ? AND
    (SELECT count(*) FROM memberships WHERE memberships.workspace_id = invitations.workspace_id) < ?
  ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = memberships.role
  RETURNING workspace_id`;

const FORGET_TAKEN = `
  DELETE FROM invitations WHERE secret_hash = ? AND EXISTS (
    SELECT 1 FROM memberships
    WHERE memberships.workspace_id = invitations.workspace_id AND memberships.user_id = ?
  )`;
