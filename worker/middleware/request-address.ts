/**
 * Which network address a request came from: as the header says that the operator trusts, because whoever stands in front
 * (Cloudflare, a proxy) sets it and no client can. Without one nobody tells, and nothing is counted by addresses.
 */
import type { Context } from "hono";
import type { AppEnv } from "./context.ts";

/** Empty where nobody told. Of several, the last: those before it may come from the client. */
export function addressOf(c: Context<AppEnv>): string {
  const header = c.get("dependencies").config.addressHeader;
  const told = header === null ? undefined : c.req.header(header);
  return told?.slice(told.lastIndexOf(",") + 1).trim() ?? "";
}
