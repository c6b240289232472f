/** `/login`, the sign-in link, and signing out. */
import { Hono } from "hono";
import { startSampleRuns } from "../../actions/start-sample-runs.ts";
import { sha256Hex } from "../../digest.ts";
import { newSecret } from "../../domain/ids.ts";
import { clearSessionCookie, SESSION_SECONDS, setSessionCookie } from "../../middleware/authentication.ts";
import type { AppEnv } from "../../middleware/context.ts";
import { deleteSession, findSession, findSignInLink, insertSession } from "../../store/identities.ts";
import { SignInPage } from "../../views/sign-in.tsx";
import { page } from "./page.tsx";

const SESSION_SECRET_BYTES = 32;

export const signIn = new Hono<AppEnv>()
  .get("/login", (c) =>
    c.var.principal
      ? c.redirect("/", 303)
      : page(c, <SignInPage problem={c.req.query("signed-out") === "" ? "signed-out" : null} />),
  )
  .get("/sign-in/:secret", async (c) => {
    const { dependencies } = c.var;
    const { db, clock, random } = dependencies;
    const link = await findSignInLink(db, await sha256Hex(c.req.param("secret")));
    if (!link) return page(c, <SignInPage problem="invalid" />, 401);
    const secret = newSecret(SESSION_SECRET_BYTES, random);
    const secretHash = await sha256Hex(secret);
    const now = clock.now();
    await insertSession(db, { secretHash, ...link, createdAt: now, expiresAt: now + SESSION_SECONDS * 1000 });
    setSessionCookie(c, secret);
    const principal = await findSession(db, secretHash, now);
    if (principal?.isSample) await startSampleRuns(dependencies, principal);
    return c.redirect("/", 303);
  })
  .post("/logout", async (c) => {
    const secret = clearSessionCookie(c);
    const { db, knownPrincipals } = c.var.dependencies;
    const hash = secret ? await sha256Hex(secret) : null;
    if (hash) {
      await deleteSession(db, hash);
      knownPrincipals.forget(`session:${hash}`);
    }
    return c.redirect("/login?signed-out", 303);
  });
