/**
 * Headers of every answer. The policy allows our own files alone: no inline script or style, no foreign host, no frame.
 * A route may set a header of its own before: a page that shows a preview may hold frames, and the preview has a policy
 * that shares nothing with ours.
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./context.ts";

const POLICY: Readonly<Record<string, string>> = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self'",
  "font-src": "'self'",
  "connect-src": "'self'",
  "form-action": "'self'",
  "frame-ancestors": "'none'",
  "base-uri": "'none'",
};

export function policyText(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`.trimEnd())
    .join("; ");
}

/** For pages that show a preview. It also stops a preview from leading its frame to another place. */
export const POLICY_WITH_FRAMES = policyText({ ...POLICY, "frame-src": "'self'" });

const DEFAULTS = Object.entries({
  "content-security-policy": policyText(POLICY),
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
});

export const securityHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  // The answer of an upgrade cannot be changed.
  if (c.res.status === 101) return;
  const { headers } = c.res;
  for (const [name, value] of DEFAULTS) {
    if (!headers.has(name)) headers.set(name, value);
  }
  headers.set("x-request-id", c.get("requestId"));
};
