/** A meeting as it is listed and answered, what people may send of one, and which of them a list shows. No reading or writing. */
import * as z from "zod";
import { TRANSCRIPT_FORMATS, utteranceSchema } from "./transcript.ts";

/** `new` until a run is about it; then that run's state, in fewer words. */
export const MEETING_STATES = ["new", "processing", "processed", "failed"] as const;
export type MeetingState = (typeof MEETING_STATES)[number];

export const MEETING_BOUNDS = {
  titleChars: 200,
  pageRows: 50,
  apiRowsMax: 200,
  /** Of one workspace: a list of them all still fits into a person's day. */
  perWorkspace: 5_000,
} as const;

const SEARCH_CHARS = 200;

export const meetingSchema = z.object({
  id: z.string(),
  title: z.string(),
  heldAt: z.iso.datetime().nullable(),
  format: z.enum(TRANSCRIPT_FORMATS),
  utterances: z.int(),
  words: z.int(),
  durationMs: z.int().nullable(),
  speakers: z.array(z.string()),
  transcriptHash: z.string(),
  state: z.enum(MEETING_STATES),
  createdAt: z.iso.datetime(),
});
export type Meeting = z.output<typeof meetingSchema>;

export const meetingDetailSchema = meetingSchema.extend({ transcript: z.array(utteranceSchema) });
export type MeetingDetail = z.output<typeof meetingDetailSchema>;

/** What an upload is answered with: `isNew` is false where the workspace has the transcript already, as this meeting. */
export const meetingAddedSchema = meetingSchema.extend({ isNew: z.boolean() });
export type MeetingAdded = z.output<typeof meetingAddedSchema>;

export const meetingListSchema = z.object({ meetings: z.array(meetingSchema), nextCursor: z.string().nullable() });

const titleSchema = z
  .string()
  .trim()
  .max(MEETING_BOUNDS.titleChars, `must have at most ${MEETING_BOUNDS.titleChars} characters`);

/** A day is meant from its first instant, in UTC. */
const heldAtSchema = z.union(
  [z.iso.date(), z.iso.datetime({ offset: true })],
  "must be a day or an instant in ISO 8601, such as 2026-11-20",
);

const formatSchema = z.enum(TRANSCRIPT_FORMATS, `must be one of ${TRANSCRIPT_FORMATS.join(", ")}`);

/** What comes with a file. An empty title takes the file's name. */
export const meetingDetailsSchema = z.strictObject({
  title: titleSchema.default(""),
  heldAt: heldAtSchema.optional(),
  /** Left out, it is found by the file's name and its beginning. */
  format: formatSchema.optional(),
});
export type MeetingDetails = z.output<typeof meetingDetailsSchema>;

/** The same with the text itself, as JSON. */
export const meetingTextSchema = meetingDetailsSchema.extend({
  transcript: z.string("must be the transcript's text"),
});

const day = z.iso.date("must be a day, such as 2026-11-20");

/** Which meetings somebody asks for. Days are those on which they were added, in UTC. */
export const meetingFilterSchema = z.strictObject({
  /** A part of the title or of a speaker's name. */
  q: z.string().max(SEARCH_CHARS).optional(),
  state: z.enum(MEETING_STATES).optional(),
  from: day.optional(),
  to: day.optional(),
});
export type MeetingFilter = z.output<typeof meetingFilterSchema>;
