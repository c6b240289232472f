/** How a message in its object becomes what D1 lists and what the API answers. Pure. */
import { toIso } from "../../worker/domain/instant.ts";
import type { MessageDetail } from "../../worker/domain/webhook-endpoint.ts";
import type { MessageRow } from "../../worker/store/schema.ts";
import { toMessageSummary } from "../../worker/store/webhooks.ts";
import type { StoredAttempt, StoredMessage } from "./storage.ts";

export function toRow(endpointId: string, message: StoredMessage): MessageRow {
  const { id, ordinal, event, runId, state, createdAt, lastAttemptAt, lastStatus, version, dueAt } = message;
  return {
    ...{ endpointId, id, ordinal, event, runId, createdAt, lastAttemptAt, lastStatus, version },
    state: state.name,
    attempts: state.attempt,
    nextAttemptAt: dueAt,
  };
}

export function toDetail(
  endpointId: string,
  message: StoredMessage,
  attempts: readonly StoredAttempt[],
): MessageDetail {
  const isOut = (attempt: number) => message.state.name === "sent" && attempt === message.state.attempt;
  return {
    ...toMessageSummary(toRow(endpointId, message)),
    body: message.body,
    attemptLog: attempts.map(({ attempt, startedAt, receipt }) => ({
      attempt,
      startedAt: toIso(startedAt),
      durationMs: receipt?.durationMs ?? null,
      status: receipt?.status ?? null,
      problem: receipt ? receipt.problem : isOut(attempt) ? null : "The server went down before an answer came.",
      excerpt: receipt?.excerpt ?? "",
    })),
  };
}
