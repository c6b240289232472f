/** `/meetings`: the list, adding one by file, text or sample, and one meeting with its transcript. */
import { type Context, Hono } from "hono";
import { addMeeting, addSampleMeeting, removeMeeting } from "../../actions/manage-meetings.ts";
import { ERRORS, type Failure, type Result } from "../../domain/errors.ts";
import {
  MEETING_BOUNDS,
  type MeetingAdded,
  type MeetingFilter,
  meetingDetailsSchema,
  meetingFilterSchema,
} from "../../domain/meeting.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { listMeetings } from "../../store/meetings.ts";
import { MeetingResults, MeetingsPage } from "../../views/meetings.tsx";
import { type MeetingValues, NewMeetingPage, NO_VALUES } from "../../views/new-meeting.tsx";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { formOf, shownErrors, textOf } from "./form.ts";
import { showMeeting } from "./meeting-page.tsx";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";

type MeetingContext = Context<SignedInEnv>;

export const meetingPages = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const cursor = decodeCursor(c.req.query("cursor"), "mtg");
    if (!cursor.ok) return failurePage(c, cursor);
    const { dependencies, principal } = c.var;
    const filter = readFilter(c);
    const part = { before: cursor.value, limit: MEETING_BOUNDS.pageRows };
    const list = await listMeetings(dependencies.db, principal.workspaceId, filter, part);
    const props = {
      ...{ filter, meetings: list.meetings, cursor: cursor.value },
      nextCursor: list.nextBefore === null ? null : encodeCursor(list.nextBefore),
      isDeleted: c.req.query("deleted") === "",
    };
    return page(c, isPartial(c) ? <MeetingResults {...props} /> : <MeetingsPage shell={signedInShell(c)} {...props} />);
  })
  .post("/", async (c) => {
    const form = await formOf(c);
    const file = form.get("file");
    const values = {
      title: textOf(form, "title"),
      heldAt: textOf(form, "heldAt"),
      transcript: textOf(form, "transcript"),
    };
    const details = check(
      { title: values.title, ...(values.heldAt ? { heldAt: values.heldAt } : {}) },
      meetingDetailsSchema,
    );
    if (!details.ok) return newPage(c, values, details);
    // A form sends a field without a file as one without a name. A file may be empty.
    const isFile = file !== null && typeof file !== "string" && (file.size > 0 || file.name !== "");
    const sent = isFile
      ? { bytes: new Uint8Array(await file.arrayBuffer()), fileName: file.name }
      : { bytes: new TextEncoder().encode(values.transcript), fileName: "" };
    const added = await addMeeting(c.var.dependencies, c.var.principal, sent, details.value);
    if (added.ok) return toMeeting(c, added.value);
    return newPage(c, values, isFile && added.errors ? { ...added, errors: named(added.errors, "file") } : added);
  })
  .get("/new", (c) => newPage(c, NO_VALUES, null))
  .post("/samples", async (c) => {
    const slug = textOf(await formOf(c), "sample");
    const added: Result<MeetingAdded> = await addSampleMeeting(c.var.dependencies, c.var.principal, slug);
    return added.ok ? toMeeting(c, added.value) : failurePage(c, added);
  })
  .get("/:id", (c) => showMeeting(c, c.req.param("id")))
  .post("/:id/deletion", async (c) => {
    const removed = await removeMeeting(c.var.dependencies, c.var.principal, c.req.param("id"));
    return removed.ok ? c.redirect("/meetings?deleted", 303) : failurePage(c, removed);
  });

/** A value that is not known is no filter. */
function readFilter(c: MeetingContext): MeetingFilter {
  const known = Object.entries(meetingFilterSchema.shape).flatMap(([name, schema]) => {
    const value = schema.safeParse(c.req.query(name)?.trim() || undefined).data;
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(known);
}

function toMeeting(c: MeetingContext, { id, isNew }: MeetingAdded): Response {
  return c.redirect(`/meetings/${id}?${isNew ? "added" : "known"}`, 303);
}

/** The same errors, said of another field. */
function named(errors: NonNullable<Failure["errors"]>, path: string) {
  return errors.map(({ message }) => ({ path, message }));
}

function newPage(c: MeetingContext, values: MeetingValues, failure: Failure | null) {
  const errors = failure === null ? [] : shownErrors(failure);
  const status = failure === null ? 200 : ERRORS[failure.code].status;
  return page(c, <NewMeetingPage shell={signedInShell(c)} values={values} errors={errors} />, status);
}
