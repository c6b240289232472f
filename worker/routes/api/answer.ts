/** A result as the API answers it: the value as JSON that no cache keeps, or the problem. */
import type { Context } from "hono";
import type { Result } from "../../domain/errors.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";

export function answer<T>(c: Context<SignedInEnv>, result: Result<T>, status: 200 | 201 | 202 = 200): Response {
  return result.ok
    ? c.json(result.value as object, status, { "cache-control": "private, no-store" })
    : problem(c, result);
}
