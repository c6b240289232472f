/**
 * Hands a workspace's messages to the senders of those who want them. May be called any number of times: an endpoint's
 * sender knows the ids that it has.
 */
import type { WebhookSenderRpc } from "../../durable-objects/webhook-sender/rpc.ts";
import type { WebhookMessage } from "../domain/webhook-events.ts";
import type { Subscriber } from "../store/webhooks.ts";

/** The sender object of an endpoint. */
export type SenderOf = (endpointId: string) => Pick<WebhookSenderRpc, "notify">;

/** Resolves when every endpoint that wants what is new has stored it. Throws where one could not be reached. */
export async function notifySubscribers(
  sender: SenderOf,
  subscribers: readonly Subscriber[],
  workspaceId: string,
  news: readonly WebhookMessage[],
): Promise<void> {
  await Promise.all(
    subscribers.map(async ({ id, events: wanted }) => {
      const messages = news.filter(({ event }) => wanted.some((each) => each === event));
      if (messages.length > 0) await sender(id).notify({ endpointId: id, workspaceId, messages });
    }),
  );
}
