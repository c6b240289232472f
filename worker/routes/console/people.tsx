/** `/settings/members`, `/settings/invitations` and `/settings/workspaces`: who is where, and as what. */
import { type Context, Hono } from "hono";
import * as z from "zod";
import { removeWorkspace } from "../../actions/delete-workspace.ts";
import {
  createWorkspace,
  invite,
  removePerson,
  renameWorkspace,
  setRole,
  switchWorkspace,
  withdrawInvitation,
} from "../../actions/manage-people.ts";
import { ERRORS, type Failure, type Result } from "../../domain/errors.ts";
import { toIso } from "../../domain/instant.ts";
import {
  invitationSchema,
  MEMBERS_MAX,
  NEW_NAME_FIELD,
  nameSchema,
  roleChangeSchema,
  WORKSPACE_NAME_FIELD,
} from "../../domain/membership.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { listInvitations, listMembers, listWorkspaces } from "../../store/memberships.ts";
import { MembersPage, type MembersProps } from "../../views/members.tsx";
import { WorkspacesPage } from "../../views/workspaces.tsx";
import { formOf, shownErrors, textOf } from "./form.ts";
import { failurePage, page, signedInShell } from "./page.tsx";

type PeopleContext = Context<SignedInEnv>;

const MEMBERS = "/settings/members";
const NEW_INVITATION = { email: "", role: "member" };
const workspaceSchema = z.strictObject({ name: nameSchema });
const renamingSchema = z.strictObject({ [NEW_NAME_FIELD]: nameSchema });

export const memberPages = new Hono<SignedInEnv>()
  .get("/", (c) => showMembers(c, {}))
  .post("/:id/role", async (c) => {
    const change = check({ role: textOf(await formOf(c), "role") }, roleChangeSchema);
    const { dependencies, principal } = c.var;
    return toMembers(
      c,
      change.ok ? await setRole(dependencies, principal, c.req.param("id"), change.value.role) : change,
    );
  })
  .post("/:id/removal", async (c) => {
    const id = c.req.param("id");
    const removed = await removePerson(c.var.dependencies, c.var.principal, id);
    // Who has left is led to the workspace that comes next.
    return removed.ok && id === c.var.principal.userId ? c.redirect("/", 303) : toMembers(c, removed);
  });

export const invitationForms = new Hono<SignedInEnv>()
  .post("/", async (c) => {
    const form = await formOf(c);
    const values = { email: textOf(form, "email"), role: textOf(form, "role") };
    const asked = check(values, invitationSchema);
    const invited = asked.ok
      ? await invite(c.var.dependencies, c.var.principal, asked.value, new URL(c.req.url).origin)
      : asked;
    if (invited.ok) return showMembers(c, { invited: invited.value, status: 201 });
    return invited.code === "invalid-request"
      ? showMembers(c, { values, errors: shownErrors(invited), status: 422 })
      : failurePage(c, invited);
  })
  .post("/:id/withdrawal", async (c) =>
    toMembers(c, await withdrawInvitation(c.var.dependencies, c.var.principal, c.req.param("id"))),
  );

export const workspacePages = new Hono<SignedInEnv>()
  .get("/", (c) => showWorkspaces(c, {}))
  .post("/", async (c) => {
    const name = textOf(await formOf(c), "name");
    const asked = check({ name }, workspaceSchema);
    const made = asked.ok ? await createWorkspace(c.var.dependencies, c.var.principal, asked.value.name) : asked;
    return made.ok ? c.redirect("/", 303) : showWorkspaces(c, { name, failure: made });
  })
  .post("/:id/name", async (c) => {
    const newName = textOf(await formOf(c), NEW_NAME_FIELD);
    const asked = check({ [NEW_NAME_FIELD]: newName }, renamingSchema);
    if (!asked.ok) return showWorkspaces(c, { newName, failure: asked });
    const { dependencies, principal } = c.var;
    const renamed = await renameWorkspace(dependencies, principal, c.req.param("id"), asked.value[NEW_NAME_FIELD]!);
    return renamed.ok ? c.redirect("/settings/workspaces", 303) : failurePage(c, renamed);
  })
  .post("/:id/deletion", async (c) => {
    const confirmation = textOf(await formOf(c), WORKSPACE_NAME_FIELD);
    const removed = await removeWorkspace(c.var.dependencies, c.var.principal, c.req.param("id"), confirmation);
    if (removed.ok) return c.redirect("/", 303);
    return removed.code === "invalid-request" ? showWorkspaces(c, { failure: removed }) : failurePage(c, removed);
  })
  .post("/:id/choice", async (c) => {
    const switched = await switchWorkspace(c.var.dependencies, c.var.principal, c.req.param("id"));
    return switched.ok ? c.redirect("/", 303) : failurePage(c, switched);
  });

function toMembers(c: PeopleContext, result: Result<unknown>) {
  return result.ok ? c.redirect(MEMBERS, 303) : failurePage(c, result, { href: MEMBERS, label: "Back to People" });
}

interface Shown extends Partial<Pick<MembersProps, "invited" | "values" | "errors">> {
  readonly status?: number;
}

async function showMembers(c: PeopleContext, shown: Shown) {
  const { invited = null, values = NEW_INVITATION, errors = [], status = 200 } = shown;
  const { db, clock } = c.var.dependencies;
  const { workspaceId, userId, role } = c.var.principal;
  const [members, invitations] = await Promise.all([
    listMembers(db, workspaceId, MEMBERS_MAX),
    listInvitations(db, workspaceId, clock.now()),
  ]);
  const props: MembersProps = {
    members: members.map((member) => ({ ...member, joinedAt: toIso(member.joinedAt) })),
    invitations: invitations.map(({ createdAt, expiresAt, ...rest }) => ({
      ...rest,
      createdAt: toIso(createdAt),
      expiresAt: toIso(expiresAt),
    })),
    viewer: { userId, role },
    ...{ invited, values, errors },
  };
  return page(c, <MembersPage shell={signedInShell(c)} {...props} />, status);
}

interface ShownWorkspaces {
  readonly name?: string;
  readonly newName?: string;
  readonly failure?: Failure;
}

async function showWorkspaces(c: PeopleContext, { name = "", newName, failure }: ShownWorkspaces) {
  const { userId, workspaceId } = c.var.principal;
  const list = await listWorkspaces(c.var.dependencies.db, userId);
  const workspaces = list.map((workspace) => ({ ...workspace, isCurrent: workspace.id === workspaceId }));
  const errors = failure ? shownErrors(failure) : [];
  const typed = { name, newName: newName ?? c.var.principal.workspaceName };
  const props = { shell: signedInShell(c), workspaces, ...typed, errors };
  return page(c, <WorkspacesPage {...props} />, failure ? ERRORS[failure.code].status : 200);
}
