/** `/settings/webhooks`: the endpoints that messages about runs go to, and the form for a new one. */

import type { WebhookEndpoint } from "../domain/webhook-endpoint.ts";
import { ENDPOINT_EVENT_TYPES, ENDPOINT_EVENTS, type EndpointEventType } from "../domain/webhook-events.ts";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { type FieldError, fieldErrorId, fieldId } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { RelativeTime } from "./components/time.tsx";
import { EndpointBadge, MessageBadge } from "./components/webhook-badges.tsx";
import type { Shell } from "./layout.tsx";

/** What a form for an endpoint holds, as it was typed. */
export interface EndpointValues {
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
}

/** What most people want to hear of first: how runs end. */
export const NEW_ENDPOINT: EndpointValues = {
  url: "",
  description: "",
  events: ENDPOINT_EVENT_TYPES.filter((type) => type !== "run.queued" && type !== "run.started"),
};

export interface WebhooksProps {
  readonly endpoints: readonly WebhookEndpoint[];
  readonly values: EndpointValues;
  readonly errors: readonly FieldError[];
}

export function WebhooksPage({ shell, endpoints, values, errors }: WebhooksProps & { readonly shell: Shell }) {
  return (
    <SettingsPage shell={shell} tab="webhooks" failure="The endpoint was not made" errors={errors}>
      {endpoints.length > 0 ? (
        <EndpointTable endpoints={endpoints} />
      ) : (
        <section class="panel">
          <EmptyState icon="webhook" title="No endpoints yet">
            An endpoint is an address of yours that hears what happens to runs and budgets: each event arrives as a
            signed POST.
          </EmptyState>
        </section>
      )}
      <FormPanel
        name="new-endpoint"
        title="New endpoint"
        action="/settings/webhooks"
        submit="Make endpoint"
        tone="primary"
      >
        <EndpointFields values={values} errors={errors} />
      </FormPanel>
    </SettingsPage>
  );
}

export function EndpointFields({ values, errors }: Pick<WebhooksProps, "values" | "errors">) {
  return (
    <>
      <TextField
        name="url"
        label="URL"
        value={values.url}
        placeholder="https://example.com/hooks"
        isRequired
        errors={errors}
        hint="Where messages are sent by POST. The receiver answers 2xx when it has one. mailto:ana@example.com sends them by e-mail, where this server has that."
      />
      <TextField name="description" label="Description" value={values.description} errors={errors} />
      <fieldset
        id={fieldId("events")}
        aria-describedby={errors.some(({ field }) => field === "events") ? fieldErrorId("events") : undefined}
      >
        <legend>Events</legend>
        {ENDPOINT_EVENT_TYPES.map((type) => (
          <EventBox type={type} isChecked={values.events.includes(type)} />
        ))}
      </fieldset>
    </>
  );
}

function EventBox({ type, isChecked }: { readonly type: EndpointEventType; readonly isChecked: boolean }) {
  return (
    <label class="webhook-event">
      <input type="checkbox" name="events" value={type} checked={isChecked} />
      <code>{type}</code>
      <span class="muted">{ENDPOINT_EVENTS[type]}</span>
    </label>
  );
}

function EndpointTable({ endpoints }: Pick<WebhooksProps, "endpoints">) {
  return (
    <div class="results">
      <DataTable caption="Endpoints" columns={["State", "Endpoint", "Last message", { number: "Made" }]}>
        {endpoints.map((endpoint) => (
          <EndpointRow endpoint={endpoint} />
        ))}
      </DataTable>
    </div>
  );
}

function EndpointRow({
  endpoint: { id, url, description, enabled, lastMessage, createdAt },
}: {
  readonly endpoint: WebhookEndpoint;
}) {
  return (
    <tr>
      <td class="cell-state">
        <EndpointBadge isEnabled={enabled} />
      </td>
      <td class="cell-run">
        <a class="row-link" href={`/settings/webhooks/${id}`}>
          {url}
        </a>
        {description ? <span class="cell-note muted">{description}</span> : null}
      </td>
      <td class="muted">
        {lastMessage === null ? (
          "none yet"
        ) : (
          <>
            <MessageBadge message={lastMessage} /> <RelativeTime at={lastMessage.createdAt} />
          </>
        )}
      </td>
      <td class="cell-when number muted">
        <RelativeTime at={createdAt} />
      </td>
    </tr>
  );
}
