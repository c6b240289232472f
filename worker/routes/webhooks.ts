/**
 * `POST /webhook/github` and `POST /webhook/jira`, with or without the id of an endpoint behind: where trackers deliver.
 * They need no session. A delivery is acknowledged once it is stored; what it asks for is done afterwards.
 */
import { type Context, Hono } from "hono";
import { receiveDelivery } from "../actions/receive-delivery.ts";
import { TRACKERS, type Tracker } from "../domain/issue-news.ts";
import type { AppEnv } from "../middleware/context.ts";
import { problem } from "../middleware/problem.ts";
import { readBody } from "../webhooks/payload.ts";

async function receive(c: Context<AppEnv>, tracker: Tracker, endpointId: string | null): Promise<Response> {
  const body = await readBody(c.req.raw);
  if (!body.ok) return problem(c, body);
  const received = await receiveDelivery(c.var.dependencies, {
    tracker,
    endpointId,
    addressSecret: c.req.query("secret") ?? null,
    headers: c.req.raw.headers,
    body: body.value,
  });
  return received.ok ? c.json(received.value, 202) : problem(c, received);
}

export const webhooks = new Hono<AppEnv>();

for (const tracker of TRACKERS) {
  webhooks
    .post(`/${tracker}`, (c) => receive(c, tracker, null))
    .post(`/${tracker}/:endpoint`, (c) => receive(c, tracker, c.req.param("endpoint")));
}
