/** `/signup`: making an account, or why that takes an invitation here. */
import { ErrorSummary } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { BareLayout } from "./layout.tsx";
import { EmailField, EntryFields, type EntryProps, entryHref, GitHubLink, InvitedTo } from "./sign-in.tsx";

export interface SignUpProps extends EntryProps {
  readonly name: string;
  readonly email: string;
}

export function SignUpPage({ name, email, errors, ...around }: SignUpProps) {
  return (
    <BareLayout title="Make an account">
      <div class="card">
        <h1>Make an account</h1>
        <InvitedTo {...around} />
        {around.mayRegister ? (
          <>
            <ErrorSummary title="The account was not made" errors={errors} />
            <form class="settings-form" method="post" action="/signup">
              <EntryFields {...around} />
              <TextField name="name" label="Your name" autocomplete="name" value={name} isRequired errors={errors} />
              <EmailField email={email} errors={errors} />
              <TextField
                name="password"
                label="Password"
                type="password"
                autocomplete="new-password"
                value=""
                isRequired
                errors={errors}
                hint="10 characters or more. A few words in a row are easy to keep."
              />
              <div class="actions">
                <button type="submit" class="button primary">
                  Make account
                </button>
                <GitHubLink {...around} />
              </div>
            </form>
          </>
        ) : (
          <p>
            People come to this server by an invitation. Ask somebody who is here already: an admin of a workspace makes
            one under <b>People</b>, and sends you its link.
          </p>
        )}
        <p>
          Have an account? <a href={entryHref("/login", around)}>Sign in</a>
        </p>
      </div>
    </BareLayout>
  );
}
