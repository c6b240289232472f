/** `/api/deliveries`: what arrived, and what came of it. */
import { Hono } from "hono";
import * as z from "zod";
import { NO_DELIVERY, reprocessDelivery } from "../../actions/receive-delivery.ts";
import { DELIVERY_STATUSES, type DeliveryFilter } from "../../domain/delivery.ts";
import { isId } from "../../domain/ids.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";

export const deliveryListQuerySchema = z.object({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  status: z.enum(DELIVERY_STATUSES).optional(),
  repository: z.string().max(100).optional(),
  endpoint: z.string().max(100).optional(),
  event: z.string().max(200).optional(),
});

type Query = z.output<typeof deliveryListQuerySchema>;

export function toDeliveryFilter({ status, repository, endpoint, event }: Partial<Query>): DeliveryFilter {
  return {
    ...(status ? { status } : {}),
    ...(repository ? { repositoryKey: repository } : {}),
    ...(endpoint ? { endpointId: endpoint } : {}),
    ...(event ? { event } : {}),
  };
}

export const deliveries = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const query = check(c.req.query(), deliveryListQuerySchema);
    if (!query.ok) return problem(c, query);
    const before = decodeCursor(query.value.cursor, "dlv");
    if (!before.ok) return problem(c, before);
    const { limit } = query.value;
    const inbox = c.var.dependencies.inbox(c.var.principal.workspaceId);
    const page = await inbox.list(toDeliveryFilter(query.value), { before: before.value, limit });
    const nextCursor = page.nextBefore === null ? null : encodeCursor(page.nextBefore);
    return c.json({ deliveries: page.deliveries, nextCursor });
  })
  .get("/:id", async (c) => {
    const id = c.req.param("id");
    const found = isId("dlv", id) ? await c.var.dependencies.inbox(c.var.principal.workspaceId).find(id) : null;
    return found ? c.json(found) : problem(c, NO_DELIVERY);
  })
  .post("/:id/reprocess", async (c) => {
    const { dependencies, principal } = c.var;
    const again = await reprocessDelivery(dependencies, principal, c.req.param("id"));
    return again.ok ? c.json(again.value, 202) : problem(c, again);
  });
