/** Adds, reads and deletes meetings: for the API and the console alike. */
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import { actorOf } from "../domain/audit.ts";
import { type Failure, fail, type Result, succeed } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { MEETING_BOUNDS, type MeetingAdded, type MeetingDetail, type MeetingDetails } from "../domain/meeting.ts";
import type { Principal } from "../domain/principal.ts";
import { SAMPLE_MEETINGS } from "../domain/sample-meetings.ts";
import { type Transcript, transcriptIdentity } from "../domain/transcript.ts";
import { formatOfName, readTranscript } from "../meetings/transcript/read-transcript.ts";
import { TranscriptError } from "../meetings/transcript/transcript-error.ts";
import { oneLine } from "../meetings/transcript/utterance-list.ts";
import {
  countMeetings,
  deleteMeeting,
  findMeetingByTranscript,
  insertMeeting,
  loadMeeting,
} from "../store/meetings.ts";
import { record } from "./audit-trail.ts";

/** A transcript as somebody sent it. */
export interface SentTranscript {
  readonly bytes: Uint8Array;
  /** The file's name; empty for text that was pasted. */
  readonly fileName: string;
}

/**
 * Reads the transcript and keeps it as a meeting; a workspace that has the same transcript keeps the meeting that it has,
 * as it is. Nothing is kept of what cannot be read.
 */
export async function addMeeting(
  dependencies: Dependencies,
  principal: Principal,
  sent: SentTranscript,
  details: MeetingDetails,
): Promise<Result<MeetingAdded>> {
  const read = await readSent(sent, details);
  if (!read.ok) return read;
  const { db, clock, random } = dependencies;
  const { workspaceId, userId } = principal;
  const transcript = read.value;
  const transcriptHash = await sha256Hex(transcriptIdentity(transcript));
  const known = await findMeetingByTranscript(db, workspaceId, transcriptHash);
  if (known) return succeed({ ...known, isNew: false });
  if ((await countMeetings(db, workspaceId)) >= MEETING_BOUNDS.perWorkspace) {
    return fail(
      "too-many-meetings",
      `There are ${MEETING_BOUNDS.perWorkspace} meetings. Delete one that is not needed.`,
    );
  }
  const now = clock.now();
  const { format, words, durationMs, speakers, utterances } = transcript;
  const row = {
    ...{ id: newId("mtg", clock, random), workspaceId, createdBy: userId, createdAt: now, updatedAt: now },
    ...{ format, words, durationMs, speakers, transcriptHash, utterances: utterances.length },
    ...{ title: titleOf(sent, details, speakers), heldAt: instantOf(details.heldAt), state: "new" as const },
  };
  const isNew = await insertMeeting(db, row, utterances);
  if (isNew) await record(dependencies, actorOf(principal), "meeting.added", row.id, { title: row.title });
  // Whoever was first, where two sent it at once; null where that one was deleted at once, too.
  const meeting = await findMeetingByTranscript(db, workspaceId, transcriptHash);
  return meeting ? succeed({ ...meeting, isNew }) : noMeeting();
}

/** One of the samples, as if it had been sent. */
export function addSampleMeeting(
  dependencies: Dependencies,
  principal: Principal,
  slug: string,
): Promise<Result<MeetingAdded>> {
  const sample = SAMPLE_MEETINGS.find((each) => each.slug === slug);
  if (!sample) return Promise.resolve(fail("not-found", "There is no sample meeting of this name."));
  const { title, fileName, transcript } = sample;
  return addMeeting(dependencies, principal, { bytes: new TextEncoder().encode(transcript), fileName }, { title });
}

async function readSent({ bytes, fileName }: SentTranscript, { format }: MeetingDetails): Promise<Result<Transcript>> {
  try {
    return succeed(await readTranscript(bytes, format ?? formatOfName(fileName)));
  } catch (error) {
    if (!(error instanceof TranscriptError)) throw error;
    const code = error.fault === "too-large" ? "payload-too-large" : "unreadable-transcript";
    return fail(code, error.message, [{ path: "transcript", message: error.message }]);
  }
}

/** Its own, the file's name without its ending, or who spoke. */
function titleOf({ fileName }: SentTranscript, { title }: MeetingDetails, speakers: readonly string[]): string {
  const name = oneLine(fileName.replace(/\.[a-z0-9]+$/i, "").replaceAll("_", " "));
  const chosen = oneLine(title) || name || `Meeting with ${speakers.slice(0, 3).join(", ") || "nobody named"}`;
  return oneLine(oneLine(chosen).slice(0, MEETING_BOUNDS.titleChars));
}

function instantOf(heldAt: string | undefined): number | null {
  return heldAt === undefined ? null : Date.parse(heldAt);
}

/** A meeting with all that was said in it. */
export async function readMeeting(
  { db }: Dependencies,
  workspaceId: string,
  id: string,
): Promise<Result<MeetingDetail>> {
  const found = isId("mtg", id) ? await loadMeeting(db, workspaceId, id) : null;
  return found ? succeed(found) : noMeeting();
}

export async function removeMeeting(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
): Promise<Result<null>> {
  const title = await deleteMeeting(dependencies.db, principal.workspaceId, id);
  if (title === null) return noMeeting();
  await record(dependencies, actorOf(principal), "meeting.deleted", id, { title });
  return succeed(null);
}

function noMeeting(): Failure {
  return fail("not-found", "There is no meeting with this id in your workspace.");
}
