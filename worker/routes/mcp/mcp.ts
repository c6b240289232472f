/**
 * `/mcp`: Runyard's MCP server over streamable HTTP, which keeps nothing of a session: each POST is one message and gets
 * one answer, as JSON, or behind news of its progress. https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
 *
 * The official SDK's server is not used: it brings a validator that compiles code, which Workers do not allow.
 */
import { type Context, Hono } from "hono";
import * as z from "zod";
import { fail } from "../../domain/errors.ts";
import {
  answerMessage,
  type RpcAnswer,
  type RpcErrorName,
  type RpcRequest,
  readMessage,
  rpcError,
} from "../../domain/json-rpc.ts";
import { PRODUCT } from "../../domain/product.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { mcpTools } from "../../program/mcp-tools.ts";
import { readJson } from "../json-body.ts";
import { callKey, cancelCall, newSession, SESSION_HEADER } from "./client-calls.ts";
import { callTool } from "./tool-calls.ts";
import { answerWithProgress, progressToken } from "./tool-progress.ts";

/** Newest first. Older ones let clients send several messages at once. */
export const PROTOCOL_VERSIONS: readonly string[] = ["2025-11-25", "2025-06-18"];

const INSTRUCTIONS =
  "Stories, blockers, action items and decisions of a workspace. For more than a few calls write one program for execute_code. What it writes in review waits until a person has approved it.";

type McpContext = Context<SignedInEnv>;
/** What a request is told beside its parameters: whom to tell the run that it becomes. */
type Method = (
  c: McpContext,
  { id, params }: Pick<RpcRequest, "id" | "params">,
  began: (runId: string) => void,
) => RpcAnswer | Promise<RpcAnswer>;

const initializeParams = z.object({ protocolVersion: z.string() });
const callParams = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) });

const METHODS: Readonly<Record<string, Method>> = {
  initialize: (c, { params }) => {
    const asked = check(params ?? {}, initializeParams);
    if (!asked.ok) return rpcError("invalidParams", asked.detail);
    const { protocolVersion } = asked.value;
    c.header(SESSION_HEADER, newSession(c.var.dependencies.random));
    return {
      result: {
        protocolVersion: PROTOCOL_VERSIONS.includes(protocolVersion) ? protocolVersion : PROTOCOL_VERSIONS[0],
        capabilities: { tools: {} },
        serverInfo: { name: PRODUCT.name.toLowerCase(), title: PRODUCT.name, version: PRODUCT.version },
        instructions: INSTRUCTIONS,
      },
    };
  },
  ping: () => ({ result: {} }),
  "tools/list": ({ var: { principal, dependencies } }) => ({
    result: { tools: mcpTools(principal, dependencies.config.allowance.fetch.length > 0) },
  }),
  "tools/call": async (c, { id, params }, began) => {
    const asked = check(params ?? {}, callParams);
    if (!asked.ok) return rpcError("invalidParams", asked.detail);
    const { name, arguments: given } = asked.value;
    const result = await callTool(c.var, name, given, { idempotencyKey: callKey(c, id), began });
    return result ? { result } : rpcError("invalidParams", `There is no tool ${name}.`);
  },
};

export const mcp = new Hono<SignedInEnv>()
  .get("/", (c) => {
    const refused = problem(c, fail("method-not-allowed", "This server starts no messages: send yours with POST."));
    refused.headers.set("allow", "POST");
    return refused;
  })
  .post("/", async (c) => {
    const version = c.req.header("mcp-protocol-version");
    if (version !== undefined && !PROTOCOL_VERSIONS.includes(version)) {
      return refuse(c, "invalidRequest", `MCP-Protocol-Version must be one of ${PROTOCOL_VERSIONS.join(", ")}.`);
    }
    const body = await readJson(c, z.unknown());
    if (!body.ok && body.code === "unsupported-media-type") return problem(c, body);
    if (!body.ok) return refuse(c, body.code === "malformed-json" ? "parse" : "invalidRequest", body.detail);
    const message = readMessage(body.value);
    if (message.type === "invalid") return refuse(c, "invalidRequest", message.reason);
    if (message.type === "told") {
      const { method, params } = message.notification ?? {};
      if (method === "notifications/cancelled") await cancelCall(c, params);
      return c.body(null, 202);
    }
    const { id, method, params } = message.request;
    const known = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
    const token = method === "tools/call" ? progressToken(c, params) : null;
    if (known && token !== null) {
      return answerWithProgress(c, { id, token }, async (began) => known(c, message.request, began));
    }
    const answer = known
      ? await known(c, message.request, () => {})
      : rpcError("methodNotFound", `There is no method ${method}.`);
    return c.json(answerMessage(id, answer), 200, { "cache-control": "private, no-store" });
  });

/** What is no message has no id to be answered to. */
function refuse(c: McpContext, error: RpcErrorName, reason: string): Response {
  return c.json(answerMessage(null, rpcError(error, reason)), 400, { "cache-control": "no-store" });
}
