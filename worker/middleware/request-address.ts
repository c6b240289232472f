/**
 * Which network address a request came from. The platform tells it in a header that a client cannot set; workerd on a machine
 * of one's own tells it beside the request, of whoever is connected: behind a proxy, that is the proxy.
 */
import type { Context } from "hono";

/** Empty where nobody told. */
export function addressOf(c: Pick<Context, "req">): string {
  const { cf } = c.req.raw as { cf?: { clientIp?: unknown } };
  if (typeof cf?.clientIp === "string") return cf.clientIp.replace(/:\d+$/, "");
  return c.req.header("cf-connecting-ip") ?? "";
}
