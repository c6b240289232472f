/**
 * The list of runs at `/runs`: filters in the URL, a table that turns into cards on a phone, cursor pagination, and a
 * pill that says how many runs are newer than the list, so that the list itself never jumps.
 */

import { ERROR_CATEGORIES } from "../domain/guest-outcome.ts";
import { PRIORITIES } from "../domain/lane.ts";
import { RUN_KINDS, RUN_STATES, type RunSummary } from "../domain/run.ts";
import { type Tally, tallySentence } from "./batch-words.ts";
import { Allowed, PostForm, useMay } from "./components/allowed.tsx";
import { Choice, type Options } from "./components/choice.tsx";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { Icon } from "./components/icon.tsx";
import { DayRange, ListFilters, SearchField } from "./components/list-filters.tsx";
import { ListPage, ListResults } from "./components/list-page.tsx";
import { RUN_LOOKS, StatusBadge } from "./components/status-badge.tsx";
import { Duration, RelativeTime } from "./components/time.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { plural } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { laneLabel } from "./lane-words.ts";
import type { Shell } from "./layout.tsx";
import { listHref } from "./list-href.ts";
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

const BASE = "/runs";

/** @param more what else the address carries */
export function runsHref(filter: RunsFilter, more: object = {}): string {
  return listHref(BASE, filter, more);
}

export function RunsPage({ shell, ...props }: RunsProps & { readonly shell: Shell }) {
  return (
    <ListPage
      shell={shell}
      section="runs"
      title="Runs"
      action={
        <Allowed post="/playground/runs">
          <a class="button primary" href="/playground">
            <Icon name="play" /> New run
          </a>
        </Allowed>
      }
    >
      <FilterForm filter={props.filter} lanes={props.lanes} />
      <RunsResults {...props} />
    </ListPage>
  );
}

function FilterForm({ filter, lanes }: Pick<RunsProps, "filter" | "lanes">) {
  const { kind, priority, lane, from, to } = filter;
  const hasMore = [kind, priority, lane, from, to].some((value) => value !== "");
  return (
    <ListFilters action={BASE} results={ELEMENT_ID.runsResults}>
      <SearchField id="runs-q" name="q" value={filter.q} label="Title or id" />
      <Choice name="state" label="State" any="Any state" value={filter.state} options={STATE_OPTIONS} />
      <Choice name="error" label="Error class" any="Any error class" value={filter.error} options={ERROR_OPTIONS} />
      <details class="more-filters" open={hasMore}>
        <summary class="button">More filters</summary>
        <div class="filters">
          <Choice name="kind" label="Kind" any="Any kind" value={kind} options={KIND_OPTIONS} />
          <Choice name="priority" label="Priority" any="Any priority" value={priority} options={PRIORITY_OPTIONS} />
          <Choice name="lane" label="Lane" any="Any lane" value={lane} options={laneOptions(lanes, lane)} />
          <DayRange from={from} to={to} />
        </div>
      </details>
    </ListFilters>
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
    <ListResults
      id={ELEMENT_ID.runsResults}
      hrefAt={(at) => runsHref(filter, { cursor: at })}
      cursor={cursor}
      nextCursor={nextCursor}
    >
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
    </ListResults>
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
  const mayChoose = useMay()("POST", CANCELLATIONS);
  return (
    <DataTable
      caption="Runs, newest first"
      columns={[
        ...(mayChoose ? [{ hidden: "Choose" }] : []),
        ...["State", "Run", "Language", { number: "Time" }, { number: "Started" }],
      ]}
    >
      {runs.map((run) => (
        <RunRow run={run} />
      ))}
    </DataTable>
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
