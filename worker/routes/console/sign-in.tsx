/** The ways in and out: `/login`, `/signup`, GitHub, the sign-in link of the installation, invitations, and signing out. */
import { type Context, Hono } from "hono";
import * as z from "zod";
import {
  finishGitHub,
  type PasswordLogin,
  type ProvedPerson,
  signIn,
  signUp,
  startGitHub,
} from "../../accounts/accounts.ts";
import {
  acceptInvitation,
  admitPerson,
  NO_INVITATION,
  noteFailedSignIn,
  openInvitation,
} from "../../actions/admit-person.ts";
import { record } from "../../actions/audit-trail.ts";
import { beginSession, type SignInWay } from "../../actions/begin-session.ts";
import { fillSampleWorkspace } from "../../actions/fill-sample-workspace.ts";
import { switchWorkspace } from "../../actions/manage-people.ts";
import { sha256Hex } from "../../digest.ts";
import { actorOf } from "../../domain/audit.ts";
import { ERRORS, type Failure, type Result } from "../../domain/errors.ts";
import { toIso } from "../../domain/instant.ts";
import { emailSchema, nameSchema } from "../../domain/membership.ts";
import { ownPath } from "../../domain/own-path.ts";
import { newPasswordSchema, triedPasswordSchema } from "../../domain/password.ts";
import { check } from "../../domain/validation.ts";
import { clearSessionCookie, setSessionCookie } from "../../middleware/authentication.ts";
import type { AppEnv, SignedInEnv } from "../../middleware/context.ts";
import { addressOf } from "../../middleware/request-address.ts";
import { findSignInLink } from "../../store/identities.ts";
import { findRole, type OpenInvitation } from "../../store/memberships.ts";
import { deleteSessionByHash } from "../../store/sessions.ts";
import { InvitationPage } from "../../views/invitation.tsx";
import { SignInPage, type SignInProblem } from "../../views/sign-in.tsx";
import { SignUpPage } from "../../views/sign-up.tsx";
import { formOf, shownErrors, textOf } from "./form.ts";
import { announceRetry, failurePage, page } from "./page.tsx";

type EntryContext = Context<AppEnv>;

const signInSchema = z.strictObject({ email: emailSchema, password: triedPasswordSchema });
const signUpSchema = z.strictObject({ name: nameSchema, email: emailSchema, password: newPasswordSchema });

type NewAccount = z.output<typeof signUpSchema>;

export const entry = new Hono<AppEnv>()
  .get("/login", async (c) => {
    if (c.var.principal) return c.redirect(broughtBy(c).next, 303);
    return showSignIn(c, { problem: c.req.query("signed-out") === "" ? "signed-out" : null });
  })
  .post("/login", async (c) => {
    const form = await formOf(c);
    const values = { email: textOf(form, "email"), password: textOf(form, "password") };
    const login = check(values, signInSchema);
    const proved = login.ok ? await tryPassword(c, login.value) : login;
    if (login.ok && isWrong(proved)) await noteFailedSignIn(c.var.dependencies, login.value.email, addressOf(c));
    const brought = broughtBy(form);
    const admitted = proved.ok ? await admit(c, proved.value, "password", brought.invitation || null) : proved;
    if (admitted.ok) return c.redirect(brought.next, 303);
    return showSignIn(c, { email: values.email, failure: admitted, brought });
  })
  .get("/signup", async (c) => (c.var.principal ? c.redirect(broughtBy(c).next, 303) : showSignUp(c, {})))
  .post("/signup", async (c) => {
    const form = await formOf(c);
    const values = { name: textOf(form, "name"), email: textOf(form, "email"), password: textOf(form, "password") };
    const brought = broughtBy(form);
    const { invitation } = brought;
    const shown = { ...values, brought };
    if (!(await mayRegister(c, invitation))) return showSignUp(c, shown);
    const person = check(values, signUpSchema);
    if (person.ok && invitation && !(await openInvitation(c.var.dependencies, invitation)))
      return showSignUp(c, { ...shown, failure: NO_INVITATION });
    const proved = person.ok ? await makeAccount(c, person.value) : person;
    if (!proved.ok) return showSignUp(c, { ...shown, failure: proved });
    const admitted = await admit(c, proved.value, "sign-up", invitation || null);
    // There is an account now, whatever became of the invitation in the meantime.
    return admitted.ok
      ? c.redirect(brought.next, 303)
      : showSignIn(c, { email: values.email, failure: admitted, brought });
  })
  .get("/login/github", async (c) => {
    const brought = broughtBy(c);
    const started = await startGitHub(c.var.dependencies, originOf(c), {
      returnTo: `/login?${new URLSearchParams({ ...brought })}`,
      mayRegister: await mayRegister(c, brought.invitation),
    });
    if (!started.ok) return failurePage(c, started);
    for (const cookie of started.value.cookies) c.header("set-cookie", cookie, { append: true });
    return c.redirect(started.value.location, 303);
  })
  .get("/login/callback/github", async (c) => {
    const finished = await finishGitHub(c.var.dependencies, c.req.raw);
    if (!finished.ok) return showSignIn(c, { failure: finished });
    for (const cookie of finished.value.cookies) c.header("set-cookie", cookie, { append: true });
    const brought = broughtBy(new URL(finished.value.returnTo, originOf(c)).searchParams);
    const admitted = await admit(c, finished.value, "github", brought.invitation || null);
    return admitted.ok ? c.redirect(brought.next, 303) : showSignIn(c, { failure: admitted, brought });
  })
  .get("/sign-in/:secret", async (c) => {
    const { dependencies } = c.var;
    const link = await findSignInLink(dependencies.db, await sha256Hex(c.req.param("secret")));
    if (!link) return showSignIn(c, { problem: "invalid" });
    const start = { ...link, userAgent: userAgentOf(c), address: addressOf(c), way: "link" } as const;
    const { secret, principal } = await beginSession(dependencies, start);
    setSessionCookie(c, secret);
    if (principal?.isSample) await fillSampleWorkspace(dependencies, principal);
    return c.redirect("/", 303);
  })
  .get("/invite/:secret", async (c) => {
    const secret = c.req.param("secret");
    const invitation = await openInvitation(c.var.dependencies, secret);
    if (!invitation) return failurePage(c, NO_INVITATION);
    return page(c, <InvitationPage {...(await invitationProps(c, secret, invitation))} />);
  })
  .post("/invite/:secret", async (c) => {
    const { dependencies, principal } = (c as unknown as Context<SignedInEnv>).var;
    const accepted = await acceptInvitation(dependencies, principal, c.req.param("secret"));
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
      const { principal } = c.var;
      if (principal) await record(c.var.dependencies, actorOf(principal), "session.ended", "", {});
    }
    return c.redirect("/login?signed-out", 303);
  });

/** What somebody brings along through the pages of coming in: as it was sent, and as it must be. */
interface Brought {
  /** The secret of an invitation; empty for none. */
  readonly invitation: string;
  /** Where they wanted to go, a path of ours. */
  readonly next: string;
}

function broughtBy(from: FormData | URLSearchParams | EntryContext): Brought {
  const said = from instanceof FormData || from instanceof URLSearchParams ? from : new URL(from.req.url).searchParams;
  const text = (name: string) => String(said.get(name) ?? "");
  return { invitation: text("invitation"), next: ownPath(text("next")) };
}

const originOf = (c: EntryContext) => new URL(c.req.url).origin;
const userAgentOf = (c: EntryContext) => c.req.header("user-agent") ?? "";

/** Each try counts, from the address and at the account, until one is right. */
async function tryPassword(c: EntryContext, login: PasswordLogin): Promise<Result<ProvedPerson>> {
  const { rateLimits } = c.var.dependencies;
  const tooOften = await rateLimits.guess(login.email, addressOf(c));
  if (tooOften) return tooOften;
  const proved = await signIn(c.var.dependencies, originOf(c), login);
  if (proved.ok) await rateLimits.forgive(login.email, addressOf(c));
  return proved;
}

async function makeAccount(c: EntryContext, person: NewAccount): Promise<Result<ProvedPerson>> {
  const tooOften = await c.var.dependencies.rateLimits.use("sign-up", addressOf(c));
  return tooOften ?? signUp(c.var.dependencies, originOf(c), person);
}

/** Brings in who has proved who they are; the cookie of their session is set. */
async function admit(
  c: EntryContext,
  { userId }: ProvedPerson,
  way: SignInWay,
  invitation: string | null,
): Promise<Result<unknown>> {
  const start = { userId, userAgent: userAgentOf(c), address: addressOf(c), way };
  const admitted = await admitPerson(c.var.dependencies, { ...start, invitation });
  if (admitted.ok) setSessionCookie(c, admitted.value.secret);
  return admitted;
}

async function mayRegister(c: EntryContext, invitation: string): Promise<boolean> {
  const { dependencies } = c.var;
  return dependencies.config.isSignUpOpen || (await openInvitation(dependencies, invitation)) !== null;
}

/** What both forms of coming in know of their surroundings. */
async function surroundings(c: EntryContext, { invitation, next }: Brought) {
  const { config } = c.var.dependencies;
  const opened = await openInvitation(c.var.dependencies, invitation);
  return {
    hasGitHub: config.github !== null,
    mayRegister: config.isSignUpOpen || opened !== null,
    next,
    isInvitationGone: invitation !== "" && opened === null && c.req.method === "GET",
    invitation: opened === null ? null : { secret: invitation, workspaceName: opened.workspaceName },
  };
}

/** Whether a password was tried and did not fit. */
const isWrong = (proved: Result<unknown>) => !proved.ok && proved.code === "invalid-request";

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
  readonly brought?: Brought;
}

async function showSignIn(c: EntryContext, shown: ShownSignIn) {
  const { problem = null, email = "", failure } = shown;
  const around = await surroundings(c, shown.brought ?? broughtBy(c));
  const errors = failure ? shownErrors(failure) : [];
  const status = problem === "invalid" ? 401 : statusOf(failure);
  if (failure) announceRetry(c, failure);
  return page(c, <SignInPage {...around} problem={problem} email={email} errors={errors} />, status);
}

interface ShownSignUp {
  readonly name?: string;
  readonly email?: string;
  readonly failure?: Failure;
  readonly brought?: Brought;
}

async function showSignUp(c: EntryContext, { name = "", email = "", failure, brought }: ShownSignUp) {
  const around = await surroundings(c, brought ?? broughtBy(c));
  const errors = failure ? shownErrors(failure) : [];
  const isRefused = !around.mayRegister && c.req.method === "POST";
  const status = isRefused ? ERRORS.forbidden.status : statusOf(failure);
  if (failure) announceRetry(c, failure);
  return page(c, <SignUpPage {...around} name={name} email={email} errors={errors} />, status);
}

async function invitationProps(c: EntryContext, secret: string, invitation: OpenInvitation) {
  const { workspaceId, workspaceName, role, invitedBy, expiresAt } = invitation;
  const { principal, dependencies } = c.var;
  return {
    secret,
    workspaceName,
    role,
    invitedBy,
    expiresAt: toIso(expiresAt),
    personName: principal?.userName ?? null,
    isMember: principal ? (await findRole(dependencies.db, workspaceId, principal.userId)) !== null : false,
  };
}
