/** How a workspace is doing, in few figures: for the overview, the status, the summary of metrics and Prometheus. */
import type { Dependencies } from "../dependencies.ts";
import type { ErrorCategory } from "../domain/guest-outcome.ts";
import { toIso } from "../domain/instant.ts";
import type { RunStateName } from "../domain/run.ts";
import type { MetricsSummary, STATUS_DETAILS, Status } from "../domain/status-schema.ts";
import { countActiveRuns, summarizeRuns } from "../store/metrics.ts";
import { checkHealth } from "./check-health.ts";
import { queueStats } from "./look-at-queue.ts";

const HOUR_MS = 3_600_000;

export async function summarizeStatus(
  dependencies: Dependencies,
  workspaceId: string,
  detail: (typeof STATUS_DETAILS)[number],
): Promise<Status> {
  const [health, queue] = await Promise.all([
    checkHealth(dependencies, workspaceId),
    queueStats(dependencies, workspaceId),
  ]);
  const { waitingCount, heldCount, runningCount, pausedLanes, checkedAt, capacity, oldestWaitMs } = queue;
  return {
    status: health.status,
    checkedAt,
    runs: { waiting: waitingCount, held: heldCount, running: runningCount },
    lanes: { busy: queue.lanes.length + queue.leftOut + queue.silentLanes.length, paused: pausedLanes },
    capacity,
    oldestWaitMs,
    ...(detail === "full" ? { parts: [...health.parts], queue: queue as NonNullable<Status["queue"]> } : {}),
  };
}

export async function summarizeMetrics(
  { db, clock }: Dependencies,
  workspaceId: string,
  hours: number,
): Promise<MetricsSummary> {
  const since = clock.now() - hours * HOUR_MS;
  const [metrics, now] = await Promise.all([summarizeRuns(db, workspaceId, since), countActiveRuns(db, workspaceId)]);
  const { byState, duration, wait, errorClasses } = metrics;
  return {
    hours,
    since: toIso(since),
    runs: { total: Object.values(byState).reduce((sum, count) => sum + count, 0), byState },
    successRate: successRate(byState),
    duration,
    wait,
    errors: errorClasses.map(({ category, count }) => ({ category: category as ErrorCategory, count })),
    now,
  };
}

/** From 0 to 1, of the runs that ended and were not cancelled; null when there is none. */
export function successRate(byState: Readonly<Record<RunStateName, number>>): number | null {
  const judged = byState.succeeded + byState.failed + byState["timed-out"];
  return judged === 0 ? null : byState.succeeded / judged;
}
