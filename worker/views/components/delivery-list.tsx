/** Deliveries as a table that turns into cards on a phone, and how each of their states looks. */

import type { Delivery, DeliveryStatus } from "../../domain/delivery.ts";
import { TRACKER_NAMES } from "../../domain/issue-news.ts";
import { DataTable } from "./data-table.tsx";
import { Icon } from "./icon.tsx";
import type { StateLook } from "./status-badge.tsx";
import { RelativeTime } from "./time.tsx";

export const DELIVERY_LOOKS: Readonly<Record<DeliveryStatus, StateLook>> = {
  received: { tone: "running", icon: "loader-circle", word: "Received" },
  settling: { tone: "queued", icon: "clock", word: "Settling" },
  done: { tone: "success", icon: "circle-check", word: "Done" },
  unrouted: { tone: "warning", icon: "triangle-alert", word: "No repository" },
  ignored: { tone: "cancelled", icon: "ban", word: "Ignored" },
  conflicting: { tone: "failed", icon: "circle-x", word: "Conflicting" },
  failed: { tone: "failed", icon: "circle-x", word: "Failed" },
};

export function DeliveryBadge({ status, large }: { readonly status: DeliveryStatus; readonly large?: boolean }) {
  const look = DELIVERY_LOOKS[status];
  return (
    <span class={large ? "status status-large" : "status"} data-tone={look.tone}>
      <Icon name={look.icon} /> {look.word}
    </span>
  );
}

export function DeliveryTable({ deliveries }: { readonly deliveries: readonly Delivery[] }) {
  return (
    <DataTable
      caption="Deliveries, newest first"
      columns={["State", "Delivery", "From", "Repository", { number: "Received" }]}
    >
      {deliveries.map((delivery) => (
        <DeliveryRow delivery={delivery} />
      ))}
    </DataTable>
  );
}

function DeliveryRow({ delivery }: { readonly delivery: Delivery }) {
  const { id, status, issueKey, event, outcome, tracker, repositoryKey, receivedAt, duplicates } = delivery;
  return (
    <tr>
      <td class="cell-state">
        <DeliveryBadge status={status} />
      </td>
      <td class="cell-run">
        <a class="row-link" href={`/deliveries/${id}`}>
          {issueKey === null ? event : `${issueKey} · ${event}`}
        </a>
        {outcome ? <span class="cell-note muted">{outcome}</span> : null}
      </td>
      <td class="cell-language muted">{TRACKER_NAMES[tracker]}</td>
      <td class="cell-time muted">{repositoryKey ?? "–"}</td>
      <td class="cell-when number muted">
        <RelativeTime at={receivedAt} />
        {duplicates > 0 ? ` · ${duplicates + 1} times` : ""}
      </td>
    </tr>
  );
}
