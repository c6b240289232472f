/** Figures over runs: counts by state, durations, error classes. Read-only. */
import { and, eq, gte, isNotNull, sql } from "drizzle-orm";
import type { RunStateName } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { runs } from "./schema.ts";

export interface RunMetrics {
  readonly byState: Readonly<Record<RunStateName, number>>;
  /** Of runs that started and ended, from start to end; null when there are none. */
  readonly averageMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly errorClasses: readonly { category: string; count: number }[];
}

/** Durations are taken from the newest runs up to this many, so that a busy workspace stays cheap to show. */
const DURATION_SAMPLE_MAX = 5_000;

/** Figures over the runs that were created at or after `since` (epoch ms). */
export async function summarizeRuns(db: Database, workspaceId: string, since: number): Promise<RunMetrics> {
  const inRange = and(eq(runs.workspaceId, workspaceId), gte(runs.createdAt, since));
  const duration = sql<number>`${runs.finishedAt} - ${runs.startedAt}`;
  const [states, classes, durations] = await db.batch([
    db.select({ state: runs.state, count: sql<number>`count(*)` }).from(runs).where(inRange).groupBy(runs.state),
    db
      .select({ category: sql<string>`${runs.errorCategory}`, count: sql<number>`count(*)` })
      .from(runs)
      .where(and(inRange, isNotNull(runs.errorCategory)))
      .groupBy(runs.errorCategory)
      .orderBy(sql`count(*) DESC`),
    db
      .select({ ms: duration })
      .from(runs)
      .where(and(inRange, isNotNull(runs.finishedAt), isNotNull(runs.startedAt)))
      .orderBy(sql`${runs.id} DESC`)
      .limit(DURATION_SAMPLE_MAX),
  ]);
  const byState = { queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, "timed-out": 0 };
  for (const row of states) byState[row.state] = row.count;
  return { byState, errorClasses: classes, ...durationFigures(durations.map((row) => row.ms)) };
}

function durationFigures(samples: readonly number[]): Pick<RunMetrics, "averageMs" | "p50Ms" | "p95Ms"> {
  if (samples.length === 0) return { averageMs: null, p50Ms: null, p95Ms: null };
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const sum = sorted.reduce((total, ms) => total + ms, 0);
  return { averageMs: Math.round(sum / sorted.length), p50Ms: at(0.5), p95Ms: at(0.95) };
}
