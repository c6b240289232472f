/** What `/openapi.json` says about the trackers' deliveries: where they arrive, and how they are listed. */
import * as z from "zod";
import {
  deliveryDetailSchema,
  deliveryListSchema,
  deliverySchema,
  receivedDeliverySchema,
} from "../../domain/delivery.ts";
import {
  createdEndpointSchema,
  endpointListSchema,
  newEndpointSchema,
  rotationSchema,
} from "../../domain/inbound-endpoint.ts";
import { TRACKER_NAMES, TRACKERS } from "../../domain/issue-news.ts";
import { deliveryListQuerySchema } from "./deliveries.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";

const ENDPOINTS = "/api/inbound-endpoints";

/** Where a tracker delivers: with the id of an endpoint, or found by what the delivery is about. */
const ARRIVALS: readonly Operation[] = TRACKERS.flatMap((tracker) =>
  [`/webhook/${tracker}`, `/webhook/${tracker}/{endpoint}`].map((path) => ({
    method: "post" as const,
    path,
    summary: `Take a delivery of ${TRACKER_NAMES[tracker]}, as it is sent. Acknowledged once it is stored.`,
    isOpen: true as const,
    query: z.object({ secret: z.string().optional() }),
    answers: { 202: receivedDeliverySchema },
    problems: [
      "payload-too-large",
      "bad-signature",
      "malformed-json",
      "invalid-request",
      "delivery-conflict",
      "unavailable",
    ],
  })),
);

export const DELIVERY_OPERATIONS: readonly Operation[] = [
  ...ARRIVALS,
  {
    method: "get",
    path: ENDPOINTS,
    summary: "List the addresses at which trackers deliver.",
    answers: { 200: endpointListSchema },
    problems: [],
  },
  {
    method: "post",
    path: ENDPOINTS,
    summary: "Make an endpoint. The answer is the only one that holds its secret.",
    body: newEndpointSchema,
    answers: { 201: createdEndpointSchema },
    problems: [...BODY_PROBLEMS, "not-configured"],
  },
  {
    method: "delete",
    path: `${ENDPOINTS}/{id}`,
    summary: "Delete an endpoint. Deliveries to it are refused from now on.",
    answers: { 204: "Deleted" },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: `${ENDPOINTS}/{id}/rotate`,
    summary: "Replace the secret. The old one counts for keepOldSeconds more.",
    body: rotationSchema,
    answers: { 200: createdEndpointSchema },
    problems: [...BODY_PROBLEMS, "not-found", "not-configured"],
  },
  {
    method: "post",
    path: `${ENDPOINTS}/{id}/test`,
    summary: "Send a signed sample delivery to the endpoint, and say what came of it. It starts no run.",
    answers: { 200: deliverySchema },
    problems: ["not-found", "invalid-request", "unavailable"],
  },
  {
    method: "get",
    path: "/api/deliveries",
    summary: "List deliveries, newest first.",
    query: deliveryListQuerySchema,
    answers: { 200: deliveryListSchema },
    problems: ["bad-cursor", "invalid-request"],
  },
  {
    method: "get",
    path: "/api/deliveries/{id}",
    summary: "One delivery, with its headers and its body.",
    answers: { 200: deliveryDetailSchema },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: "/api/deliveries/{id}/reprocess",
    summary: "Process a delivery once more, by the configuration of today.",
    answers: { 202: deliverySchema },
    problems: ["not-found", "delivery-conflict"],
  },
];
