/** `/api/meetings`: transcripts in, as JSON or as a file; meetings out. */
import { type Context, Hono } from "hono";
import * as z from "zod";
import { addMeeting, readMeeting, removeMeeting, type SentTranscript } from "../../actions/manage-meetings.ts";
import { readMeetingRuns, startMeetingRun } from "../../actions/process-meetings.ts";
import { fail, type Result, succeed } from "../../domain/errors.ts";
import {
  MEETING_BOUNDS,
  type MeetingDetails,
  meetingDetailsSchema,
  meetingFilterSchema,
  meetingTextSchema,
} from "../../domain/meeting.ts";
import {
  type ProcessingChoice,
  processRequestSchema,
  processV2RequestSchema,
} from "../../domain/meeting-processing.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { listMeetings } from "../../store/meetings.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { readJson } from "../json-body.ts";
import { answer } from "./answer.ts";

export const meetingQuerySchema = meetingFilterSchema.extend({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(MEETING_BOUNDS.apiRowsMax).default(MEETING_BOUNDS.pageRows),
});

type Sent = { readonly sent: SentTranscript; readonly details: MeetingDetails };

export const meetings = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const query = check(c.req.query(), meetingQuerySchema);
    if (!query.ok) return problem(c, query);
    const { cursor, limit, ...filter } = query.value;
    const before = decodeCursor(cursor, "mtg");
    if (!before.ok) return problem(c, before);
    const { dependencies, principal } = c.var;
    const list = await listMeetings(dependencies.db, principal.workspaceId, filter, { before: before.value, limit });
    const nextCursor = list.nextBefore === null ? null : encodeCursor(list.nextBefore);
    return answer(c, succeed({ meetings: list.meetings, nextCursor }));
  })
  .post("/", async (c) => {
    const body = isForm(c) ? await readForm(c) : await readText(c);
    if (!body.ok) return problem(c, body);
    const added = await addMeeting(c.var.dependencies, c.var.principal, body.value.sent, body.value.details);
    if (!added.ok) return problem(c, added);
    c.header("location", `/api/meetings/${added.value.id}`);
    return answer(c, added, added.value.isNew ? 201 : 200);
  })
  .get("/:id", async (c) => {
    const { dependencies, principal } = c.var;
    return answer(c, await readMeeting(dependencies, principal.workspaceId, c.req.param("id")));
  })
  .get("/:id/runs", async (c) => {
    const { dependencies, principal } = c.var;
    const runs = await readMeetingRuns(dependencies, principal.workspaceId, c.req.param("id"));
    return answer(c, runs.ok ? succeed({ runs: runs.value }) : runs);
  })
  .post("/:id/process", async (c) => {
    const body = await readJson(c, processRequestSchema);
    return body.ok ? process(c, body.value) : problem(c, body);
  })
  .post("/:id/process-v2", async (c) => {
    const body = await readJson(c, processV2RequestSchema);
    return body.ok ? process(c, { ...body.value, version: "v2" }) : problem(c, body);
  })
  .delete("/:id", async (c) => {
    const removed = await removeMeeting(c.var.dependencies, c.var.principal, c.req.param("id"));
    return removed.ok ? c.body(null, 204) : problem(c, removed);
  });

const isForm = (c: Context) => /^multipart\/form-data\b/i.test(c.req.header("content-type") ?? "");

/** Answers as soon as the run is accepted: a model takes its time. */
async function process(c: Context<SignedInEnv>, choice: ProcessingChoice): Promise<Response> {
  const { dependencies, principal } = c.var;
  const idempotencyKey = c.req.header("idempotency-key");
  const options = idempotencyKey === undefined ? {} : { idempotencyKey };
  const started = await startMeetingRun(dependencies, principal, c.req.param("id")!, choice, options);
  if (!started.ok) return problem(c, started);
  const { id, state } = started.value;
  return c.json({ runId: id, state }, 202, { location: `/api/runs/${id}` });
}

async function readText(c: Context<SignedInEnv>): Promise<Result<Sent>> {
  const body = await readJson(c, meetingTextSchema);
  if (!body.ok) return body;
  const { transcript, ...details } = body.value;
  return succeed({ sent: { bytes: new TextEncoder().encode(transcript), fileName: "" }, details });
}

/** A file in the field `file`; the other fields as in JSON. */
async function readForm(c: Context<SignedInEnv>): Promise<Result<Sent>> {
  const form = await c.req.formData().catch(() => null);
  const file = form?.get("file");
  if (!form || !file || typeof file === "string") {
    const message = "must be the transcript's file";
    return fail("invalid-request", `file: ${message}`, [{ path: "file", message }]);
  }
  const rest = Object.fromEntries([...form].filter(([name]) => name !== "file"));
  const details = check(rest, meetingDetailsSchema);
  if (!details.ok) return details;
  const bytes = new Uint8Array(await file.arrayBuffer());
  return succeed({ sent: { bytes, fileName: file.name }, details: details.value });
}
