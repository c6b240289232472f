/** `/api/inbound-endpoints`: where the workspace's trackers deliver, and the secrets that prove it. */
import { Hono } from "hono";
import { createEndpoint, removeEndpoint, replaceSecret, toEndpoint } from "../../actions/manage-inbound-endpoints.ts";
import { sendTestDelivery } from "../../actions/send-test-delivery.ts";
import { ENDPOINTS_MAX, newEndpointSchema, rotationSchema } from "../../domain/inbound-endpoint.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { listEndpoints } from "../../store/inbound-endpoints.ts";
import { readJson } from "../json-body.ts";

export const inboundEndpoints = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { db, clock } = c.var.dependencies;
    const found = await listEndpoints(db, c.var.principal.workspaceId, clock.now(), ENDPOINTS_MAX);
    return c.json({ endpoints: found.map(toEndpoint) });
  })
  .post("/", async (c) => {
    const body = await readJson(c, newEndpointSchema);
    if (!body.ok) return problem(c, body);
    const created = await createEndpoint(c.var.dependencies, c.var.principal, body.value);
    return created.ok ? c.json(created.value, 201, NO_STORE) : problem(c, created);
  })
  .delete("/:id", async (c) => {
    const { dependencies, principal } = c.var;
    const removed = await removeEndpoint(dependencies, principal, c.req.param("id"));
    return removed.ok ? c.body(null, 204) : problem(c, removed);
  })
  .post("/:id/rotate", async (c) => {
    const body = await readJson(c, rotationSchema);
    if (!body.ok) return problem(c, body);
    const { dependencies, principal } = c.var;
    const { keepOldSeconds } = body.value;
    const replaced = await replaceSecret(dependencies, principal, c.req.param("id"), keepOldSeconds);
    return replaced.ok ? c.json(replaced.value, 200, NO_STORE) : problem(c, replaced);
  })
  .post("/:id/test", async (c) => {
    const { dependencies, principal } = c.var;
    const { origin } = new URL(c.req.url);
    const tested = await sendTestDelivery(dependencies, principal, c.req.param("id"), origin);
    return tested.ok ? c.json(tested.value) : problem(c, tested);
  });

/** The answer holds a secret. */
const NO_STORE = { "cache-control": "no-store" } as const;
