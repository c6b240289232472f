/** First of all middleware: gives the request its id and its dependencies, and logs how it ended. */
import type { MiddlewareHandler } from "hono";
import { dependenciesOf } from "../dependencies.ts";
import { newId } from "../domain/ids.ts";
import type { AppEnv } from "./context.ts";

export const requestContext: MiddlewareHandler<AppEnv> = async (c, next) => {
  const dependencies = dependenciesOf(c.env);
  const { clock, random, log } = dependencies;
  const startedAt = clock.now();
  c.set("dependencies", dependencies);
  c.set("requestId", newId("req", clock, random));
  c.set("principal", null);
  await next();
  // The path alone: a query may hold what a person searched for, and a sign-in path holds a secret.
  const path = c.req.path.startsWith("/sign-in/") ? "/sign-in/…" : c.req.path;
  log.info("request", {
    requestId: c.var.requestId,
    method: c.req.method,
    path,
    status: c.res.status,
    durationMs: clock.now() - startedAt,
  });
};
