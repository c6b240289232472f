/** How often somebody may do something, as they meet it: 429, when to come again, and a sentence that says why. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../worker/app.ts";
import { RATE_LIMITS } from "../../worker/domain/rate-limit.ts";
import { createTenant, freshDatabase, ORIGIN, problemOf, type Tenant } from "../support/workerd.ts";

let ana: Tenant;
/** Each test has an address and a token of its own: the objects that count are there for the whole file. */
let address: string;
let count = 0;

beforeEach(async () => {
  await freshDatabase();
  count++;
  ana = await createTenant(`ana${count}`);
  address = `192.0.2.${count}`;
});

const app = createApp();
/** One environment for each set of variables: what an isolate knows hangs on it. */
const environments = new Map<string, object>();

async function ask(path: string, init: RequestInit, perMinute = "60000"): Promise<Response> {
  const context = createExecutionContext();
  const known = environments.get(perMinute) ?? { ...(bindings as object), RUNYARD_REQUESTS_PER_MINUTE: perMinute };
  environments.set(perMinute, known);
  const headers = { "cf-connecting-ip": address, origin: ORIGIN, ...(init.headers as object) };
  const answer = await app.fetch(
    new Request(ORIGIN + path, { redirect: "manual", ...init, headers }),
    known as never,
    context,
  );
  await waitOnExecutionContext(context);
  return answer;
}

const get = (path: string, headers: Record<string, string>, perMinute?: string) => ask(path, { headers }, perMinute);
const post = (path: string, form: Record<string, string>, headers = {}) =>
  ask(path, { method: "POST", headers, body: new URLSearchParams(form) });
const bearer = () => ({ authorization: `Bearer ${ana.token}` });
const statuses = (answers: readonly Response[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describe("requests", () => {
  it("of one token are let through as often as the operator says; others are not touched", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => get("/api/lanes", bearer(), "30")));
    const { 200: passed = 0, 429: kept = 0 } = statuses(answers);
    expect(passed + kept).toBe(40);
    // What flows in while they are asked: one each two seconds.
    expect(passed).toBeGreaterThanOrEqual(30);
    expect(passed).toBeLessThanOrEqual(33);
    const refused = answers.find(({ status }) => status === 429)!;
    const seconds = refused.headers.get("retry-after");
    expect(["1", "2"]).toContain(seconds);
    const problem = await problemOf(refused);
    expect(problem).toMatchObject({ code: "too-many-requests" });
    const again = seconds === "1" ? "1 second" : "2 seconds";
    expect(problem.detail).toBe(`You have sent too many requests. Try again in ${again}.`);
    const person = await get("/", { cookie: `runyard_session=${ana.session}` }, "30");
    expect(person.status).toBe(200);
    ana = await createTenant("other");
    expect((await get("/api/lanes", bearer(), "30")).status).toBe(200);
  });

  it("of one address without a session, or with tokens that are none, are bounded", async () => {
    const wrong = { authorization: "Bearer ry_wrong" };
    const { perMinute } = RATE_LIMITS.anonymous;
    const many = Array.from({ length: perMinute + 200 });
    const counts = statuses(await Promise.all(many.map(() => get("/api/lanes", wrong))));
    // What flows in while they are asked.
    expect(counts[401]).toBeGreaterThanOrEqual(perMinute);
    expect(counts[429]).toBeGreaterThan(0);
    const pages = await Promise.all(Array.from({ length: 100 }, () => get("/login", {})));
    const page = pages.find(({ status }) => status === 429)!;
    expect(page.headers.get("retry-after")).toBe("1");
    expect(await page.text()).toContain("This address has asked too often without being signed in.");
    expect((await get("/api/lanes", bearer())).status).toBe(200);
    address = "192.0.2.200";
    expect((await get("/login", {})).status).toBe(200);
  });
});

/** Thirteen passwords are hashed, one after the other. */
const HASHES_MS = 60_000;

describe("passwords", () => {
  const person = { name: "Cara", email: "cara@example.com", password: "four words in a row" };

  it(
    "are tried at one account a few times, then slower and slower; many at once are each counted",
    async () => {
      await post("/signup", person);
      const wrong = { ...person, password: "wrong words in a row" };
      // The right one, too, which is the last: another answer would tell that it was right.
      const answers = await Promise.all(
        [...Array.from({ length: 7 }, () => wrong), person].map((form) => post("/login", form)),
      );
      expect(statuses(answers)).toEqual({ 401: 5, 429: 3 });
      expect(answers.at(-1)!.status).toBe(429);
      const refused = answers.find(({ status }) => status === 429)!;
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused.text()).toContain("There were too many wrong passwords.");
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      expect((await post("/login", person)).status).toBe(303);
      for (let tries = 0; tries < 4; tries++) {
        expect((await post("/login", wrong)).status).toBe(401);
      }
      expect((await post("/login", person)).status).toBe(303);
    },
    HASHES_MS,
  );
});

describe("what goes out to strangers", () => {
  it("is bounded: accounts of one address", async () => {
    const { perMinute } = RATE_LIMITS["sign-up"];
    const form = { name: "X", email: "x@example.com", password: "four words in a row" };
    expect((await post("/signup", form)).status).toBe(303);
    const answers = await Promise.all(Array.from({ length: 2 * perMinute }, () => post("/signup", form)));
    // One more may flow in meanwhile.
    expect(statuses(answers)[422]).toBeGreaterThanOrEqual(perMinute - 1);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(["1", "2", "3"]).toContain(refused.headers.get("retry-after"));
    expect(await refused.text()).toContain("Too many accounts were made from this address.");
  });

  it("is bounded: invitations of one person", async () => {
    const { perMinute } = RATE_LIMITS.invitation;
    const cookie = { cookie: `runyard_session=${ana.session}` };
    const form = { email: "", role: "viewer" };
    const many = Array.from({ length: 2 * perMinute });
    const counts = statuses(await Promise.all(many.map(() => post("/settings/invitations", form, cookie))));
    expect(counts[201]).toBeGreaterThanOrEqual(perMinute);
    expect(counts[429]).toBeGreaterThan(0);
  });
});
