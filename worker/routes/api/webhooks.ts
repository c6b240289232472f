/** `/api/webhooks`: endpoints of outgoing webhooks, and their messages. */
import { Hono } from "hono";
import * as z from "zod";
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
import { check } from "../../domain/validation.ts";
import { createEndpointSchema, updateEndpointSchema } from "../../domain/webhook-endpoint.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { listEndpoints, listMessages } from "../../store/webhooks.ts";
import { decodeOrdinalCursor, encodeCursor } from "../cursor.ts";
import { readJson } from "../json-body.ts";
import { answer } from "./answer.ts";

export const messageListQuerySchema = z.object({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const webhooks = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { db, clock } = c.var.dependencies;
    return c.json({ endpoints: await listEndpoints(db, c.var.principal.workspaceId, clock.now()) });
  })
  .post("/", async (c) => {
    const body = await readJson(c, createEndpointSchema);
    if (!body.ok) return problem(c, body);
    return answer(c, await createEndpoint(c.var.dependencies, c.var.principal, body.value), 201);
  })
  .get("/:id", async (c) => answer(c, await accessEndpoint(c.var.dependencies, c.var.principal, c.req.param("id"))))
  .patch("/:id", async (c) => {
    const body = await readJson(c, updateEndpointSchema);
    if (!body.ok) return problem(c, body);
    return answer(c, await changeEndpoint(c.var.dependencies, c.var.principal, c.req.param("id"), body.value));
  })
  .delete("/:id", async (c) => {
    const removed = await removeEndpoint(c.var.dependencies, c.var.principal, c.req.param("id"));
    return removed.ok ? c.body(null, 204) : problem(c, removed);
  })
  .post("/:id/rotate-secret", async (c) =>
    answer(c, await rotateSecret(c.var.dependencies, c.var.principal, c.req.param("id"))),
  )
  .post("/:id/test", async (c) =>
    answer(c, await sendTestMessage(c.var.dependencies, c.var.principal, c.req.param("id")), 202),
  )
  .get("/:id/messages", async (c) => {
    const query = check(c.req.query(), messageListQuerySchema);
    if (!query.ok) return problem(c, query);
    const before = decodeOrdinalCursor(query.value.cursor);
    if (!before.ok) return problem(c, before);
    const endpoint = await accessEndpoint(c.var.dependencies, c.var.principal, c.req.param("id"));
    if (!endpoint.ok) return problem(c, endpoint);
    const list = await listMessages(c.var.dependencies.db, endpoint.value.id, {
      before: before.value,
      limit: query.value.limit,
    });
    const nextCursor = list.nextBefore === null ? null : encodeCursor(String(list.nextBefore));
    return c.json({ messages: list.messages, nextCursor });
  })
  .get("/:id/messages/:messageId", async (c) => {
    const { id, messageId } = c.req.param();
    return answer(c, await describeMessage(c.var.dependencies, c.var.principal, id, messageId));
  })
  .post("/:id/messages/:messageId/resend", async (c) => {
    const { id, messageId } = c.req.param();
    return answer(c, await resendMessage(c.var.dependencies, c.var.principal, id, messageId), 202);
  });
