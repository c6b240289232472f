/**
 * What can be done with the people of a workspace: inviting, changing roles, taking out, leaving. Whoever is not in the
 * workspace of who asks looks exactly like somebody who does not exist.
 */
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import type { Role } from "../domain/access.ts";
import { actorOf } from "../domain/audit.ts";
import { type Failure, fail, type Result, succeed } from "../domain/errors.ts";
import { isId, newId, newSecret } from "../domain/ids.ts";
import {
  changeRefusal,
  INVITATION_MS,
  INVITATIONS_MAX,
  invitationRefusal,
  LAST_OWNER,
  type MailedInvitation,
  WORKSPACES_MAX,
} from "../domain/membership.ts";
import type { Principal } from "../domain/principal.ts";
import {
  changeRole,
  deleteInvitation,
  findRole,
  insertInvitation,
  insertWorkspaces,
  listWorkspaces,
  removeMember,
  setWorkspaceName,
} from "../store/memberships.ts";
import { chooseWorkspace } from "../store/sessions.ts";
import { record } from "./audit-trail.ts";

/** 192 bits, as for a sign-in link. */
const INVITATION_SECRET_BYTES = 24;

const NO_MEMBER = fail("not-found", "There is nobody with this id in your workspace.");
const NO_INVITATION = fail("not-found", "There is no invitation with this id in your workspace.");
/** About a workspace that is not the one a person is in. */
export const NOT_HERE = fail("not-found", "You are not in this workspace right now: go there first.");
const NO_WORKSPACE = fail("not-found", "You are in no workspace with this id.");
const CHANGED_MEANWHILE = fail("not-found", "Somebody changed this person's role in the same moment. Look again.");

export interface MadeInvitation {
  /** Holds the invitation's secret: it is told this once. */
  readonly link: string;
  readonly mailed: MailedInvitation;
}

/** @param origin of this server, which the link leads to */
export async function invite(
  dependencies: Dependencies,
  principal: Principal,
  { role, email }: { readonly role: Role; readonly email: string },
  origin: string,
): Promise<Result<MadeInvitation>> {
  const { db, clock, random } = dependencies;
  const refusal = invitationRefusal(principal.role, role);
  if (refusal) return refusal;
  const tooOften = await dependencies.rateLimits.use("invitation", principal.userId);
  if (tooOften) return tooOften;
  const secret = newSecret(INVITATION_SECRET_BYTES, random);
  const now = clock.now();
  const invitation = {
    ...{ id: newId("inv", clock, random), secretHash: await sha256Hex(secret) },
    ...{ workspaceId: principal.workspaceId, email: email || null, role, invitedBy: principal.userId },
    ...{ createdAt: now, expiresAt: now + INVITATION_MS },
  };
  if (!(await insertInvitation(db, invitation, INVITATIONS_MAX)))
    return fail("too-many-people", `Withdraw one first: at most ${INVITATIONS_MAX} invitations are open at once.`);
  await record(dependencies, actorOf(principal), "invitation.made", invitation.id, { role, email });
  const link = `${origin}/invite/${secret}`;
  return succeed({
    link,
    mailed: email === "" ? "nobody" : await mailInvitation(dependencies, principal, email, link),
  });
}

/** Once, while who invites waits: they have the link in their hands, and a link that waited in a queue would be a secret there. */
async function mailInvitation(
  { mailer, log }: Dependencies,
  { userName, workspaceName }: Principal,
  to: string,
  link: string,
): Promise<MailedInvitation> {
  if (mailer === null) return "not-set-up";
  const subject = `${userName} invites you to ${workspaceName} on Runyard`;
  try {
    await mailer.send({
      to,
      subject,
      text: `${subject}.\n\n${link}\n\nThe link lets one person in, and ends after a week.\n`,
    });
    return "sent";
  } catch (error) {
    log.warn("an invitation could not be sent by e-mail", { error });
    return "failed";
  }
}

export async function withdrawInvitation(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
): Promise<Result<null>> {
  const isGone = isId("inv", id) && (await deleteInvitation(dependencies.db, principal.workspaceId, id));
  if (!isGone) return NO_INVITATION;
  await record(dependencies, actorOf(principal), "invitation.withdrawn", id, {});
  return succeed(null);
}

export async function setRole(
  dependencies: Dependencies,
  principal: Principal,
  userId: string,
  to: Role,
): Promise<Result<null>> {
  const { db, knownPrincipals } = dependencies;
  const { workspaceId } = principal;
  const from = await findRole(db, workspaceId, userId);
  if (from === null) return NO_MEMBER;
  const refusal = changeRefusal(principal.role, from, to);
  if (refusal) return refusal;
  if (from === to) return succeed(null);
  const isChanged = await changeRole(db, { workspaceId, userId, from, to });
  knownPrincipals.forgetAll();
  if (!isChanged) return lostTo(from);
  await record(dependencies, actorOf(principal), "member.role-changed", userId, { from, to });
  return succeed(null);
}

/** Takes somebody out, or oneself: whoever is in a workspace may leave it. */
export async function removePerson(
  dependencies: Dependencies,
  principal: Principal,
  userId: string,
): Promise<Result<null>> {
  const { db, knownPrincipals } = dependencies;
  const { workspaceId } = principal;
  const isSelf = userId === principal.userId;
  // Before anything is looked up: who may not, learns nothing of who is there.
  const mayNot = isSelf ? null : changeRefusal(principal.role, "viewer", null);
  if (mayNot) return mayNot;
  const from = await findRole(db, workspaceId, userId);
  if (from === null) return NO_MEMBER;
  const refusal = isSelf ? null : changeRefusal(principal.role, from, null);
  if (refusal) return refusal;
  const isGone = await removeMember(db, workspaceId, userId, from);
  knownPrincipals.forgetAll();
  if (!isGone) return lostTo(from);
  await record(dependencies, actorOf(principal), isSelf ? "member.left" : "member.removed", userId, { role: from });
  return succeed(null);
}

/** An owner is not changed because they are the last one; anybody else, because their role is another by now. */
function lostTo(from: Role): Failure {
  return from === "owner" ? LAST_OWNER : CHANGED_MEANWHILE;
}

/** Sends a person's session to another of their workspaces. */
export async function switchWorkspace(
  { db, knownPrincipals }: Dependencies,
  principal: Principal,
  workspaceId: string,
): Promise<Result<null>> {
  if ((await findRole(db, workspaceId, principal.userId)) === null) return NO_WORKSPACE;
  await chooseWorkspace(db, principal.credential.slice("session:".length), workspaceId);
  knownPrincipals.forgetAll();
  return succeed(null);
}

/** Makes a workspace whose owner is who asks, and goes there. */
export async function createWorkspace(
  dependencies: Dependencies,
  principal: Principal,
  name: string,
): Promise<Result<null>> {
  const { db, clock, random } = dependencies;
  if ((await listWorkspaces(db, principal.userId)).length >= WORKSPACES_MAX)
    return fail("too-many-people", `Leave one first: a person is in ${WORKSPACES_MAX} workspaces at most.`);
  const id = newId("ws", clock, random);
  await insertWorkspaces(db, [{ id, name, ownerId: principal.userId }], clock.now());
  await record(dependencies, { ...actorOf(principal), workspaceId: id }, "workspace.created", "", { name });
  return switchWorkspace(dependencies, principal, id);
}

/** Gives the workspace that somebody is in another name. */
export async function renameWorkspace(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
  to: string,
): Promise<Result<null>> {
  const { workspaceId, workspaceName: from } = principal;
  if (id !== workspaceId) return NOT_HERE;
  await setWorkspaceName(dependencies.db, workspaceId, to);
  dependencies.knownPrincipals.forgetAll();
  await record(dependencies, actorOf(principal), "workspace.renamed", "", { from, to });
  return succeed(null);
}
