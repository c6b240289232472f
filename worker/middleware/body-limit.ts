/** Refuses bodies that nobody may send, before anything reads them. */
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { BODY_MAX_BYTES } from "../routes/json-body.ts";
import type { AppEnv } from "./context.ts";

export function limitBody(refuse: (c: Context<AppEnv>) => Response | Promise<Response>): MiddlewareHandler<AppEnv> {
  const limit = bodyLimit({ maxSize: BODY_MAX_BYTES, onError: (c) => refuse(c as Context<AppEnv>) });
  // What says its length, and says that it is short enough, need not be counted: the platform reads no more than that.
  return (c, next) => (isShort(c) ? next() : limit(c, next));
}

function isShort(c: Context<AppEnv>): boolean {
  const length = c.req.header("content-length");
  const isCounted = c.req.header("transfer-encoding") === undefined;
  return length !== undefined && isCounted && Number(length) <= BODY_MAX_BYTES;
}
