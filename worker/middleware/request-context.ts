/** First of all middleware: gives the request its id and its dependencies, and logs how it ended. */
import type { MiddlewareHandler } from "hono";
import { dependenciesOf } from "../dependencies.ts";
import { newId } from "../domain/ids.ts";
import { systemClock, systemRandom } from "../system-ports.ts";
import type { AppEnv } from "./context.ts";

/** The path as it may be logged: without its query, which may hold what somebody searched for, and without a link's secret. */
export function loggedPath(path: string): string {
  return path.replace(/^(\/sign-in\/|(?:\/playground)?\/previews\/).*/, "$1…");
}

export const requestContext: MiddlewareHandler<AppEnv> = async (c, next) => {
  const startedAt = systemClock.now();
  // Before anything that can fail, so that every failure has an id.
  c.set("requestId", newId("req", systemClock, systemRandom));
  c.set("principal", null);
  c.set("dependencies", dependenciesOf(c.env));
  await next();
  c.var.dependencies.log.info("request", {
    requestId: c.var.requestId,
    method: c.req.method,
    path: loggedPath(c.req.path),
    status: c.res.status,
    durationMs: systemClock.now() - startedAt,
  });
};
