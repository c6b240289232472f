/**
 * What D1 knows of lanes: which of them are busy, and what has ended lately. The order of a line is the lane's own to
 * tell. Every read is bound to a workspace.
 */
import { and, eq, gte, isNull, sql } from "drizzle-orm";
import type { TerminalState } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { type RunRow, runs } from "./schema.ts";

export interface BusyLane {
  readonly lane: string;
  readonly queued: number;
  readonly running: number;
}

/** The lanes with runs that have not ended. */
export async function listBusyLanes(db: Database, workspaceId: string): Promise<BusyLane[]> {
  const rows = await db
    .select({ lane: runs.lane, state: runs.state, count: sql<number>`count(*)` })
    .from(runs)
    .where(and(eq(runs.workspaceId, workspaceId), isNull(runs.finishedAt)))
    .groupBy(runs.lane, runs.state);
  const of = (lane: string, state: RunRow["state"]) =>
    rows.find((row) => row.lane === lane && row.state === state)?.count ?? 0;
  const names = [...new Set(rows.map((row) => row.lane))];
  return names.map((lane) => ({ lane, queued: of(lane, "queued"), running: of(lane, "running") }));
}

/** Runs that ended at or after `since` (epoch ms), by how they ended. */
export async function countEndedSince(
  db: Database,
  workspaceId: string,
  since: number,
): Promise<Record<TerminalState, number>> {
  const counts = { succeeded: 0, failed: 0, cancelled: 0, "timed-out": 0 };
  const rows = await db
    .select({ state: runs.state, count: sql<number>`count(*)` })
    .from(runs)
    .where(and(eq(runs.workspaceId, workspaceId), gte(runs.finishedAt, since)))
    .groupBy(runs.state);
  for (const { state, count } of rows) if (state !== "queued" && state !== "running") counts[state] = count;
  return counts;
}

/** What a board says of a run besides its place. */
export type RunLabel = Pick<RunRow, "id" | "title" | "kind" | "issue">;

/** The labels of those runs that the workspace has, in no order. */
export async function listLabels(db: Database, workspaceId: string, runIds: readonly string[]): Promise<RunLabel[]> {
  if (runIds.length === 0) return [];
  return db
    .select({ id: runs.id, title: runs.title, kind: runs.kind, issue: runs.issue })
    .from(runs)
    .where(
      and(
        // One parameter for all of them: D1 takes a hundred at most.
        sql`${runs.id} IN (SELECT value FROM json_each(${JSON.stringify(runIds)}))`,
        eq(runs.workspaceId, workspaceId),
      ),
    );
}
