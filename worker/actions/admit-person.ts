/**
 * What follows when a person has proved who they are: they come into a workspace, by the invitation that they brought or by
 * one of their own, and their session begins.
 */
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { MEMBERS_MAX } from "../domain/membership.ts";
import {
  findInvitation,
  findRole,
  insertWorkspaces,
  listWorkspaces,
  type OpenInvitation,
  takeInvitation,
} from "../store/memberships.ts";
import { findPersonByEmail, findPersonName } from "../store/people.ts";
import { record } from "./audit-trail.ts";
import { type BegunSession, beginSession, type SessionStart } from "./begin-session.ts";

/** One answer for a link that never was, was taken, was withdrawn, or has ended: they look the same. */
export const NO_INVITATION = fail(
  "not-found",
  "This invitation is not there, was taken already, or has ended. Ask whoever invited you for a new one.",
);

/** The invitation that a link's secret opens; null without a secret, or when there is none any more. */
export async function openInvitation(
  { db, clock }: Dependencies,
  secret: string | null,
): Promise<OpenInvitation | null> {
  return secret ? findInvitation(db, await sha256Hex(secret), clock.now()) : null;
}

/** Takes an invitation for a person, unless they are in its workspace: then it stays for the one it is for. */
export async function acceptInvitation(
  dependencies: Dependencies,
  { userId, address }: Pick<SessionStart, "userId" | "address">,
  secret: string,
): Promise<Result<{ readonly workspaceId: string }>> {
  const { db, clock } = dependencies;
  const invitation = await openInvitation(dependencies, secret);
  if (!invitation) return NO_INVITATION;
  if ((await findRole(db, invitation.workspaceId, userId)) !== null)
    return succeed({ workspaceId: invitation.workspaceId });
  const taken = await takeInvitation(db, {
    ...{ secretHash: await sha256Hex(secret), userId },
    ...{ now: clock.now(), membersMax: MEMBERS_MAX },
  });
  if (!taken) return NO_INVITATION;
  const { workspaceId, role } = invitation;
  const name = await findPersonName(db, userId);
  const actor = { workspaceId, kind: "person", id: userId, name, address } as const;
  await record(dependencies, actor, "member.joined", invitation.id, { role });
  return succeed({ workspaceId });
}

export interface Admission extends Omit<SessionStart, "workspaceId"> {
  /** The secret of the invitation that was brought along; null for none. */
  readonly invitation: string | null;
}

export async function admitPerson(
  dependencies: Dependencies,
  { invitation, ...start }: Admission,
): Promise<Result<BegunSession>> {
  const joined = invitation === null ? null : await acceptInvitation(dependencies, start, invitation);
  if (joined && !joined.ok) return joined;
  const workspaceId = joined?.value.workspaceId ?? null;
  if (workspaceId === null) {
    const home = await ensureWorkspace(dependencies, start.userId);
    if (!home.ok) return home;
  }
  return succeed(await beginSession(dependencies, { ...start, workspaceId }));
}

/** Whoever is in no workspace gets one of their own, where everybody may. */
async function ensureWorkspace(dependencies: Dependencies, userId: string): Promise<Result<null>> {
  const { db, config } = dependencies;
  if ((await listWorkspaces(db, userId)).length > 0) return succeed(null);
  if (!config.isSignUpOpen) return fail("forbidden", "You are in no workspace any more. Ask for an invitation.");
  await giveOwnWorkspaces(dependencies, [{ userId, name: await findPersonName(db, userId) }]);
  return succeed(null);
}

/** To each of these people one that is called after them. */
export async function giveOwnWorkspaces(
  { db, clock, random }: Pick<Dependencies, "db" | "clock" | "random">,
  people: readonly { readonly userId: string; readonly name: string }[],
): Promise<void> {
  const rows = people.map(({ userId, name }) => {
    return { id: newId("ws", clock, random), name: `${name}'s workspace`, ownerId: userId };
  });
  await insertWorkspaces(db, rows, clock.now());
}

/** Notes in the person's first workspace that somebody tried to be them; in none for an address that nobody has. */
export async function noteFailedSignIn(dependencies: Dependencies, email: string, address: string): Promise<void> {
  const userId = await findPersonByEmail(dependencies.db, email);
  const home = userId === null ? undefined : (await listWorkspaces(dependencies.db, userId))[0];
  if (userId === null || !home) return;
  const actor = { workspaceId: home.id, kind: "nobody", id: "", name: "Somebody", address } as const;
  await record(dependencies, actor, "sign-in.failed", userId, { way: "password" });
}
