/** `/settings/webhooks`: endpoints of outgoing webhooks and their messages, for people. */
import { type Context, Hono } from "hono";
import {
  accessEndpoint,
  changeEndpoint,
  createEndpoint,
  describeMessage,
  removeEndpoint,
  resendMessage,
  rotateSecret,
  sendTestMessage,
} from "../../actions/webhook-endpoints.ts";
import type { Result } from "../../domain/errors.ts";
import { check } from "../../domain/validation.ts";
import {
  createEndpointSchema,
  ENDPOINT_NAME_FIELD,
  receiverName,
  updateEndpointSchema,
  type WebhookEndpoint,
} from "../../domain/webhook-endpoint.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { listEndpoints, listMessages } from "../../store/webhooks.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";
import { EndpointPage } from "../../views/webhook-endpoint.tsx";
import { MessageBody, MessagePage } from "../../views/webhook-message.tsx";
import { type EndpointValues, NEW_ENDPOINT, WebhooksPage } from "../../views/webhooks.tsx";
import { decodeOrdinalCursor, encodeCursor } from "../cursor.ts";
import { formOf, shownErrors } from "./form.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";

const BASE = "/settings/webhooks";
const PAGE_SIZE = 50;

type WebhookContext = Context<SignedInEnv>;

export const webhookPages = new Hono<SignedInEnv>()
  .get("/", (c) => showEndpoints(c, NEW_ENDPOINT, []))
  .post("/", async (c) => {
    const values = await readForm(c);
    const request = check(values, createEndpointSchema);
    const created = request.ok ? await createEndpoint(c.var.dependencies, c.var.principal, request.value) : request;
    if (created.ok) return showEndpoint(c, created.value.endpoint, { secret: created.value.secret, status: 201 });
    return created.code === "invalid-request"
      ? showEndpoints(c, values, shownErrors(created))
      : failurePage(c, created);
  })
  .get("/:id", async (c) => {
    const endpoint = await accessEndpoint(c.var.dependencies, c.var.principal, c.req.param("id"));
    return endpoint.ok ? showEndpoint(c, endpoint.value, {}) : failurePage(c, endpoint);
  })
  .post("/:id/changes", async (c) => {
    const id = c.req.param("id");
    const values = await readForm(c);
    const endpoint = await accessEndpoint(c.var.dependencies, c.var.principal, id);
    if (!endpoint.ok) return failurePage(c, endpoint);
    const change = check(values, updateEndpointSchema);
    const changed = change.ok ? await changeEndpoint(c.var.dependencies, c.var.principal, id, change.value) : change;
    if (changed.ok) return c.redirect(`${BASE}/${id}`, 303);
    return changed.code === "invalid-request"
      ? showEndpoint(c, endpoint.value, { values, errors: shownErrors(changed), status: 422 })
      : failurePage(c, changed);
  })
  .post("/:id/enabling", (c) => switchEndpoint(c, true))
  .post("/:id/disabling", (c) => switchEndpoint(c, false))
  .post("/:id/secrets", async (c) => {
    const rotated = await rotateSecret(c.var.dependencies, c.var.principal, c.req.param("id"));
    return rotated.ok
      ? showEndpoint(c, rotated.value.endpoint, { secret: rotated.value.secret })
      : failurePage(c, rotated);
  })
  .post("/:id/tests", async (c) => {
    const id = c.req.param("id");
    return toMessage(c, id, await sendTestMessage(c.var.dependencies, c.var.principal, id));
  })
  .post("/:id/deletion", async (c) => {
    const id = c.req.param("id");
    const endpoint = await accessEndpoint(c.var.dependencies, c.var.principal, id);
    if (!endpoint.ok) return failurePage(c, endpoint);
    const host = receiverName(endpoint.value.url);
    if (String((await formOf(c)).get(ENDPOINT_NAME_FIELD)).trim() !== host) {
      const errors = [{ field: "", message: `To delete the endpoint, type its host: ${host}` }];
      return showEndpoint(c, endpoint.value, { errors, status: 422 });
    }
    const removed = await removeEndpoint(c.var.dependencies, c.var.principal, id);
    return removed.ok ? c.redirect(BASE, 303) : failurePage(c, removed);
  })
  .get("/:id/messages/:messageId", async (c) => {
    const { id, messageId } = c.req.param();
    const endpoint = await accessEndpoint(c.var.dependencies, c.var.principal, id);
    if (!endpoint.ok) return failurePage(c, endpoint);
    const message = await describeMessage(c.var.dependencies, c.var.principal, id, messageId);
    if (!message.ok) return failurePage(c, message);
    const props = { endpoint: endpoint.value, message: message.value };
    return page(c, isPartial(c) ? <MessageBody {...props} /> : <MessagePage shell={signedInShell(c)} {...props} />);
  })
  .post("/:id/messages/:messageId/deliveries", async (c) => {
    const { id, messageId } = c.req.param();
    return toMessage(c, id, await resendMessage(c.var.dependencies, c.var.principal, id, messageId));
  });

async function showEndpoints(c: WebhookContext, values: EndpointValues, errors: readonly FieldError[]) {
  const { db, clock } = c.var.dependencies;
  const endpoints = await listEndpoints(db, c.var.principal.workspaceId, clock.now());
  const props = { shell: signedInShell(c), endpoints, values, errors };
  return page(c, <WebhooksPage {...props} />, errors.length > 0 ? 422 : 200);
}

interface Shown {
  readonly secret?: string;
  readonly values?: EndpointValues;
  readonly errors?: readonly FieldError[];
  readonly status?: number;
}

async function showEndpoint(c: WebhookContext, endpoint: WebhookEndpoint, shown: Shown) {
  const { secret = null, values = endpoint, errors = [], status = 200 } = shown;
  const text = c.req.query("cursor");
  const before = decodeOrdinalCursor(text);
  if (!before.ok) return failurePage(c, before);
  const list = await listMessages(c.var.dependencies.db, endpoint.id, { before: before.value, limit: PAGE_SIZE });
  const cursors = {
    cursor: before.value === null ? null : (text ?? null),
    nextCursor: list.nextBefore === null ? null : encodeCursor(String(list.nextBefore)),
  };
  const props = { endpoint, messages: list.messages, ...cursors, secret, values, errors };
  return page(c, <EndpointPage shell={signedInShell(c)} {...props} />, status);
}

async function switchEndpoint(c: WebhookContext, enabled: boolean) {
  const id = c.req.param("id") ?? "";
  const changed = await changeEndpoint(c.var.dependencies, c.var.principal, id, { enabled });
  return changed.ok ? c.redirect(`${BASE}/${id}`, 303) : failurePage(c, changed);
}

function toMessage(c: WebhookContext, endpointId: string, sent: Result<{ readonly id: string }>) {
  return sent.ok ? c.redirect(`${BASE}/${endpointId}/messages/${sent.value.id}`, 303) : failurePage(c, sent);
}

async function readForm(c: WebhookContext): Promise<EndpointValues> {
  const form = await formOf(c);
  const text = (name: string) => String(form.get(name) ?? "");
  return { url: text("url"), description: text("description"), events: form.getAll("events").map(String) };
}
