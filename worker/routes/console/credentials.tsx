/** `/settings/tokens`, `/settings/account` and `/settings/sessions`: what opens the workspace in a person's name. */
import { type Context, Hono } from "hono";
import { changePassword } from "../../accounts/accounts.ts";
import { record } from "../../actions/audit-trail.ts";
import { changeOwnPassword } from "../../actions/change-password.ts";
import { createToken, revokeToken, visibleTokens } from "../../actions/manage-tokens.ts";
import { DEFAULT_TOKEN_DAYS, newTokenSchema } from "../../domain/api-token.ts";
import { actorOf } from "../../domain/audit.ts";
import { ERRORS, type Failure, fail } from "../../domain/errors.ts";
import { toIso, toIsoOrNull } from "../../domain/instant.ts";
import { CURRENT_PASSWORD_FIELD, NEW_PASSWORD_FIELD, passwordChangeSchema } from "../../domain/password.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { findSignInWays } from "../../store/people.ts";
import { deleteOtherSessions, deleteSession, listSessions } from "../../store/sessions.ts";
import { AccountPage } from "../../views/account.tsx";
import { SessionsPage } from "../../views/sessions.tsx";
import { TokensPage, type TokensProps } from "../../views/tokens.tsx";
import { formOf, shownErrors, textOf } from "./form.ts";
import { announceRetry, failurePage, page, signedInShell } from "./page.tsx";

type CredentialContext = Context<SignedInEnv>;

const NEW_TOKEN: TokensProps["values"] = {
  name: "",
  scopes: ["runs:read", "runs:write"],
  days: String(DEFAULT_TOKEN_DAYS),
  agent: "",
};

export const tokenPages = new Hono<SignedInEnv>()
  .get("/", (c) => showTokens(c, {}))
  .post("/", async (c) => {
    const form = await formOf(c);
    const values = {
      name: textOf(form, "name"),
      scopes: form.getAll("scopes").map(String),
      days: textOf(form, "days"),
      agent: textOf(form, "agent"),
    };
    const asked = check(values, newTokenSchema);
    const made = asked.ok ? await createToken(c.var.dependencies, c.var.principal, asked.value) : asked;
    if (made.ok) return showTokens(c, { token: made.value.token, status: 201 });
    return showTokens(c, { values, errors: shownErrors(made), status: ERRORS[made.code].status });
  })
  .post("/:id/revocation", async (c) => {
    const revoked = await revokeToken(c.var.dependencies, c.var.principal, c.req.param("id"));
    return revoked.ok ? c.redirect("/settings/tokens", 303) : failurePage(c, revoked);
  });

interface Shown extends Partial<Pick<TokensProps, "token" | "values" | "errors">> {
  readonly status?: number;
}

async function showTokens(c: CredentialContext, shown: Shown) {
  const { token = null, values = NEW_TOKEN, errors = [], status = 200 } = shown;
  const now = c.var.dependencies.clock.now();
  const tokens = (await visibleTokens(c.var.dependencies, c.var.principal)).map((each) => ({
    ...each,
    createdAt: toIso(each.createdAt),
    expiresAt: toIsoOrNull(each.expiresAt),
    lastUsedAt: toIsoOrNull(each.lastUsedAt),
    hasEnded: each.expiresAt !== null && each.expiresAt <= now,
  }));
  return page(c, <TokensPage shell={signedInShell(c)} {...{ tokens, token, values, errors }} />, status);
}

export const accountPages = new Hono<SignedInEnv>()
  .get("/", (c) => showAccount(c))
  .post("/password", async (c) => {
    const form = await formOf(c);
    const typed = Object.fromEntries(
      [CURRENT_PASSWORD_FIELD, NEW_PASSWORD_FIELD].map((name) => [name, textOf(form, name)]),
    );
    const asked = check(typed, passwordChangeSchema);
    const { dependencies, principal } = c.var;
    const changed = asked.ok
      ? await changeOwnPassword(dependencies, principal, (email) =>
          changePassword(dependencies, new URL(c.req.url).origin, {
            ...{ email, current: asked.value[CURRENT_PASSWORD_FIELD], chosen: asked.value[NEW_PASSWORD_FIELD] },
          }),
        )
      : asked;
    return changed.ok ? c.redirect("/settings/account?changed", 303) : showAccount(c, changed);
  });

async function showAccount(c: CredentialContext, failure?: Failure) {
  const { userId, userName } = c.var.principal;
  const props = {
    ...{ name: userName, ...(await findSignInWays(c.var.dependencies.db, userId)) },
    ...{ isChanged: c.req.query("changed") === "", errors: failure ? shownErrors(failure) : [] },
  };
  if (failure) announceRetry(c, failure);
  const status = failure ? ERRORS[failure.code].status : 200;
  return page(c, <AccountPage shell={signedInShell(c)} {...props} />, status);
}

const NO_SESSION = fail("not-found", "You have no session with this id.");

/** The hash of the session that a person asks with. */
const currentHash = (c: CredentialContext) => c.var.principal.credential.slice("session:".length);

export const sessionPages = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { db, clock } = c.var.dependencies;
    const sessions = (await listSessions(db, c.var.principal.userId, clock.now())).map(
      ({ id, userAgent, createdAt, lastSeenAt, endsAt, secretHash }) => ({
        ...{ id, userAgent, createdAt: toIso(createdAt), lastSeenAt: toIso(lastSeenAt), endsAt: toIso(endsAt) },
        isCurrent: secretHash === currentHash(c),
      }),
    );
    return page(c, <SessionsPage shell={signedInShell(c)} sessions={sessions} />);
  })
  .post("/revocations", async (c) => {
    const { db, knownPrincipals } = c.var.dependencies;
    await deleteOtherSessions(db, c.var.principal.userId, currentHash(c));
    knownPrincipals.forgetAll();
    await record(c.var.dependencies, actorOf(c.var.principal), "session.others-revoked", "", {});
    return c.redirect("/settings/sessions", 303);
  })
  .post("/:id/revocation", async (c) => {
    const { db, knownPrincipals } = c.var.dependencies;
    const isGone = await deleteSession(db, c.var.principal.userId, c.req.param("id"));
    if (!isGone) return failurePage(c, NO_SESSION);
    knownPrincipals.forgetAll();
    await record(c.var.dependencies, actorOf(c.var.principal), "session.revoked", c.req.param("id"), {});
    return c.redirect("/settings/sessions", 303);
  });
