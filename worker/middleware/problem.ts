/**
 * Failures on the wire: `application/problem+json` (RFC 9457), made from the one error table; where clients of OpenAI ask,
 * in the shape that they read.
 */
import type { Context } from "hono";
import { ERRORS, type Failure } from "../domain/errors.ts";
import { openaiErrorOf, speaksOpenAI } from "./openai-error.ts";

// biome-ignore lint/suspicious/noExplicitAny: any route's context will do, whatever its variables are.
type AnyContext = Context<any>;

export function problem(c: AnyContext, failure: Failure): Response {
  const row = ERRORS[failure.code];
  const body = {
    type: `/docs#error-${failure.code}`,
    title: row.title,
    status: row.status,
    detail: failure.detail,
    code: failure.code,
    requestId: c.get("requestId"),
    ...(failure.errors ? { errors: failure.errors } : {}),
  };
  const isOpenAI = speaksOpenAI(c.req.path);
  const mediaType = isOpenAI ? "application/json" : "application/problem+json";
  const headers: Record<string, string> = { "content-type": mediaType, "cache-control": "no-store" };
  if (row.status === 401) headers["www-authenticate"] = 'Bearer realm="runyard"';
  if (row.status === 429 || row.status === 503) headers["retry-after"] = String(failure.retryAfterSeconds ?? 2);
  return c.body(JSON.stringify(isOpenAI ? openaiErrorOf(row.status, failure) : body), row.status, headers);
}

/** Whether a request names JSON as what it takes, and no page. */
export function wantsJson(c: AnyContext): boolean {
  const accept = c.req.header("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** Machines speak JSON, people read pages: the address tells which, or what is accepted. */
export function wantsProblem(c: AnyContext): boolean {
  return /^\/(api|v1|mcp|webhook|healthz|metrics|openapi\.json)(\/|$)/.test(c.req.path) || wantsJson(c);
}
