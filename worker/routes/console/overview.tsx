/** `GET /`: how the workspace is doing, as a page or as the fragment that replaces itself every few seconds. */

import type { Context } from "hono";
import { Hono } from "hono";
import { lookAtQueue } from "../../actions/look-at-queue.ts";
import { budgetStandings } from "../../actions/manage-budgets.ts";
import { successRate } from "../../actions/summarize-workspace.ts";
import type { Dependencies } from "../../dependencies.ts";
import { sha256Hex } from "../../digest.ts";
import type { ErrorCategory } from "../../domain/guest-outcome.ts";
import { toIso } from "../../domain/instant.ts";
import type { Principal } from "../../domain/principal.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import {
  countActiveRuns,
  loadMilestones,
  type Milestones,
  type RunMetrics,
  summarizeRuns,
} from "../../store/metrics.ts";
import { listRuns } from "../../store/runs.ts";
import {
  OVERVIEW_RANGES,
  OverviewFragment,
  OverviewPage,
  type OverviewProps,
  type OverviewRange,
} from "../../views/overview.tsx";
import { isPartial, page, signedInShell } from "./page.tsx";

const HOUR_MS = 3_600_000;
const RANGE_MS: Readonly<Record<OverviewRange, number>> = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
  "30d": 30 * 24 * HOUR_MS,
};
const DEFAULT_RANGE: OverviewRange = "24h";
const LISTED_RUNS = 8;
const LISTED_LANES = 24;

export const overview = new Hono<SignedInEnv>().get("/", async (c) => {
  const props = await overviewProps(c.var.dependencies, c.var.principal, rangeOf(c));
  // The time of the look is not part of what is compared, or nothing would ever be unchanged.
  const etag = `W/"${(await sha256Hex(JSON.stringify({ ...props, updatedAt: null }))).slice(0, 32)}"`;
  if (isPartial(c) && c.req.header("if-none-match") === etag) return c.body(null, 304, { etag });
  c.header("etag", etag);
  return page(c, isPartial(c) ? <OverviewFragment {...props} /> : <OverviewPage shell={signedInShell(c)} {...props} />);
});

function rangeOf(c: Context<SignedInEnv>): OverviewRange {
  const asked = c.req.query("range");
  return OVERVIEW_RANGES.find((range) => range === asked) ?? DEFAULT_RANGE;
}

async function overviewProps(
  dependencies: Dependencies,
  principal: Principal,
  range: OverviewRange,
): Promise<OverviewProps> {
  const { db, clock, log } = dependencies;
  const { workspaceId } = principal;
  const since = clock.now() - RANGE_MS[range];
  const first = { before: null, limit: LISTED_RUNS };
  const [metrics, now, active, failures, milestones, queue, budgets] = await Promise.all([
    summarizeRuns(db, workspaceId, since),
    countActiveRuns(db, workspaceId),
    listRuns(db, workspaceId, { states: ["running"] }, first),
    listRuns(db, workspaceId, { states: ["failed", "timed-out"], createdSince: since }, first),
    loadMilestones(db, workspaceId),
    lookAtQueue(dependencies, workspaceId, { waitingMax: 0 }),
    // The overview shows how the workspace is doing also while its ledger does not answer.
    budgetStandings(dependencies, principal).catch((error) => {
      log.warn("budgets could not be looked at", { workspaceId, error });
      return [];
    }),
  ]);
  return {
    range,
    tiles: tilesOf(metrics, now),
    errorClasses: metrics.errorClasses.map(({ category, count }) => ({ category: category as ErrorCategory, count })),
    runningNow: active.runs,
    recentFailures: failures.runs,
    lanes: queue.lanes.slice(0, LISTED_LANES).map(({ lane, view }) => ({
      lane,
      runningCount: view.claimed.length,
      waitingCount: view.waitingCount,
      pausedBy: view.pause?.by ?? null,
      isShort: view.isShort,
    })),
    budgets: budgets.map(({ subject, period, limit, spent, percent }) => ({
      ...{ subject, period, limit, spent, percent },
    })),
    checklist: checklistOf(milestones),
    updatedAt: toIso(clock.now()),
  };
}

function tilesOf({ byState, duration }: RunMetrics, now: { queued: number; running: number }): OverviewProps["tiles"] {
  return {
    total: Object.values(byState).reduce((sum, count) => sum + count, 0),
    succeeded: byState.succeeded,
    failed: byState.failed,
    cancelled: byState.cancelled,
    timedOut: byState["timed-out"],
    running: now.running,
    queued: now.queued,
    successRate: successRate(byState),
    ...duration,
  };
}

/** The first steps tick themselves: each is read off what people have really done here. */
function checklistOf({ hasSucceeded, hasCancelled, hasUsedToken }: Milestones): OverviewProps["checklist"] {
  return [
    { title: "Run a program", href: "/playground?example=hello", done: hasSucceeded },
    { title: "Stop an endless loop", href: "/playground?example=infinite-loop", done: hasCancelled },
    { title: "Run one from a terminal", href: "/docs", done: hasUsedToken },
  ];
}
