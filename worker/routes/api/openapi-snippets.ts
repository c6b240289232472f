/** What `/openapi.json` says about snippets. */
import * as z from "zod";
import { acceptedAnswerSchema } from "../../domain/run-schema.ts";
import {
  newSnippetSchema,
  snippetChangeSchema,
  snippetRunSchema,
  snippetSummarySchema,
  snippetVersionSchema,
  snippetVersionSummarySchema,
} from "../../domain/snippet.ts";
import { scheduleSchema, scheduleViewSchema } from "../../domain/snippet-schedule.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";
import { snippetQuerySchema } from "./snippets.ts";

const ONE = "/api/snippets/{name}";
const SCHEDULES = `${ONE}/schedules`;
const SCHEDULE = `${SCHEDULES}/{schedule}`;

export const SNIPPET_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: "get", path: "/api/snippets", problems: [] },
    summary: "List the workspace's snippets, by name, with the last run of each.",
    answers: { 200: z.strictObject({ snippets: z.array(snippetSummarySchema) }) },
  },
  {
    ...{ method: "post", path: "/api/snippets", body: newSnippetSchema, answers: { 201: snippetVersionSchema } },
    summary: "Save a program under a name. It is written as in POST /api/execute, with parameters and a manifest.",
    problems: [...BODY_PROBLEMS, "snippet-exists", "too-many-snippets"],
  },
  {
    ...{ method: "get", path: ONE, query: snippetQuerySchema, answers: { 200: snippetVersionSchema } },
    summary: "One snippet: its newest version, or another one.",
    problems: ["not-found", "invalid-request"],
  },
  {
    ...{ method: "put", path: ONE, body: snippetChangeSchema, answers: { 200: snippetVersionSchema } },
    summary: "Save a new version. What is the same as the newest one makes none.",
    problems: [...BODY_PROBLEMS, "not-found", "too-many-snippets"],
  },
  {
    ...{ method: "delete", path: ONE, answers: { 204: "Deleted" }, problems: ["not-found"] },
    summary: "Delete a snippet with its versions and schedules. Its runs stay, whole.",
  },
  {
    ...{ method: "get", path: `${ONE}/versions`, problems: ["not-found"] },
    summary: "A snippet's versions, newest first.",
    answers: { 200: z.strictObject({ versions: z.array(snippetVersionSummarySchema) }) },
  },
  {
    ...{ method: "post", path: `${ONE}/run`, body: snippetRunSchema, answers: { 202: acceptedAnswerSchema } },
    summary: "Run a version with parameters. An Idempotency-Key makes a repeated request find the first one's run.",
    problems: [...BODY_PROBLEMS, "not-found", "idempotency-key-reused", "lane-full", "unavailable"],
  },
  {
    ...{ method: "get", path: SCHEDULES, problems: ["not-found"] },
    summary: "A snippet's schedules, with their next times and last runs.",
    answers: { 200: z.strictObject({ schedules: z.array(scheduleViewSchema) }) },
  },
  {
    ...{ method: "post", path: SCHEDULES, body: scheduleSchema, answers: { 201: scheduleViewSchema } },
    summary: "Run a snippet by a time plan of five fields (minute, hour, day, month, weekday) in a time zone.",
    problems: [...BODY_PROBLEMS, "not-found", "too-many-schedules"],
  },
  {
    ...{ method: "post", path: `${SCHEDULE}/pause`, answers: { 200: scheduleViewSchema }, problems: ["not-found"] },
    summary: "Stop a schedule for now.",
  },
  {
    ...{ method: "post", path: `${SCHEDULE}/resume`, answers: { 200: scheduleViewSchema }, problems: ["not-found"] },
    summary: "Let a schedule run again, also one that was disabled. What was missed is not made up for.",
  },
  {
    ...{ method: "delete", path: SCHEDULE, answers: { 204: "Deleted" }, problems: ["not-found"] },
    summary: "Delete a schedule.",
  },
];
