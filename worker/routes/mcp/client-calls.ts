/**
 * How a call of a tool is told from all others, so that whoever made it can stop it: by the session that `initialize` has
 * named, and the id of the request within it. Nothing of a session is kept: it is a name alone, and holds for its principal.
 */
import type { Context } from "hono";
import { cancelRequestedRun } from "../../actions/cancel-requested-run.ts";
import { IDEMPOTENCY_KEY_CHARS } from "../../actions/start-run.ts";
import { newSecret } from "../../domain/ids.ts";
import type { RpcId, RpcRequest } from "../../domain/json-rpc.ts";
import type { Random } from "../../domain/ports.ts";
import type { SignedInEnv } from "../../middleware/context.ts";

export const SESSION_HEADER = "mcp-session-id";
const SESSION_BYTES = 16;

export function newSession(random: Random): string {
  return newSecret(SESSION_BYTES, random);
}

/** Undefined for a client that names no session: its request ids may be another client's as well. */
export function callKey(c: Context<SignedInEnv>, id: RpcId): string | undefined {
  const session = c.req.header(SESSION_HEADER);
  const key = `mcp:${session}:${JSON.stringify(id)}`;
  return session === undefined || key.length > IDEMPOTENCY_KEY_CHARS ? undefined : key;
}

/** `notifications/cancelled`: stops the run that the request has become, or keeps it from becoming one. */
export async function cancelCall(c: Context<SignedInEnv>, params: RpcRequest["params"]): Promise<void> {
  const id = params?.["requestId"];
  const key = typeof id === "string" || typeof id === "number" ? callKey(c, id) : undefined;
  if (key !== undefined) await cancelRequestedRun(c.var.dependencies, c.var.principal, key);
}
