/**
 * JSON-RPC 2.0, as far as MCP uses it: one message at a time, ids of text or numbers, named parameters. Owns the shapes;
 * what methods there are is decided elsewhere.
 */
import * as z from "zod";

/** https://www.jsonrpc.org/specification#error_object */
export const RPC_ERRORS = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
} as const;
export type RpcErrorName = keyof typeof RPC_ERRORS;

export type RpcId = string | number;

const paramsSchema = z.record(z.string(), z.unknown()).optional();
const requestSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string().max(200), z.number()]),
  method: z.string(),
  params: paramsSchema,
});
const notificationSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.undefined().optional(),
  method: z.string(),
  params: paramsSchema,
});

export type RpcRequest = z.output<typeof requestSchema>;

export type RpcNotification = z.output<typeof notificationSchema>;

/** What somebody sent. `told` wants no answer: a notification, or an answer to what we never asked (null). */
export type RpcMessage =
  | { readonly type: "request"; readonly request: RpcRequest }
  | { readonly type: "told"; readonly notification: RpcNotification | null }
  | { readonly type: "invalid"; readonly reason: string };

export function readMessage(body: unknown): RpcMessage {
  if (Array.isArray(body)) return { type: "invalid", reason: "Send one message at a time: batches are not supported." };
  const request = requestSchema.safeParse(body);
  if (request.success) return { type: "request", request: request.data };
  const isAnswer = typeof body === "object" && body !== null && ("result" in body || "error" in body);
  if (isAnswer) return { type: "told", notification: null };
  const notification = notificationSchema.safeParse(body);
  if (notification.success) return { type: "told", notification: notification.data };
  return { type: "invalid", reason: 'This is no JSON-RPC message: send {"jsonrpc": "2.0", "id", "method", "params"}.' };
}

export type RpcAnswer = { readonly result: object } | { readonly error: { code: number; message: string } };

export function rpcError(name: RpcErrorName, message: string): RpcAnswer {
  return { error: { code: RPC_ERRORS[name], message } };
}

/** @param id null where the message's own could not be read */
export function answerMessage(id: RpcId | null, answer: RpcAnswer): object {
  return { jsonrpc: "2.0", id, ...answer };
}
