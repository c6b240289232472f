/** A person's own account, as they meet it: another password, and the page that they wanted before they signed in. */
import { beforeEach, describe, expect, it } from "vitest";
import { browse, createTenant, env, freshDatabase, ORIGIN, request, type Tenant } from "../support/workerd.ts";

const { DB } = env;
let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

const PASSWORD = "four words in a row";
const CARA = { name: "Cara", email: "cara@example.com", password: PASSWORD };

const post = (path: string, form: Record<string, string>, cookie = "") =>
  request(path, { method: "POST", headers: { origin: ORIGIN, cookie }, body: new URLSearchParams(form) });
const sessionOf = (answer: Response) => /runyard_session=[^;]+/.exec(answer.headers.get("set-cookie") ?? "")![0];
const get = (path: string, cookie: string) => request(path, { headers: { cookie } });
const textOf = async (answer: Response | Promise<Response>) => (await answer).text();

describe("a password", () => {
  const NEW = "five words in a row";
  const change = (cookie: string, current: string, chosen: string) =>
    post("/settings/account/password", { "current-password": current, "new-password": chosen }, cookie);
  const auditOf = async (kind: string) =>
    (await DB.prepare("SELECT actor_name, details FROM audit_entries WHERE kind = ?").bind(kind).all()).results;

  it("is changed by who knows it: the old one opens nothing, and all other sessions end", async () => {
    const here = sessionOf(await post("/signup", CARA));
    const elsewhere = sessionOf(await post("/login", CARA));
    const page = await textOf(get("/settings/account", here));
    expect(page).toContain("cara@example.com");
    expect(page).toContain("with a password");
    const changed = await change(here, PASSWORD, NEW);
    expect(changed.headers.get("location")).toBe("/settings/account?changed");
    expect(await textOf(get("/settings/account?changed", here))).toContain("The password is changed");
    expect((await get("/settings/account", elsewhere)).status).toBe(303);
    expect((await post("/login", CARA)).status).toBe(401);
    expect((await post("/login", { ...CARA, password: NEW })).status).toBe(303);
    expect(await auditOf("password.changed")).toEqual([{ actor_name: "Cara", details: "{}" }]);
    expect(JSON.stringify((await DB.prepare("SELECT * FROM accounts").all()).results)).not.toContain(NEW);
  });

  it("stays when the current one is wrong, which counts as a guess at the sign-in page does", async () => {
    const email = "guessed@example.com";
    const here = sessionOf(await post("/signup", { ...CARA, email }));
    const elsewhere = sessionOf(await post("/login", { ...CARA, email }));
    const refused = await change(here, "wrong words in a row", NEW);
    expect(refused.status).toBe(422);
    const page = await refused.text();
    expect(page).toContain("The password was not changed");
    expect(page).toContain("<b>current password</b> is wrong");
    expect(page).not.toContain("wrong words");
    expect(await auditOf("password.change-refused")).toHaveLength(1);
    // Both count in one place: of five free tries one is used, and neither place alone uses up the rest.
    const wrong = { ...CARA, email, password: "wrong words in a row" };
    const tries = Array.from({ length: 4 }, () => [change(here, wrong.password, NEW), post("/login", wrong)]).flat();
    const answers = await Promise.all(tries);
    const late = answers.filter(({ status }) => status === 429);
    expect(late.length).toBeGreaterThan(0);
    for (const answer of late) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await late[0]!.text()).toContain("There were too many wrong passwords.");
    expect((await get("/settings/account", elsewhere)).status).toBe(200);
  });

  it.each([
    ["a short one", "short", "needs 10 characters or more"],
    ["a long one", "x".repeat(129), "may have 128 characters"],
  ])("is not changed to %s", async (_, chosen, message) => {
    const here = sessionOf(await post("/signup", CARA));
    const refused = await change(here, PASSWORD, chosen);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain(message);
    expect((await post("/login", CARA)).status).toBe(303);
  });

  it("is nothing to change for who has none", async () => {
    const page = await textOf(browse(ana, "/settings/account"));
    expect(page).toContain("by the sign-in link of this server");
    expect(page).not.toContain("/settings/account/password");
    const refused = await change(`runyard_session=${ana.session}`, PASSWORD, NEW);
    expect(refused.status).toBe(404);
    expect(await refused.text()).toContain("You have no password here");
  });
});

describe("the page that somebody asked for", () => {
  const FILTERED = "/runs?state=failed&q=a%20b";
  const LOGIN = `/login?next=${encodeURIComponent(FILTERED)}`;
  const redirectOf = (answer: Response) => [answer.status, answer.headers.get("location")];

  it("is where they come to after signing in, also after a wrong password", async () => {
    await post("/signup", CARA);
    expect(redirectOf(await request(FILTERED))).toEqual([303, LOGIN]);
    expect(await textOf(request(LOGIN))).toContain('name="next" value="/runs?state=failed&amp;q=a%20b"');
    const wrong = await post("/login", { ...CARA, password: "wrong words in a row", next: FILTERED });
    expect(await wrong.text()).toContain('name="next" value="/runs?state=failed&amp;q=a%20b"');
    expect(redirectOf(await post("/login", { ...CARA, next: FILTERED }))).toEqual([303, FILTERED]);
    expect(redirectOf(await browse(ana, LOGIN))).toEqual([303, FILTERED]);
    const made = await post("/signup", { ...CARA, email: "dan@example.com", next: FILTERED });
    expect(redirectOf(made)).toEqual([303, FILTERED]);
  });

  it("is the open page where a fragment of it, or a form on it, was asked for", async () => {
    const current = `${ORIGIN}${FILTERED}`;
    const fragment = { "hx-request-type": "partial", "hx-current-url": current };
    const polled = await request("/runs/news", { headers: fragment });
    expect([polled.status, polled.headers.get("hx-redirect")]).toEqual([401, LOGIN]);
    const form = { method: "POST", headers: { origin: ORIGIN, referer: current } };
    expect(redirectOf(await request("/settings/tokens", form))).toEqual([303, LOGIN]);
    const elsewhere = { method: "POST", headers: { origin: ORIGIN, referer: "https://evil.example/runs" } };
    expect(redirectOf(await request("/settings/tokens", elsewhere))).toEqual([303, "/login"]);
    expect(redirectOf(await request("/"))).toEqual([303, "/login"]);
  });

  it.each(["//evil.example", "/\\evil.example", "https://evil.example", `/${"x".repeat(600)}`])(
    "is the overview for %s, which is none of ours",
    async (next) => {
      await post("/signup", CARA);
      expect(redirectOf(await post("/login", { ...CARA, next }))).toEqual([303, "/"]);
      expect(redirectOf(await browse(ana, `/login?next=${encodeURIComponent(next)}`))).toEqual([303, "/"]);
      expect(await textOf(request(`/login?next=${encodeURIComponent(next)}`))).not.toContain("evil.example");
    },
  );
});
