/**
 * Finds out who a request comes from: `Authorization: Bearer` of a machine, or the session cookie of a person.
 * It refuses a wrong token at once; that a request needs somebody at all is for `requirePrincipal` to say.
 */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { sha256Hex } from "../digest.ts";
import { fail } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import { findSession, findToken } from "../store/identities.ts";
import type { AppEnv, SignedInEnv } from "./context.ts";
import { problem, wantsProblem } from "./problem.ts";

const SESSION_COOKIE = "runyard_session";
/** A session ends this long after it began, in seconds. */
export const SESSION_SECONDS = 30 * 24 * 3600;

export const authenticate: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { db, clock, knownPrincipals } = c.var.dependencies;
  const header = c.req.header("authorization");
  let principal: Principal | null = null;
  if (header !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
    const hash = token ? await sha256Hex(token) : null;
    principal = hash ? await knownPrincipals.find(`token:${hash}`, () => findToken(db, hash)) : null;
    if (!principal)
      return problem(c, fail("unauthenticated", "The bearer token is not known. Check that it was copied whole."));
  } else {
    const session = getCookie(c, SESSION_COOKIE);
    const hash = session ? await sha256Hex(session) : null;
    if (hash) principal = await knownPrincipals.find(`session:${hash}`, () => findSession(db, hash, clock.now()));
  }
  c.set("principal", principal);
  return next();
};

/** Lets only signed-in people and known tokens through. People are sent to the sign-in page. */
export const requirePrincipal: MiddlewareHandler<SignedInEnv> = async (c, next) => {
  if (c.var.principal) return next();
  if (wantsProblem(c)) return problem(c, fail("unauthenticated", "Send Authorization: Bearer TOKEN, or sign in."));
  if (c.req.header("hx-request-type")) return c.body(null, 401, { "hx-redirect": "/login" });
  return c.redirect("/login", 303);
};

export function setSessionCookie(c: Context, secret: string): void {
  setCookie(c, SESSION_COOKIE, secret, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: new URL(c.req.url).protocol === "https:",
    maxAge: SESSION_SECONDS,
  });
}

/** Takes the cookie away and returns the session's secret, if there was one. */
export function clearSessionCookie(c: Context): string | undefined {
  return deleteCookie(c, SESSION_COOKIE, { path: "/" });
}
