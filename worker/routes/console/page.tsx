/** What every page of the console has in common: its shell, its caching, and how a failure is shown to people. */
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { ERRORS, type Failure } from "../../domain/errors.ts";
import type { AppEnv, SignedInEnv } from "../../middleware/context.ts";
import { mayUse } from "../../middleware/route-access.ts";
import { type May, ReaderRights } from "../../views/components/allowed.tsx";
import { type BackLink, ErrorFragment, ErrorPage } from "../../views/error.tsx";
import type { Shell } from "../../views/layout.tsx";

/** Whether htmx asks for a fragment of a page that is already open. */
export function isPartial(c: Context<AppEnv> | Context<SignedInEnv>): boolean {
  return c.req.header("hx-request-type") === "partial";
}

export function shellOf(c: Context<AppEnv> | Context<SignedInEnv>): Shell | null {
  const { principal, dependencies } = c.var;
  if (!principal) return null;
  const name = c.var.providerName ?? dependencies.config.provider?.choice.provider ?? "mock";
  return {
    workspace: { name: principal.workspaceName, isSample: principal.isSample },
    provider: { name, isMock: name === "mock" },
    person: { name: principal.userName },
  };
}

export function signedInShell(c: Context<SignedInEnv>): Shell {
  return shellOf(c)!;
}

/**
 * Nothing on a page leads its reader where they would be refused. Pages hold what one person may see: no shared cache
 * keeps them, and a fragment is never taken for a page.
 */
export function page(
  c: Context<AppEnv> | Context<SignedInEnv>,
  body: Child,
  status = 200,
): Response | Promise<Response> {
  const may: May = (method, address) => mayUse(c.var.principal ?? null, method, address);
  const whole = <ReaderRights.Provider value={may}>{body}</ReaderRights.Provider>;
  return (c as Context).html(whole, status as 200, {
    "cache-control": "private, no-store",
    vary: "HX-Request, HX-Request-Type",
  });
}

export function failurePage(
  c: Context<AppEnv> | Context<SignedInEnv>,
  failure: Failure,
  back?: BackLink,
): Response | Promise<Response> {
  const { status, title, retryable } = ERRORS[failure.code];
  const retryHref = retryable && c.req.method === "GET" ? c.req.path : null;
  const error = { status, title, detail: failure.detail, requestId: c.var.requestId, retryHref, back };
  announceRetry(c, failure);
  return page(c, isPartial(c) ? <ErrorFragment {...error} /> : <ErrorPage shell={shellOf(c)} {...error} />, status);
}

/** Says when to come again, where that is known: for whoever does not read the page. */
export function announceRetry(c: Context<AppEnv> | Context<SignedInEnv>, { retryAfterSeconds }: Failure): void {
  if (retryAfterSeconds !== undefined) (c as Context).header("retry-after", String(retryAfterSeconds));
}
