/**
 * Finds out who a request comes from: `Authorization: Bearer` of a machine, or the session cookie of a person.
 * It refuses a wrong token at once; what a request may do at all is for `authorize` to say.
 */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { sha256Hex } from "../digest.ts";
import { fail } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import { SESSION_ABSOLUTE_MS } from "../domain/session.ts";
import { findSession, findToken, touchCredential } from "../store/identities.ts";
import type { AppEnv } from "./context.ts";
import { problem } from "./problem.ts";
import { addressOf } from "./request-address.ts";

const SESSION_COOKIE = "runyard_session";

export const authenticate: MiddlewareHandler<AppEnv> = async (c, next) => {
  const header = c.req.header("authorization");
  if (header !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
    const principal = token ? await recognise(c, "token", token) : null;
    if (!principal) {
      const { rateLimits } = c.get("dependencies");
      const refusal = await rateLimits.use("anonymous", addressOf(c));
      return problem(c, refusal ?? UNKNOWN_TOKEN);
    }
    c.set("principal", principal);
  } else {
    const session = getCookie(c, SESSION_COOKIE);
    c.set("principal", session ? await recognise(c, "session", session) : null);
  }
  return next();
};

const UNKNOWN_TOKEN = fail("unauthenticated", "The bearer token is not known, has expired, or was revoked.");

const FIND = { session: findSession, token: findToken } as const;

/** Looks up who holds a secret; whenever the database is asked, it is told that the secret was used. */
async function recognise(c: Context<AppEnv>, kind: keyof typeof FIND, secret: string): Promise<Principal | null> {
  const { db, clock, knownPrincipals, log, afterwards } = c.get("dependencies");
  const hash = await sha256Hex(secret);
  const known = await knownPrincipals.find(`${kind}:${hash}`, async () => {
    const principal = await FIND[kind](db, hash, clock.now());
    if (principal) {
      const touched = touchCredential(db, principal.credential, clock.now());
      afterwards(touched.catch((error) => log.warn("a use was not noted", { error })));
    }
    return principal;
  });
  return known ? { ...known, address: addressOf(c) } : null;
}

export function setSessionCookie(c: Context, secret: string): void {
  setCookie(c, SESSION_COOKIE, secret, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: new URL(c.req.url).protocol === "https:",
    maxAge: SESSION_ABSOLUTE_MS / 1000,
  });
}

/** Takes the cookie away and returns the session's secret, if there was one. */
export function clearSessionCookie(c: Context): string | undefined {
  return deleteCookie(c, SESSION_COOKIE, { path: "/" });
}
