/** Figures over runs: counts by state, durations, error classes. Read-only. */
import { and, eq, gte, inArray, isNotNull, type SQL, sql } from "drizzle-orm";
import { earliestId } from "../domain/ids.ts";
import type { RunStateName } from "../domain/run.ts";
import { SAMPLE_KEY_PREFIX } from "../domain/sample-programs.ts";
import type { Database } from "./database.ts";
import { idempotencyKeys, runs } from "./schema.ts";

/** In milliseconds; null when there is nothing to measure. */
export interface DurationFigures {
  readonly averageMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface RunMetrics {
  readonly byState: Readonly<Record<RunStateName, number>>;
  /** Of runs that started and ended: from their start to their end. */
  readonly duration: DurationFigures;
  /** Of the same runs: from their acceptance to their start. */
  readonly wait: DurationFigures;
  readonly errorClasses: readonly { category: string; count: number }[];
}

/** Durations are taken from the newest runs up to this many, so that a busy workspace stays cheap to show. */
const DURATION_SAMPLE_MAX = 5_000;

/** Figures over the runs that were accepted at or after `since` (epoch ms), as their ids tell. */
export async function summarizeRuns(db: Database, workspaceId: string, since: number): Promise<RunMetrics> {
  const inRange = and(eq(runs.workspaceId, workspaceId), gte(runs.id, earliestId("run", since)));
  const [states, classes, durations] = await db.batch([
    // The plus keeps the groups from choosing the index by state, which would read every run that ever was.
    db
      .select({ state: runs.state, count: sql<number>`count(*)` })
      .from(runs)
      .where(inRange)
      .groupBy(sql`+${runs.state}`),
    db
      .select({ category: sql<string>`${runs.errorCategory}`, count: sql<number>`count(*)` })
      .from(runs)
      .where(and(inRange, isNotNull(runs.errorCategory)))
      .groupBy(runs.errorCategory)
      .orderBy(sql`count(*) DESC`),
    db
      .select({
        duration: sql<number>`${runs.finishedAt} - ${runs.startedAt}`,
        wait: sql<number>`${runs.startedAt} - ${runs.createdAt}`,
      })
      .from(runs)
      .where(and(inRange, isNotNull(runs.finishedAt), isNotNull(runs.startedAt)))
      .orderBy(sql`${runs.id} DESC`)
      .limit(DURATION_SAMPLE_MAX),
  ]);
  const byState = { queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, "timed-out": 0 };
  for (const row of states) byState[row.state] = row.count;
  return {
    byState,
    errorClasses: classes,
    duration: durationFigures(durations.map((row) => row.duration)),
    wait: durationFigures(durations.map((row) => row.wait)),
  };
}

/** Runs that have not ended, at this moment. */
export async function countActiveRuns(db: Database, workspaceId: string): Promise<{ queued: number; running: number }> {
  const counts = { queued: 0, running: 0 };
  const rows = await db
    .select({ state: runs.state, count: sql<number>`count(*)` })
    .from(runs)
    .where(and(eq(runs.workspaceId, workspaceId), inArray(runs.state, ["queued", "running"])))
    .groupBy(runs.state);
  for (const { state, count } of rows) if (state === "queued" || state === "running") counts[state] = count;
  return counts;
}

function durationFigures(samples: readonly number[]): DurationFigures {
  if (samples.length === 0) return { averageMs: null, p50Ms: null, p95Ms: null };
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const sum = sorted.reduce((total, ms) => total + ms, 0);
  return { averageMs: Math.round(sum / sorted.length), p50Ms: at(0.5), p95Ms: at(0.95) };
}

export interface Milestones {
  readonly hasSucceeded: boolean;
  readonly hasCancelled: boolean;
  readonly hasUsedToken: boolean;
}

/** What the people of a workspace have done themselves: the runs that came with the sample do not count. */
export async function loadMilestones(db: Database, workspaceId: string): Promise<Milestones> {
  const isSample = sql`EXISTS (SELECT 1 FROM ${idempotencyKeys}
    WHERE ${idempotencyKeys.runId} = ${runs.id} AND ${idempotencyKeys.key} LIKE ${`${SAMPLE_KEY_PREFIX}%`})`;
  const any = (condition: SQL) => sql<number>`coalesce(max(${condition}), 0)`;
  const row = await db
    .select({
      succeeded: any(sql`${runs.state} = 'succeeded'`),
      cancelled: any(sql`${runs.state} = 'cancelled'`),
      byToken: any(sql`${runs.createdBy} LIKE 'tok\\_%' ESCAPE '\\'`),
    })
    .from(runs)
    .where(and(eq(runs.workspaceId, workspaceId), sql`NOT ${isSample}`))
    .get();
  return { hasSucceeded: row?.succeeded === 1, hasCancelled: row?.cancelled === 1, hasUsedToken: row?.byToken === 1 };
}
