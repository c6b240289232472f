/** Accounts, workspaces, invitations, sessions and tokens, as people meet them: through the console's pages and forms. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../worker/app.ts";
import {
  api,
  browse,
  createPerson,
  createTenant,
  env,
  freshDatabase,
  ORIGIN,
  request,
  type Tenant,
} from "../support/workerd.ts";

const { DB } = env;
let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  [ana, bo] = [await createTenant("ana"), await createTenant("bo")];
});

const PASSWORD = "four words in a row";
const CARA = { name: "Cara", email: "cara@example.com", password: PASSWORD };

const post = (path: string, form: Record<string, string>, cookie = "") =>
  request(path, { method: "POST", headers: { origin: ORIGIN, cookie }, body: new URLSearchParams(form) });

/** The cookie of the session that an answer begins. */
function sessionOf(answer: Response): string {
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("runyard_session="));
  if (!cookie) throw new Error(`no session: ${answer.status}`);
  return cookie.split(";")[0]!;
}

const get = (path: string, cookie: string) => request(path, { headers: { cookie } });
const textOf = async (answer: Response | Promise<Response>) => (await answer).text();
const asTenant = (cookie: string): Tenant => ({ ...ana, session: cookie.split("=")[1]! });

/** Makes an invitation and returns the path of its link. */
async function invite(who: Tenant, role: string): Promise<string> {
  const answer = await browse(who, "/settings/invitations", { email: "cara@example.com", role });
  expect(answer.status).toBe(201);
  return /\/invite\/[0-9a-f]{48}/.exec(await answer.text())![0];
}

/** Another server with other variables, over the same database. */
async function requestWith(variables: Record<string, string>, path: string, init: RequestInit = {}) {
  const context = createExecutionContext();
  const changed = { ...(bindings as unknown as object), ...variables };
  const answer = await createApp().fetch(
    new Request(ORIGIN + path, { redirect: "manual", ...init }),
    changed as never,
    context,
  );
  await waitOnExecutionContext(context);
  return answer;
}

describe("an account", () => {
  it("is made with a workspace of its own, opens with its password again, and keeps no secret in clear", async () => {
    const made = await post("/signup", CARA);
    expect(made.status).toBe(303);
    const overview = await textOf(get("/", sessionOf(made)));
    expect(overview).toContain("Cara&#39;s workspace");
    expect(overview).not.toContain("ana");
    const again = await post("/login", { ...CARA, email: " Cara@Example.COM " });
    expect(again.status).toBe(303);
    expect(sessionOf(again)).not.toBe(sessionOf(made));
    const rows = await Promise.all(
      ["users", "accounts", "sessions"].map((name) => DB.prepare(`SELECT * FROM ${name}`).all()),
    );
    const kept = JSON.stringify(rows.map(({ results }) => results));
    expect(kept).toContain("cara@example.com");
    for (const cookie of [sessionOf(made), sessionOf(again)]) expect(kept).not.toContain(cookie.split("=")[1]);
    expect(kept).not.toContain(PASSWORD);
  });

  it.each([
    ["a wrong password", { email: CARA.email, password: "another password" }],
    ["an address that nobody has", { email: "dan@example.com", password: PASSWORD }],
  ])("does not open with %s, and says no more than that", async (_, login) => {
    await post("/signup", CARA);
    const answer = await post("/login", login);
    expect(answer.status).toBe(401);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const page = await answer.text();
    expect(page).toContain("The e-mail address or the password is wrong.");
    expect(page).toContain(login.email);
    expect(page).not.toContain(login.password);
  });

  it.each([
    ["no name", { name: " " }, "is empty"],
    ["no address", { email: "cara" }, "must be an e-mail address"],
    ["a short password", { password: "123456789" }, "needs 10 characters or more"],
    ["a long password", { password: "x".repeat(129) }, "may have 128 characters"],
    ["an address that has one", {}, "has an account already"],
  ])("is not made with %s", async (_, change, message) => {
    const isTwice = Object.keys(change).length === 0;
    if (isTwice) await post("/signup", CARA);
    const answer = await post("/signup", { ...CARA, ...change });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(message);
    const made = await DB.prepare("SELECT count(*) AS n FROM users WHERE email IS NOT NULL").first<{ n: number }>();
    expect(made?.n).toBe(isTwice ? 1 : 0);
  });

  it("is not made from a page of another origin", async () => {
    const headers = { origin: "https://evil.example" };
    const answer = await request("/signup", { method: "POST", headers, body: new URLSearchParams(CARA) });
    expect(answer.status).toBe(403);
  });

  it("takes an invitation where the operator wants it", async () => {
    const invited = { RUNYARD_SIGN_UP: "invited" };
    const signUp = (form: Record<string, string>) =>
      requestWith(invited, "/signup", { method: "POST", headers: { origin: ORIGIN }, body: new URLSearchParams(form) });
    expect((await requestWith(invited, "/signup")).status).toBe(200);
    const refused = await signUp(CARA);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("by an invitation");
    const link = await invite(ana, "member");
    const made = await signUp({ ...CARA, invitation: link.split("/").at(-1)! });
    expect(made.status).toBe(303);
    expect(await textOf(get("/", sessionOf(made)))).toContain("ana");
  });
});

describe("an invitation", () => {
  it("lets one person in, with the role that it names, and then opens nothing", async () => {
    const link = await invite(ana, "viewer");
    expect(await textOf(request(link))).toContain("Come into ana");
    const secret = link.split("/").at(-1)!;
    const cookie = sessionOf(await post("/signup", { ...CARA, invitation: secret }));
    expect(await textOf(get("/settings/members", cookie))).toContain("Cara");
    expect((await post("/playground/runs", { language: "javascript", code: "1" }, cookie)).status).toBe(403);
    expect((await request(link)).status).toBe(404);
    const late = await post("/signup", { ...CARA, email: "dan@example.com", invitation: secret });
    expect(late.status).toBe(404);
    const rows = await DB.prepare("SELECT * FROM memberships WHERE workspace_id = ?").bind(ana.workspaceId).all();
    expect(rows.results).toHaveLength(2);
  });

  it("is taken by somebody who is signed in, whose session then is in the new workspace and can go back", async () => {
    const link = await invite(ana, "admin");
    expect(await textOf(browse(bo, link))).toContain("Join as bo");
    expect((await browse(bo, link, {})).status).toBe(303);
    expect(await textOf(browse(bo, "/settings/members"))).toContain("ana");
    expect((await browse(bo, `/settings/workspaces/${bo.workspaceId}/choice`, {})).status).toBe(303);
    expect(await textOf(browse(bo, "/settings/members"))).not.toContain("ana");
    // The token stays where it was made.
    const { runId } = (await (await api(ana, "/api/execute", { language: "javascript", code: "1" })).json()) as {
      runId: string;
    };
    expect((await api(bo, `/api/runs/${runId}`)).status).toBe(404);
  });

  it("opens nothing once it has ended, was withdrawn, or its maker was taken out", async () => {
    const ended = await invite(ana, "member");
    await DB.prepare("UPDATE invitations SET created_at = 0, expires_at = 1").run();
    expect((await request(ended)).status).toBe(404);
    const withdrawn = await invite(ana, "member");
    const row = await DB.prepare("SELECT id FROM invitations").first<{ id: string }>();
    expect((await browse(ana, `/settings/invitations/${row!.id}/withdrawal`, {})).status).toBe(303);
    expect((await browse(bo, withdrawn, {})).status).toBe(404);
    const admin = await createPerson("admin", { workspaceId: ana.workspaceId, role: "admin" });
    const left = await invite(admin, "admin");
    expect((await browse(ana, `/settings/members/${admin.userId}/removal`, {})).status).toBe(303);
    expect((await browse(admin, left, {})).status).not.toBe(200);
    expect((await request(left)).status).toBe(404);
  });

  it("makes no account with a link that opens nothing, so that the address can still make one", async () => {
    const refused = await post("/signup", { ...CARA, invitation: "0".repeat(48) });
    expect(refused.status).toBe(404);
    expect(await refused.text()).toContain("The account was not made");
    expect(await DB.prepare("SELECT id FROM users WHERE email = ?").bind(CARA.email).first()).toBeNull();
    expect((await post("/signup", CARA)).status).toBe(303);
  });

  it.each(["/signup", "/login"])("says on %s when it is gone, before anything is typed", async (path) => {
    const gone = "This invitation is not there, was taken already, or has ended.";
    expect(await textOf(request(`${path}?invitation=${"0".repeat(48)}`))).toContain(gone);
    expect(await textOf(request(path))).not.toContain(gone);
    const secret = (await invite(ana, "viewer")).split("/").at(-1)!;
    expect(await textOf(request(`${path}?invitation=${secret}`))).not.toContain(gone);
  });

  it("stays for the one it is for when somebody opens it who is in the workspace already", async () => {
    const link = await invite(ana, "viewer");
    expect(await textOf(browse(ana, link))).toContain("You are in this workspace already");
    expect((await browse(ana, link, {})).status).toBe(303);
    const secret = link.split("/").at(-1)!;
    const cookie = sessionOf(await post("/signup", { ...CARA, invitation: secret }));
    expect(await textOf(get("/settings/members", cookie))).toContain("ana");
  });

  it("gives nobody a role above that of who makes it", async () => {
    const admin = await createPerson("admin", { workspaceId: ana.workspaceId, role: "admin" });
    expect((await browse(admin, "/settings/invitations", { email: "", role: "owner" })).status).toBe(403);
  });
});

describe("the people of a workspace", () => {
  it("keep an owner, also when both leave at once", async () => {
    const last = await browse(ana, `/settings/members/${ana.userId}/removal`, {});
    expect(last.status).toBe(409);
    expect(await last.text()).toContain('href="/settings/members">Back to People');
    expect((await browse(ana, `/settings/members/${ana.userId}/role`, { role: "viewer" })).status).toBe(409);
    const second = await createPerson("second", { workspaceId: ana.workspaceId, role: "owner" });
    const left = await Promise.all(
      [ana, second].map((who) => browse(who, `/settings/members/${who.userId}/removal`, {})),
    );
    expect(left.map(({ status }) => status).toSorted()).toEqual([303, 409]);
  });

  it("lose what they could do at once with their role, and their tokens with their place", async () => {
    const member = await createPerson("member", { workspaceId: ana.workspaceId, role: "member" });
    const execute = () => api(member, "/api/execute", { language: "javascript", code: "1" });
    expect((await execute()).status).toBe(200);
    await browse(ana, `/settings/members/${member.userId}/role`, { role: "viewer" });
    expect((await execute()).status).toBe(403);
    expect((await api(member, "/api/runs")).status).toBe(200);
    await browse(ana, `/settings/members/${member.userId}/removal`, {});
    expect((await api(member, "/api/runs")).status).toBe(401);
    expect((await browse(member, "/")).status).toBe(303);
  });

  it("are changed by an admin, but owners by owners alone", async () => {
    const admin = await createPerson("admin", { workspaceId: ana.workspaceId, role: "admin" });
    const viewer = await createPerson("viewer", { workspaceId: ana.workspaceId, role: "viewer" });
    const change = (who: Tenant, whom: Tenant, role: string) =>
      browse(who, `/settings/members/${whom.userId}/role`, { role });
    expect((await change(admin, viewer, "member")).status).toBe(303);
    expect((await change(admin, viewer, "owner")).status).toBe(403);
    expect((await change(admin, ana, "viewer")).status).toBe(403);
    expect((await change(viewer, viewer, "admin")).status).toBe(403);
    expect((await browse(viewer, `/settings/members/${admin.userId}/removal`, {})).status).toBe(403);
    expect((await change(admin, viewer, "king")).status).toBe(422);
  });
});

describe("a session", () => {
  it("is listed with its browser, and revoked by its owner alone", async () => {
    const first = sessionOf(await post("/signup", CARA));
    const headers = {
      origin: ORIGIN,
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    };
    const second = sessionOf(await request("/login", { method: "POST", headers, body: new URLSearchParams(CARA) }));
    const page = await textOf(get("/settings/sessions", first));
    expect(page).toContain("Firefox on Linux");
    const ids = [...page.matchAll(/sessions\/(ses_[0-9a-f]{32})\/revocation/g)].map(([, id]) => id);
    expect(ids).toHaveLength(2);
    for (const id of ids) expect((await browse(bo, `/settings/sessions/${id}/revocation`, {})).status).toBe(404);
    expect((await browse(asTenant(first), "/settings/sessions/revocations", {})).status).toBe(303);
    expect((await get("/", second)).status).toBe(303);
    expect((await get("/", first)).status).toBe(200);
  });

  it.each([
    ["its absolute limit", "UPDATE sessions SET expires_at = ?", -1],
    ["a week without use", "UPDATE sessions SET created_at = 0, last_seen_at = ?", -7 * 24 * 3_600_000 - 1],
  ])("ends by %s", async (_, sql, offset) => {
    await DB.prepare("UPDATE sessions SET created_at = 0").run();
    await DB.prepare(sql)
      .bind(Date.now() + offset)
      .run();
    expect((await browse(ana, "/")).status).toBe(303);
  });

  it("is kept alive by its use", async () => {
    const before = Date.now() - 6 * 24 * 3_600_000;
    await DB.prepare("UPDATE sessions SET created_at = 0, last_seen_at = ?").bind(before).run();
    expect((await browse(ana, "/")).status).toBe(200);
    const seen = async () =>
      (await DB.prepare("SELECT last_seen_at AS at FROM sessions WHERE id = 'ses_ana'").first<{ at: number }>())!.at;
    await expect.poll(seen).toBeGreaterThan(before);
  });
});

describe("a token", () => {
  const NEW = { name: "nightly", scopes: "runs:read", days: "7" };
  const create = async (who: Tenant, form: Record<string, string> = NEW) => {
    const answer = await browse(who, "/settings/tokens", form);
    expect(answer.status).toBe(201);
    return /ry_[0-9a-f]{48}/.exec(await answer.text())![0];
  };

  it("is shown once, does what it was made for, tells when it was used, and is revoked", async () => {
    const token = await create(ana);
    const page = await textOf(browse(ana, "/settings/tokens"));
    expect(page).not.toContain(token);
    expect(page).toContain(token.slice(0, 9));
    const rows = await DB.prepare("SELECT * FROM api_tokens").all();
    expect(JSON.stringify(rows.results)).not.toContain(token);
    const machine = { ...ana, token };
    expect((await api(machine, "/api/runs")).status).toBe(200);
    expect((await api(machine, "/api/execute", { language: "javascript", code: "1" })).status).toBe(403);
    expect((await api(machine, "/runs")).status).toBe(403);
    const row = () =>
      DB.prepare("SELECT id, last_used_at AS at FROM api_tokens WHERE name = 'nightly'").first<{
        id: string;
        at: number;
      }>();
    await expect.poll(async () => (await row())?.at).toBeGreaterThan(Date.now() - 60_000);
    expect((await browse(ana, `/settings/tokens/${(await row())!.id}/revocation`, {})).status).toBe(303);
    expect((await api(machine, "/api/runs")).status).toBe(401);
  });

  it("ends by itself", async () => {
    const token = await create(ana);
    await DB.prepare("UPDATE api_tokens SET created_at = 0, expires_at = ? WHERE name = 'nightly'")
      .bind(Date.now() - 1)
      .run();
    expect((await api({ ...ana, token }, "/api/runs")).status).toBe(401);
    expect(await textOf(browse(ana, "/settings/tokens"))).toContain("Ended");
  });

  it.each([
    ["no name", { name: "" }, "is empty"],
    ["no scope", { scopes: "" }, "is no scope"],
    ["a number of days that is not offered", { days: "8" }, "must be one of"],
  ])("is not made with %s", async (_, change, message) => {
    const answer = await browse(ana, "/settings/tokens", { ...NEW, ...change });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(message);
  });

  it("is seen and revoked by its owner and by admins", async () => {
    const member = await createPerson("member", { workspaceId: ana.workspaceId, role: "member" });
    await create(member, { ...NEW, name: "mine" });
    await create(ana, { ...NEW, name: "theirs" });
    const id = async (name: string) =>
      (await DB.prepare("SELECT id FROM api_tokens WHERE name = ?").bind(name).first<{ id: string }>())!.id;
    expect(await textOf(browse(member, "/settings/tokens"))).not.toContain("theirs");
    expect((await browse(member, `/settings/tokens/${await id("theirs")}/revocation`, {})).status).toBe(404);
    expect(await textOf(browse(ana, "/settings/tokens"))).toContain("mine");
    expect((await browse(ana, `/settings/tokens/${await id("mine")}/revocation`, {})).status).toBe(303);
  });
});

describe("a person in two workspaces", () => {
  it("finds no run of the one by an Idempotency-Key used in the other", async () => {
    const eve = await createTenant("eve");
    const execute = async () => {
      const headers = { cookie: `runyard_session=${eve.session}`, origin: ORIGIN, "content-type": "application/json" };
      const body = JSON.stringify({ language: "javascript", code: "1" });
      const answer = await request("/api/execute", {
        method: "POST",
        headers: { ...headers, "idempotency-key": "k" },
        body,
      });
      return ((await answer.json()) as { runId: string }).runId;
    };
    const first = await execute();
    expect(await execute()).toBe(first);
    expect((await browse(eve, "/settings/workspaces", { name: "Second" })).status).toBe(303);
    expect(await execute()).not.toBe(first);
    expect((await browse(eve, `/runs/${first}`)).status).toBe(404);
  });
});

describe("signing in through GitHub", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** Goes to GitHub and comes back, as a browser does; GitHub answers for this person. */
  async function throughGitHub(profile: { id: number; email: string; verified?: boolean }, path = "/login/github") {
    const away = await request(path);
    expect(away.status).toBe(303);
    const target = new URL(away.headers.get("location")!);
    expect(target.origin + target.pathname).toBe("https://github.com/login/oauth/authorize");
    expect(target.searchParams.get("redirect_uri")).toBe(`${ORIGIN}/login/callback/github`);
    const cookie = away.headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; ");
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (input: RequestInfo | URL) => {
      const { href, pathname } = new URL(input instanceof Request ? input.url : input);
      asked.push(href);
      if (pathname === "/login/oauth/access_token")
        return Response.json({ access_token: "canary-grant", token_type: "bearer" });
      if (pathname === "/user")
        return Response.json({ id: profile.id, login: "cara", name: "Cara", email: profile.email });
      if (pathname === "/user/emails")
        return Response.json([{ email: profile.email, primary: true, verified: profile.verified ?? true }]);
      throw new Error(`nothing answers ${href}`);
    });
    const back = `/login/callback/github?code=c&state=${target.searchParams.get("state")}`;
    const answer = await request(back, { headers: { cookie } });
    expect(asked.length).toBeGreaterThan(0);
    return answer;
  }

  it("makes an account at first and finds it again, and keeps nothing that could act in the person's name", async () => {
    const first = await throughGitHub({ id: 7, email: "cara@example.com" });
    expect(first.status).toBe(303);
    const again = await throughGitHub({ id: 7, email: "moved@example.com" });
    expect(await textOf(get("/", sessionOf(again)))).toContain("Cara&#39;s workspace");
    const { results } = await DB.prepare("SELECT * FROM accounts").all();
    expect(results).toHaveLength(1);
    expect(JSON.stringify(results)).not.toContain("canary");
  });

  it("takes an invitation along", async () => {
    const link = await invite(ana, "member");
    const secret = link.split("/").at(-1)!;
    const answer = await throughGitHub({ id: 8, email: "dan@example.com" }, `/login/github?invitation=${secret}`);
    expect(await textOf(get("/settings/members", sessionOf(answer)))).toContain("ana");
  });

  it("leads to the page that was asked for", async () => {
    const next = "/runs?state=failed&q=a%20b*";
    const path = `/login/github?next=${encodeURIComponent(next)}`;
    const answer = await throughGitHub({ id: 11, email: "eli@example.com" }, path);
    expect(answer.headers.get("location")).toBe(next);
    const outside = await throughGitHub({ id: 11, email: "eli@example.com" }, "/login/github?next=//evil.example");
    expect(outside.headers.get("location")).toBe("/");
  });

  it("does not open an account that somebody else made with the address", async () => {
    await post("/signup", CARA);
    const answer = await throughGitHub({ id: 9, email: CARA.email });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain("There is an account with this e-mail address already.");
  });

  it("is refused when the way back is not of the one who went", async () => {
    const answer = await request("/login/callback/github?code=c&state=forged");
    expect(answer.status).toBe(401);
    expect(answer.headers.getSetCookie().filter((each) => each.startsWith("runyard_session="))).toEqual([]);
  });

  it("is not there where it is not set up", async () => {
    const without = { GITHUB_CLIENT_ID: "", GITHUB_CLIENT_SECRET: "" };
    expect((await requestWith(without, "/login/github")).status).toBe(404);
    expect(await textOf(requestWith(without, "/login"))).not.toContain("GitHub");
    expect(await textOf(request("/login"))).toContain("Continue with GitHub");
  });
});
