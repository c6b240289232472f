/**
 * Meetings in D1, with what was said in them. Every read is bound to a workspace: a foreign id and an absent one look the
 * same. A meeting and its utterances are written and deleted together.
 */
import { and, asc, count, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import { earliestId } from "../domain/ids.ts";
import { toIso, toIsoOrNull } from "../domain/instant.ts";
import type { Meeting, MeetingDetail, MeetingFilter, MeetingState } from "../domain/meeting.ts";
import type { Utterance } from "../domain/transcript.ts";
import { splitUtterances } from "../domain/utterance-parts.ts";
import type { Database } from "./database.ts";
import { type MeetingRow, meetings, meetingUtterances } from "./schema.ts";

const DAY_MS = 86_400_000;

/** False where the workspace has this transcript already, also when two send it at once: then nothing is written. */
export async function insertMeeting(db: Database, row: MeetingRow, utterances: readonly Utterance[]): Promise<boolean> {
  // A part is written where its meeting was: the batch is one transaction.
  const parts = splitUtterances(utterances).map((part) =>
    db
      .insert(meetingUtterances)
      .select(
        sql`SELECT id, ${part.firstIndex}, ${JSON.stringify(part.utterances)} FROM meetings WHERE id = ${row.id}`,
      ),
  );
  const [inserted] = await db.batch([
    db.insert(meetings).values(row).onConflictDoNothing().returning({ id: meetings.id }),
    ...parts,
  ]);
  return inserted.length > 0;
}

export async function findMeeting(db: Database, workspaceId: string, id: string): Promise<Meeting | null> {
  const row = await db.select().from(meetings).where(ofWorkspace(workspaceId, id)).get();
  return row ? toMeeting(row) : null;
}

/** By the hash of its transcript. */
export async function findMeetingByTranscript(
  db: Database,
  workspaceId: string,
  transcriptHash: string,
): Promise<Meeting | null> {
  const row = await db
    .select()
    .from(meetings)
    .where(and(eq(meetings.workspaceId, workspaceId), eq(meetings.transcriptHash, transcriptHash)))
    .get();
  return row ? toMeeting(row) : null;
}

/** With all that was said, in order. Both come with one call. */
export async function loadMeeting(db: Database, workspaceId: string, id: string): Promise<MeetingDetail | null> {
  const [[row], parts] = await db.batch([
    db.select().from(meetings).where(ofWorkspace(workspaceId, id)),
    db
      .select({ utterances: meetingUtterances.utterances })
      .from(meetingUtterances)
      .innerJoin(meetings, eq(meetings.id, meetingUtterances.meetingId))
      .where(ofWorkspace(workspaceId, id))
      .orderBy(asc(meetingUtterances.firstIndex)),
  ]);
  return row ? { ...toMeeting(row), transcript: parts.flatMap(({ utterances }) => utterances) } : null;
}

/** Newest first. */
export async function listMeetings(
  db: Database,
  workspaceId: string,
  filter: MeetingFilter,
  page: { readonly before: string | null; readonly limit: number },
): Promise<{ meetings: Meeting[]; nextBefore: string | null }> {
  const rows = await db
    .select()
    .from(meetings)
    .where(and(conditions(workspaceId, filter), page.before === null ? undefined : lt(meetings.id, page.before)))
    .orderBy(desc(meetings.id))
    .limit(page.limit + 1);
  const shown = rows.slice(0, page.limit);
  return { meetings: shown.map(toMeeting), nextBefore: rows.length > page.limit ? shown.at(-1)!.id : null };
}

export async function countMeetings(db: Database, workspaceId: string): Promise<number> {
  const row = await db.select({ total: count() }).from(meetings).where(eq(meetings.workspaceId, workspaceId)).get();
  return row?.total ?? 0;
}

/** False where there is no such meeting any more. */
export async function setMeetingState(
  db: Database,
  workspaceId: string,
  id: string,
  state: MeetingState,
  now: number,
): Promise<boolean> {
  const changed = await db
    .update(meetings)
    .set({ state, updatedAt: now })
    .where(ofWorkspace(workspaceId, id))
    .returning({ id: meetings.id });
  return changed.length > 0;
}

/** The title of what was deleted; null when there was none. What was said goes along: ON DELETE CASCADE. */
export async function deleteMeeting(db: Database, workspaceId: string, id: string): Promise<string | null> {
  const [deleted] = await db.delete(meetings).where(ofWorkspace(workspaceId, id)).returning({ title: meetings.title });
  return deleted?.title ?? null;
}

const ofWorkspace = (workspaceId: string, id: string) =>
  and(eq(meetings.id, id), eq(meetings.workspaceId, workspaceId));

/** A range of time is a range of ids, which the indexes end with. */
function conditions(workspaceId: string, { q, state, from, to }: MeetingFilter): SQL | undefined {
  return and(
    eq(meetings.workspaceId, workspaceId),
    state && eq(meetings.state, state),
    from === undefined ? undefined : gte(meetings.id, earliestId("mtg", Date.parse(from))),
    to === undefined ? undefined : lt(meetings.id, earliestId("mtg", Date.parse(to) + DAY_MS)),
    // Not LIKE: D1 takes no pattern of more than 50 bytes. Both know the case of ASCII alone.
    q
      ? sql`(instr(lower(${meetings.title}), lower(${q})) > 0 OR EXISTS (
          SELECT 1 FROM json_each(${meetings.speakers}) WHERE instr(lower(value), lower(${q})) > 0))`
      : undefined,
  );
}

function toMeeting(row: MeetingRow): Meeting {
  const { id, title, format, utterances, words, durationMs, speakers, transcriptHash, state } = row;
  return {
    ...{ id, title, format, utterances, words, durationMs, speakers: [...speakers], transcriptHash, state },
    heldAt: toIsoOrNull(row.heldAt),
    createdAt: toIso(row.createdAt),
  };
}
