/**
 * What people decided about the writes of a meeting's runs, in D1. The sheets in the runs' objects are the truth; a run's
 * rows are written whole, so a repeated copy changes nothing. Every read is bound to a workspace.
 */
import type { EarlierDecision } from "../domain/earlier-decisions.ts";
import type { Database } from "./database.ts";

/** The last ones of a meeting: those of three full sheets, which are in memory while a program runs. */
const DECISIONS_READ = 3_000;
/** Decisions that go to D1 as one parameter: of 10,000 characters of text each, still under its 2 MB. */
const DECISIONS_PER_STATEMENT = 50;

export interface DecisionsPlace {
  readonly workspaceId: string;
  readonly runId: string;
  readonly meetingId: string;
}

/** Those of other runs about the meeting, the last first. */
export async function earlierDecisions(
  db: Database,
  { workspaceId, runId, meetingId }: DecisionsPlace,
): Promise<readonly EarlierDecision[]> {
  const { results } = await db.$client
    .prepare(
      `SELECT decision FROM meeting_decisions WHERE meeting_id = ?1 AND workspace_id = ?2 AND run_id <> ?3
       ORDER BY decided_at DESC, run_id DESC, effect DESC LIMIT ${DECISIONS_READ}`,
    )
    .bind(meetingId, workspaceId, runId)
    .all<{ decision: string }>();
  return results.map(({ decision }) => JSON.parse(decision));
}

/** Replace what was decided on the run's sheet, in one call. Of a meeting that was deleted nothing is kept. */
export function decisionStatements(
  db: Database,
  { workspaceId, runId, meetingId }: DecisionsPlace,
  decisions: readonly EarlierDecision[],
): D1PreparedStatement[] {
  const statements = [db.$client.prepare("DELETE FROM meeting_decisions WHERE run_id = ?1").bind(runId)];
  for (let at = 0; at < decisions.length; at += DECISIONS_PER_STATEMENT) {
    const some = JSON.stringify(decisions.slice(at, at + DECISIONS_PER_STATEMENT));
    statements.push(
      db.$client
        .prepare(
          `INSERT INTO meeting_decisions (run_id, effect, meeting_id, workspace_id, decided_at, decision)
           SELECT ?1, value ->> '$.number', ?2, ?3, value ->> '$.decided.at', value FROM json_each(?4)
           WHERE EXISTS (SELECT 1 FROM meetings WHERE id = ?2 AND workspace_id = ?3)`,
        )
        .bind(runId, meetingId, workspaceId, some),
    );
  }
  return statements;
}
