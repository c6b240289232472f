/**
 * What can be done with outgoing webhooks, for the API and the console alike. Every endpoint is looked up in the workspace
 * of who asks: a foreign one looks exactly like one that does not exist.
 */
import type { WebhookSenderRpc } from "../../durable-objects/webhook-sender/rpc.ts";
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { toIso } from "../domain/instant.ts";
import type { Principal } from "../domain/principal.ts";
import {
  type CreatedEndpoint,
  type CreateEndpoint,
  ENDPOINTS_MAX,
  type MessageDetail,
  ROTATION_OVERLAP_MS,
  receiverName,
  type UpdateEndpoint,
  type WebhookEndpoint,
} from "../domain/webhook-endpoint.ts";
import { testMessage } from "../domain/webhook-events.ts";
import { deleteEndpoint, findEndpoint, insertEndpoint, loadEndpoint, updateEndpoint } from "../store/webhooks.ts";
import { receiverProblem } from "../webhooks/receiver-address.ts";
import { sealSigningSecret } from "../webhooks/signing-secrets.ts";
import { newSigningSecret } from "../webhooks/standard-signature.ts";
import { record } from "./audit-trail.ts";

const NO_KEY = "Set RUNYARD_SECRETS_KEY (openssl rand -base64 32): it seals the secrets that sign webhooks.";

export async function accessEndpoint(
  { db, clock }: Dependencies,
  { workspaceId }: Principal,
  id: string,
): Promise<Result<WebhookEndpoint>> {
  const endpoint = isId("ep", id) ? await findEndpoint(db, workspaceId, id, clock.now()) : null;
  return endpoint
    ? succeed(endpoint)
    : fail("not-found", "There is no webhook endpoint with this id in your workspace.");
}

/** The answer holds the secret: it is shown this once. */
export async function createEndpoint(
  dependencies: Dependencies,
  principal: Principal,
  { url, description, events }: CreateEndpoint,
): Promise<Result<CreatedEndpoint>> {
  const { vault, clock, random, db } = dependencies;
  if (!vault.canSeal) return fail("not-configured", NO_KEY);
  const wrong = urlFailure(dependencies, url);
  if (wrong) return wrong;
  const { workspaceId } = principal;
  const owner = { id: newId("ep", clock, random), workspaceId };
  const secret = newSigningSecret(random);
  const row = {
    ...owner,
    ...{ url, description, events, enabled: true, disabledReason: null, disabledAt: null },
    sealedSecret: await sealSigningSecret(owner, vault, secret),
    ...{ sealedPreviousSecret: null, previousSecretExpiresAt: null },
    ...{ createdBy: principal.id, createdAt: clock.now() },
  };
  if (!(await insertEndpoint(db, row, ENDPOINTS_MAX))) {
    return fail("too-many-endpoints", `Delete one first: a workspace has at most ${ENDPOINTS_MAX}.`);
  }
  await record(dependencies, actorOf(principal), "webhook.added", owner.id, { host: receiverName(url) });
  return succeed({ endpoint: (await findEndpoint(db, workspaceId, owner.id, clock.now()))!, secret });
}

export async function changeEndpoint(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
  { enabled, ...change }: UpdateEndpoint,
): Promise<Result<WebhookEndpoint>> {
  const { clock, db, sender } = dependencies;
  const before = await accessEndpoint(dependencies, principal, id);
  if (!before.ok) return before;
  const wrong = change.url === undefined ? null : urlFailure(dependencies, change.url);
  if (wrong) return wrong;
  const isSwitched = enabled !== undefined && enabled !== before.value.enabled;
  await updateEndpoint(db, principal.workspaceId, id, {
    ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
    ...(isSwitched && enabled ? { enabled: true, disabledReason: null, disabledAt: null } : {}),
    ...(isSwitched && !enabled ? { enabled: false, disabledReason: "person" as const, disabledAt: clock.now() } : {}),
  });
  if (isSwitched && enabled) await sender(id).resume();
  const changed = Object.entries({ ...change, enabled }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  await record(dependencies, actorOf(principal), "webhook.changed", id, {
    changed: changed.join(" "),
    host: receiverName(change.url ?? before.value.url),
  });
  return accessEndpoint(dependencies, principal, id);
}

/** A new secret, shown this once. The one before it signs, too, until the receiver has had time to take the new one over. */
export async function rotateSecret(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
): Promise<Result<CreatedEndpoint>> {
  const { vault, clock, random, db } = dependencies;
  if (!vault.canSeal) return fail("not-configured", NO_KEY);
  const found = await accessEndpoint(dependencies, principal, id);
  if (!found.ok) return found;
  const before = (await loadEndpoint(db, id))!;
  const secret = newSigningSecret(random);
  await updateEndpoint(db, principal.workspaceId, id, {
    sealedSecret: await sealSigningSecret(before, vault, secret),
    sealedPreviousSecret: before.sealedSecret,
    previousSecretExpiresAt: clock.now() + ROTATION_OVERLAP_MS,
  });
  await record(dependencies, actorOf(principal), "webhook.secret-rotated", id, { host: receiverName(before.url) });
  return succeed({ endpoint: (await findEndpoint(db, principal.workspaceId, id, clock.now()))!, secret });
}

export async function removeEndpoint(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
): Promise<Result<WebhookEndpoint>> {
  const endpoint = await accessEndpoint(dependencies, principal, id);
  if (!endpoint.ok) return endpoint;
  await deleteEndpoint(dependencies.db, principal.workspaceId, id);
  await dependencies.sender(id).forget();
  await record(dependencies, actorOf(principal), "webhook.deleted", id, { host: receiverName(endpoint.value.url) });
  return endpoint;
}

/** Stores a message of its own kind for the endpoint; it is sent right after. */
export async function sendTestMessage(
  dependencies: Dependencies,
  principal: Principal,
  endpointId: string,
): Promise<Result<MessageDetail>> {
  const sender = await enabledSender(dependencies, principal, endpointId);
  if (!sender.ok) return sender;
  const { clock, random } = dependencies;
  const { workspaceId } = principal;
  const message = testMessage(newId("msg", clock, random), workspaceId, endpointId, toIso(clock.now()));
  await sender.value.notify({ endpointId, workspaceId, messages: [message] });
  await record(dependencies, actorOf(principal), "webhook.tested", endpointId, {});
  return describe(sender.value, message.id);
}

export async function resendMessage(
  dependencies: Dependencies,
  principal: Principal,
  endpointId: string,
  messageId: string,
): Promise<Result<MessageDetail>> {
  const sender = await enabledSender(dependencies, principal, endpointId);
  if (!sender.ok) return sender;
  const sent = await sender.value.resend(messageId);
  if (sent.ok) await record(dependencies, actorOf(principal), "webhook.resent", endpointId, { message: messageId });
  return sent;
}

export async function describeMessage(
  dependencies: Dependencies,
  principal: Principal,
  endpointId: string,
  messageId: string,
): Promise<Result<MessageDetail>> {
  const endpoint = await accessEndpoint(dependencies, principal, endpointId);
  return endpoint.ok ? describe(dependencies.sender(endpointId), messageId) : endpoint;
}

async function enabledSender(
  dependencies: Dependencies,
  principal: Principal,
  endpointId: string,
): Promise<Result<WebhookSenderRpc>> {
  const endpoint = await accessEndpoint(dependencies, principal, endpointId);
  if (!endpoint.ok) return endpoint;
  if (!endpoint.value.enabled) return fail("endpoint-disabled", "Enable the endpoint, then send again.");
  return succeed(dependencies.sender(endpointId));
}

async function describe(sender: WebhookSenderRpc, messageId: string): Promise<Result<MessageDetail>> {
  const message = await sender.describe(messageId);
  if (message) return succeed(message);
  return fail("not-found", "There is no such message at this endpoint, or it is not kept any more.");
}

function urlFailure({ config, mailer }: Dependencies, url: string) {
  const problem = receiverProblem(url, {
    allowsPrivate: config.webhooks.allowsPrivateReceivers,
    canMail: mailer !== null,
  });
  return problem === null ? null : fail("invalid-request", `url: ${problem}`, [{ path: "url", message: problem }]);
}
