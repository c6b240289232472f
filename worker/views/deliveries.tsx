/** `/deliveries`: the log of what arrived, with filters in the URL; and one delivery with its headers, body and outcome. */

import { DELIVERY_STATUSES, type Delivery, type DeliveryDetail } from "../domain/delivery.ts";
import { TRACKER_NAMES } from "../domain/issue-news.ts";
import { PostForm } from "./components/allowed.tsx";
import { Choice, type Options } from "./components/choice.tsx";
import { DELIVERY_LOOKS, DeliveryBadge, DeliveryTable } from "./components/delivery-list.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { Icon } from "./components/icon.tsx";
import { ListFilters, SearchField } from "./components/list-filters.tsx";
import { ListPage, ListResults } from "./components/list-page.tsx";
import { RepositoryTabs } from "./components/repository-tabs.tsx";
import { RelativeTime } from "./components/time.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { formatBytes } from "./format.ts";
import { Layout, type Shell } from "./layout.tsx";
import { listHref } from "./list-href.ts";

/** As in the URL; an empty string is no filter. */
export interface DeliveriesFilter {
  readonly repository: string;
  readonly status: string;
  readonly event: string;
}

export interface DeliveriesProps {
  readonly filter: DeliveriesFilter;
  readonly repositoryKeys: readonly string[];
  readonly deliveries: readonly Delivery[];
  readonly cursor: string | null;
  readonly nextCursor: string | null;
}

const BASE = "/deliveries";

export function DeliveriesPage({ shell, ...props }: DeliveriesProps & { readonly shell: Shell }) {
  return (
    <ListPage shell={shell} section="repositories" title="Deliveries">
      <RepositoryTabs current="deliveries" />
      <FilterForm {...props} />
      <DeliveryResults {...props} />
    </ListPage>
  );
}

const STATUS_OPTIONS: Options = DELIVERY_STATUSES.map((status) => [status, DELIVERY_LOOKS[status].word]);

function FilterForm({ filter, repositoryKeys }: Pick<DeliveriesProps, "filter" | "repositoryKeys">) {
  const { repository, status, event } = filter;
  const repositories = repositoryKeys.map((key) => [key, key] as const);
  return (
    <ListFilters action={BASE} results={ELEMENT_ID.deliveryResults}>
      <Choice name="repository" label="Repository" any="Any repository" value={repository} options={repositories} />
      <Choice name="status" label="State" any="Any state" value={status} options={STATUS_OPTIONS} />
      <SearchField name="event" value={event} label="Event" placeholder="Event, for example issues" />
    </ListFilters>
  );
}

/** Answer to `GET /deliveries` with `HX-Request-Type: partial`. */
export function DeliveryResults({ filter, deliveries, cursor, nextCursor }: DeliveriesProps) {
  const isFiltered = Boolean(filter.repository || filter.status || filter.event);
  return (
    <ListResults
      id={ELEMENT_ID.deliveryResults}
      hrefAt={(at) => listHref(BASE, filter, { cursor: at })}
      cursor={cursor}
      nextCursor={nextCursor}
    >
      {deliveries.length > 0 ? <DeliveryTable deliveries={deliveries} /> : <NoDeliveries isFiltered={isFiltered} />}
    </ListResults>
  );
}

function NoDeliveries({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState
      icon="search"
      title="No delivery matches"
      action={{ href: "/deliveries", label: "Show all deliveries" }}
    >
      Nothing fits these filters together.
    </EmptyState>
  ) : (
    <EmptyState
      icon="inbox"
      title="Nothing arrived yet"
      action={{ href: "/inbound-endpoints", label: "Make an endpoint" }}
    >
      Deliveries of GitHub and Jira are listed here, with what came of each.
    </EmptyState>
  );
}

export function DeliveryPage({ shell, delivery }: { readonly shell: Shell; readonly delivery: DeliveryDetail }) {
  const { id, status, event, issueKey, outcome, runId } = delivery;
  return (
    <Layout shell={shell} section="repositories" title={`Delivery: ${event}`}>
      <div class="page-head">
        <h1>{issueKey === null ? event : `${issueKey} · ${event}`}</h1>
        <DeliveryBadge status={status} large />
        {status === "conflicting" ? null : (
          <PostForm action={`/deliveries/${id}/reprocessings`}>
            <button type="submit" class="button">
              <Icon name="repeat-2" /> Process again
            </button>
          </PostForm>
        )}
      </div>
      <div class="stack">
        <p>
          {outcome ?? "Nothing came of it yet."} {runId === null ? null : <a href={`/runs/${runId}`}>The run</a>}
        </p>
        <Facts delivery={delivery} />
        <section class="panel" aria-labelledby="headers-title">
          <h2 id="headers-title">Headers</h2>
          <table class="plain delivery-headers">
            <tbody>
              {Object.entries(delivery.headers).map(([name, value]) => (
                <tr>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td>
                    <code>{value}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section class="panel" aria-labelledby="body-title">
          <h2 id="body-title">Body</h2>
          <pre class="delivery-body" tabindex={0}>
            {delivery.isBodyWhole ? indented(delivery.body) : delivery.body}
          </pre>
          {delivery.isBodyWhole ? null : (
            <p class="muted">This is its beginning. Of {formatBytes(delivery.bodyBytes)}, the rest is kept too.</p>
          )}
        </section>
      </div>
    </Layout>
  );
}

/** JSON as people read it; anything else as it is. */
function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function Facts({ delivery }: { readonly delivery: DeliveryDetail }) {
  const { tracker, repositoryKey, receivedAt, duplicates, bodyBytes, deliveryId, bodyHash } = delivery;
  const facts: readonly (readonly [name: string, value: unknown])[] = [
    ["From", TRACKER_NAMES[tracker]],
    ["Repository", repositoryKey === null ? "–" : <a href={`/repos/${repositoryKey}`}>{repositoryKey}</a>],
    ["Received", <RelativeTime at={receivedAt} />],
    ["Again", duplicates === 0 ? "never" : `${duplicates} times`],
    ["Size", formatBytes(bodyBytes)],
    ["Id", <code>{deliveryId}</code>],
    ["SHA-256", <code>{bodyHash}</code>],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value as string}</dd>
        </div>
      ))}
    </dl>
  );
}
