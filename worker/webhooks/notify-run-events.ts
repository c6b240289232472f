/**
 * Tells a workspace's endpoints what has happened to a run. May be called any number of times, by whoever and whenever: a
 * message has an id of its run and event, and an endpoint's sender knows the ids that it has.
 */
import type { WebhookSenderRpc } from "../../durable-objects/webhook-sender/rpc.ts";
import type { RunStateName } from "../domain/run.ts";
import { runEventMessage, runEventsAfter, type ToldRun } from "../domain/webhook-events.ts";
import type { RunSubscriber } from "../store/webhooks.ts";

/** The sender object of an endpoint. */
export type SenderOf = (endpointId: string) => Pick<WebhookSenderRpc, "notify">;

/**
 * @param announced the last state of the run that was told before; null when nothing was
 * Resolves when every endpoint that wants what is new has stored it. Throws where one could not be reached.
 */
export async function notifyRunEvents(
  sender: SenderOf,
  subscribers: readonly RunSubscriber[],
  workspaceId: string,
  run: ToldRun,
  announced: RunStateName | null,
): Promise<void> {
  const news = runEventsAfter(run, announced);
  if (news.length === 0) return;
  await Promise.all(
    subscribers.map(async ({ id, events: wanted }) => {
      const messages = news
        .filter((event) => wanted.includes(event))
        .map((event) => runEventMessage(workspaceId, run, event));
      if (messages.length > 0) await sender(id).notify({ endpointId: id, workspaceId, messages });
    }),
  );
}
