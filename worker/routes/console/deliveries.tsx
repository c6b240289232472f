/** `/deliveries`: the log with its filters, one delivery, and processing one again. */
import { Hono } from "hono";
import { NO_DELIVERY, reprocessDelivery } from "../../actions/receive-delivery.ts";
import { DELIVERY_STATUSES } from "../../domain/delivery.ts";
import { isId } from "../../domain/ids.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { listRepositories } from "../../store/repositories.ts";
import { type DeliveriesFilter, DeliveriesPage, DeliveryPage, DeliveryResults } from "../../views/deliveries.tsx";
import { toDeliveryFilter } from "../api/deliveries.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";

const PAGE_SIZE = 50;
const FILTER_CHARS = 200;

export const deliveryPages = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const cursor = decodeCursor(c.req.query("cursor"), "dlv");
    if (!cursor.ok) return failurePage(c, cursor);
    const { dependencies, principal } = c.var;
    const { workspaceId } = principal;
    const status = DELIVERY_STATUSES.find((each) => each === c.req.query("status"));
    const filter: DeliveriesFilter = {
      repository: (c.req.query("repository") ?? "").slice(0, FILTER_CHARS),
      status: status ?? "",
      event: (c.req.query("event") ?? "").trim().slice(0, FILTER_CHARS),
    };
    const [list, repositories] = await Promise.all([
      dependencies
        .inbox(workspaceId)
        .list(toDeliveryFilter({ ...filter, status }), { before: cursor.value, limit: PAGE_SIZE }),
      listRepositories(dependencies.db, workspaceId),
    ]);
    const props = {
      filter,
      repositoryKeys: repositories.map(({ key }) => key),
      deliveries: list.deliveries,
      cursor: cursor.value,
      nextCursor: list.nextBefore === null ? null : encodeCursor(list.nextBefore),
    };
    return page(
      c,
      isPartial(c) ? <DeliveryResults {...props} /> : <DeliveriesPage shell={signedInShell(c)} {...props} />,
    );
  })
  .get("/:id", async (c) => {
    const id = c.req.param("id");
    const delivery = isId("dlv", id) ? await c.var.dependencies.inbox(c.var.principal.workspaceId).find(id) : null;
    return delivery
      ? page(c, <DeliveryPage shell={signedInShell(c)} delivery={delivery} />)
      : failurePage(c, NO_DELIVERY);
  })
  .post("/:id/reprocessings", async (c) => {
    const { dependencies, principal } = c.var;
    const again = await reprocessDelivery(dependencies, principal, c.req.param("id"));
    return again.ok ? c.redirect(`/deliveries/${again.value.id}`, 303) : failurePage(c, again);
  });
