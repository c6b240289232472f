/** Endpoints of outgoing webhooks, and their messages, as the API and the pages show them; what may be asked of them. */
import * as z from "zod";
import { ENDPOINT_EVENT_TYPES, WEBHOOK_EVENT_TYPES } from "./webhook-events.ts";

/** Of one workspace: each event makes a message to each of them. */
export const ENDPOINTS_MAX = 20;
export const URL_CHARS_MAX = 2_000;
const DESCRIPTION_CHARS_MAX = 200;

/** Of the form that confirms a deletion: the host of the endpoint, typed. */
export const ENDPOINT_NAME_FIELD = "host";

/** After a rotation both secrets sign for this long, so that a receiver may take the new one over meanwhile. */
export const ROTATION_OVERLAP_MS = 24 * 3_600_000;

/** Why nothing is sent to an endpoint. */
export const DISABLED_REASONS = ["person", "gone", "failing", "backlog"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** As the journal of effects names them. */
export const MESSAGE_STATES = ["intended", "sent", "acknowledged", "refused", "unknown"] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

const url = z.string().trim().min(1, "is required").max(URL_CHARS_MAX);
/** Of an address what is no secret: its host, or the mailbox. A path or a query may be a secret. */
export function receiverName(text: string): string {
  const { host, pathname } = new URL(text);
  return host || pathname;
}

const description = z.string().trim().max(DESCRIPTION_CHARS_MAX);
const events = z
  .array(z.enum(ENDPOINT_EVENT_TYPES))
  .min(1, "must name one event at least")
  .max(ENDPOINT_EVENT_TYPES.length)
  .refine((names) => new Set(names).size === names.length, "must not name an event twice");

export const createEndpointSchema = z.strictObject({ url, description: description.default(""), events });

export const updateEndpointSchema = z
  .strictObject({ url, description, events, enabled: z.boolean() })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, "must change something");

export type CreateEndpoint = z.output<typeof createEndpointSchema>;
export type UpdateEndpoint = z.output<typeof updateEndpointSchema>;

const instant = z.iso.datetime();

export const messageSchema = z.strictObject({
  /** The header webhook-id of every delivery, by which a receiver tells a repeated one. */
  id: z.string(),
  event: z.enum(WEBHOOK_EVENT_TYPES),
  runId: z.string().nullable(),
  state: z.enum(MESSAGE_STATES),
  attempts: z.number(),
  createdAt: instant,
  lastAttemptAt: instant.nullable(),
  nextAttemptAt: instant.nullable(),
  /** Status of the last answer; null when there was none. */
  lastStatus: z.number().nullable(),
});
export type MessageSummary = z.output<typeof messageSchema>;

export const endpointSchema = z.strictObject({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  events: z.array(z.enum(ENDPOINT_EVENT_TYPES)),
  enabled: z.boolean(),
  disabled: z.strictObject({ reason: z.enum(DISABLED_REASONS), at: instant }).nullable(),
  createdAt: instant,
  /** Until then messages are signed with the secret before the last rotation, too. */
  previousSecretExpiresAt: instant.nullable(),
  lastMessage: messageSchema.nullable(),
});
export type WebhookEndpoint = z.output<typeof endpointSchema>;

export const endpointListSchema = z.strictObject({ endpoints: z.array(endpointSchema) });

/** The only answers that hold a secret. */
export const createdEndpointSchema = z.strictObject({ endpoint: endpointSchema, secret: z.string() });
export type CreatedEndpoint = z.output<typeof createdEndpointSchema>;

export const messageListSchema = z.strictObject({
  messages: z.array(messageSchema),
  /** Pass it as `cursor` to read on; null on the last page. */
  nextCursor: z.string().nullable(),
});

export const attemptSchema = z.strictObject({
  attempt: z.number(),
  startedAt: instant,
  durationMs: z.number().nullable(),
  status: z.number().nullable(),
  /** Why there is no status, or what is wrong with it; null where the receiver took the message, or is still asked. */
  problem: z.string().nullable(),
  /** The start of what the receiver answered. */
  excerpt: z.string(),
});
export type DeliveryAttempt = z.output<typeof attemptSchema>;

export const messageDetailSchema = messageSchema.extend({ body: z.string(), attemptLog: z.array(attemptSchema) });
export type MessageDetail = z.output<typeof messageDetailSchema>;
