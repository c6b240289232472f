import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { deliveryDetailSchema, deliveryListSchema } from "../../worker/domain/delivery.ts";
import {
  type CreatedEndpoint,
  createdEndpointSchema,
  endpointListSchema,
} from "../../worker/domain/inbound-endpoint.ts";
import { runDetailSchema } from "../../worker/domain/run-schema.ts";
import { DELIVERY_MAX_BYTES } from "../../worker/webhooks/payload.ts";
import { signatureOf } from "../../worker/webhooks/signature.ts";
import { server } from "../fixtures/jira-deliveries.ts";
import {
  accepted,
  addEndpoint,
  addRepository,
  deliver,
  issue,
  list,
  outcomeOf,
  runs,
  send,
  settled,
} from "../support/deliveries.ts";
import { api, createTenant, freshDatabase, problemOf, request, type Tenant, until } from "../support/workerd.ts";

const { DB } = bindings as unknown as Env;
let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
  bo = await createTenant("bo");
});

describe("a delivery's way in", () => {
  let endpoint: CreatedEndpoint;

  beforeEach(async () => {
    await addRepository(ana);
    endpoint = await addEndpoint(ana);
  });

  it("leads from a labelled issue to a run in its repository's lane, with the priority that its labels say", async () => {
    const id = await accepted(await deliver(endpoint, issue({ labels: ["runyard", "P0"] })));
    const delivery = await outcomeOf(ana, id);
    expect(delivery).toMatchObject({
      status: "done",
      outcome: "A run was started.",
      repositoryKey: "api",
      issueKey: "acme/api#1",
    });
    const run = runDetailSchema.parse(await (await api(ana, `/api/runs/${delivery.runId}`)).json());
    expect(run).toMatchObject({
      kind: "issue",
      lane: "repository:api",
      priority: "urgent",
      title: "Issue 1",
      issue: {
        source: "github",
        key: "acme/api#1",
        url: "https://github.com/acme/api/issues/1",
        labels: ["runyard", "P0"],
      },
    });
    const ended = await until(
      () => runs(ana),
      ([first]) => first?.finishedAt !== null,
    );
    expect(ended[0]).toMatchObject({ state: "failed", error: { category: "infrastructure" } });
  });

  it("works at the address that names no endpoint, and finds the workspace by the secret", async () => {
    await addRepository(bo);
    const other = await addEndpoint(bo);
    await accepted(await deliver(endpoint, issue(), { path: "/webhook/github" }));
    await accepted(await deliver(other, issue(), { path: "/webhook/github" }));
    await accepted(await deliver(other, issue({ number: 2 }), { path: "/webhook/github" }));
    expect((await settled(ana)).map(({ issueKey }) => issueKey)).toEqual(["acme/api#1"]);
    expect(await settled(bo)).toHaveLength(2);
  });

  it("takes a form-encoded delivery, which GitHub's form offers first", async () => {
    const body = `payload=${encodeURIComponent(JSON.stringify(issue()))}`;
    const id = await accepted(
      await deliver(endpoint, body, { headers: { "content-type": "application/x-www-form-urlencoded" } }),
    );
    expect(await outcomeOf(ana, id)).toMatchObject({ status: "done", issueKey: "acme/api#1" });
  });

  it("acknowledges what starts nothing, and lists it with the reason", async () => {
    const ping = await accepted(
      await deliver(endpoint, { zen: "Speak like a human." }, { headers: { "x-github-event": "ping" } }),
    );
    const star = await accepted(
      await deliver(endpoint, { action: "created" }, { headers: { "x-github-event": "star" } }),
    );
    const elsewhere = await accepted(
      await deliver(endpoint, { ...issue(), repository: { clone_url: "https://github.com/acme/web" } }),
    );
    expect(await outcomeOf(ana, ping)).toMatchObject({
      status: "ignored",
      event: "ping",
      outcome: expect.stringContaining("hello"),
    });
    expect(await outcomeOf(ana, star)).toMatchObject({ status: "ignored", outcome: expect.stringContaining("star") });
    expect(await outcomeOf(ana, elsewhere)).toMatchObject({
      status: "unrouted",
      outcome: expect.stringContaining("github.com/acme/web"),
    });
    expect(await runs(ana)).toEqual([]);
  });

  it("keeps a delivery's headers and body, and never a cookie or a token", async () => {
    const headers = { cookie: "session=canary", authorization: "Bearer canary", "user-agent": "GitHub-Hookshot/1" };
    const id = await accepted(await deliver(endpoint, issue(), { headers }));
    const detail = deliveryDetailSchema.parse(await (await api(ana, `/api/deliveries/${id}`)).json());
    expect(detail.headers).toMatchObject({ "x-github-event": "issues", "user-agent": "GitHub-Hookshot/1" });
    expect(JSON.stringify(detail)).not.toContain("canary");
    expect(JSON.parse(detail.body)).toEqual(issue());
    expect((await api(bo, `/api/deliveries/${id}`)).status).toBe(404);
    expect((await send(bo, "POST", `/api/deliveries/${id}/reprocess`)).status).toBe(404);
  });

  it("pages through deliveries, and filters them", async () => {
    for (let number = 1; number <= 3; number++) await accepted(await deliver(endpoint, issue({ number })));
    await accepted(await deliver(endpoint, {}, { headers: { "x-github-event": "ping" } }));
    await settled(ana);
    const first = deliveryListSchema.parse(await (await api(ana, "/api/deliveries?limit=3")).json());
    const second = deliveryListSchema.parse(
      await (await api(ana, `/api/deliveries?limit=3&cursor=${first.nextCursor}`)).json(),
    );
    expect([...first.deliveries, ...second.deliveries]).toHaveLength(4);
    expect(second.nextCursor).toBeNull();
    expect(await list(ana, "?event=ping")).toHaveLength(1);
    expect(await list(ana, "?status=done")).toHaveLength(3);
    expect(await list(ana, "?repository=api")).toHaveLength(3);
    expect(await list(ana, "?repository=web")).toHaveLength(0);
    expect((await problemOf(await api(ana, "/api/deliveries?status=nonsense"))).code).toBe("invalid-request");
    expect((await problemOf(await api(ana, "/api/deliveries?cursor=nonsense"))).code).toBe("bad-cursor");
  });
});

describe("who may deliver", () => {
  let endpoint: CreatedEndpoint;

  beforeEach(async () => {
    await addRepository(ana);
    endpoint = await addEndpoint(ana);
  });

  it("gives an endpoint that does not exist, a wrong secret and no signature the same answer", async () => {
    const path = `/webhook/github/hook_${"0".repeat(32)}`;
    const answers = [
      await deliver(endpoint, issue(), { path }),
      await deliver(endpoint, issue(), { secret: "wrong" }),
      await deliver(endpoint, issue(), { headers: { "x-hub-signature-256": "" } }),
      await deliver(endpoint, issue(), { path: "/webhook/github", secret: "wrong" }),
      await deliver(endpoint, issue({}), { path: `/webhook/jira/${endpoint.id}` }),
      // Nothing is said about a body, either.
      await deliver(endpoint, "{", { secret: "wrong" }),
      await deliver(endpoint, "{", { path: "/webhook/github" }),
      await deliver(endpoint, "[".repeat(10_000), { path }),
    ];
    const problems = await Promise.all(answers.map(problemOf));
    expect(new Set(problems.map(({ requestId, ...rest }) => JSON.stringify(rest))).size).toBe(1);
    expect(problems[0]).toMatchObject({ status: 401, code: "bad-signature" });
    expect(await list(ana)).toEqual([]);
  });

  it("refuses a changed body, and a body that is signed by another endpoint of the workspace", async () => {
    const second = await addEndpoint(ana);
    const signed = await signatureOf(endpoint.secret, new TextEncoder().encode(JSON.stringify(issue())));
    const changed = await deliver(endpoint, issue({ title: "Changed" }), {
      headers: { "x-hub-signature-256": signed },
    });
    expect(changed.status).toBe(401);
    expect((await deliver(second, issue(), { secret: endpoint.secret })).status).toBe(401);
  });

  it("lets a replaced secret count until its time, and no longer", async () => {
    const rotate = async (keepOldSeconds: number) =>
      createdEndpointSchema.parse(
        await (await api(ana, `/api/inbound-endpoints/${endpoint.id}/rotate`, { keepOldSeconds })).json(),
      );
    const second = await rotate(3_600);
    expect(second.secret).not.toBe(endpoint.secret);
    expect(second.secrets.map(({ expiresAt }) => expiresAt === null)).toEqual([true, false]);
    for (const { secret } of [endpoint, second]) await accepted(await deliver(endpoint, issue(), { secret }));
    // A third one ends the first at once: two count at a time.
    const third = await rotate(3_600);
    expect(third.secrets).toHaveLength(2);
    expect((await deliver(endpoint, issue())).status).toBe(401);
    for (const { secret } of [second, third]) await accepted(await deliver(endpoint, issue(), { secret }));
    const fourth = await rotate(0);
    expect((await deliver(endpoint, issue(), { secret: third.secret })).status).toBe(401);
    await accepted(await deliver(endpoint, issue(), { secret: fourth.secret }));
  });

  it("tells a secret once, keeps it sealed, and hides the endpoint from other workspaces", async () => {
    const listed = await (await api(ana, "/api/inbound-endpoints")).text();
    expect(endpointListSchema.parse(JSON.parse(listed)).endpoints[0]?.secrets[0]?.hint).toBe(endpoint.secret.slice(-4));
    expect(listed).not.toContain(endpoint.secret);
    const rows = await DB.prepare("SELECT * FROM inbound_secrets").all();
    expect(JSON.stringify(rows.results)).not.toContain(endpoint.secret);
    for (const [method, path] of [
      ["POST", "/rotate"],
      ["POST", "/test"],
      ["DELETE", ""],
    ] as const) {
      const answer = await send(
        bo,
        method,
        `/api/inbound-endpoints/${endpoint.id}${path}`,
        method === "POST" ? {} : undefined,
      );
      expect(answer.status, path).toBe(404);
    }
    expect((await send(ana, "DELETE", `/api/inbound-endpoints/${endpoint.id}`)).status).toBe(204);
    expect((await deliver(endpoint, issue())).status).toBe(401);
  });

  it("lets an endpoint of one repository speak for no other", async () => {
    await addRepository(ana, { key: "web", gitUrl: "https://github.com/acme/web" });
    const narrow = await addEndpoint(ana, { tracker: "github", repositoryKey: "web" });
    const id = await accepted(await deliver(narrow, issue()));
    expect(await outcomeOf(ana, id)).toMatchObject({
      status: "ignored",
      outcome: "This endpoint speaks for the repository web alone.",
    });
    expect(await runs(ana)).toEqual([]);
    expect((await deliver(narrow, issue(), { path: "/webhook/github" })).status).toBe(401);
    await send(ana, "DELETE", "/api/repositories/web");
    expect((await deliver(narrow, issue())).status).toBe(401);
  });

  it("takes a secret in the address from servers that cannot sign, and only where that was chosen", async () => {
    await addRepository(ana, { key: "j", gitUrl: "https://h.test/a/j", jira: { projects: ["PROJ"] } });
    const open = await addEndpoint(ana, { tracker: "jira", authentication: "address" });
    const unsigned = { headers: { "x-hub-signature": "" } };
    const at = (secret: string) => ({ ...unsigned, path: `${open.path}?secret=${secret}` });
    await accepted(await deliver(open, server.updated, at(open.secret)));
    expect((await deliver(open, server.updated, at("wrong"))).status).toBe(401);
    expect((await deliver(open, server.updated, unsigned)).status).toBe(401);
    expect(
      (await deliver(endpoint, issue(), { path: `${endpoint.path}?secret=${endpoint.secret}`, secret: "wrong" }))
        .status,
    ).toBe(401);
    expect((await api(ana, "/api/inbound-endpoints", { tracker: "github", authentication: "address" })).status).toBe(
      422,
    );
  });
});

describe("a bad delivery", () => {
  let endpoint: CreatedEndpoint;

  beforeEach(async () => {
    await addRepository(ana);
    endpoint = await addEndpoint(ana);
  });

  it.each([
    ["no JSON", "{", {}, 400, "malformed-json"],
    ["no event", "{}", { "x-github-event": "" }, 422, "invalid-request"],
    ["no id", "{}", { "x-github-delivery": "" }, 422, "invalid-request"],
    ["too deep", `${"[".repeat(200)}${"]".repeat(200)}`, {}, 422, "invalid-request"],
  ])("with %s is answered clearly", async (_, body, headers, status, code) => {
    const answer = await deliver(endpoint, body, { headers: headers as Record<string, string> });
    expect(await problemOf(answer)).toMatchObject({ status, code });
    expect(await list(ana)).toEqual([]);
  });

  it("that is no UTF-8 is refused after its signature was checked over the raw bytes", async () => {
    const body = Uint8Array.of(0x22, 0xff, 0x22);
    const headers = {
      "x-github-event": "issues",
      "x-github-delivery": "x",
      "x-hub-signature-256": await signatureOf(endpoint.secret, body),
    };
    const answer = await request(endpoint.path, { method: "POST", headers, body });
    expect(await problemOf(answer)).toMatchObject({ status: 400, code: "malformed-json" });
  });

  it("of more bytes than are taken is refused by its size, whoever sent it", async () => {
    const body = new Uint8Array(DELIVERY_MAX_BYTES + 1);
    for (const path of [endpoint.path, "/webhook/github", "/webhook/jira/none"]) {
      const answer = await request(path, { method: "POST", body });
      expect(await problemOf(answer)).toMatchObject({ status: 413, code: "payload-too-large" });
    }
  });

  it("of exactly as many bytes as are taken is kept whole", async () => {
    const padding = DELIVERY_MAX_BYTES - JSON.stringify(issue({ body: "" })).length;
    const id = await accepted(await deliver(endpoint, issue({ body: "x".repeat(padding) })));
    expect(await outcomeOf(ana, id)).toMatchObject({ status: "done", bodyBytes: DELIVERY_MAX_BYTES });
    const detail = deliveryDetailSchema.parse(await (await api(ana, `/api/deliveries/${id}`)).json());
    expect(detail.isBodyWhole).toBe(false);
    expect((await send(ana, "POST", `/api/deliveries/${id}/reprocess`)).status).toBe(202);
  });

  it("whose id stood for another body is refused, listed, and does nothing", async () => {
    const first = await accepted(await deliver(endpoint, issue(), { id: "same" }));
    const again = (await (await deliver(endpoint, issue(), { id: "same" })).json()) as { id: string; status: string };
    expect(again).toEqual({ id: first, status: "duplicate" });
    const other = await deliver(endpoint, issue({ number: 2 }), { id: "same" });
    expect(await problemOf(other)).toMatchObject({ status: 409, code: "delivery-conflict" });
    const all = await settled(ana);
    expect(all.map(({ status, duplicates }) => [status, duplicates])).toEqual([
      ["conflicting", 0],
      ["done", 1],
    ]);
    expect(await runs(ana)).toHaveLength(1);
    const reprocessed = await send(ana, "POST", `/api/deliveries/${all[0]!.id}/reprocess`);
    expect(await problemOf(reprocessed)).toMatchObject({ code: "delivery-conflict" });
    // The same id at another endpoint is another delivery.
    await accepted(await deliver(await addEndpoint(ana), issue({ number: 2 }), { id: "same" }));
  });
});
