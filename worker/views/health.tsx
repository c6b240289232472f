/** `/health`: each part of the installation, how long it took to answer, and how old the finding is. */

import type { BreakerHealth, Health } from "../domain/health.ts";
import { CIRCUIT_LOOKS, SERVICE_WORDS } from "./circuit-words.ts";
import { DataTable } from "./components/data-table.tsx";
import { HealthBadge } from "./components/health-badge.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { formatDuration } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";

export function HealthPage({ shell, ...health }: Health & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section={null} title="Health">
      <HealthFragment {...health} />
    </Layout>
  );
}

/** Answer to `GET /health` with `HX-Request-Type: partial`. */
export function HealthFragment({ status, parts }: Health) {
  const poll = hx({ get: "/health", trigger: "every 10s", swap: "outerMorph", status: KEEP_ON_ERROR });
  return (
    <section id={ELEMENT_ID.health} {...poll}>
      <div class="page-head">
        <h1>Health</h1>
        <HealthBadge status={status} large />
      </div>
      <div class="results">
        <DataTable
          look="runs health"
          caption="Parts of this installation"
          columns={["Part", "State", "Finding", { number: "Answered in" }, { number: "Checked" }]}
        >
          {parts.map(({ part, status, detail, breakers, latencyMs, checkedAt }) => (
            <tr>
              <th scope="row">{part}</th>
              <td>
                <HealthBadge status={status} />
              </td>
              <td class="cell-run">
                {detail}
                {breakers?.map((breaker) => (
                  <Breaker breaker={breaker} />
                ))}
              </td>
              <td class="number">{formatDuration(latencyMs)}</td>
              <td class="number muted">
                <RelativeTime at={checkedAt} />
              </td>
            </tr>
          ))}
        </DataTable>
      </div>
      <p class="muted note">
        Machines ask for <code>/api/health/detailed</code> or <code>/metrics</code>; <code>/status</code> is for
        everybody, and <code>/healthz</code> touches nothing.
      </p>
    </section>
  );
}

function Breaker({ breaker: { provider, key, state, since, until } }: { readonly breaker: BreakerHealth }) {
  return (
    <div class="breaker">
      <StateBadge look={CIRCUIT_LOOKS[state]} />{" "}
      <span>
        {SERVICE_WORDS[provider]}, by {key === "server" ? "the server's own key" : "a key of the workspace"}
        <span class="muted">
          {since === null ? null : (
            <>
              , changed <RelativeTime at={since} />
            </>
          )}
          {until === null ? null : (
            <>
              , tried again <RelativeTime at={until} />
            </>
          )}
        </span>
      </span>
    </div>
  );
}
