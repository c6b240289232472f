/** `/invite/:secret`: what an invitation is for, and the ways to take it. */
import { ROLE_WORDS, type Role } from "../domain/access.ts";
import { RelativeTime } from "./components/time.tsx";
import { BareLayout } from "./layout.tsx";
import { entryHref } from "./sign-in.tsx";

export interface InvitationProps {
  readonly secret: string;
  readonly workspaceName: string;
  readonly role: Role;
  readonly invitedBy: string;
  readonly expiresAt: string;
  /** Who is signed in; null for nobody. */
  readonly personName: string | null;
  /** Whether that person is in the workspace already. */
  readonly isMember: boolean;
}

export function InvitationPage(props: InvitationProps) {
  const { secret, workspaceName, role, invitedBy, expiresAt, personName, isMember } = props;
  const brought = { invitation: { secret, workspaceName }, next: "/" };
  return (
    <BareLayout title={`Invitation to ${workspaceName}`}>
      <div class="card">
        <h1>Come into {workspaceName}</h1>
        <p>
          {invitedBy} invites you as <b>{role}</b>: somebody who {ROLE_WORDS[role]}.
        </p>
        {personName === null ? (
          <div class="actions">
            <a class="button primary" href={entryHref("/signup", brought)}>
              Make an account
            </a>
            <a class="button" href={entryHref("/login", brought)}>
              Sign in
            </a>
          </div>
        ) : (
          <>
            {isMember ? <p>You are in this workspace already: the link stays for the one it is for.</p> : null}
            <form method="post" action={`/invite/${secret}`} class="actions">
              <button type="submit" class="button primary">
                {isMember ? "Go there" : `Join as ${personName}`}
              </button>
            </form>
          </>
        )}
        <p class="muted">
          The invitation is for one person. It ends: <RelativeTime at={expiresAt} />
        </p>
      </div>
    </BareLayout>
  );
}
