/**
 * Proves who a person is: by e-mail and password, or by their account at GitHub. The one place that knows better-auth, which
 * is loaded when somebody signs in and not before. It answers with a person's id; beginning a session is ours.
 */
import type { Config } from "../config.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS } from "../domain/password.ts";
import type { Clock, Random } from "../domain/ports.ts";
import { accountAdapter } from "../store/account-adapter.ts";
import type { Database } from "../store/database.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { type TurnPorts, TurnsBusyError } from "./turns.ts";

/** Where the pages of signing in lie, and with them the address that GitHub leads back to. */
const BASE_PATH = "/login";

export interface AccountPorts {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  /** Lets work go on when whoever asked for it has left. */
  readonly afterwards: TurnPorts["keepAlive"];
}

export interface ProvedPerson {
  readonly userId: string;
}

export interface PasswordLogin {
  readonly email: string;
  readonly password: string;
}

const NO_KEY = "Set RUNYARD_SECRETS_KEY (openssl rand -base64 32): without it nobody can sign in with a password.";

/** One use of better-auth, for one request: `proved` is whom it would have begun a session for. */
async function open({ config, db, clock, random, afterwards }: AccountPorts, origin: string) {
  const [key] = config.secretsKeys;
  if (!key) return fail("not-configured", NO_KEY);
  const { betterAuth } = await import("better-auth/minimal");
  const turn: TurnPorts = { clock, keepAlive: afterwards };
  const proof: { userId: string | null } = { userId: null };
  const onProved = (userId: string) => {
    proof.userId = userId;
  };
  const auth = betterAuth({
    baseURL: origin,
    basePath: BASE_PATH,
    secret: await secretOf(key.reveal()),
    database: accountAdapter(db, onProved) as never,
    // It would write addresses of people into the log.
    logger: { disabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_MIN_CHARS,
      maxPasswordLength: PASSWORD_MAX_CHARS,
      password: {
        hash: (password) => hashPassword(password, random, turn),
        verify: ({ hash, password }) => verifyPassword(password, hash, turn),
      },
    },
    socialProviders: config.github ? { github: { ...config.github, disableImplicitSignUp: true } } : {},
    account: {
      storeStateStrategy: "cookie",
      updateAccountOnSignIn: false,
      // Who signed up with somebody else's address must not be handed their account at GitHub.
      accountLinking: { enabled: false },
    },
    advanced: {
      cookiePrefix: "runyard",
      database: { generateId: ({ model }) => newId(model === "user" ? "usr" : "acc", clock, random) },
    },
    onAPIError: { errorURL: `${origin}${BASE_PATH}` },
  });
  return succeed({ auth, proof });
}

export async function signUp(
  ports: AccountPorts,
  origin: string,
  person: PasswordLogin & { readonly name: string },
): Promise<Result<ProvedPerson>> {
  const opened = await open(ports, origin);
  if (!opened.ok) return opened;
  const { auth, proof } = opened.value;
  return answer(proof, () => auth.api.signUpEmail({ body: { ...person } }));
}

export async function signIn(ports: AccountPorts, origin: string, login: PasswordLogin): Promise<Result<ProvedPerson>> {
  const opened = await open(ports, origin);
  if (!opened.ok) return opened;
  const { auth, proof } = opened.value;
  return answer(proof, () => auth.api.signInEmail({ body: { ...login } }));
}

export interface PasswordChange {
  readonly email: string;
  readonly current: string;
  readonly chosen: string;
}

/** Puts another password in the place of the one that the person proves to know. */
export async function changePassword(
  ports: AccountPorts,
  origin: string,
  { email, current, chosen }: PasswordChange,
): Promise<Result<null>> {
  const opened = await open(ports, origin);
  if (!opened.ok) return opened;
  const { auth, proof } = opened.value;
  const proved = await answer(proof, () => auth.api.signInEmail({ body: { email, password: current } }));
  return proved.ok ? put(auth, proved.value.userId, chosen) : proved;
}

type Auth = Extract<Awaited<ReturnType<typeof open>>, { readonly ok: true }>["value"]["auth"];

/** Where better-auth's own ways of changing a password end, too; those ask for a session of its own, or for its mails. */
async function put(auth: Auth, userId: string, chosen: string): Promise<Result<null>> {
  const { internalAdapter, password } = await auth.$context;
  try {
    await internalAdapter.updatePassword(userId, await password.hash(chosen));
  } catch (error) {
    if (error instanceof TurnsBusyError) return BUSY;
    throw error;
  }
  return succeed(null);
}

export interface GitHubStart {
  readonly location: string;
  /** Holds what the way back is checked against, encrypted. */
  readonly cookies: readonly string[];
}

/** @param returnTo where GitHub's answer leads to in the end, a path of ours. */
export async function startGitHub(
  ports: AccountPorts,
  origin: string,
  { returnTo, mayRegister }: { readonly returnTo: string; readonly mayRegister: boolean },
): Promise<Result<GitHubStart>> {
  if (!ports.config.github) return fail("not-found", "This server has no sign-in through GitHub.");
  const opened = await open(ports, origin);
  if (!opened.ok) return opened;
  const { response, headers } = await opened.value.auth.api.signInSocial({
    body: { provider: "github", callbackURL: returnTo, requestSignUp: mayRegister, disableRedirect: true },
    returnHeaders: true,
  });
  return succeed({ location: response.url ?? BASE_PATH, cookies: headers.getSetCookie() });
}

/** What people read when GitHub's way back ends nowhere. */
const GITHUB_PROBLEMS: Readonly<Record<string, string>> = {
  account_not_linked: "There is an account with this e-mail address already. Sign in with its password.",
  signup_disabled: "Nobody here has this account at GitHub, and new people come in by an invitation.",
  email_not_found: "GitHub did not tell an e-mail address: this needs one.",
  access_denied: "GitHub was not allowed to tell who you are.",
};

export interface GitHubEnd extends ProvedPerson {
  readonly returnTo: string;
  readonly cookies: readonly string[];
}

export async function finishGitHub(ports: AccountPorts, request: Request): Promise<Result<GitHubEnd>> {
  if (!ports.config.github) return fail("not-found", "This server has no sign-in through GitHub.");
  const { origin } = new URL(request.url);
  const opened = await open(ports, origin);
  if (!opened.ok) return opened;
  const { auth, proof } = opened.value;
  const response = await auth.handler(request);
  const target = new URL(response.headers.get("location") ?? BASE_PATH, origin);
  if (proof.userId === null) {
    const reason = target.searchParams.get("error") ?? "";
    return fail("unauthenticated", GITHUB_PROBLEMS[reason] ?? "Signing in through GitHub did not work. Try it again.");
  }
  const returnTo = target.origin === origin ? target.pathname + target.search : "/";
  // Its own session, which does not exist, needs no cookie.
  const cookies = response.headers.getSetCookie().filter((cookie) => !/session|account/.test(cookie.split("=")[0]!));
  return succeed({ userId: proof.userId, returnTo, cookies });
}

/** Codes of better-auth that are answers to people, with what they read. */
const PROBLEMS: Readonly<Record<string, { readonly path: string; readonly message: string }>> = {
  INVALID_EMAIL_OR_PASSWORD: { path: "", message: "The e-mail address or the password is wrong." },
  INVALID_EMAIL: { path: "email", message: "must be an e-mail address" },
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: { path: "email", message: "has an account already: sign in with it" },
  PASSWORD_TOO_SHORT: { path: "password", message: `needs ${PASSWORD_MIN_CHARS} characters or more` },
  PASSWORD_TOO_LONG: { path: "password", message: `may have ${PASSWORD_MAX_CHARS} characters` },
};

const BUSY = fail("unavailable", "Too many people sign in right now. Try again.");

async function answer(
  proof: { readonly userId: string | null },
  ask: () => Promise<unknown>,
): Promise<Result<ProvedPerson>> {
  try {
    await ask();
  } catch (error) {
    if (error instanceof TurnsBusyError) return BUSY;
    const problem = PROBLEMS[codeOf(error)];
    if (!problem) throw error;
    return fail("invalid-request", problem.message, [problem]);
  }
  if (proof.userId === null) throw new Error("better-auth proved nobody and said nothing");
  return succeed({ userId: proof.userId });
}

function codeOf(error: unknown): string {
  const body = typeof error === "object" && error !== null && "body" in error ? error.body : null;
  return typeof body === "object" && body !== null && "code" in body ? String(body.code) : "";
}

/** A key of its own for better-auth's cookies, so that the key which seals secrets does no other work. */
async function secretOf(secretsKey: string): Promise<string> {
  const bytes = new TextEncoder().encode(secretsKey);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const derived = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode("runyard: cookies of signing in"));
  return Array.from(new Uint8Array(derived), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
