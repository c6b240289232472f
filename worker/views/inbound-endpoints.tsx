/**
 * `/inbound-endpoints`: where trackers deliver. A secret is shown once, on the page that answers its making; afterwards
 * its last characters tell it from another.
 */
import { type CreatedEndpoint, type Endpoint, ROTATION_WINDOW_SECONDS } from "../domain/inbound-endpoint.ts";
import { TRACKER_NAMES } from "../domain/issue-news.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { Confirmation } from "./components/confirmation.tsx";
import { CopyButton } from "./components/copy-button.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { SelectField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { RepositoryTabs } from "./components/repository-tabs.tsx";
import { RelativeTime } from "./components/time.tsx";
import { Layout, type Shell } from "./layout.tsx";

export interface EndpointsProps {
  readonly endpoints: readonly Endpoint[];
  readonly repositoryKeys: readonly string[];
  /** Scheme and host of this installation. */
  readonly origin: string;
  /** The endpoint whose secret was just made: the only time that it is shown. */
  readonly created: CreatedEndpoint | null;
  readonly errors: readonly FieldError[];
}

export function EndpointsPage({ shell, ...props }: EndpointsProps & { readonly shell: Shell }) {
  const { endpoints, origin, created, errors } = props;
  return (
    <Layout shell={shell} section="repositories" title="Incoming webhooks">
      <div class="page-head">
        <h1>Incoming webhooks</h1>
      </div>
      <RepositoryTabs current="endpoints" />
      <ErrorSummary title="The endpoint was not made" errors={errors} />
      {created ? <NewSecret endpoint={created} origin={origin} /> : null}
      <div class="columns">
        <section class="panel" aria-labelledby="endpoints-title">
          <h2 id="endpoints-title">Endpoints</h2>
          {endpoints.length > 0 ? (
            <EndpointList endpoints={endpoints} origin={origin} />
          ) : (
            <EmptyState icon="webhook" title="No endpoints yet">
              An endpoint is an address that GitHub or Jira sends its news of issues to, with a secret that proves it.
            </EmptyState>
          )}
        </section>
        <NewEndpointForm repositoryKeys={props.repositoryKeys} errors={errors} />
      </div>
    </Layout>
  );
}

/** Where the tracker sends to; with the secret, for those that cannot sign. */
function addressOf({ path, authentication }: Endpoint, origin: string, secret: string | null): string {
  return `${origin}${path}${authentication === "address" && secret !== null ? `?secret=${secret}` : ""}`;
}

function NewSecret({ endpoint, origin }: { readonly endpoint: CreatedEndpoint; readonly origin: string }) {
  const isSigned = endpoint.authentication === "signature";
  return (
    <section class="notice notice-succeeded new-secret" aria-labelledby="new-secret-title">
      <Icon name="key-round" />
      <div>
        <h2 id="new-secret-title">Copy this now: it is not shown again</h2>
        <dl class="facts">
          <Copied label="Address" id="new-address" text={addressOf(endpoint, origin, endpoint.secret)} />
          {isSigned ? <Copied label="Secret" id="new-secret" text={endpoint.secret} /> : null}
        </dl>
        <p class="muted">{SETUP[endpoint.tracker][endpoint.authentication]}</p>
      </div>
    </section>
  );
}

const SETUP: Readonly<Record<Endpoint["tracker"], Readonly<Record<Endpoint["authentication"], string>>>> = {
  github: {
    signature:
      "On GitHub: Settings, Webhooks, Add webhook; content type application/json; events Issues and Issue comments.",
    address: "",
  },
  jira: {
    signature: "In Jira: System, WebHooks, Create; enter the secret; events Issue created, updated, deleted.",
    address:
      "In Jira: System, WebHooks, Create; events Issue created, updated, deleted. Whoever sees this address can send.",
  },
};

function Copied({ label, id, text }: { readonly label: string; readonly id: string; readonly text: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <code id={id}>{text}</code> <CopyButton fromId={id} label={`Copy ${label.toLowerCase()}`} />
      </dd>
    </div>
  );
}

export function EndpointList({ endpoints, origin }: Pick<EndpointsProps, "endpoints" | "origin">) {
  return (
    <ul class="endpoints">
      {endpoints.map((endpoint) => (
        <li>
          <EndpointCard endpoint={endpoint} origin={origin} />
        </li>
      ))}
    </ul>
  );
}

const HOUR_SECONDS = 3_600;
const WINDOWS = [
  { value: "0", label: "ends now" },
  { value: String(HOUR_SECONDS), label: "counts for an hour" },
  { value: String(ROTATION_WINDOW_SECONDS.default), label: "counts for a day" },
  { value: String(7 * 24 * HOUR_SECONDS), label: "counts for a week" },
];

function EndpointCard({ endpoint, origin }: { readonly endpoint: Endpoint; readonly origin: string }) {
  const { id, tracker, repositoryKey, authentication, secrets } = endpoint;
  const address = `/inbound-endpoints/${id}`;
  return (
    <>
      <p class="endpoint-title">
        <b>{TRACKER_NAMES[tracker]}</b> <span class="mark">{repositoryKey ?? "all repositories"}</span>
        {authentication === "address" ? <span class="mark mark-warning">secret in the address</span> : null}
      </p>
      <p>
        <code id={`address-${id}`}>{addressOf(endpoint, origin, null)}</code> <CopyButton fromId={`address-${id}`} />
      </p>
      <p class="muted">
        {secrets.map(({ hint, createdAt, expiresAt }, index) => (
          <>
            {index === 0 ? "Secret " : "; old one "}
            <code>…{hint}</code> made <RelativeTime at={createdAt} />
            {expiresAt === null ? null : (
              <>
                , ends <RelativeTime at={expiresAt} />
              </>
            )}
          </>
        ))}
      </p>
      <div class="actions">
        <PostForm action={`${address}/tests`}>
          <button type="submit" class="button">
            <Icon name="play" /> Send a test
          </button>
        </PostForm>
        <PostForm action={`${address}/secrets`} class="rotation">
          <label>
            <span class="visually-hidden">The old secret of this endpoint</span>
            <select name="keepOldSeconds">
              {WINDOWS.map(({ value, label }) => (
                <option value={value} selected={value === String(ROTATION_WINDOW_SECONDS.default)}>
                  old {label}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" class="button">
            <Icon name="rotate-cw" /> New secret
          </button>
        </PostForm>
        <Confirmation
          action={`${address}/deletion`}
          tone="danger"
          ask={
            <>
              <Icon name="trash-2" /> Delete
            </>
          }
          consequence="Deliveries to it are refused from then on."
          submit="Delete endpoint"
        />
      </div>
    </>
  );
}

const TRACKER_OPTIONS = [
  { value: "github:signature", label: "GitHub" },
  { value: "jira:signature", label: "Jira Cloud, or a server that signs" },
  { value: "jira:address", label: "Jira Server that cannot sign" },
];

function NewEndpointForm({ repositoryKeys, errors }: Pick<EndpointsProps, "repositoryKeys" | "errors">) {
  const repositories = [
    { value: "", label: "All repositories" },
    ...repositoryKeys.map((key) => ({ value: key, label: key })),
  ];
  return (
    <Allowed post="/inbound-endpoints">
      <section class="panel" aria-labelledby="new-endpoint-title">
        <h2 id="new-endpoint-title">New endpoint</h2>
        <PostForm class="field-group" action="/inbound-endpoints">
          <SelectField name="tracker" label="Who delivers" value="" options={TRACKER_OPTIONS} errors={errors} />
          <SelectField
            name="repositoryKey"
            label="Speaks for"
            value=""
            options={repositories}
            errors={errors}
            hint="A secret that is known in one repository need not speak for the others."
          />
          <div class="actions">
            <button type="submit" class="button primary">
              Make endpoint
            </button>
          </div>
        </PostForm>
      </section>
    </Allowed>
  );
}

/** Two clicks from a repository to its webhook. */
export function NewEndpointButtons({ repositoryKey }: { readonly repositoryKey: string }) {
  return (
    <div class="actions">
      {TRACKER_OPTIONS.slice(0, 2).map(({ value, label }) => (
        <PostForm action="/inbound-endpoints">
          <input type="hidden" name="tracker" value={value} />
          <input type="hidden" name="repositoryKey" value={repositoryKey} />
          <button type="submit" class="button">
            <Icon name="plus" /> {label.split(",")[0]}
          </button>
        </PostForm>
      ))}
    </div>
  );
}
