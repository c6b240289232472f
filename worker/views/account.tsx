/** `/settings/account`: how a person signs in, and another password for who has one. */

import { CURRENT_PASSWORD_FIELD, NEW_PASSWORD_FIELD, PASSWORD_MIN_CHARS } from "../domain/password.ts";
import { DoneNotice } from "./components/done-notice.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import type { Shell } from "./layout.tsx";

export interface AccountProps {
  readonly name: string;
  /** Null for who came by the link of the installation alone. */
  readonly email: string | null;
  readonly hasPassword: boolean;
  readonly hasGitHub: boolean;
  /** Whether the password was changed a moment ago. */
  readonly isChanged: boolean;
  readonly errors: readonly FieldError[];
}

export function AccountPage({ shell, ...props }: AccountProps & { readonly shell: Shell }) {
  const { name, email, hasPassword, isChanged, errors } = props;
  return (
    <SettingsPage shell={shell} tab="account" failure="The password was not changed" errors={errors}>
      <DoneNotice text={isChanged ? "The password is changed, and all your other sessions have ended." : null} />
      <p>
        You are <b>{name}</b>
        {email === null ? null : ` (${email})`}, and sign in {wayOf(props)}.
      </p>
      {hasPassword ? <PasswordForm errors={errors} /> : null}
    </SettingsPage>
  );
}

function wayOf({ hasPassword, hasGitHub }: AccountProps): string {
  const ways = [...(hasPassword ? ["with a password"] : []), ...(hasGitHub ? ["through GitHub"] : [])];
  return ways.length > 0 ? ways.join(" or ") : "by the sign-in link of this server: there is no password to change";
}

function PasswordForm({ errors }: Pick<AccountProps, "errors">) {
  return (
    <FormPanel
      name="password"
      title="Change password"
      action="/settings/account/password"
      submit="Change password"
      tone="primary"
      intro={
        <p class="muted">
          Everywhere else you are signed out with it; here you stay. Your API tokens go on: revoke them under Tokens.
        </p>
      }
    >
      <TextField
        name={CURRENT_PASSWORD_FIELD}
        label="Current password"
        type="password"
        autocomplete="current-password"
        value=""
        isRequired
        errors={errors}
      />
      <TextField
        name={NEW_PASSWORD_FIELD}
        label="New password"
        type="password"
        autocomplete="new-password"
        value=""
        isRequired
        errors={errors}
        hint={`${PASSWORD_MIN_CHARS} characters or more. A few words in a row are easy to keep.`}
      />
    </FormPanel>
  );
}
