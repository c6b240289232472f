/** The ways in and out: `/login`, `/signup`, GitHub, the sign-in link of the installation, invitations, and signing out. */
import { type Context, Hono } from "hono";
import * as z from "zod";
import {
  finishGitHub,
  PASSWORD_MAX_CHARS,
  PASSWORD_MIN_CHARS,
  type ProvedPerson,
  signIn,
  signUp,
  startGitHub,
} from "../../accounts/accounts.ts";
import { acceptInvitation, admitPerson, NO_INVITATION, openInvitation } from "../../actions/admit-person.ts";
import { beginSession } from "../../actions/begin-session.ts";
import { switchWorkspace } from "../../actions/manage-people.ts";
import { startSampleRuns } from "../../actions/start-sample-runs.ts";
import { sha256Hex } from "../../digest.ts";
import { ERRORS, type Failure, type Result } from "../../domain/errors.ts";
import { toIso } from "../../domain/instant.ts";
import { emailSchema, nameSchema } from "../../domain/membership.ts";
import { check } from "../../domain/validation.ts";
import { clearSessionCookie, setSessionCookie } from "../../middleware/authentication.ts";
import type { AppEnv, SignedInEnv } from "../../middleware/context.ts";
import { findSession, findSignInLink } from "../../store/identities.ts";
import type { OpenInvitation } from "../../store/memberships.ts";
import { deleteSessionByHash } from "../../store/sessions.ts";
import { InvitationPage } from "../../views/invitation.tsx";
import { SignInPage, type SignInProblem } from "../../views/sign-in.tsx";
import { SignUpPage } from "../../views/sign-up.tsx";
import { formOf, shownErrors, textOf } from "./form.ts";
import { failurePage, page } from "./page.tsx";

type EntryContext = Context<AppEnv>;

const passwordSchema = z
  .string()
  .min(PASSWORD_MIN_CHARS, `needs ${PASSWORD_MIN_CHARS} characters or more`)
  .max(PASSWORD_MAX_CHARS, `may have ${PASSWORD_MAX_CHARS} characters`);
const signInSchema = z.strictObject({ email: emailSchema, password: z.string().min(1, "is empty").max(1_000) });
const signUpSchema = z.strictObject({ name: nameSchema, email: emailSchema, password: passwordSchema });

export const entry = new Hono<AppEnv>()
  .get("/login", async (c) => {
    if (c.var.principal) return c.redirect("/", 303);
    return showSignIn(c, { problem: c.req.query("signed-out") === "" ? "signed-out" : null });
  })
  .post("/login", async (c) => {
    const form = await formOf(c);
    const values = { email: textOf(form, "email"), password: textOf(form, "password") };
    const login = check(values, signInSchema);
    const proved = login.ok ? await signIn(c.var.dependencies, originOf(c), login.value) : login;
    const admitted = proved.ok ? await admit(c, proved.value, textOf(form, "invitation") || null) : proved;
    if (admitted.ok) return c.redirect("/", 303);
    return showSignIn(c, { email: values.email, failure: admitted, invitation: textOf(form, "invitation") });
  })
  .get("/signup", async (c) => (c.var.principal ? c.redirect("/", 303) : showSignUp(c, {})))
  .post("/signup", async (c) => {
    const form = await formOf(c);
    const values = { name: textOf(form, "name"), email: textOf(form, "email"), password: textOf(form, "password") };
    const invitation = textOf(form, "invitation");
    const shown = { ...values, invitation };
    if (!(await mayRegister(c, invitation))) return showSignUp(c, shown);
    const person = check(values, signUpSchema);
    const proved = person.ok ? await signUp(c.var.dependencies, originOf(c), person.value) : person;
    const admitted = proved.ok ? await admit(c, proved.value, invitation || null) : proved;
    return admitted.ok ? c.redirect("/", 303) : showSignUp(c, { ...shown, failure: admitted });
  })
  .get("/login/github", async (c) => {
    const secret = c.req.query("invitation") ?? "";
    const started = await startGitHub(c.var.dependencies, originOf(c), {
      returnTo: secret ? `/invite/${encodeURIComponent(secret)}` : "/",
      mayRegister: await mayRegister(c, secret),
    });
    if (!started.ok) return failurePage(c, started);
    for (const cookie of started.value.cookies) c.header("set-cookie", cookie, { append: true });
    return c.redirect(started.value.location, 303);
  })
  .get("/login/callback/github", async (c) => {
    const finished = await finishGitHub(c.var.dependencies, c.req.raw);
    if (!finished.ok) return showSignIn(c, { failure: finished });
    for (const cookie of finished.value.cookies) c.header("set-cookie", cookie, { append: true });
    const secret = /^\/invite\/([^/]+)$/.exec(finished.value.returnTo)?.[1] ?? null;
    const admitted = await admit(c, finished.value, secret);
    return admitted.ok ? c.redirect("/", 303) : showSignIn(c, { failure: admitted });
  })
  .get("/sign-in/:secret", async (c) => {
    const { dependencies } = c.var;
    const link = await findSignInLink(dependencies.db, await sha256Hex(c.req.param("secret")));
    if (!link) return showSignIn(c, { problem: "invalid" });
    const { secret, secretHash } = await beginSession(dependencies, { ...link, userAgent: userAgentOf(c) });
    setSessionCookie(c, secret);
    const principal = await findSession(dependencies.db, secretHash, dependencies.clock.now());
    if (principal?.isSample) await startSampleRuns(dependencies, principal);
    return c.redirect("/", 303);
  })
  .get("/invite/:secret", async (c) => {
    const secret = c.req.param("secret");
    const invitation = await openInvitation(c.var.dependencies, secret);
    if (!invitation) return failurePage(c, NO_INVITATION);
    return page(c, <InvitationPage {...invitationProps(c, secret, invitation)} />);
  })
  .post("/invite/:secret", async (c) => {
    const { dependencies, principal } = (c as unknown as Context<SignedInEnv>).var;
    const accepted = await acceptInvitation(dependencies, principal.userId, c.req.param("secret"));
    if (!accepted.ok) return failurePage(c, accepted);
    await switchWorkspace(dependencies, principal, accepted.value.workspaceId);
    return c.redirect("/", 303);
  })
  .post("/logout", async (c) => {
    const secret = clearSessionCookie(c);
    const { db, knownPrincipals } = c.var.dependencies;
    const hash = secret ? await sha256Hex(secret) : null;
    if (hash) {
      await deleteSessionByHash(db, hash);
      knownPrincipals.forget(`session:${hash}`);
    }
    return c.redirect("/login?signed-out", 303);
  });

const originOf = (c: EntryContext) => new URL(c.req.url).origin;
const userAgentOf = (c: EntryContext) => c.req.header("user-agent") ?? "";

/** Brings in who has proved who they are; the cookie of their session is set. */
async function admit(c: EntryContext, { userId }: ProvedPerson, invitation: string | null): Promise<Result<unknown>> {
  const admitted = await admitPerson(c.var.dependencies, { userId, userAgent: userAgentOf(c), invitation });
  if (admitted.ok) setSessionCookie(c, admitted.value.secret);
  return admitted;
}

async function mayRegister(c: EntryContext, invitation: string): Promise<boolean> {
  const { dependencies } = c.var;
  return dependencies.config.isSignUpOpen || (await openInvitation(dependencies, invitation)) !== null;
}

/** What both forms of coming in know of their surroundings. */
async function surroundings(c: EntryContext, invitation: string) {
  const { config } = c.var.dependencies;
  const opened = await openInvitation(c.var.dependencies, invitation);
  return {
    hasGitHub: config.github !== null,
    mayRegister: config.isSignUpOpen || opened !== null,
    invitation: opened === null ? null : { secret: invitation, workspaceName: opened.workspaceName },
  };
}

/** Wrong words are 422; a password that does not fit, like a link that does not, is 401. */
function statusOf(failure: Failure | undefined): number {
  if (!failure) return 200;
  if (failure.code !== "invalid-request") return ERRORS[failure.code].status;
  return failure.errors?.some(({ path }) => path !== "") ? 422 : 401;
}

interface ShownSignIn {
  readonly problem?: SignInProblem | null;
  readonly email?: string;
  readonly failure?: Failure;
  readonly invitation?: string;
}

async function showSignIn(c: EntryContext, shown: ShownSignIn) {
  const { problem = null, email = "", failure } = shown;
  const around = await surroundings(c, shown.invitation ?? c.req.query("invitation") ?? "");
  const errors = failure ? shownErrors(failure) : [];
  const status = problem === "invalid" ? 401 : statusOf(failure);
  return page(c, <SignInPage {...around} problem={problem} email={email} errors={errors} />, status);
}

interface ShownSignUp {
  readonly name?: string;
  readonly email?: string;
  readonly failure?: Failure;
  readonly invitation?: string;
}

async function showSignUp(c: EntryContext, { name = "", email = "", failure, invitation }: ShownSignUp) {
  const around = await surroundings(c, invitation ?? c.req.query("invitation") ?? "");
  const errors = failure ? shownErrors(failure) : [];
  const isRefused = !around.mayRegister && c.req.method === "POST";
  const status = isRefused ? ERRORS.forbidden.status : statusOf(failure);
  return page(c, <SignUpPage {...around} name={name} email={email} errors={errors} />, status);
}

function invitationProps(c: EntryContext, secret: string, invitation: OpenInvitation) {
  const { workspaceName, role, invitedBy, expiresAt } = invitation;
  return {
    secret,
    workspaceName,
    role,
    invitedBy,
    expiresAt: toIso(expiresAt),
    personName: c.var.principal?.userName ?? null,
  };
}
