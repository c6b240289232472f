/**
 * From a delivery's parts to what it says: one reader for each tracker. A reader never throws because of a payload; if
 * it does, the fault is ours, and the delivery is kept to be read again.
 */
import type { Reading, Tracker } from "../domain/issue-news.ts";
import { readGithub, repositoryRemote } from "./github.ts";
import { projectKey, readJira } from "./jira.ts";
import { type DeliveryParts, textAt } from "./payload.ts";

interface TrackerProtocol {
  /** Null when the delivery does not say what it is. */
  readonly eventOf: (headers: Headers, payload: unknown) => string | null;
  /** Null when the tracker gave it no id. */
  readonly deliveryIdOf: (headers: Headers) => string | null;
  readonly signatureOf: (headers: Headers) => string | null;
  readonly read: (parts: DeliveryParts) => Reading;
  /** What names the repository, for a delivery to the address without an endpoint; null when nothing does. */
  readonly subjectOf: (payload: unknown) => string | null;
  /** Says what was expected where the event or the id is missing. */
  readonly missing: { readonly event: string; readonly deliveryId: string | null };
}

export const PROTOCOLS: Readonly<Record<Tracker, TrackerProtocol>> = {
  github: {
    eventOf: (headers) => headers.get("x-github-event"),
    deliveryIdOf: (headers) => headers.get("x-github-delivery"),
    signatureOf: (headers) => headers.get("x-hub-signature-256"),
    read: readGithub,
    subjectOf: repositoryRemote,
    missing: { event: "X-GitHub-Event", deliveryId: "X-GitHub-Delivery" },
  },
  jira: {
    eventOf: (_, payload) => textAt(payload, "webhookEvent"),
    deliveryIdOf: (headers) => headers.get("x-atlassian-webhook-identifier"),
    signatureOf: (headers) => headers.get("x-hub-signature"),
    read: readJira,
    subjectOf: projectKey,
    // Server has no ids: the body's hash stands for one.
    missing: { event: "webhookEvent", deliveryId: null },
  },
};

/** What the delivery says. `onFault` hears of a fault of ours. */
export function readDelivery(tracker: Tracker, parts: DeliveryParts, onFault: (error: unknown) => void): Reading {
  try {
    return PROTOCOLS[tracker].read(parts);
  } catch (error) {
    onFault(error);
    return { kind: "unreadable", reason: "Runyard could not read this delivery. It is kept: process it again later." };
  }
}
