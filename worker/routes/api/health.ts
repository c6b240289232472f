/** `GET /healthz`: whether the server answers at all. It touches nothing else, so that a probe is cheap. */
import { Hono } from "hono";
import type { AppEnv } from "../../middleware/context.ts";

export const health = new Hono<AppEnv>().get("/", (c) =>
  c.json({ status: "ok" }, 200, { "cache-control": "no-store" }),
);
