/**
 * How the states of messages and endpoints read: honest about what nobody knows. A message that was sent and never
 * answered may have arrived, and is never called failed.
 */
import type { DisabledReason, MessageSummary } from "../domain/webhook-endpoint.ts";
import type { StateLook } from "./components/status-badge.tsx";

export type ShownMessage = Pick<MessageSummary, "state" | "attempts" | "nextAttemptAt">;

export function messageLook({ state, attempts }: ShownMessage): StateLook {
  switch (state) {
    case "intended":
      return attempts === 0
        ? { tone: "queued", icon: "clock", word: "Waiting" }
        : { tone: "warning", icon: "rotate-cw", word: "Retrying" };
    case "sent":
      return { tone: "running", icon: "loader-circle", word: "Sending" };
    case "acknowledged":
      return { tone: "success", icon: "circle-check", word: "Delivered" };
    case "refused":
      return { tone: "failed", icon: "circle-x", word: "Not delivered" };
    case "unknown":
      return { tone: "warning", icon: "circle-question-mark", word: "Unknown" };
  }
}

/** What the state means, and what happens next. */
export function messageSentence({ state, attempts, nextAttemptAt }: ShownMessage, isEnabled: boolean): string {
  const next = isEnabled ? "It is sent again by itself." : "It is sent again when the endpoint is enabled.";
  switch (state) {
    case "intended":
      if (attempts > 0) return `The receiver did not take it. ${next}`;
      return isEnabled ? "It is sent next." : "It waits until the endpoint is enabled.";
    case "sent":
      return "It was sent, and the receiver has not answered yet.";
    case "acknowledged":
      return "The receiver answered that it has it.";
    case "refused":
      return "The receiver did not take it, and it is not tried again by itself.";
    case "unknown":
      return nextAttemptAt === null
        ? "At least one attempt was never answered: the receiver may have it, or not. It is not tried again by itself."
        : `An attempt was not answered: the receiver may have it, or not. ${next} The id stays the same, so that the receiver can tell a repeat.`;
  }
}

/** Why an endpoint is disabled, and what to do about it. */
export const DISABLED_WORDS: Readonly<Record<DisabledReason, string>> = {
  person: "Somebody disabled it. Messages that were made before wait; new ones are not made.",
  gone: "The receiver answered 410: it does not want messages any more. Check the URL, then enable it.",
  failing:
    "A message was given up after all of its attempts, and nothing else was delivered meanwhile. Mend the receiver, then enable it.",
  backlog: "Too many messages waited for the receiver, and newer ones were dropped. Mend the receiver, then enable it.",
};
