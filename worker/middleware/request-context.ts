/** First of all middleware: gives the request its id, its dependencies and its logger, and logs how it ended. */
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { dependenciesOf } from "../dependencies.ts";
import { isId, newId } from "../domain/ids.ts";
import type { LogFields } from "../log-fields.ts";
import { systemClock, systemRandom } from "../system-ports.ts";
import type { AppEnv } from "./context.ts";

/** What a log may say of a request: its route in place of its address, which may hold a secret or what somebody searched for. */
export function requestFields(c: Context<AppEnv>): LogFields {
  const id = c.req.param("id");
  return {
    requestId: c.get("requestId"),
    method: c.req.method,
    route: routePath(c),
    runId: id !== undefined && isId("run", id) ? id : undefined,
  };
}

export const requestContext: MiddlewareHandler<AppEnv> = async (c, next) => {
  const startedAt = systemClock.now();
  // Before anything that can fail, so that every failure has an id.
  c.set("requestId", newId("req", systemClock, systemRandom));
  c.set("principal", null);
  c.set("dependencies", dependenciesOf(c.env));
  await next();
  c.get("dependencies").log.info("request", {
    ...requestFields(c),
    workspaceId: c.get("principal")?.workspaceId,
    status: c.res.status,
    durationMs: systemClock.now() - startedAt,
  });
};
