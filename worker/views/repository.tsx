/** `/repos/new` and `/repos/:key`: the form; and beside it the webhooks that serve the repository and what they brought. */

import type { Delivery } from "../domain/delivery.ts";
import type { Endpoint } from "../domain/inbound-endpoint.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { DeliveryTable } from "./components/delivery-list.tsx";
import { Dialog } from "./components/dialog.tsx";
import { DoneNotice } from "./components/done-notice.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { EndpointList, NewEndpointButtons } from "./inbound-endpoints.tsx";
import { Layout, type Shell } from "./layout.tsx";
import { RepositoryForm } from "./repository-form.tsx";
import type { RepositoryValues } from "./repository-values.ts";

export function NewRepositoryPage({
  shell,
  values,
  errors,
}: {
  readonly shell: Shell;
  readonly values: RepositoryValues;
  readonly errors: readonly FieldError[];
}) {
  return (
    <Layout shell={shell} section="repositories" title="Add a repository">
      <div class="page-head">
        <h1>Add a repository</h1>
      </div>
      <RepositoryForm action="/repos" values={values} errors={errors} isNew />
    </Layout>
  );
}

export interface RepositoryProps {
  readonly key: string;
  readonly title: string;
  readonly values: RepositoryValues;
  readonly errors: readonly FieldError[];
  /** Those that deliver for this repository. */
  readonly endpoints: readonly Endpoint[];
  readonly origin: string;
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  readonly isSaved: boolean;
}

const DELETE_DIALOG = "delete-repository";

export function RepositoryPage({ shell, page: props }: { readonly shell: Shell; readonly page: RepositoryProps }) {
  const { key, title, endpoints, origin, deliveries } = props;
  return (
    <Layout shell={shell} section="repositories" title={title}>
      <div class="page-head">
        <h1>{title}</h1>
        <Allowed post={`/repos/${key}/deletion`}>
          <button type="button" class="button danger needs-script" data-dialog={DELETE_DIALOG}>
            <Icon name="trash-2" /> Delete
          </button>
        </Allowed>
      </div>
      {props.isSaved ? <DoneNotice text="Saved." /> : null}
      <div class="repository-columns">
        <RepositoryForm action={`/repos/${key}`} values={props.values} errors={props.errors} isNew={false} />
        <div class="stack">
          <section class="panel" aria-labelledby="webhooks-title">
            <h2 id="webhooks-title">Incoming webhooks</h2>
            {endpoints.length > 0 ? (
              <EndpointList endpoints={endpoints} origin={origin} />
            ) : (
              <p class="muted">Nothing delivers for this repository yet.</p>
            )}
            <NewEndpointButtons repositoryKey={key} />
          </section>
          <section class="panel" aria-labelledby="deliveries-title">
            <h2 id="deliveries-title">
              Last deliveries <a href={`/deliveries?repository=${key}`}>All</a>
            </h2>
            {deliveries.length > 0 ? <DeliveryTable deliveries={deliveries} /> : <p class="muted">None yet.</p>}
          </section>
        </div>
      </div>
      <Allowed post={`/repos/${key}/deletion`}>
        <Dialog id={DELETE_DIALOG} title={`Delete ${key}?`}>
          <DeleteForm repositoryKey={key} />
        </Dialog>
        <noscript>
          <section class="panel">
            <h2>Delete</h2>
            <DeleteForm repositoryKey={key} />
          </section>
        </noscript>
      </Allowed>
    </Layout>
  );
}

function DeleteForm({ repositoryKey }: { readonly repositoryKey: string }) {
  return (
    <PostForm action={`/repos/${repositoryKey}/deletion`}>
      <p>
        Its webhooks are deleted with it, and runs that wait for its issues are cancelled. Runs that have begun go on,
        and everything that has run stays listed.
      </p>
      <TextField name="confirm" label={`Type ${repositoryKey} to confirm`} value="" isRequired />
      <div class="dialog-actions">
        <button type="submit" class="button danger">
          Delete repository
        </button>
      </div>
    </PostForm>
  );
}
