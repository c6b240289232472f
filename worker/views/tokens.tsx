/** `/settings/tokens`: the tokens of the API that somebody may see, and the form for a new one. */

import { SCOPE_WORDS, SCOPES } from "../domain/access.ts";
import { TOKEN_DAYS, type TokenSummary } from "../domain/api-token.ts";
import { Confirmation } from "./components/confirmation.tsx";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { type FieldError, fieldErrorId, fieldId } from "./components/error-summary.tsx";
import { SelectField, TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { OneTimeSecret } from "./components/one-time-secret.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { RelativeTime } from "./components/time.tsx";
import type { Shell } from "./layout.tsx";

export interface ShownToken extends Omit<TokenSummary, "createdAt" | "expiresAt" | "lastUsedAt"> {
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly hasEnded: boolean;
}

export interface TokensProps {
  readonly tokens: readonly ShownToken[];
  /** A token that was just made: the only time that it is shown. */
  readonly token: string | null;
  readonly values: {
    readonly name: string;
    readonly scopes: readonly string[];
    readonly days: string;
    readonly agent: string;
  };
  readonly errors: readonly FieldError[];
}

export function TokensPage({ shell, tokens, token, values, errors }: TokensProps & { readonly shell: Shell }) {
  return (
    <SettingsPage shell={shell} tab="tokens" failure="The token was not made" errors={errors}>
      {token === null ? null : (
        <OneTimeSecret title="Copy the token now: it is not shown again" secret={token} copyLabel="Copy token">
          Machines send it as <code>Authorization: Bearer …</code>. Only its hash is kept.
        </OneTimeSecret>
      )}
      {tokens.length > 0 ? (
        <>
          <TokenTable tokens={tokens} />
          <p class="muted">
            A token keeps the scopes that it was made with, also where there are others now. For more make a new token
            below, put it in the old one's place, and revoke that.
          </p>
        </>
      ) : (
        <section class="panel">
          <EmptyState icon="key-round" title="No tokens yet">
            A token lets a machine use the API in your name, for what you choose and as long as you choose.
          </EmptyState>
        </section>
      )}
      <NewToken values={values} errors={errors} />
    </SettingsPage>
  );
}

function TokenTable({ tokens }: Pick<TokensProps, "tokens">) {
  return (
    <div class="results">
      <DataTable
        caption="Tokens, newest first"
        columns={["Token", "Scopes", "Last used", "Ends", { hidden: "Actions" }]}
      >
        {tokens.map((token) => (
          <TokenRow token={token} />
        ))}
      </DataTable>
    </div>
  );
}

function TokenRow({ token }: { readonly token: ShownToken }) {
  return (
    <tr>
      <td class="cell-run">
        {token.name}
        <span class="cell-note muted">
          <code>{token.prefix}…</code> by {token.ownerName}, made <RelativeTime at={token.createdAt} />
          {token.agent === null ? null : (
            <>
              , for the agent <strong>{token.agent}</strong>
            </>
          )}
        </span>
      </td>
      <td class="token-scopes" data-label="Scopes">
        {token.scopes.map((scope) => (
          <code>{scope}</code>
        ))}
      </td>
      <td class="cell-when muted" data-label="Last used">
        {token.lastUsedAt === null ? "never" : <RelativeTime at={token.lastUsedAt} />}
      </td>
      <td class="cell-when muted" data-label="Ends">
        {token.hasEnded ? <span class="mark mark-warning">Ended</span> : null}{" "}
        {token.expiresAt === null ? "never" : <RelativeTime at={token.expiresAt} />}
      </td>
      <td>
        <Confirmation
          action={`/settings/tokens/${token.id}/revocation`}
          ask={
            <>
              Revoke <span class="visually-hidden">{token.name}</span>
            </>
          }
          consequence="Whatever uses it is refused within seconds, for good."
          submit={`Revoke ${token.name}`}
        />
      </td>
    </tr>
  );
}

function NewToken({ values, errors }: Pick<TokensProps, "values" | "errors">) {
  const areScopesWrong = errors.some(({ field }) => field === "scopes");
  return (
    <FormPanel name="new-token" title="New token" action="/settings/tokens" submit="Make token" tone="primary">
      <TextField
        name="name"
        label="Name"
        value={values.name}
        isRequired
        errors={errors}
        hint="What it is for, for example: nightly build."
      />
      <fieldset id={fieldId("scopes")} aria-describedby={areScopesWrong ? fieldErrorId("scopes") : undefined}>
        <legend>Scopes</legend>
        {SCOPES.map((scope) => (
          <label class="webhook-event">
            <input type="checkbox" name="scopes" value={scope} checked={values.scopes.includes(scope)} />
            <code>{scope}</code>
            <span class="muted">{SCOPE_WORDS[scope]}</span>
          </label>
        ))}
      </fieldset>
      <SelectField
        name="days"
        label="Ends"
        value={values.days}
        errors={errors}
        options={TOKEN_DAYS.map((days) => ({
          value: String(days),
          label: days === 0 ? "never, until it is revoked" : `after ${days} days`,
        }))}
        hint="A token does at most what you may do yourself, and nothing once you have left the workspace."
      />
      <TextField
        name="agent"
        label="Agent"
        value={values.agent}
        errors={errors}
        hint="The name of the agent that uses it, where one does: what it spends on models counts in the budgets of that agent, too."
      />
    </FormPanel>
  );
}
