/**
 * A delivery as the inbox keeps it and as the API and the console show it: what arrived, and what came of it.
 */
import * as z from "zod";
import { TRACKERS } from "./issue-news.ts";

/**
 * - `received`: stored, not looked at yet.
 * - `settling`: its issue is left to come to rest before anything is done for it.
 * - `done`: the issue's run is as this delivery, or a newer one, wants it.
 * - `unrouted`: no repository, or more than one, is the issue's.
 * - `ignored`: of a kind that starts nothing.
 * - `conflicting`: its id was used before for another body; nothing is done with it.
 * - `failed`: a fault of ours; it can be processed again.
 */
export const DELIVERY_STATUSES = [
  "received",
  "settling",
  "done",
  "unrouted",
  "ignored",
  "conflicting",
  "failed",
] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const deliverySchema = z.strictObject({
  id: z.string(),
  endpointId: z.string(),
  tracker: z.enum(TRACKERS),
  /** The tracker's own id of it, or the hash of its body where it has none. */
  deliveryId: z.string(),
  event: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  /** What came of it, as a sentence; null while nothing has. */
  outcome: z.string().nullable(),
  repositoryKey: z.string().nullable(),
  issueKey: z.string().nullable(),
  runId: z.string().nullable(),
  receivedAt: z.iso.datetime(),
  processedAt: z.iso.datetime().nullable(),
  /** How often it came again with the same id and body. */
  duplicates: z.number(),
  bodyBytes: z.number(),
});
export type Delivery = z.output<typeof deliverySchema>;

export const deliveryDetailSchema = deliverySchema.extend({
  headers: z.record(z.string(), z.string()),
  bodyHash: z.string(),
  /** The body, or its beginning. */
  body: z.string(),
  isBodyWhole: z.boolean(),
});
export type DeliveryDetail = z.output<typeof deliveryDetailSchema>;

export const deliveryListSchema = z.strictObject({
  deliveries: z.array(deliverySchema),
  /** Pass it as `cursor` to read on; null on the last page. */
  nextCursor: z.string().nullable(),
});

/** What a tracker is answered. */
export const receivedDeliverySchema = z.strictObject({ id: z.string(), status: z.enum(["accepted", "duplicate"]) });
export type ReceivedDelivery = z.output<typeof receivedDeliverySchema>;

export interface DeliveryFilter {
  readonly repositoryKey?: string;
  readonly endpointId?: string;
  readonly status?: DeliveryStatus;
  readonly event?: string;
}

/** Characters of a body that a page or an answer shows. */
export const SHOWN_BODY_CHARS = 65_536;
