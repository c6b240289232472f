/** `/settings/webhooks/:id`: one endpoint with its messages, and what can be done with it. */

import {
  ENDPOINT_NAME_FIELD,
  type MessageSummary,
  receiverName,
  type WebhookEndpoint,
} from "../domain/webhook-endpoint.ts";
import { PostForm } from "./components/allowed.tsx";
import { DataTable } from "./components/data-table.tsx";
import { DeletionPanel } from "./components/deletion-panel.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { Icon } from "./components/icon.tsx";
import { OneTimeSecret } from "./components/one-time-secret.tsx";
import { Pagination } from "./components/pagination.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { RelativeTime } from "./components/time.tsx";
import { EndpointBadge, MessageBadge } from "./components/webhook-badges.tsx";
import type { Shell } from "./layout.tsx";
import { listHref } from "./list-href.ts";
import { DISABLED_WORDS } from "./webhook-words.ts";
import { EndpointFields, type EndpointValues } from "./webhooks.tsx";

export interface EndpointProps {
  readonly endpoint: WebhookEndpoint;
  readonly messages: readonly MessageSummary[];
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  /** A secret that was just made: the only time that it is shown. */
  readonly secret: string | null;
  readonly values: EndpointValues;
  readonly errors: readonly FieldError[];
}

export function EndpointPage({ shell, ...props }: EndpointProps & { readonly shell: Shell }) {
  const { endpoint, secret, values, errors } = props;
  const address = `/settings/webhooks/${endpoint.id}`;
  return (
    <SettingsPage
      shell={shell}
      tab="webhooks"
      thing={{
        title: `Webhook to ${receiverName(endpoint.url)}`,
        name: endpoint.url,
        badge: <EndpointBadge isEnabled={endpoint.enabled} large />,
        note: endpoint.description,
        actions: <EndpointActions endpoint={endpoint} address={address} />,
      }}
      errors={errors}
    >
      {secret === null ? null : <NewSecret secret={secret} />}
      {endpoint.disabled ? (
        <p class="notice notice-failed" role="status">
          <Icon name="triangle-alert" />
          <span>
            <b>Nothing is sent.</b> {DISABLED_WORDS[endpoint.disabled.reason]}{" "}
            <RelativeTime at={endpoint.disabled.at} />
          </span>
        </p>
      ) : null}
      <Messages {...props} address={address} />
      <FormPanel name="change" title="Settings" action={`${address}/changes`} submit="Save" isReadable>
        <EndpointFields values={values} errors={errors} />
      </FormPanel>
      <SecretPanel endpoint={endpoint} address={address} />
      <EndpointDeletion endpoint={endpoint} address={address} />
    </SettingsPage>
  );
}

interface Addressed {
  readonly endpoint: WebhookEndpoint;
  readonly address: string;
}

function EndpointActions({ endpoint, address }: Addressed) {
  return (
    <>
      {endpoint.enabled ? (
        <PostForm action={`${address}/tests`}>
          <button type="submit" class="button">
            <Icon name="send" /> Send a test
          </button>
        </PostForm>
      ) : null}
      <PostForm action={`${address}/${endpoint.enabled ? "disabling" : "enabling"}`}>
        <button type="submit" class={endpoint.enabled ? "button" : "button primary"}>
          <Icon name={endpoint.enabled ? "pause" : "play"} /> {endpoint.enabled ? "Disable" : "Enable"}
        </button>
      </PostForm>
    </>
  );
}

function NewSecret({ secret }: { readonly secret: string }) {
  return (
    <OneTimeSecret title="Copy the secret now: it is not shown again" secret={secret} copyLabel="Copy secret">
      The receiver verifies each message with it, by the header <code>webhook-signature</code> of Standard Webhooks.
    </OneTimeSecret>
  );
}

function SecretPanel({ endpoint: { previousSecretExpiresAt }, address }: Addressed) {
  return (
    <FormPanel
      name="secret"
      title="Secret"
      action={`${address}/secrets`}
      submit={
        <>
          <Icon name="key-round" /> Rotate secret
        </>
      }
      intro={
        <p>
          {previousSecretExpiresAt === null ? (
            "Messages are signed with one secret. After a rotation the old one signs, too, for a day."
          ) : (
            <>
              Messages are signed with two secrets: the old one ends <RelativeTime at={previousSecretExpiresAt} />.
            </>
          )}
        </p>
      }
    />
  );
}

function EndpointDeletion({ endpoint, address }: Addressed) {
  const { host } = new URL(endpoint.url);
  return (
    <DeletionPanel action={`${address}/deletion`}>
      <TextField
        name={ENDPOINT_NAME_FIELD}
        label="Host of the endpoint"
        value=""
        isRequired
        hint={
          <>
            Its messages go with it, also those that wait. Type <b>{host}</b> to confirm.
          </>
        }
      />
    </DeletionPanel>
  );
}

function Messages({ messages, cursor, nextCursor, address }: EndpointProps & Addressed) {
  return (
    <section class="results" aria-labelledby="messages-title">
      <h2 id="messages-title" class="visually-hidden">
        Messages
      </h2>
      {messages.length > 0 ? (
        <MessageTable messages={messages} address={address} />
      ) : (
        <div class="panel">
          <EmptyState icon="send" title="No messages yet">
            The next run that does what the endpoint is subscribed to makes the first one. Or send a test.
          </EmptyState>
        </div>
      )}
      <Pagination hrefAt={(at) => listHref(address, { cursor: at })} cursor={cursor} nextCursor={nextCursor} />
    </section>
  );
}

function MessageTable({ messages, address }: Pick<EndpointProps, "messages"> & { readonly address: string }) {
  return (
    <DataTable
      caption="Messages, newest first"
      columns={["State", "Message", { number: "Attempts" }, { number: "Last answer" }, { number: "Made" }]}
    >
      {messages.map((message) => (
        <tr>
          <td class="cell-state">
            <MessageBadge message={message} />
          </td>
          <td class="cell-run">
            <a class="row-link" href={`${address}/messages/${message.id}`}>
              {message.event}
            </a>
            {message.nextAttemptAt !== null && message.attempts > 0 ? (
              <span class="cell-note muted">
                next attempt <RelativeTime at={message.nextAttemptAt} />
              </span>
            ) : null}
          </td>
          <td class="number">{message.attempts}</td>
          <td class="number">{message.lastStatus ?? <span class="muted">–</span>}</td>
          <td class="cell-when number muted">
            <RelativeTime at={message.createdAt} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
