/** Lanes, what is done to waiting and to many runs, and how the installation is, in `/openapi.json`. */
import { healthSchema, publicStatusSchema } from "../../domain/health.ts";
import {
  laneListSchema,
  laneViewSchema,
  moveSchema,
  prioritySchema,
  queueStatsSchema,
} from "../../domain/lane-schema.ts";
import {
  cancelBatchAnswerSchema,
  cancelBatchSchema,
  retryBatchAnswerSchema,
  retryBatchSchema,
} from "../../domain/run-batch.ts";
import { runDetailSchema } from "../../domain/run-schema.ts";
import { metricsQuerySchema, metricsSummarySchema, statusSchema } from "../../domain/status-schema.ts";
import { laneQuerySchema } from "./lanes.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";
import { rebuildAnswerSchema, rebuildRequestSchema } from "./rebuild.ts";
import { statusQuerySchema } from "./status.ts";

const LANE = "/api/lanes/{lane}";
const STEERING_PROBLEMS = ["not-found", "run-finished", "not-waiting"] as const;

export const QUEUE_OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/api/runs/{id}/hold",
    summary: "Keep a waiting run from being started, until it is let go. Holding it again changes nothing.",
    answers: { 200: runDetailSchema },
    problems: STEERING_PROBLEMS,
  },
  {
    method: "post",
    path: "/api/runs/{id}/unhold",
    summary: "Let go of a run that was held. It is where it would be without the hold.",
    answers: { 200: runDetailSchema },
    problems: STEERING_PROBLEMS,
  },
  {
    method: "post",
    path: "/api/runs/{id}/move",
    summary: "Move a waiting run to another place in its lane.",
    body: moveSchema,
    answers: { 200: runDetailSchema },
    problems: [...BODY_PROBLEMS, ...STEERING_PROBLEMS],
  },
  {
    method: "post",
    path: "/api/runs/{id}/priority",
    summary: "Give a waiting run another priority. It takes the place that it would have had with it from the start.",
    body: prioritySchema,
    answers: { 200: runDetailSchema },
    problems: [...BODY_PROBLEMS, ...STEERING_PROBLEMS],
  },
  {
    method: "post",
    path: "/api/runs/cancel",
    summary: "Ask up to 100 runs to stop: by ids, of a lane, or by a filter. Those that wait are stopped first.",
    body: cancelBatchSchema,
    answers: { 200: cancelBatchAnswerSchema },
    problems: BODY_PROBLEMS,
  },
  {
    method: "post",
    path: "/api/runs/retry",
    summary: "Start up to 100 runs again: by ids, or those of a lane or a filter that ended without success.",
    body: retryBatchSchema,
    headers: [{ name: "Idempotency-Key", description: "A repeated request retries each run once." }],
    answers: { 200: retryBatchAnswerSchema },
    problems: [...BODY_PROBLEMS, "bad-cursor"],
  },
  {
    method: "get",
    path: "/api/queue/stats",
    summary: "The lanes in which runs wait or run, the capacity in use, and how many runs ended within the last hour.",
    answers: { 200: queueStatsSchema },
    problems: [],
  },
  {
    method: "get",
    path: "/api/lanes",
    summary: "All lanes that ever had a run, by name.",
    answers: { 200: laneListSchema },
    problems: [],
  },
  {
    method: "get",
    path: LANE,
    summary: "One lane: who runs, and who waits in which order.",
    query: laneQuerySchema,
    answers: { 200: laneViewSchema },
    problems: ["not-found", "invalid-request"],
  },
  {
    method: "post",
    path: `${LANE}/pause`,
    summary: "Start no more runs of this lane. Those that run go on.",
    answers: { 200: laneViewSchema },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: `${LANE}/resume`,
    summary: "Start runs of this lane again.",
    answers: { 200: laneViewSchema },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: "/api/rebuild",
    summary: "Write one page of the workspace's runs into the database anew, from the objects that hold the truth.",
    body: rebuildRequestSchema,
    answers: { 200: rebuildAnswerSchema },
    problems: [...BODY_PROBLEMS, "bad-cursor"],
  },
  {
    method: "get",
    path: "/api/status",
    summary: "How the installation and the workspace's queue are. 503 when the installation is down.",
    query: statusQuerySchema,
    answers: { 200: statusSchema, 503: statusSchema },
    problems: ["invalid-request"],
  },
  {
    method: "get",
    path: "/api/health/detailed",
    summary:
      "How each part is, how long it took to answer, and how old the finding is. 503 when the installation is down.",
    answers: { 200: healthSchema, 503: healthSchema },
    problems: [],
  },
  {
    method: "get",
    path: "/api/metrics/summary",
    summary: "Figures over the runs that were accepted within the last hours.",
    query: metricsQuerySchema,
    answers: { 200: metricsSummarySchema },
    problems: ["invalid-request"],
  },
  {
    method: "get",
    path: "/metrics",
    summary: "The workspace's figures for Prometheus.",
    answers: { 200: "text/plain" },
    problems: [],
  },
  {
    method: "get",
    path: "/health",
    summary: "As /api/health/detailed with Accept: application/json; else a page for people.",
    answers: { 200: healthSchema, 503: healthSchema },
    problems: [],
  },
  {
    method: "get",
    path: "/status",
    summary: "Whether the installation is well, with Accept: application/json; else a page for people.",
    isOpen: true,
    answers: { 200: publicStatusSchema, 503: publicStatusSchema },
    problems: [],
  },
];
