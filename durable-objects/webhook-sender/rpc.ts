/** What others may ask of an endpoint's sender. Every call may be repeated: the second one finds the first one's work done. */
import type { Result } from "../../worker/domain/errors.ts";
import type { MessageDetail } from "../../worker/domain/webhook-endpoint.ts";
import type { WebhookMessage } from "../../worker/domain/webhook-events.ts";

export interface NotifyRequest {
  readonly endpointId: string;
  readonly workspaceId: string;
  readonly messages: readonly WebhookMessage[];
}

export interface WebhookSenderRpc {
  /** Stores the messages, durably, and answers; they are sent afterwards. A message that is known changes nothing. */
  notify(request: NotifyRequest): Promise<void>;
  /** One message with all of its attempts; null when it is not known, or not kept any more. */
  describe(messageId: string): Promise<MessageDetail | null>;
  /** Sends a message now, under the same id, whatever came of it before. */
  resend(messageId: string): Promise<Result<MessageDetail>>;
  /** The endpoint was enabled: goes on with what waits. */
  resume(): Promise<void>;
  /** The endpoint was deleted: forgets everything. */
  forget(): Promise<void>;
}
