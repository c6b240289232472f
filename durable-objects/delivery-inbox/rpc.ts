/** What others may ask of a workspace's inbox of deliveries. Every call may be repeated. */
import type { Delivery, DeliveryDetail, DeliveryFilter } from "../../worker/domain/delivery.ts";
import type { Result } from "../../worker/domain/errors.ts";
import type { Reading, Tracker } from "../../worker/domain/issue-news.ts";

/** A delivery whose sender has proved himself, with what it says. */
export interface ArrivedDelivery {
  readonly workspaceId: string;
  readonly endpointId: string;
  /** The only repository that the endpoint may speak for; null for all. */
  readonly onlyRepository: string | null;
  readonly tracker: Tracker;
  readonly deliveryId: string;
  readonly event: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** SHA-256 of the body in hexadecimal. */
  readonly bodyHash: string;
  readonly reading: Reading;
}

/**
 * `accepted` and `duplicate`: it is stored, and what it asks for will be done once. `conflicting`: its id stood for
 * another body before. `full`: nothing was stored.
 */
export type AcceptAnswer =
  | { readonly status: "accepted" | "duplicate" | "conflicting"; readonly id: string }
  | { readonly status: "full" };

/** What a delivery is read from again. */
export interface StoredParts {
  readonly tracker: Tracker;
  readonly event: string;
  readonly deliveryId: string;
  readonly bodyHash: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface DeliveryInboxRpc {
  /** Stores the delivery, durably, before it answers. What it asks for is done afterwards. */
  accept(delivery: ArrivedDelivery): Promise<AcceptAnswer>;
  /** Newest first; `before` is the id that the previous page ended with. */
  list(
    filter: DeliveryFilter,
    page: { readonly before: string | null; readonly limit: number },
  ): Promise<{ readonly deliveries: Delivery[]; readonly nextBefore: string | null }>;
  /** The newest delivery of each repository, by its key. */
  latest(): Promise<Record<string, Delivery>>;
  find(id: string): Promise<DeliveryDetail | null>;
  parts(id: string): Promise<StoredParts | null>;
  /** Takes a delivery in once more, as it reads now. Fails with `delivery-conflict` for one that was never taken in. */
  reprocess(id: string, reading: Reading): Promise<Result<Delivery>>;
  /** The workspace's repositories changed: a run that waits and is no longer wanted is cancelled. */
  repositoriesChanged(): Promise<void>;
}
