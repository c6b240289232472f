/** What `/openapi.json` says about meetings. */
import { meetingAddedSchema, meetingDetailSchema, meetingListSchema, meetingTextSchema } from "../../domain/meeting.ts";
import { processRequestSchema, processV2RequestSchema } from "../../domain/meeting-processing.ts";
import { feedbackSchema, meetingRunListSchema, rolloutSchema, rolloutViewSchema } from "../../domain/meeting-run.ts";
import { acceptedAnswerSchema } from "../../domain/run-schema.ts";
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
    method: "get",
    path: `${ONE}/runs`,
    summary: "Runs about a meeting, the latest first: how each was made, what it took, and what was measured.",
    answers: { 200: meetingRunListSchema },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: `${ONE}/process`,
    summary: "Make items of a meeting by tool calls, or as the workspace's rollout says with version auto.",
    body: processRequestSchema,
    answers: { 202: acceptedAnswerSchema },
    problems: [...BODY_PROBLEMS, "not-found", "model-not-found", "lane-full"],
  },
  {
    method: "post",
    path: `${ONE}/process-v2`,
    summary: "Make items of a meeting by one program that a model writes.",
    body: processV2RequestSchema,
    answers: { 202: acceptedAnswerSchema },
    problems: [...BODY_PROBLEMS, "not-found", "model-not-found", "lane-full"],
  },
  {
    method: "put",
    path: "/api/runs/{id}/feedback",
    summary: "Say whether a run about a meeting was useful; null takes that back.",
    body: feedbackSchema,
    answers: { 204: "Kept" },
    problems: [...BODY_PROBLEMS, "not-found"],
  },
  {
    method: "get",
    path: "/api/workspace/meeting-rollout",
    summary:
      "Which share of meetings is processed by programs, whether tool calls take over where one fails, and what came of it in 30 days.",
    answers: { 200: rolloutViewSchema },
    problems: [],
  },
  {
    method: "put",
    path: "/api/workspace/meeting-rollout",
    summary: "Change that share, and the fallback.",
    body: rolloutSchema,
    answers: { 200: rolloutSchema },
    problems: [...BODY_PROBLEMS],
  },
  {
    method: "delete",
    path: ONE,
    summary: "Delete a meeting and its transcript.",
    answers: { 204: "Deleted" },
    problems: ["not-found"],
  },
];
