/**
 * `GET /openapi.json`, made from the schemas that the routes check with. A test compares its paths with the routes that
 * are mounted, so that neither can be without the other.
 */
import { Hono } from "hono";
import * as z from "zod";
import { ERRORS, type ErrorCode } from "../../domain/errors.ts";
import { PRODUCT } from "../../domain/product.ts";
import { executeRequestSchema, retryEditsSchema } from "../../domain/program.ts";
import {
  acceptedAnswerSchema,
  executeAnswerSchema,
  problemSchema,
  replayVerdictSchema,
  runDetailSchema,
  runListSchema,
} from "../../domain/run-schema.ts";
import type { AppEnv } from "../../middleware/context.ts";
import { speaksOpenAI } from "../../middleware/openai-error.ts";
import { ROUTE_ACCESS, routeName } from "../../middleware/route-access.ts";
import { AUDIT_OPERATIONS } from "./openapi-audit.ts";
import { BUDGET_OPERATIONS } from "./openapi-budgets.ts";
import { CODE_OPERATIONS } from "./openapi-code.ts";
import { DELIVERY_OPERATIONS } from "./openapi-deliveries.ts";
import { EXECUTION_OPERATIONS } from "./openapi-executions.ts";
import { ITEM_OPERATIONS } from "./openapi-items.ts";
import { MEETING_OPERATIONS } from "./openapi-meetings.ts";
import { MODEL_OPERATIONS, openaiErrorSchema } from "./openapi-models.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";
import { PROVIDER_KEY_OPERATIONS } from "./openapi-provider-keys.ts";
import { QUEUE_OPERATIONS } from "./openapi-queue.ts";
import { REPOSITORY_OPERATIONS } from "./openapi-repositories.ts";
import { SNIPPET_OPERATIONS } from "./openapi-snippets.ts";
import { WEBHOOK_OPERATIONS, webhookDescriptions } from "./openapi-webhooks.ts";
import { runListQuerySchema } from "./runs.ts";

const IDEMPOTENCY = { name: "Idempotency-Key", description: "A repeated request with the same key finds its run." };

const OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/api/execute",
    summary: "Run a program. Answers when it has ended, or at once with Prefer: respond-async.",
    body: executeRequestSchema,
    headers: [
      { name: "Prefer", description: "respond-async: answer 202 as soon as the run is accepted." },
      IDEMPOTENCY,
    ],
    answers: { 200: executeAnswerSchema, 202: acceptedAnswerSchema },
    problems: [...BODY_PROBLEMS, "idempotency-key-reused", "lane-full"],
  },
  {
    method: "get",
    path: "/api/runs",
    summary: "List runs, newest first.",
    query: runListQuerySchema,
    answers: { 200: runListSchema },
    problems: ["bad-cursor", "invalid-request"],
  },
  {
    method: "get",
    path: "/api/runs/{id}",
    summary: "One run.",
    answers: { 200: runDetailSchema },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: "/api/runs/{id}/cancel",
    summary: "Ask a run to stop.",
    answers: { 202: acceptedAnswerSchema },
    problems: ["not-found", "run-finished"],
  },
  {
    method: "post",
    path: "/api/runs/{id}/retry",
    summary: "Start an ended or running run again, with the same input, or with the edits that the body names.",
    body: retryEditsSchema,
    isBodyOptional: true,
    headers: [IDEMPOTENCY],
    answers: { 202: acceptedAnswerSchema },
    problems: [
      "not-found",
      "model-not-found",
      "malformed-json",
      "invalid-request",
      "idempotency-key-reused",
      "lane-full",
    ],
  },
  {
    method: "post",
    path: "/api/runs/{id}/replay",
    summary: "Run an ended run's program again from its journal, and say whether it came out the same.",
    answers: { 200: replayVerdictSchema },
    problems: ["not-found", "run-active", "not-replayable"],
  },
  {
    method: "get",
    path: "/api/runs/{id}/log.txt",
    summary: "All output of a run so far, as plain text.",
    answers: { 200: "text/plain" },
    problems: ["not-found"],
  },
  {
    method: "get",
    path: "/api/runs/{id}/stream",
    summary:
      "The run's events over a WebSocket: text frames {events:[…]}, at the end {type:'end', seq, state}. Clients send {ack: seq} for what they have read.",
    query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
    answers: { 101: "WebSocket" },
    problems: ["not-found", "upgrade-required", "invalid-request", "too-many-sockets", "bad-origin"],
  },
  ...CODE_OPERATIONS,
  ...QUEUE_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...PROVIDER_KEY_OPERATIONS,
  ...MODEL_OPERATIONS,
  ...EXECUTION_OPERATIONS,
  ...BUDGET_OPERATIONS,
  ...MEETING_OPERATIONS,
  ...ITEM_OPERATIONS,
  ...REPOSITORY_OPERATIONS,
  ...SNIPPET_OPERATIONS,
  ...DELIVERY_OPERATIONS,
  ...AUDIT_OPERATIONS,
  {
    method: "get",
    path: "/healthz",
    summary: "Whether the server answers.",
    isOpen: true,
    answers: { 200: z.strictObject({ status: z.literal("ok") }) },
    problems: [],
  },
  {
    method: "get",
    path: "/openapi.json",
    summary: "This document.",
    isOpen: true,
    answers: { 200: "application/json" },
    problems: [],
  },
];

const jsonSchema = (schema: z.ZodType, io: "input" | "output") =>
  z.toJSONSchema(schema, { io, target: "draft-2020-12", unrepresentable: "any" });

function parameters({ path, query, headers = [] }: Operation) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema: jsonSchema(schema as z.ZodType, "input"),
  }));
  const inHeader = headers.map((header) => ({ ...header, in: "header", required: false, schema: { type: "string" } }));
  return [...inPath, ...inQuery, ...inHeader];
}

function answers({ path, answers, problems, isOpen }: Operation) {
  const good = Object.entries(answers).map(([status, answer]) => [
    status,
    typeof answer === "string"
      ? { description: answer }
      : { description: "OK", content: { "application/json": { schema: jsonSchema(answer, "output") } } },
  ]);
  const codes: ErrorCode[] = isOpen ? [...problems] : ["unauthenticated", "forbidden", ...problems];
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  const bad = [...byStatus].map(([status, group]) => [
    status,
    {
      description: group.map((code) => `${code}: ${ERRORS[code].title}`).join(" "),
      content: speaksOpenAI(path)
        ? { "application/json": { schema: { $ref: "#/components/schemas/OpenAIError" } } }
        : { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  ]);
  return Object.fromEntries([...good, ...bad]);
}

/** For a bearer token the list names what it must have been made for. */
function security({ method, path }: Operation) {
  const access = ROUTE_ACCESS[routeName(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ":$1"))];
  if (access === undefined || access === "open") return [];
  return [{ token: access.scope === null ? [] : [access.scope] }];
}

function document() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] ??= {};
    paths[operation.path]![operation.method] = {
      summary: operation.summary,
      parameters: parameters(operation),
      ...(operation.body
        ? {
            requestBody: {
              required: operation.isBodyOptional !== true,
              content: { "application/json": { schema: jsonSchema(operation.body, "input") } },
            },
          }
        : {}),
      responses: answers(operation),
      security: security(operation),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: PRODUCT.name,
      version: PRODUCT.version,
      description: "Run code that nobody has read yet, and watch it.",
    },
    paths,
    webhooks: webhookDescriptions((schema) => jsonSchema(schema, "output")),
    components: {
      schemas: {
        Problem: jsonSchema(problemSchema, "output"),
        OpenAIError: jsonSchema(openaiErrorSchema, "output"),
      },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    security: [{ token: [] }],
  };
}

let made: ReturnType<typeof document> | undefined;

export const openapi = new Hono<AppEnv>().get("/", (c) => {
  made ??= document();
  return c.json(made);
});
