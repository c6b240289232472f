import { evictDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { type Delivery, deliveryDetailSchema, deliveryListSchema } from "../../worker/domain/delivery.ts";
import {
  type CreatedEndpoint,
  createdEndpointSchema,
  endpointListSchema,
} from "../../worker/domain/inbound-endpoint.ts";
import { laneObjectName, repositoryLane } from "../../worker/domain/lane.ts";
import { problemSchema, runDetailSchema, runListSchema } from "../../worker/domain/run-schema.ts";
import { DELIVERY_MAX_BYTES } from "../../worker/webhooks/payload.ts";
import { signatureOf } from "../../worker/webhooks/signature.ts";
import { cloud, cloudFields, server } from "../fixtures/jira-deliveries.ts";
import { api, createTenant, freshDatabase, request, type Tenant } from "../support/workerd.ts";

const { DELIVERY_INBOX, RUN_QUEUE, DB } = bindings as unknown as Env;
let ana: Tenant;
let bo: Tenant;
let ids = 0;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
  bo = await createTenant("bo");
});

const send = (tenant: Tenant, method: string, path: string, body?: unknown) =>
  request(path, {
    method,
    headers: {
      authorization: `Bearer ${tenant.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function addRepository(tenant: Tenant, settings: object = {}) {
  const answer = await api(tenant, "/api/repositories", {
    key: "api",
    name: "API",
    gitUrl: "https://github.com/acme/api.git",
    ...settings,
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
}

async function addEndpoint(tenant: Tenant, settings: object = { tracker: "github" }): Promise<CreatedEndpoint> {
  const answer = await api(tenant, "/api/inbound-endpoints", settings);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return createdEndpointSchema.parse(await answer.json());
}

function issue(changes: { number?: number; minute?: number; labels?: string[]; [field: string]: unknown } = {}) {
  const { number = 1, minute = 0, labels = ["runyard"], ...rest } = changes;
  return {
    action: "labeled",
    issue: {
      number,
      title: `Issue ${number}`,
      state: "open",
      html_url: `https://github.com/acme/api/issues/${number}`,
      labels: labels.map((name) => ({ name })),
      updated_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
      ...rest,
    },
    repository: { full_name: "acme/api", clone_url: "https://github.com/acme/api.git" },
  };
}

interface Sending {
  readonly path?: string;
  readonly secret?: string;
  readonly id?: string;
  readonly headers?: Record<string, string>;
}

async function deliver(endpoint: CreatedEndpoint, payload: unknown, sending: Sending = {}): Promise<Response> {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const signature = await signatureOf(sending.secret ?? endpoint.secret, new TextEncoder().encode(body));
  const own: Record<string, string> =
    endpoint.tracker === "github"
      ? {
          "x-github-event": "issues",
          "x-github-delivery": sending.id ?? `id-${++ids}`,
          "x-hub-signature-256": signature,
        }
      : { "x-hub-signature": signature, ...(sending.id ? { "x-atlassian-webhook-identifier": sending.id } : {}) };
  const headers = { "content-type": "application/json", ...own, ...sending.headers };
  return request(sending.path ?? endpoint.path, { method: "POST", headers, body });
}

async function accepted(answer: Response): Promise<string> {
  expect(answer.status, await answer.clone().text()).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}

async function problemOf(answer: Response) {
  const problem = problemSchema.parse(await answer.json());
  expect(problem.status).toBe(answer.status);
  return problem;
}

async function list(tenant: Tenant, query = ""): Promise<Delivery[]> {
  const answer = await api(tenant, `/api/deliveries${query}`);
  return deliveryListSchema.parse(await answer.json()).deliveries;
}

async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until nothing is received or settling, and answers with all deliveries, newest first. */
const settled = (tenant: Tenant) =>
  until(
    () => list(tenant, "?limit=200"),
    (all) => all.every(({ status }) => status !== "received" && status !== "settling"),
  );

async function outcomeOf(tenant: Tenant, id: string): Promise<Delivery> {
  return (await settled(tenant)).find((delivery) => delivery.id === id)!;
}

async function runs(tenant: Tenant) {
  return runListSchema.parse(await (await api(tenant, "/api/runs?limit=200")).json()).runs;
}

/** Pauses the lane, so that its runs wait. */
async function occupyLane(tenant: Tenant, key = "api") {
  const lane = repositoryLane(key);
  const queue = RUN_QUEUE.get(RUN_QUEUE.idFromName(laneObjectName(tenant.workspaceId, lane)));
  const address = { workspaceId: tenant.workspaceId, lane };
  await queue.command(address, { type: "pause", by: "a test" });
  return () => queue.command(address, { type: "resume" });
}

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

describe("an issue's run", () => {
  let endpoint: CreatedEndpoint;

  beforeEach(async () => {
    await addRepository(ana);
    endpoint = await addEndpoint(ana);
  });

  it("is one, however often and in whatever order its deliveries come", async () => {
    await occupyLane(ana);
    const history = [1, 2, 3, 4, 5].map((minute) =>
      issue({ minute, title: `Title ${minute}`, labels: minute === 3 ? [] : ["runyard", "low"] }),
    );
    for (const index of [4, 0, 2, 0, 3, 1, 4, 2]) await accepted(await deliver(endpoint, history[index]!));
    await settled(ana);
    expect(await runs(ana)).toMatchObject([{ state: "queued", title: "Title 5", priority: "low" }]);
    for (const payload of history) await accepted(await deliver(endpoint, payload));
    await settled(ana);
    expect(await runs(ana)).toHaveLength(1);
  });

  it("is changed while it waits", async () => {
    await occupyLane(ana);
    await accepted(await deliver(endpoint, issue({ minute: 1 })));
    await settled(ana);
    const id = await accepted(
      await deliver(endpoint, issue({ minute: 2, title: "Better said", labels: ["runyard", "hotfix"] })),
    );
    const { outcome, runId } = await outcomeOf(ana, id);
    expect(outcome).toBe("The run that waits was changed.");
    const run = runDetailSchema.parse(await (await api(ana, `/api/runs/${runId}`)).json());
    expect(run).toMatchObject({
      state: "queued",
      title: "Better said",
      priority: "urgent",
      issue: { labels: ["runyard", "hotfix"] },
    });
    expect(
      await until(
        () => runs(ana),
        ([first]) => first?.title === "Better said",
      ),
    ).toHaveLength(1);
  });

  it.each([
    ["closed", { state: "closed" }, "The issue is closed."],
    ["unlabelled", { labels: [] }, "none of the labels"],
  ])("is cancelled with the reason when its issue is %s while it waits", async (_, changes, reason) => {
    const resume = await occupyLane(ana);
    await accepted(await deliver(endpoint, issue({ minute: 1 })));
    await settled(ana);
    const id = await accepted(await deliver(endpoint, issue({ minute: 2, ...changes })));
    const delivery = await outcomeOf(ana, id);
    expect(delivery.outcome).toMatch(/^The run that waited was cancelled\./);
    expect(await (await api(ana, `/api/runs/${delivery.runId}/log.txt`)).text()).toContain(reason);
    await resume();
    expect(
      await until(
        () => runs(ana),
        ([run]) => run?.state === "cancelled",
      ),
    ).toHaveLength(1);
    await accepted(await deliver(endpoint, issue({ minute: 3 })));
    await settled(ana);
    expect(await runs(ana)).toHaveLength(2);
  });

  it("is cancelled when its repository is deleted while it waits", async () => {
    await occupyLane(ana);
    await accepted(await deliver(endpoint, issue()));
    await settled(ana);
    await send(ana, "DELETE", "/api/repositories/api");
    await until(
      () => runs(ana),
      ([run]) => run?.state === "cancelled",
    );
  });

  it("begins anew when the issue is labelled anew after it began, and not when it is edited", async () => {
    const ended = () =>
      until(
        () => runs(ana),
        (all) => all.every(({ finishedAt }) => finishedAt !== null),
      );
    for (const [minute, changes, expected] of [
      [1, {}, 1],
      [2, { title: "Edited" }, 1],
      [3, { labels: [] }, 1],
      [4, {}, 2],
    ] as const) {
      await accepted(await deliver(endpoint, issue({ minute, ...(changes as Record<string, unknown>) })));
      await settled(ana);
      expect(await ended()).toHaveLength(expected);
    }
  });

  it("is started by processing a delivery again after configuration changed", async () => {
    const id = await accepted(await deliver(endpoint, issue({ labels: ["bug"] })));
    expect((await outcomeOf(ana, id)).outcome).toContain("none of the labels");
    await send(ana, "PUT", "/api/repositories/api", {
      key: "api",
      name: "API",
      gitUrl: "https://github.com/acme/api.git",
      takeLabels: ["bug"],
    });
    for (let again = 0; again < 2; again++) {
      expect((await send(ana, "POST", `/api/deliveries/${id}/reprocess`)).status).toBe(202);
      await settled(ana);
    }
    expect(await runs(ana)).toHaveLength(1);
  });

  it("comes of Jira's deliveries, too, by component and priority", async () => {
    await addRepository(ana, {
      key: "web",
      gitUrl: "https://h.test/a/web",
      jira: { projects: ["PROJ"], components: ["frontend"] },
    });
    await addRepository(ana, { key: "rest", gitUrl: "https://h.test/a/rest", jira: { projects: ["PROJ"] } });
    const jira = await addEndpoint(ana, { tracker: "jira" });
    await accepted(await deliver(jira, cloud.updated, { path: "/webhook/jira", id: "abc" }));
    const fields = { ...cloudFields, components: [] };
    await accepted(
      await deliver(jira, { ...cloud.updated, issue: { ...cloud.updated.issue, id: "7", key: "PROJ-7", fields } }),
    );
    const sprint = await accepted(await deliver(jira, cloud.sprint));
    expect((await outcomeOf(ana, sprint)).status).toBe("ignored");
    const lanes = (await runs(ana)).map(({ lane, priority }) => [lane, priority]);
    expect(lanes.toSorted()).toEqual([
      ["repository:rest", "high"],
      ["repository:web", "high"],
    ]);
  });

  it("survives that the inbox is evicted at any time", async () => {
    const inbox = DELIVERY_INBOX.get(DELIVERY_INBOX.idFromName(ana.workspaceId));
    for (let number = 1; number <= 5; number++) {
      await accepted(await deliver(endpoint, issue({ number })));
      await evictDurableObject(inbox as unknown as DurableObjectStub);
    }
    expect(await settled(ana)).toHaveLength(5);
    expect(await runs(ana)).toHaveLength(5);
  });
});

describe("a test delivery", () => {
  it("goes the way of any other, says what would happen, and starts nothing", async () => {
    await addRepository(ana, { takeLabels: ["take-me"], jira: { projects: ["PROJ"], components: ["core"] } });
    for (const settings of [
      { tracker: "github" },
      { tracker: "jira" },
      { tracker: "jira", authentication: "address" },
    ]) {
      const { id } = await addEndpoint(ana, settings);
      const delivery = (await (await api(ana, `/api/inbound-endpoints/${id}/test`, {})).json()) as Delivery;
      expect(delivery).toMatchObject({
        status: "done",
        endpointId: id,
        outcome: "A test: it would start a run in api with the priority normal.",
      });
    }
    expect(await runs(ana)).toEqual([]);
  });

  it("needs a repository to speak for", async () => {
    const { id } = await addEndpoint(ana);
    expect(await problemOf(await api(ana, `/api/inbound-endpoints/${id}/test`, {}))).toMatchObject({
      code: "invalid-request",
    });
  });
});
