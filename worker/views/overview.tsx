/**
 * The overview at `/`: how the workspace is doing in a range of time. The fragment is replaced every few seconds; the
 * bar above it stays, so that Pause keeps its state.
 */
import type { ErrorCategory } from "../domain/guest-outcome.ts";
import type { RunSummary } from "../domain/run.ts";
import { BudgetBanner, type ShownBudget } from "./components/budget-banner.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { ErrorClassBar } from "./components/error-class-bar.tsx";
import { Icon } from "./components/icon.tsx";
import { type LaneChipProps, LaneChips } from "./components/lane-chips.tsx";
import { RunList } from "./components/run-list.tsx";
import { Updated } from "./components/updated.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { formatCount, formatDuration, formatShare } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";

export const OVERVIEW_RANGES = ["1h", "24h", "7d", "30d"] as const;
export type OverviewRange = (typeof OVERVIEW_RANGES)[number];

const RANGE_WORDS: Readonly<Record<OverviewRange, string>> = {
  "1h": "last hour",
  "24h": "last 24 hours",
  "7d": "last 7 days",
  "30d": "last 30 days",
};

export interface OverviewTiles {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly timedOut: number;
  /** These two are of this moment, whatever the range. */
  readonly running: number;
  readonly queued: number;
  /** From 0 to 1, of the runs that ended and were not cancelled; null when there is none. */
  readonly successRate: number | null;
  readonly averageMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface ErrorClassCount {
  readonly category: ErrorCategory;
  readonly count: number;
}

export interface ChecklistItem {
  readonly title: string;
  readonly href: string;
  readonly done: boolean;
}

export interface OverviewProps {
  readonly range: OverviewRange;
  readonly tiles: OverviewTiles;
  readonly errorClasses: readonly ErrorClassCount[];
  readonly runningNow: readonly RunSummary[];
  readonly recentFailures: readonly RunSummary[];
  /** The lanes that are busy or paused. */
  readonly lanes: readonly LaneChipProps[];
  readonly budgets: readonly ShownBudget[];
  readonly checklist: readonly ChecklistItem[];
  readonly updatedAt: string;
}

export function OverviewPage({ shell, ...props }: OverviewProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="overview" title="Overview">
      <div data-poll-pause>
        <div class="page-head">
          <h1>Overview</h1>
          <nav class="segments" aria-label="Time range">
            {OVERVIEW_RANGES.map((range) => (
              <a href={`/?range=${range}`} aria-current={range === props.range ? "true" : undefined}>
                {range}
              </a>
            ))}
          </nav>
          <Updated id={ELEMENT_ID.overviewUpdated} at={props.updatedAt} />
        </div>
        <OverviewFragment {...props} />
      </div>
    </Layout>
  );
}

/** Answer to `GET /?range=` with `HX-Request-Type: partial`. */
export function OverviewFragment(props: OverviewProps) {
  const poll = hx({ get: `/?range=${props.range}`, trigger: "every 5s", swap: "outerMorph", status: KEEP_ON_ERROR });
  const todo = props.checklist.filter((item) => !item.done);
  return (
    <div
      id={ELEMENT_ID.overview}
      class="overview"
      data-updated-at={props.updatedAt}
      data-updates={ELEMENT_ID.overviewUpdated}
      {...poll}
    >
      <BudgetBanner budgets={props.budgets} />
      <Tiles tiles={props.tiles} errorClasses={props.errorClasses} range={props.range} />
      {todo.length > 0 ? <Checklist items={props.checklist} /> : null}
      {props.lanes.length > 0 ? (
        <section class="panel" aria-labelledby="lanes-title">
          <h2 id="lanes-title">
            Lanes <a href="/queue">Open the queue</a>
          </h2>
          <LaneChips lanes={props.lanes} />
        </section>
      ) : null}
      <section class="panel" aria-labelledby="errors-title">
        <h2 id="errors-title">
          Errors by class <span class="muted">{RANGE_WORDS[props.range]}</span>
        </h2>
        <ErrorClassBar classes={props.errorClasses} />
      </section>
      <div class="columns">
        <section class="panel" aria-labelledby="now-title">
          <h2 id="now-title">Running now</h2>
          {props.runningNow.length > 0 ? (
            <RunList runs={props.runningNow} label="Running now" />
          ) : (
            <EmptyState
              icon="play"
              title="Nothing is running"
              action={{ href: "/playground", label: "Open the playground" }}
            >
              A run appears here as soon as it starts.
            </EmptyState>
          )}
        </section>
        <section class="panel" aria-labelledby="failures-title">
          <h2 id="failures-title">
            Recent failures <a href="/runs?state=failed">All failed runs</a>
          </h2>
          {props.recentFailures.length > 0 ? (
            <RunList runs={props.recentFailures} label="Recent failures" />
          ) : (
            <EmptyState icon="circle-check" title="No failures">
              No run has failed in the {RANGE_WORDS[props.range]}.
            </EmptyState>
          )}
        </section>
      </div>
    </div>
  );
}

function Tiles({ tiles, errorClasses, range }: Pick<OverviewProps, "tiles" | "errorClasses" | "range">) {
  const ended = tiles.succeeded + tiles.failed + tiles.timedOut;
  const top = errorClasses.toSorted((a, b) => b.count - a.count)[0];
  return (
    <ul class="tiles" aria-label={`Figures of the ${RANGE_WORDS[range]}`}>
      <Tile
        href="/runs?state=succeeded"
        label="Success rate"
        value={formatShare(tiles.successRate)}
        note={`${formatCount(tiles.succeeded)} of ${formatCount(ended)} ended runs`}
      />
      <Tile
        href="/runs"
        label="Runs"
        value={formatCount(tiles.total)}
        note={`${formatCount(tiles.cancelled)} cancelled`}
      />
      <Tile
        href="/runs?state=running"
        label="Running now"
        value={formatCount(tiles.running)}
        note={`${formatCount(tiles.queued)} queued`}
      />
      <Tile
        href="/runs?state=succeeded"
        label="Average time"
        value={formatDuration(tiles.averageMs)}
        note={`p50 ${formatDuration(tiles.p50Ms)} · p95 ${formatDuration(tiles.p95Ms)}`}
      />
      <Tile
        href="/runs?state=failed"
        label="Failed"
        value={formatCount(tiles.failed)}
        note={top ? `mostly ${top.category}` : "no error class"}
      />
      <Tile
        href="/runs?state=timed-out"
        label="Timed out"
        value={formatCount(tiles.timedOut)}
        note="ended at their time limit"
      />
    </ul>
  );
}

interface TileProps {
  readonly href: string;
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

function Tile({ href, label, value, note }: TileProps) {
  return (
    <li>
      <a class="tile" href={href}>
        <span class="tile-label">{label}</span>
        <span class="tile-value">{value}</span>
        <span class="tile-note">{note}</span>
      </a>
    </li>
  );
}

function Checklist({ items }: { readonly items: readonly ChecklistItem[] }) {
  const done = items.filter((item) => item.done).length;
  return (
    <section class="panel checklist" aria-labelledby="steps-title">
      <h2 id="steps-title">
        First steps{" "}
        <span class="muted">
          {done} of {items.length} done
        </span>
      </h2>
      <ol>
        {items.map((item) => (
          <li data-done={item.done ? "true" : "false"}>
            <a href={item.href}>
              <Icon name={item.done ? "circle-check" : "circle"} />
              <span>{item.title}</span>
              <span class="visually-hidden">{item.done ? "(done)" : "(to do)"}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
