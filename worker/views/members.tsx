/** `/settings/members`: who is in the workspace and as what, who is invited, and the form that invites. */

import { isAtLeast, ROLE_WORDS, ROLES, type Role } from "../domain/access.ts";
import type { Invitation, MailedInvitation, Member } from "../domain/membership.ts";
import { PostForm } from "./components/allowed.tsx";
import { Confirmation } from "./components/confirmation.tsx";
import { DataTable } from "./components/data-table.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { SelectField, TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { OneTimeSecret } from "./components/one-time-secret.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { RelativeTime } from "./components/time.tsx";
import type { Shell } from "./layout.tsx";

/** With instants as text, as a page shows them. */
type Shown<T, Instant extends keyof T> = Omit<T, Instant> & { readonly [Name in Instant]: string };
export type ShownMember = Shown<Member, "joinedAt">;
export type ShownInvitation = Shown<Invitation, "createdAt" | "expiresAt">;

export interface MembersProps {
  readonly members: readonly ShownMember[];
  readonly invitations: readonly ShownInvitation[];
  /** Who looks. */
  readonly viewer: { readonly userId: string; readonly role: Role };
  /** The invitation that was just made. */
  readonly invited: { readonly link: string; readonly mailed: MailedInvitation } | null;
  readonly values: { readonly email: string; readonly role: string };
  readonly errors: readonly FieldError[];
}

const MAILED_WORDS: Readonly<Record<MailedInvitation, string>> = {
  sent: "It was sent by e-mail.",
  failed: "The e-mail was not taken: send the link to the person whom you invite yourself.",
  "not-set-up": "This server sends no e-mail: send the link to the person whom you invite yourself.",
  nobody: "Send it to the person whom you invite.",
};

export function MembersPage({ shell, ...props }: MembersProps & { readonly shell: Shell }) {
  const isAdmin = isAtLeast(props.viewer.role, "admin");
  return (
    <SettingsPage shell={shell} tab="people" errors={props.errors}>
      {props.invited === null ? null : (
        <OneTimeSecret
          title="Copy the link now: it is not shown again"
          secret={props.invited.link}
          copyLabel="Copy link"
        >
          {MAILED_WORDS[props.invited.mailed]} It lets one person in, and ends after a week.
        </OneTimeSecret>
      )}
      <MemberTable {...props} />
      {props.invitations.length > 0 ? <InvitationTable {...props} isAdmin={isAdmin} /> : null}
      {isAdmin ? <InvitationForm {...props} /> : <p class="muted">An admin of the workspace invites people.</p>}
    </SettingsPage>
  );
}

function MemberTable({ members, viewer }: MembersProps) {
  return (
    <div class="results">
      <DataTable
        caption="People of this workspace"
        columns={["Person", "Role", { number: "Since" }, { hidden: "Actions" }]}
      >
        {members.map((member) => (
          <MemberRow member={member} viewer={viewer} />
        ))}
      </DataTable>
    </div>
  );
}

function MemberRow({ member, viewer }: { readonly member: ShownMember } & Pick<MembersProps, "viewer">) {
  const isSelf = member.userId === viewer.userId;
  const mayChange = isAtLeast(viewer.role, "admin") && isAtLeast(viewer.role, member.role);
  return (
    <tr>
      <td class="cell-run">
        {member.name} {isSelf ? <span class="mark">You</span> : null}
        {member.email === null ? null : <span class="cell-note muted">{member.email}</span>}
      </td>
      <td data-label="Role">{mayChange ? <RoleForm member={member} viewer={viewer} /> : member.role}</td>
      <td class="cell-when number muted" data-label="Since">
        <RelativeTime at={member.joinedAt} />
      </td>
      <td>{isSelf || mayChange ? <Removal member={member} isSelf={isSelf} /> : null}</td>
    </tr>
  );
}

function Removal({ member: { userId, name }, isSelf }: { readonly member: ShownMember; readonly isSelf: boolean }) {
  const [who, whose] = isSelf ? ["You", "your"] : [name, "their"];
  return (
    <Confirmation
      action={`/settings/members/${userId}/removal`}
      ask={
        <>
          {isSelf ? "Leave" : "Remove"} <span class="visually-hidden">{isSelf ? "the workspace" : name}</span>
        </>
      }
      consequence={`${who} will no longer see this workspace; ${whose} tokens here and open invitations go, too.`}
      submit={isSelf ? "Leave the workspace" : `Remove ${name}`}
    />
  );
}

function RoleForm({ member, viewer }: { readonly member: ShownMember } & Pick<MembersProps, "viewer">) {
  return (
    <PostForm class="inline-form" action={`/settings/members/${member.userId}/role`}>
      <select name="role" aria-label={`Role of ${member.name}`}>
        {rolesOf(viewer.role).map((role) => (
          <option value={role} selected={role === member.role}>
            {role}
          </option>
        ))}
      </select>
      <button type="submit" class="button quiet">
        Save <span class="visually-hidden">the role of {member.name}</span>
      </button>
    </PostForm>
  );
}

/** The roles that somebody may give. */
function rolesOf(role: Role): readonly Role[] {
  return ROLES.filter((each) => isAtLeast(role, each));
}

function InvitationTable({ invitations, isAdmin }: MembersProps & { readonly isAdmin: boolean }) {
  return (
    <section class="results" aria-labelledby="invitations-title">
      <h2 id="invitations-title">Open invitations</h2>
      <DataTable columns={["For", "Role", "By", { number: "Ends" }, { hidden: "Actions" }]}>
        {invitations.map(({ id, email, role, invitedBy, expiresAt }) => (
          <tr>
            <td class="cell-run">{email ?? <span class="muted">whoever has the link</span>}</td>
            <td data-label="Role">{role}</td>
            <td data-label="From">{invitedBy}</td>
            <td class="cell-when number muted" data-label="Ends">
              <RelativeTime at={expiresAt} />
            </td>
            <td>
              {isAdmin ? (
                <PostForm action={`/settings/invitations/${id}/withdrawal`}>
                  <button type="submit" class="button quiet">
                    Withdraw <span class="visually-hidden">the invitation {email === null ? "" : `for ${email}`}</span>
                  </button>
                </PostForm>
              ) : null}
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

function InvitationForm({ viewer, values, errors }: MembersProps) {
  return (
    <FormPanel
      name="invite"
      title="Invite somebody"
      action="/settings/invitations"
      submit="Make invitation"
      tone="primary"
    >
      <TextField
        name="email"
        label="E-mail address"
        value={values.email}
        errors={errors}
        hint="Whom it is for, and optional: who has the link comes in. It goes there, where this server sends e-mail."
      />
      <SelectField
        name="role"
        label="Role"
        value={values.role}
        errors={errors}
        options={rolesOf(viewer.role).map((role) => ({ value: role, label: `${role}: ${ROLE_WORDS[role]}` }))}
      />
    </FormPanel>
  );
}
