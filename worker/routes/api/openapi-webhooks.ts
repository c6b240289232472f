/** Outgoing webhooks in `/openapi.json`: the operations on endpoints, and the messages that endpoints receive. */
import type * as z from "zod";
import {
  createdEndpointSchema,
  createEndpointSchema,
  endpointListSchema,
  endpointSchema,
  messageDetailSchema,
  messageListSchema,
  updateEndpointSchema,
} from "../../domain/webhook-endpoint.ts";
import {
  BUDGET_EVENT,
  budgetEventSchema,
  ENDPOINT_EVENTS,
  RUN_EVENT_TYPES,
  RUN_EVENTS,
  runEventSchema,
  TEST_EVENT,
  testEventSchema,
} from "../../domain/webhook-events.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";
import { messageListQuerySchema } from "./webhooks.ts";

const ENDPOINT = "/api/webhooks/{id}";
const MESSAGE = `${ENDPOINT}/messages/{messageId}`;

export const WEBHOOK_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/api/webhooks",
    summary: "List the endpoints of outgoing webhooks.",
    answers: { 200: endpointListSchema },
    problems: [],
  },
  {
    method: "post",
    path: "/api/webhooks",
    summary: "Create an endpoint. The answer holds its secret, once.",
    body: createEndpointSchema,
    answers: { 201: createdEndpointSchema },
    problems: [...BODY_PROBLEMS, "too-many-endpoints", "not-configured"],
  },
  {
    method: "get",
    path: ENDPOINT,
    summary: "One endpoint.",
    answers: { 200: endpointSchema },
    problems: ["not-found"],
  },
  {
    method: "patch",
    path: ENDPOINT,
    summary: "Change an endpoint, disable it, or enable it again. Messages wait while it is disabled.",
    body: updateEndpointSchema,
    answers: { 200: endpointSchema },
    problems: [...BODY_PROBLEMS, "not-found"],
  },
  {
    method: "delete",
    path: ENDPOINT,
    summary: "Delete an endpoint with its messages.",
    answers: { 204: "Deleted" },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: `${ENDPOINT}/rotate-secret`,
    summary: "Make a new secret. For a day messages are signed with the one before it, too.",
    answers: { 200: createdEndpointSchema },
    problems: ["not-found", "not-configured"],
  },
  {
    method: "post",
    path: `${ENDPOINT}/test`,
    summary: `Send a message of the type ${TEST_EVENT}.`,
    answers: { 202: messageDetailSchema },
    problems: ["not-found", "endpoint-disabled"],
  },
  {
    method: "get",
    path: `${ENDPOINT}/messages`,
    summary: "List the messages of an endpoint, newest first.",
    query: messageListQuerySchema,
    answers: { 200: messageListSchema },
    problems: ["not-found", "bad-cursor", "invalid-request"],
  },
  {
    method: "get",
    path: MESSAGE,
    summary: "One message, with every attempt to deliver it.",
    answers: { 200: messageDetailSchema },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: `${MESSAGE}/resend`,
    summary: "Send a message now, under the same id, whatever came of it before.",
    answers: { 202: messageDetailSchema },
    problems: ["not-found", "endpoint-disabled", "message-on-its-way"],
  },
];

const HEADERS = [
  {
    name: "webhook-id",
    description: "The message's id, the same each time it is sent: take a known one for a repeat.",
  },
  { name: "webhook-timestamp", description: "When this attempt was sent, in seconds since 1970." },
  {
    name: "webhook-signature",
    description: "v1, and the HMAC-SHA256 in base64 of id.timestamp.body; several with a space between them.",
  },
];

/** The section `webhooks` of the document: one entry for each type of message. */
export function webhookDescriptions(jsonSchema: (schema: z.ZodType) => object) {
  const entry = (summary: string, schema: z.ZodType) => ({
    post: {
      summary,
      security: [],
      parameters: HEADERS.map((header) => ({ ...header, in: "header", required: true, schema: { type: "string" } })),
      requestBody: { required: true, content: { "application/json": { schema: jsonSchema(schema) } } },
      responses: { "2XX": { description: "Taken. Anything else is tried again, but 410 ends it for this endpoint." } },
    },
  });
  const runEvents = RUN_EVENT_TYPES.map((type) => [
    type,
    entry(RUN_EVENTS[type], runEventSchema.extend({ type: runEventSchema.shape.type.extract([type]) })),
  ]);
  return {
    ...Object.fromEntries(runEvents),
    [BUDGET_EVENT]: entry(ENDPOINT_EVENTS[BUDGET_EVENT], budgetEventSchema),
    [TEST_EVENT]: entry("A person asked for a test.", testEventSchema),
  };
}
