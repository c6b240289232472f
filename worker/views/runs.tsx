/**
 * The list of runs at `/runs`: filters in the URL, a table that turns into cards on a phone, cursor pagination, and a
 * pill that says how many runs are newer than the list, so that the list itself never jumps.
 */

import { ERROR_CATEGORIES } from "../domain/guest-outcome.ts";
import { RUN_STATES, type RunSummary } from "../domain/run.ts";
import { EmptyState } from "./components/empty-state.tsx";
import { Icon } from "./components/icon.tsx";
import { Pagination } from "./components/pagination.tsx";
import { RUN_LOOKS, StatusBadge } from "./components/status-badge.tsx";
import { Duration, RelativeTime } from "./components/time.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { plural } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";
import { contentLabel, errorLine, reasonOf } from "./run-words.ts";

/** As in the URL; an empty string is no filter. */
export interface RunsFilter {
  readonly state: string;
  readonly error: string;
  readonly q: string;
}

export interface RunsProps {
  readonly filter: RunsFilter;
  readonly runs: readonly RunSummary[];
  /** Cursor of this page; null on the first. */
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  /** Newest run of the workspace at the time of rendering, whatever the filter; null when there is none. */
  readonly newestId: string | null;
}

export function runsHref(filter: RunsFilter, cursor: string | null = null): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, cursor })) if (value) query.set(name, value);
  const text = query.toString();
  return text ? `/runs?${text}` : "/runs";
}

export function RunsPage({ shell, ...props }: RunsProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="runs" title="Runs">
      <div class="page-head">
        <h1>Runs</h1>
        <a class="button primary" href="/playground">
          <Icon name="play" /> New run
        </a>
      </div>
      <FilterForm filter={props.filter} />
      <RunsResults {...props} />
    </Layout>
  );
}

function FilterForm({ filter }: Pick<RunsProps, "filter">) {
  const live = hx({
    get: "/runs",
    target: byId(ELEMENT_ID.runsResults),
    swap: "outerHTML",
    trigger: "submit, input delay:250ms",
    sync: "this:replace",
    indicator: byId(ELEMENT_ID.runsResults),
    replaceUrl: true,
    // The list keeps its id, so that the next filter finds it again.
    status: { "4xx": "swap:innerHTML", "5xx": "swap:innerHTML" },
  });
  return (
    <search>
      {" "}
      <form class="filters" method="get" action="/runs" {...live}>
        <label class="search-field">
          <Icon name="search" />
          <span class="visually-hidden">Title or id</span>
          <input type="search" id="runs-q" name="q" value={filter.q} placeholder="Title or id" autocomplete="off" />
        </label>
        <label>
          <span class="visually-hidden">State</span>
          <select name="state">
            <option value="">Any state</option>
            {RUN_STATES.map((state) => (
              <option value={state} selected={state === filter.state}>
                {RUN_LOOKS[state].word}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="visually-hidden">Error class</span>
          <select name="error">
            <option value="">Any error class</option>
            {ERROR_CATEGORIES.map((category) => (
              <option value={category} selected={category === filter.error}>
                {category}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="button">
          Filter
        </button>
      </form>
    </search>
  );
}

/** Answer to `GET /runs` with `HX-Request-Type: partial`. */
export function RunsResults({ filter, runs, cursor, nextCursor, newestId }: RunsProps) {
  const isFiltered = Boolean(filter.state || filter.error || filter.q);
  return (
    <div id={ELEMENT_ID.runsResults} class="results">
      {cursor === null && newestId !== null ? (
        <div
          id={ELEMENT_ID.runsNews}
          class="news"
          aria-live="polite"
          {...hx({
            get: `/runs/news?after=${encodeURIComponent(newestId)}`,
            trigger: "every 5s",
            swap: "innerHTML",
            status: KEEP_ON_ERROR,
          })}
        ></div>
      ) : null}
      {runs.length > 0 ? <RunTable runs={runs} /> : <NoRuns isFiltered={isFiltered} />}
      <Pagination
        olderHref={nextCursor === null ? null : runsHref(filter, nextCursor)}
        newestHref={cursor === null ? null : runsHref(filter)}
      />
    </div>
  );
}

function NoRuns({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState icon="search" title="No run matches" action={{ href: "/runs", label: "Show all runs" }}>
      Nothing fits these filters together.
    </EmptyState>
  ) : (
    <EmptyState
      icon="square-terminal"
      title="No runs yet"
      action={{ href: "/playground", label: "Open the playground" }}
    >
      Everything that Runyard carries out is a run. Run a snippet, or call <code>POST /api/execute</code>.
    </EmptyState>
  );
}

/** Answer to `GET /runs/news?after=`. Says nothing while there is nothing new. */
export function NewRunsPill({ count, href = "/runs" }: { readonly count: number; readonly href?: string }) {
  if (count === 0) return null;
  return (
    <a class="pill pill-news" href={href}>
      <Icon name="arrow-down" class="turned" /> {plural(count, "new run")}
    </a>
  );
}

function RunTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <table class="runs">
      <caption class="visually-hidden">Runs, newest first</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Run</th>
          <th scope="col">Language</th>
          <th scope="col" class="number">
            Time
          </th>
          <th scope="col" class="number">
            Started
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunRow run={run} />
        ))}
      </tbody>
    </table>
  );
}

function RunRow({ run }: { readonly run: RunSummary }) {
  const note = run.error ? errorLine(run.error) : run.state === "queued" ? null : reasonOf(run);
  return (
    <tr>
      <td class="cell-state">
        <StatusBadge state={run.state} />
      </td>
      <td class="cell-run">
        <a class="row-link" href={`/runs/${run.id}`}>
          {run.title}
        </a>
        {note ? <span class="cell-note muted">{note}</span> : null}
      </td>
      <td class="cell-language muted">{contentLabel(run)}</td>
      <td class="cell-time number">
        {run.startedAt === null ? <span class="muted">–</span> : <Duration from={run.startedAt} to={run.finishedAt} />}
      </td>
      <td class="cell-when number muted">
        <RelativeTime at={run.createdAt} />
      </td>
    </tr>
  );
}
