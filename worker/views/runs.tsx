/**
 * The list of runs at `/runs`: filters in the URL, a table that turns into cards on a phone, cursor pagination, and a
 * pill that says how many runs are newer than the list, so that the list itself never jumps.
 */

import { ERROR_CATEGORIES } from "../domain/guest-outcome.ts";
import { PRIORITIES } from "../domain/lane.ts";
import { RUN_KINDS, RUN_STATES, type RunSummary } from "../domain/run.ts";
import { type Tally, tallySentence } from "./batch-words.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { Choice, type Options } from "./components/choice.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { Icon } from "./components/icon.tsx";
import { Pagination } from "./components/pagination.tsx";
import { RUN_LOOKS, StatusBadge } from "./components/status-badge.tsx";
import { Duration, RelativeTime } from "./components/time.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { plural } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { laneLabel } from "./lane-words.ts";
import { Layout, type Shell } from "./layout.tsx";
import { contentLabel, errorLine, KIND_WORDS, reasonOf } from "./run-words.ts";

/** As in the URL; an empty string is no filter. */
export interface RunsFilter {
  readonly state: string;
  readonly kind: string;
  readonly priority: string;
  readonly lane: string;
  readonly error: string;
  /** First and last day, as `2026-11-20`, in UTC. */
  readonly from: string;
  readonly to: string;
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
  /** Lanes to choose from. */
  readonly lanes: readonly string[];
  /** What came of the last action on chosen runs. */
  readonly tally: Tally | null;
}

/** @param more what else the address carries, such as a cursor */
export function runsHref(filter: RunsFilter, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, ...more })) if (value) query.set(name, value);
  const text = query.toString();
  return text ? `/runs?${text}` : "/runs";
}

export function RunsPage({ shell, ...props }: RunsProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="runs" title="Runs">
      <div class="page-head">
        <h1>Runs</h1>
        <Allowed post="/playground/runs">
          <a class="button primary" href="/playground">
            <Icon name="play" /> New run
          </a>
        </Allowed>
      </div>
      <FilterForm filter={props.filter} lanes={props.lanes} />
      <RunsResults {...props} />
    </Layout>
  );
}

function FilterForm({ filter, lanes }: Pick<RunsProps, "filter" | "lanes">) {
  const { kind, priority, lane, from, to } = filter;
  const hasMore = [kind, priority, lane, from, to].some((value) => value !== "");
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
        <Choice name="state" label="State" any="Any state" value={filter.state} options={STATE_OPTIONS} />
        <Choice name="error" label="Error class" any="Any error class" value={filter.error} options={ERROR_OPTIONS} />
        <details class="more-filters" open={hasMore}>
          <summary class="button">More filters</summary>
          <div class="filters">
            <Choice name="kind" label="Kind" any="Any kind" value={kind} options={KIND_OPTIONS} />
            <Choice name="priority" label="Priority" any="Any priority" value={priority} options={PRIORITY_OPTIONS} />
            <Choice name="lane" label="Lane" any="Any lane" value={lane} options={laneOptions(lanes, lane)} />
            <label class="day">
              From <input type="date" name="from" value={from} />
            </label>
            <label class="day">
              to <input type="date" name="to" value={to} />
            </label>
          </div>
        </details>
        <button type="submit" class="button">
          Filter
        </button>
      </form>
    </search>
  );
}

const STATE_OPTIONS: Options = RUN_STATES.map((state) => [state, RUN_LOOKS[state].word]);
const ERROR_OPTIONS: Options = ERROR_CATEGORIES.map((category) => [category, category]);
const KIND_OPTIONS: Options = RUN_KINDS.map((kind) => [kind, KIND_WORDS[kind]]);
const PRIORITY_OPTIONS: Options = PRIORITIES.map((priority) => [priority, priority]);

function laneOptions(lanes: readonly string[], chosen: string): Options {
  const all = chosen === "" || lanes.includes(chosen) ? lanes : [...lanes, chosen];
  return all.toSorted().map((lane) => [lane, laneLabel(lane)]);
}

/** Answer to `GET /runs` with `HX-Request-Type: partial`. */
export function RunsResults({ filter, runs, cursor, nextCursor, newestId, tally }: RunsProps) {
  const isFiltered = Object.values(filter).some((value) => value !== "");
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
      {tally === null ? null : (
        <p class="notice" role="status">
          {tallySentence(tally)}
        </p>
      )}
      {runs.length > 0 ? (
        <>
          <SelectionForm filter={filter} />
          <RunTable runs={runs} />
        </>
      ) : (
        <NoRuns isFiltered={isFiltered} />
      )}
      <Pagination
        olderHref={nextCursor === null ? null : runsHref(filter, { cursor: nextCursor })}
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

const CANCELLATIONS = "/runs/cancellations";

function SelectionForm({ filter }: Pick<RunsProps, "filter">) {
  return (
    <PostForm id={ELEMENT_ID.runsSelection} class="selection" action={CANCELLATIONS}>
      <input type="hidden" name="filter" value={runsHref(filter).slice("/runs?".length)} />
      <label class="check needs-script">
        <input type="checkbox" data-check-all="runIds" /> Choose all
      </label>
      <button type="submit" class="button danger">
        <Icon name="ban" /> Cancel chosen
      </button>
      <button type="submit" class="button" formaction="/runs/retries">
        <Icon name="rotate-cw" /> Retry chosen
      </button>
    </PostForm>
  );
}

function RunTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <table class="runs">
      <caption class="visually-hidden">Runs, newest first</caption>
      <thead>
        <tr>
          <Allowed post={CANCELLATIONS}>
            <th scope="col">
              <span class="visually-hidden">Choose</span>
            </th>
          </Allowed>
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
      <Allowed post={CANCELLATIONS}>
        <td class="cell-check">
          <input
            type="checkbox"
            name="runIds"
            value={run.id}
            form={ELEMENT_ID.runsSelection}
            aria-label={`Choose ${run.title}`}
          />
        </td>
      </Allowed>
      <td class="cell-state">
        <StatusBadge state={run.state} />
      </td>
      <td class="cell-run">
        <a class="row-link" href={`/runs/${run.id}`}>
          {run.title}
        </a>
        {run.priority === "normal" ? null : (
          <>
            {" "}
            <span class="mark">{run.priority}</span>
          </>
        )}
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
