/** What `/openapi.json` says about meetings. */
import { meetingAddedSchema, meetingDetailSchema, meetingListSchema, meetingTextSchema } from "../../domain/meeting.ts";
import { meetingQuerySchema } from "./meetings.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";

const ONE = "/api/meetings/{id}";

export const MEETING_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/api/meetings",
    summary: "List meetings, newest first.",
    query: meetingQuerySchema,
    answers: { 200: meetingListSchema },
    problems: ["bad-cursor", "invalid-request"],
  },
  {
    method: "post",
    path: "/api/meetings",
    summary:
      "Add a meeting by its transcript: as text in JSON, or as multipart/form-data with the file in the field file. 200 where the workspace has the same transcript already.",
    body: meetingTextSchema,
    answers: { 200: meetingAddedSchema, 201: meetingAddedSchema },
    problems: [...BODY_PROBLEMS, "unreadable-transcript", "too-many-meetings"],
  },
  {
    method: "get",
    path: ONE,
    summary: "One meeting, with all that was said in it.",
    answers: { 200: meetingDetailSchema },
    problems: ["not-found"],
  },
  {
    method: "delete",
    path: ONE,
    summary: "Delete a meeting and its transcript.",
    answers: { 204: "Deleted" },
    problems: ["not-found"],
  },
];
