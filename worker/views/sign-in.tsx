/**
 * `/login`: how to get in. By e-mail and password, through GitHub where the operator set it up, or by the link that whoever
 * started the server has.
 */
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { BareLayout } from "./layout.tsx";

export type SignInProblem = "invalid" | "signed-out";

/** What both forms of coming in know of their surroundings. */
export interface EntryProps {
  readonly hasGitHub: boolean;
  readonly mayRegister: boolean;
  /** The invitation that brought the person here; null for none. */
  readonly invitation: { readonly secret: string; readonly workspaceName: string } | null;
  /** Whether they brought one that is not open any more. */
  readonly isInvitationGone: boolean;
  /** Where they wanted to go, a path of ours. */
  readonly next: string;
  readonly errors: readonly FieldError[];
}

export interface SignInProps extends EntryProps {
  /** Why a link did not work; null on a plain visit. */
  readonly problem: SignInProblem | null;
  readonly email: string;
}

const PROBLEMS: Readonly<Record<SignInProblem, string>> = {
  invalid: "This sign-in link is not valid. It may have been cut short when it was copied.",
  "signed-out": "You are signed out.",
};

export function SignInPage({ problem, email, errors, ...around }: SignInProps) {
  return (
    <BareLayout title="Sign in">
      <div class="card">
        <h1>Sign in</h1>
        {problem === null ? null : (
          <p class={problem === "signed-out" ? "notice" : "notice notice-failed"} role="alert">
            <Icon name={problem === "signed-out" ? "check" : "triangle-alert"} /> {PROBLEMS[problem]}
          </p>
        )}
        <InvitedTo {...around} />
        <ErrorSummary title="You are not signed in" errors={errors} />
        <form class="settings-form" method="post" action="/login">
          <EntryFields {...around} />
          <EmailField email={email} errors={errors} />
          <TextField
            name="password"
            label="Password"
            type="password"
            autocomplete="current-password"
            value=""
            isRequired
            errors={errors}
          />
          <div class="actions">
            <button type="submit" class="button primary">
              Sign in
            </button>
            <GitHubLink {...around} />
          </div>
        </form>
        {around.mayRegister ? (
          <p>
            No account yet? <a href={entryHref("/signup", around)}>Make one</a>
          </p>
        ) : null}
        <p class="muted">
          Whoever started this server has a sign-in link: <code>npm start</code> prints it, and it is kept in{" "}
          <code>credentials.json</code> beside the data. Machines do not sign in: they send a bearer token.
        </p>
      </div>
    </BareLayout>
  );
}

export function InvitedTo({ invitation, isInvitationGone }: Pick<EntryProps, "invitation" | "isInvitationGone">) {
  if (isInvitationGone)
    return (
      <p class="notice notice-failed" role="alert">
        <Icon name="triangle-alert" />
        <span>
          This invitation is not there, was taken already, or has ended. Ask whoever invited you for a new one.
        </span>
      </p>
    );
  return invitation === null ? null : (
    <p class="notice">
      <Icon name="user" />
      <span>
        You come into the workspace <b>{invitation.workspaceName}</b>.
      </span>
    </p>
  );
}

/** What a person brought along, and where they wanted to go. */
type Brought = Pick<EntryProps, "invitation" | "next">;

export function EntryFields({ invitation, next }: Brought) {
  return (
    <>
      {invitation === null ? null : <input type="hidden" name="invitation" value={invitation.secret} />}
      {next === "/" ? null : <input type="hidden" name="next" value={next} />}
    </>
  );
}

export function EmailField({ email, errors }: { readonly email: string; readonly errors: readonly FieldError[] }) {
  return (
    <TextField
      name="email"
      label="E-mail address"
      type="email"
      autocomplete="username"
      value={email}
      isRequired
      errors={errors}
    />
  );
}

/** A link and no form: the content security policy lets a form of ours lead to nobody else. */
export function GitHubLink({ hasGitHub, ...brought }: Brought & Pick<EntryProps, "hasGitHub">) {
  return hasGitHub ? (
    <a class="button" href={entryHref("/login/github", brought)}>
      <Icon name="git-fork" /> Continue with GitHub
    </a>
  ) : null;
}

/** A page of coming in, which is told the same. */
export function entryHref(path: string, { invitation, next }: Brought): string {
  const query = new URLSearchParams({
    ...(invitation === null ? {} : { invitation: invitation.secret }),
    ...(next === "/" ? {} : { next }),
  });
  return query.size === 0 ? path : `${path}?${query}`;
}
