/** `/settings/webhooks/:id/messages/:messageId`: one message, with every attempt to deliver it. */
import {
  type DeliveryAttempt,
  type MessageDetail,
  receiverName,
  type WebhookEndpoint,
} from "../domain/webhook-endpoint.ts";
import { PostForm } from "./components/allowed.tsx";
import { CopyButton } from "./components/copy-button.tsx";
import { Icon } from "./components/icon.tsx";
import { RelativeTime } from "./components/time.tsx";
import { MessageBadge } from "./components/webhook-badges.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { formatDuration, formatInstant } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";
import { messageSentence } from "./webhook-words.ts";

export interface MessageProps {
  readonly endpoint: WebhookEndpoint;
  readonly message: MessageDetail;
}

export function MessagePage({ shell, endpoint, message }: MessageProps & { readonly shell: Shell }) {
  const address = `/settings/webhooks/${endpoint.id}`;
  return (
    <Layout shell={shell} section={null} title={`Message ${message.event}`}>
      <p>
        <a href="/settings/webhooks">Outgoing webhooks</a> · <a href={address}>{receiverName(endpoint.url)}</a>
      </p>
      <MessageBody endpoint={endpoint} message={message} />
      <section class="panel" aria-labelledby="body-title">
        <h2 id="body-title">Body</h2>
        <pre tabindex={0}>{pretty(message.body)}</pre>
      </section>
    </Layout>
  );
}

/** Answer to a poll, too: while something is still to come, it asks for itself again. */
export function MessageBody({ endpoint, message }: MessageProps) {
  const address = `/settings/webhooks/${endpoint.id}/messages/${message.id}`;
  const isMoving = endpoint.enabled && (message.state === "sent" || message.nextAttemptAt !== null);
  const poll = hx({ get: address, trigger: "every 2s", swap: "outerHTML", status: KEEP_ON_ERROR });
  return (
    <div id={ELEMENT_ID.webhookMessage} class="settings" {...(isMoving ? poll : {})}>
      <div class="run-header">
        <div class="page-head">
          <h1>{message.event}</h1>
          <MessageBadge message={message} large />
        </div>
        <p>
          {messageSentence(message, endpoint.enabled)}
          {message.nextAttemptAt !== null && endpoint.enabled && message.attempts > 0 ? (
            <>
              {" "}
              Next attempt <RelativeTime at={message.nextAttemptAt} />.
            </>
          ) : null}
        </p>
        <MessageFacts message={message} />
        <Resend endpoint={endpoint} message={message} address={address} />
      </div>
      <section class="panel" aria-labelledby="attempts-title">
        <h2 id="attempts-title">Attempts</h2>
        {message.attemptLog.length === 0 ? <p class="muted">None yet.</p> : null}
        <ol>
          {message.attemptLog.toReversed().map((attempt) => (
            <Attempt attempt={attempt} />
          ))}
        </ol>
      </section>
    </div>
  );
}

function MessageFacts({ message: { id, runId, createdAt } }: Pick<MessageProps, "message">) {
  return (
    <dl class="facts">
      <div>
        <dt>webhook-id (idempotency key)</dt>
        <dd>
          <code id="message-id">{id}</code> <CopyButton fromId="message-id" />
        </dd>
      </div>
      {runId === null ? null : (
        <div>
          <dt>Run</dt>
          <dd>
            <a href={`/runs/${runId}`}>
              <code>{runId}</code>
            </a>
          </dd>
        </div>
      )}
      <div>
        <dt>Made</dt>
        <dd>
          <RelativeTime at={createdAt} />
        </dd>
      </div>
    </dl>
  );
}

function Resend({ endpoint, message, address }: MessageProps & { readonly address: string }) {
  if (!endpoint.enabled) return <p class="muted">Enable the endpoint to send it again.</p>;
  if (message.state === "sent") return null;
  return (
    <PostForm class="actions" action={`${address}/deliveries`}>
      <button type="submit" class="button">
        <Icon name="send" /> {message.attempts === 0 ? "Send now" : "Send again"}
      </button>
    </PostForm>
  );
}

function Attempt({
  attempt: { attempt, startedAt, durationMs, status, problem, excerpt },
}: {
  readonly attempt: DeliveryAttempt;
}) {
  return (
    <li class="attempt">
      <p class="attempt-head">
        <b>Attempt {attempt}</b>
        <span>{status === null ? "no answer" : `status ${status}`}</span>
        <span class="muted">
          {formatInstant(startedAt)} · {durationMs === null ? "not ended" : formatDuration(durationMs)}
        </span>
      </p>
      {problem === null ? null : <p>{problem}</p>}
      {excerpt === "" ? null : <pre tabindex={0}>{excerpt}</pre>}
    </li>
  );
}

function pretty(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2);
}
