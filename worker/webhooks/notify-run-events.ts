/**
 * Tells a workspace's endpoints what has happened to a run. May be called any number of times, by whoever and whenever: a
 * message has an id of its run and event.
 */
import type { RunStateName } from "../domain/run.ts";
import { runEventMessage, runEventsAfter, type ToldRun } from "../domain/webhook-events.ts";
import type { Subscriber } from "../store/webhooks.ts";
import { notifySubscribers, type SenderOf } from "./notify-subscribers.ts";

/**
 * @param announced the last state of the run that was told before; null when nothing was
 * Resolves when every endpoint that wants what is new has stored it. Throws where one could not be reached.
 */
export async function notifyRunEvents(
  sender: SenderOf,
  subscribers: readonly Subscriber[],
  workspaceId: string,
  run: ToldRun,
  announced: RunStateName | null,
): Promise<void> {
  const news = runEventsAfter(run, announced).map((event) => runEventMessage(workspaceId, run, event));
  await notifySubscribers(sender, subscribers, workspaceId, news);
}
