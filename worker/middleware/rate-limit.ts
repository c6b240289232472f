/** Counts each request: of a person or a token by who they are, of nobody by the address that it comes from. */
import type { Context, MiddlewareHandler } from "hono";
import type { Failure } from "../domain/errors.ts";
import type { AppEnv } from "./context.ts";
import { addressOf } from "./request-address.ts";

export function limitRate(
  answer: (c: Context<AppEnv>, failure: Failure) => Response | Promise<Response>,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const principal = c.get("principal");
    const { rateLimits, config } = c.get("dependencies");
    const refusal = principal
      ? rateLimits.request(`${principal.kind}:${principal.id}`, config.requestsPerMinute)
      : rateLimits.use("anonymous", addressOf(c));
    // Not awaited where there is nothing to wait for: this stands before each request.
    const failure = refusal === null ? null : await refusal;
    return failure === null ? next() : answer(c, failure);
  };
}
