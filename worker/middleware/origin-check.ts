/**
 * Keeps pages of other origins from acting for a signed-in person: every unsafe request and every WebSocket upgrade
 * that comes with a cookie must name our own origin. Bearer tokens are not sent by browsers on their own.
 */
import type { MiddlewareHandler } from "hono";
import { fail } from "../domain/errors.ts";
import type { AppEnv } from "./context.ts";
import { problem } from "./problem.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

export const checkOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isUpgrade = c.req.header("upgrade")?.toLowerCase() === "websocket";
  if (SAFE_METHODS.has(c.req.method) && !isUpgrade) return next();
  const origin = c.req.header("origin");
  // An address is read only for who names an origin: machines with a token name none.
  const isOwn = origin !== undefined && origin === new URL(c.req.url).origin;
  const hasBearer = c.req.header("authorization") !== undefined;
  const mayPass = isOwn || (origin === undefined && hasBearer);
  const site = c.req.header("sec-fetch-site");
  if (!mayPass || (site !== undefined && site !== "same-origin" && !hasBearer)) {
    return problem(c, fail("bad-origin", "Only pages of this server may do that with your session."));
  }
  return next();
};
