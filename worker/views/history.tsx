/**
 * The person's earlier runs in the playground, newest first, each a way to load its program again: as the menu's
 * content and, without a script, as a page of its own. Drafts of this browser stand above them; the client fills them in.
 */
import type { RunSummary } from "../domain/run.ts";
import { EmptyState } from "./components/empty-state.tsx";
import { Icon } from "./components/icon.tsx";
import { StatusBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { hx } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";
import { contentLabel } from "./run-words.ts";

export interface HistoryProps {
  readonly runs: readonly RunSummary[];
  /** Where this page of the list begins; null for the newest. */
  readonly cursor: string | null;
  readonly nextCursor: string | null;
}

/** The runs are fetched when the menu is opened, so that the newest are there. */
export function HistoryMenu() {
  const load = hx({ get: "/playground/history", target: byId(ELEMENT_ID.historyRuns), swap: "innerHTML" });
  return (
    <div class="menu-anchor history-anchor">
      <button type="button" class="button" popovertarget={ELEMENT_ID.historyMenu} {...load}>
        <Icon name="history" /> History
      </button>
      <div id={ELEMENT_ID.historyMenu} class="menu history-menu" popover="auto">
        <section data-drafts aria-label="Drafts in this browser" hidden>
          <h2>Drafts in this browser</h2>
          <ul class="history-list" data-draft-list></ul>
        </section>
        <section aria-label="Your runs">
          <h2>Your runs</h2>
          <div id={ELEMENT_ID.historyRuns}>
            <p class="muted history-empty">
              <a href="/playground/history">Show your earlier runs</a>
            </p>
          </div>
        </section>
      </div>
    </div>
  );
}

/** Answer to `GET /playground/history` that came through htmx. */
export function HistoryFragment({ runs, cursor, nextCursor }: HistoryProps) {
  if (runs.length === 0 && cursor === null) {
    return <p class="muted history-empty">No runs yet. Each run that you start here is kept, with its program.</p>;
  }
  return (
    <>
      <RunItems runs={runs} />
      {nextCursor === null ? null : (
        <div class="history-more">
          <button
            type="button"
            class="button quiet"
            {...hx({ get: olderHref(nextCursor), target: "closest .history-more", swap: "outerHTML" })}
          >
            Older
          </button>
        </div>
      )}
    </>
  );
}

export function HistoryPage({ shell, runs, cursor, nextCursor }: HistoryProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="playground" title="History">
      <div class="page-head">
        <h1>Your runs</h1>
      </div>
      {runs.length === 0 && cursor === null ? (
        <EmptyState icon="history" title="No runs yet">
          Each run that you start in the playground is kept, with its program.
        </EmptyState>
      ) : (
        <RunItems runs={runs} />
      )}
      {nextCursor === null ? null : (
        <a class="button" href={olderHref(nextCursor)} rel="next">
          Older
        </a>
      )}
    </Layout>
  );
}

const olderHref = (cursor: string) => `/playground/history?cursor=${encodeURIComponent(cursor)}`;

function RunItems({ runs }: Pick<HistoryProps, "runs">) {
  return (
    <ul class="history-list">
      {runs.map((run) => (
        <li>
          <a class="menu-item" href={`/playground?run=${run.id}`}>
            <b>{run.title}</b>
            <span class="history-facts muted">
              <StatusBadge state={run.state} /> {contentLabel(run)} · <RelativeTime at={run.createdAt} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
