/**
 * Runs about meetings in D1: the executor's copy of each, and what people think of it. Every read is bound to a workspace.
 * Invariant: a late or repeated copy changes nothing, and no copy changes what people think.
 */
import { and, desc, eq, gte, type SQL, sql } from "drizzle-orm";
import { toIso, toIsoOrNull } from "../domain/instant.ts";
import { DEFAULT_ROLLOUT, type Rollout, type RolloutCounts, totalsOf } from "../domain/meeting-processing.ts";
import { type MeetingRun, meetingStateAfter } from "../domain/meeting-run.ts";
import type { Database } from "./database.ts";
import { FixedStatement } from "./fixed-statement.ts";
import { type MeetingRunRow, meetingRollouts, meetingRuns } from "./meeting-run-tables.ts";
import { meetings } from "./schema.ts";

/** Runs of one meeting that are read at once: more than anybody compares. */
const RUNS_SHOWN = 50;

/** A copy, with its JSON as text, and what it makes of its meeting. */
interface Values extends Omit<MeetingRunRow, "isUseful" | "judgedBy" | "plan" | "calls"> {
  readonly plan: string;
  readonly calls: string;
  readonly meetingState: string;
  readonly at: number;
}

const given = (name: keyof Values) => sql.placeholder(name);

/** What a later version may change. */
function changingColumns() {
  const taken = (column: string) => sql.raw(`excluded.${column}`);
  return {
    version: taken("version"),
    state: taken("state"),
    usedVersion: taken("used_version"),
    fellBackFrom: taken("fell_back_from"),
    calls: taken("calls"),
    effects: taken("effects"),
    unchanged: taken("unchanged"),
    remembered: taken("remembered"),
    startedAt: taken("started_at"),
    finishedAt: taken("finished_at"),
  };
}

const PUT_RUN = new FixedStatement<Values>((db) =>
  db
    .insert(meetingRuns)
    .select(
      // A meeting that was deleted takes its runs along: there is nothing to list any more.
      sql`SELECT ${given("runId")}, ${given("meetingId")}, ${given("workspaceId")}, ${given("plan")}, ${given("state")},
        ${given("version")}, ${given("usedVersion")}, ${given("fellBackFrom")}, ${given("calls")}, ${given("effects")},
        ${given("unchanged")}, ${given("remembered")}, ${given("createdAt")}, ${given("startedAt")},
        ${given("finishedAt")}, NULL, NULL
        WHERE EXISTS (SELECT 1 FROM meetings WHERE id = ${given("meetingId")} AND workspace_id = ${given("workspaceId")})`,
    )
    .onConflictDoUpdate({
      target: meetingRuns.runId,
      set: changingColumns(),
      setWhere: sql`excluded.version > meeting_runs.version`,
    }),
);
/** The state of the meeting, where no later run is about that. */
const PUT_MEETING_STATE = new FixedStatement<Values>((db) =>
  db
    .update(meetings)
    .set({
      state: sql`${given("meetingState")}`,
      updatedAt: sql`max(${meetings.updatedAt}, ${given("at")})`,
    })
    .where(
      sql`${meetings.id} = ${given("meetingId")} AND ${meetings.workspaceId} = ${given("workspaceId")}
        AND NOT EXISTS (SELECT 1 FROM meeting_runs WHERE meeting_id = ${given("meetingId")} AND run_id > ${given("runId")})`,
    ),
);

/** The run as it is now, and with it the state of its meeting: to be written with the run itself, in one call. */
export function meetingRunStatements(
  db: Database,
  row: Omit<MeetingRunRow, "isUseful" | "judgedBy">,
): readonly D1PreparedStatement[] {
  const { plan, calls, createdAt, startedAt, finishedAt } = row;
  const values: Values = {
    ...{ ...row, plan: JSON.stringify(plan), calls: JSON.stringify(calls) },
    ...{ meetingState: meetingStateAfter(row.state), at: finishedAt ?? startedAt ?? createdAt },
  };
  return [PUT_RUN.bind(db, values), PUT_MEETING_STATE.bind(db, values)];
}

/** The latest first. */
export async function listMeetingRuns(db: Database, workspaceId: string, meetingId: string): Promise<MeetingRun[]> {
  const rows = await db
    .select()
    .from(meetingRuns)
    .where(and(eq(meetingRuns.workspaceId, workspaceId), eq(meetingRuns.meetingId, meetingId)))
    .orderBy(desc(meetingRuns.runId))
    .limit(RUNS_SHOWN);
  return rows.map(toMeetingRun);
}

export async function findMeetingRun(db: Database, workspaceId: string, runId: string): Promise<MeetingRun | null> {
  const isIt = and(eq(meetingRuns.workspaceId, workspaceId), eq(meetingRuns.runId, runId));
  const row = await db.select().from(meetingRuns).where(isIt).get();
  return row ? toMeetingRun(row) : null;
}

/** False where there is no such run about a meeting. */
export async function judgeMeetingRun(
  db: Database,
  { workspaceId, runId }: Pick<MeetingRunRow, "workspaceId" | "runId">,
  judgement: Pick<MeetingRunRow, "isUseful" | "judgedBy">,
): Promise<boolean> {
  const changed = await db
    .update(meetingRuns)
    .set(judgement)
    .where(and(eq(meetingRuns.workspaceId, workspaceId), eq(meetingRuns.runId, runId)))
    .returning({ runId: meetingRuns.runId });
  return changed.length > 0;
}

export async function findRollout(db: Database, workspaceId: string): Promise<Rollout> {
  const row = await db.select().from(meetingRollouts).where(eq(meetingRollouts.workspaceId, workspaceId)).get();
  return row ? { v2Percent: row.v2Percent, fallback: row.fallsBack } : DEFAULT_ROLLOUT;
}

export async function saveRollout(
  db: Database,
  workspaceId: string,
  { v2Percent, fallback: fallsBack }: Rollout,
): Promise<void> {
  const set = { v2Percent, fallsBack };
  await db
    .insert(meetingRollouts)
    .values({ workspaceId, ...set })
    .onConflictDoUpdate({ target: meetingRollouts.workspaceId, set });
}

/** Runs that ended since then. One without a way that it came to an end by was cancelled before it had one. */
export async function countMeetingRuns(db: Database, workspaceId: string, since: number): Promise<RolloutCounts> {
  const fellBack = sql`${meetingRuns.fellBackFrom} IS NOT NULL`;
  const count = (isIt: SQL) => sql<number>`count(*) FILTER (WHERE ${isIt})`;
  const counts = await db
    .select({
      v2: count(sql`${meetingRuns.usedVersion} = 'v2'`),
      v1: count(sql`${meetingRuns.usedVersion} = 'v1' AND NOT (${fellBack})`),
      fallbacks: count(fellBack),
    })
    .from(meetingRuns)
    .where(and(eq(meetingRuns.workspaceId, workspaceId), gte(meetingRuns.finishedAt, since)))
    .get();
  return counts ?? { v2: 0, v1: 0, fallbacks: 0 };
}

function toMeetingRun(row: MeetingRunRow): MeetingRun {
  const { runId, meetingId, state, usedVersion, fellBackFrom, plan, calls, effects, unchanged, remembered } = row;
  const { meetingId: _, ...choice } = plan;
  return {
    ...{ runId, meetingId, state, usedVersion, fellBackFrom, calls, effects, unchanged, remembered },
    // Older plans have fewer fields. Who named a reviewer then, nobody knows: it was as good as named.
    plan: {
      ...choice,
      reviewModel: choice.reviewModel ?? null,
      hasPickedReviewer: choice.hasPickedReviewer ?? false,
    },
    totals: totalsOf(calls),
    isUseful: row.isUseful,
    createdAt: toIso(row.createdAt),
    startedAt: toIsoOrNull(row.startedAt),
    finishedAt: toIsoOrNull(row.finishedAt),
  };
}
