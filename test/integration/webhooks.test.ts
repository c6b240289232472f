import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import type { RunStateName } from "../../worker/domain/run.ts";
import {
  createdEndpointSchema,
  ENDPOINTS_MAX,
  endpointListSchema,
  endpointSchema,
  messageDetailSchema,
  messageListSchema,
} from "../../worker/domain/webhook-endpoint.ts";
import { RUN_EVENT_TYPES, runEventSchema, type ToldRun } from "../../worker/domain/webhook-events.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { type SubscriberRow, subscribersOf, toSubscribers } from "../../worker/store/webhooks.ts";
import { notifyRunEvents } from "../../worker/webhooks/notify-run-events.ts";
import { receiverPlace as place } from "../support/receiver-place.ts";
import { toldRun as run } from "../support/told-run.ts";
import { api, createTenant, freshDatabase, problemOf, request, type Tenant, until } from "../support/workerd.ts";

const { DB, WEBHOOK_SENDER } = bindings as unknown as Env;
let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
  bo = await createTenant("bo");
});

function send(tenant: Tenant, method: string, path: string, body?: unknown): Promise<Response> {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  return request(`/api/webhooks${path}`, {
    method,
    headers: { authorization: `Bearer ${tenant.token}`, ...json },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

async function create(url: string, events: readonly string[] = RUN_EVENT_TYPES, tenant = ana) {
  const answer = await send(tenant, "POST", "", { url, events });
  expect(answer.status).toBe(201);
  const { endpoint, secret } = createdEndpointSchema.parse(await answer.json());
  return { id: endpoint.id, secret };
}

const senderOf = (endpointId: string) => WEBHOOK_SENDER.get(WEBHOOK_SENDER.idFromName(endpointId));

/** As a crash would: whatever is under way in the object is gone. */
async function kill(endpointId: string): Promise<void> {
  const object = senderOf(endpointId) as unknown as DurableObjectStub;
  await runInDurableObject(object, (_, state) => state.abort("killed by the test")).catch(() => {});
}

async function notify(told: ToldRun, before: RunStateName | null = null): Promise<void> {
  const rows = await subscribersOf(openDatabase(DB), ana.workspaceId).all<SubscriberRow>();
  await notifyRunEvents(senderOf, toSubscribers(rows.results), ana.workspaceId, told, before);
}

async function message(endpointId: string, id: string) {
  return messageDetailSchema.parse(await (await send(ana, "GET", `/${endpointId}/messages/${id}`)).json());
}

const settled = (endpointId: string, id: string) =>
  until(
    () => message(endpointId, id),
    (each) => each.nextAttemptAt === null && each.state !== "sent",
  );

const endpoint = async (id: string) => endpointSchema.parse(await (await send(ana, "GET", `/${id}`)).json());

describe("a run's events", () => {
  it("reach an endpoint once each, signed as Standard Webhooks asks", async () => {
    const { url, received } = place();
    const { id, secret } = await create(url);
    await notify(run("1"));
    const lines = await until(received, (each) => each.length >= 3);
    expect(lines.map((line) => line.id).toSorted()).toEqual(["msg_1_queued", "msg_1_started", "msg_1_succeeded"]);
    for (const { body, headers } of lines) {
      const payload = runEventSchema.parse(new Webhook(secret).verify(body, headers));
      expect(payload.data).toMatchObject({ workspaceId: ana.workspaceId, run: { id: "run_1", title: "Greet" } });
      expect(headers).toMatchObject({ "content-type": "application/json", "user-agent": "Runyard-Webhooks" });
    }
    const last = await settled(id, "msg_1_succeeded");
    expect(last).toMatchObject({ state: "acknowledged", attempts: 1, lastStatus: 200, runId: "run_1" });
    expect(last.attemptLog).toMatchObject([{ attempt: 1, status: 200, problem: null, excerpt: "answered 200" }]);
  });

  it("are sent once however often they are told, and only what is new and wanted", async () => {
    const { url, received } = place();
    const { id } = await create(url, ["run.queued", "run.succeeded"]);
    await notify(run("1", "queued"));
    await Promise.all([notify(run("1")), notify(run("1")), notify(run("1"), "queued")]);
    await settled(id, "msg_1_succeeded");
    await notify(run("1"));
    const list = await until(
      async () => messageListSchema.parse(await (await send(ana, "GET", `/${id}/messages`)).json()),
      ({ messages }) => messages.length === 2 && messages.every((each) => each.state === "acknowledged"),
    );
    expect(list.messages.map((each) => each.id)).toEqual(["msg_1_succeeded", "msg_1_queued"]);
    expect((await received()).length).toBe(2);
  });

  it("are told by the run itself, from its acceptance to its end", async () => {
    const { url, received } = place();
    await create(url);
    const code = "await new Promise((resolve) => setTimeout(resolve, 50)); throw new Error('oh');";
    const answer = await api(ana, "/api/execute", { language: "typescript", code });
    const { runId } = (await answer.json()) as { runId: string };
    const lines = await until(received, (each) => each.length === 3);
    const told = lines.map((line) => runEventSchema.parse(JSON.parse(line.body)));
    expect(told.map(({ type }) => type).toSorted()).toEqual(["run.failed", "run.queued", "run.started"]);
    for (const { data } of told) expect(data.run.id).toBe(runId);
    const end = told.find(({ type }) => type === "run.failed");
    expect(end?.data.run).toMatchObject({ state: "failed", error: { category: "runtime", message: "oh" } });
  });

  it("go to the workspace of the run alone", async () => {
    const [own, foreign] = [place(), place()];
    const { id } = await create(own.url);
    await create(foreign.url, RUN_EVENT_TYPES, bo);
    await notify(run("1"));
    await settled(id, "msg_1_succeeded");
    expect(await foreign.received()).toEqual([]);
  });
});

describe("a delivery that fails", () => {
  const tell = async (answers: string) => {
    const { url, received } = place(answers);
    const { id, secret } = await create(url, ["run.succeeded"]);
    await notify(run("1"));
    return { id, secret, received, end: await settled(id, "msg_1_succeeded") };
  };

  it.each([
    ["an error", "500,200", "The receiver answered 500.", 500],
    ["too many requests", "429:0,200", "The receiver answered 429.", 429],
    ["silence", "hang,200", "No answer came within 0.5 s.", null],
    ["a cut connection", "cut,200", "No connection, or it was cut.", null],
    ["a gateway's error", "502,200", "A gateway answered 502 in the receiver's place.", 502],
    ["a redirect", "redirect,200", "The receiver redirects (302). That is not followed", 302],
  ])("is repeated after %s, under the same id, and both attempts are kept", async (_, answers, problem, status) => {
    const { end, received, secret } = await tell(answers);
    expect(end).toMatchObject({ state: "acknowledged", attempts: 2, lastStatus: 200 });
    expect(end.attemptLog).toMatchObject([
      { attempt: 1, status },
      { attempt: 2, status: 200, problem: null },
    ]);
    expect(end.attemptLog[0]?.problem).toContain(problem);
    const lines = await received();
    expect(new Set(lines.map((line) => line.id))).toEqual(new Set(["msg_1_succeeded"]));
    for (const { body, headers } of lines) new Webhook(secret).verify(body, headers);
  });

  it("waits as long as Retry-After says", async () => {
    const { end } = await tell("503:1,200");
    const [first, second] = end.attemptLog.map((each) => Date.parse(each.startedAt));
    expect(second! - first!).toBeGreaterThanOrEqual(1_000);
  });

  it("is given up as refused when the receiver said no each time, and disables a receiver that took nothing meanwhile", async () => {
    const { id, end } = await tell("500");
    expect(end).toMatchObject({ state: "refused", attempts: 4, nextAttemptAt: null, lastStatus: 500 });
    const disabled = await until(
      () => endpoint(id),
      (each) => !each.enabled,
    );
    expect(disabled.disabled?.reason).toBe("failing");
  });

  it("stays unknown when the receiver never answered, which it may have taken", async () => {
    const { end, received } = await tell("cut");
    expect(end).toMatchObject({ state: "unknown", attempts: 4, nextAttemptAt: null, lastStatus: null });
    expect(new Set((await received()).map((line) => line.id)).size).toBe(1);
  });

  it("does not disable a receiver that takes other messages", async () => {
    const { url } = place("500,500,200,500,500,500,500");
    const { id } = await create(url, ["run.succeeded"]);
    await notify(run("1"));
    await notify(run("2"));
    const ends = await Promise.all([settled(id, "msg_1_succeeded"), settled(id, "msg_2_succeeded")]);
    expect(ends.map((end) => end.state).toSorted()).toEqual(["acknowledged", "refused"]);
    expect((await endpoint(id)).enabled).toBe(true);
  });

  it("ends at once when the receiver says 410, and disables the endpoint", async () => {
    const { id, end, received } = await tell("410");
    expect(end).toMatchObject({ state: "refused", attempts: 1 });
    const disabled = await until(
      () => endpoint(id),
      (each) => !each.enabled,
    );
    expect(disabled.disabled?.reason).toBe("gone");
    await notify(run("2"));
    expect(await received()).toEqual([]);
    expect((await send(ana, "GET", `/${id}/messages/msg_2_succeeded`)).status).toBe(404);
  });

  it("reads the start of a huge answer alone", async () => {
    const { end } = await tell("huge");
    expect(end).toMatchObject({ state: "acknowledged", lastStatus: 200 });
    expect(end.attemptLog[0]?.excerpt).toBe("x".repeat(1_000));
  });

  it("of a slow receiver holds up nobody else", async () => {
    const [slow, quick] = [place("hang"), place()];
    const { id: slowId } = await create(slow.url, ["run.succeeded"]);
    await create(quick.url, ["run.succeeded"]);
    for (let index = 0; index < 20; index++) await notify(run(String(index)));
    await until(quick.received, (lines) => lines.length === 20);
    const waiting = await message(slowId, "msg_19_succeeded");
    expect(waiting.state).toBe("intended");
    expect(waiting.attempts).toBe(0);
  });
});

describe("a sender that dies", () => {
  it("between sent and answered sends again under the same id: the receiver's ledger holds the message once", async () => {
    const { url, received } = place("hang,200");
    const { id } = await create(url, ["run.succeeded"]);
    await notify(run("1"));
    await until(received, (lines) => lines.length === 1);
    await kill(id);
    const end = await settled(id, "msg_1_succeeded");
    expect(end).toMatchObject({ state: "acknowledged", attempts: 2 });
    expect(end.attemptLog[0]).toMatchObject({ status: null, problem: "The server went down before an answer came." });
    const lines = await received();
    expect(lines.map((line) => line.id)).toEqual(["msg_1_succeeded", "msg_1_succeeded"]);
    expect(lines[0]?.body).toBe(lines[1]?.body);
  });

  it("before it sent anything sends afterwards", async () => {
    const { url, received } = place();
    const { id } = await create(url, ["run.succeeded"]);
    await notify(run("1"));
    await kill(id);
    await until(received, (lines) => lines.length === 1);
  });

  it("without a database keeps its messages, and sends them when it is back", async () => {
    const { url, received } = place();
    const { id } = await create(url, ["run.succeeded"]);
    await DB.exec("ALTER TABLE webhook_endpoints RENAME TO away");
    const messages = [{ id: "msg_1", event: "run.succeeded", runId: null, body: "{}" } as const];
    await senderOf(id).notify({ endpointId: id, workspaceId: ana.workspaceId, messages });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await DB.exec("ALTER TABLE away RENAME TO webhook_endpoints");
    const at = await runInDurableObject(senderOf(id) as unknown as DurableObjectStub, async (_, state) =>
      state.storage.getAlarm(),
    );
    expect(at).toBeGreaterThan(Date.now());
    await until(received, (lines) => lines.length === 1);
  });
});

describe("a sender with much to do", () => {
  const messages = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `msg_${index}`,
      event: "run.succeeded" as const,
      runId: null,
      body: "{}",
    }));

  it("sends more than one alarm may, each message once", async () => {
    const { url, received } = place();
    const { id } = await create(url);
    await senderOf(id).notify({ endpointId: id, workspaceId: ana.workspaceId, messages: messages(230) });
    const lines = await until(received, (each) => each.length >= 230);
    expect(new Set(lines.map((line) => line.id)).size).toBe(230);
    expect(lines.length).toBe(230);
  }, 60_000);

  it("takes no more than may wait, and disables the endpoint", async () => {
    const { url, received } = place();
    const { id } = await create(url);
    await send(ana, "POST", `/${id}/test`);
    await until(received, (lines) => lines.length === 1);
    await senderOf(id).notify({ endpointId: id, workspaceId: ana.workspaceId, messages: messages(10_001) });
    const disabled = await until(
      () => endpoint(id),
      (each) => !each.enabled,
    );
    expect(disabled.disabled?.reason).toBe("backlog");
    expect((await received()).length).toBe(1);
  });

  it("forgets settled messages beyond the last thousand, here and in the database", async () => {
    const { url } = place();
    const { id } = await create(url);
    await notify(run("1", "queued"));
    await settled(id, "msg_1_queued");
    await runInDurableObject(senderOf(id) as unknown as DurableObjectStub, (_, state) => {
      // As if a thousand others had been made since.
      state.storage.sql.exec("UPDATE messages SET ordinal = ordinal - 1000");
    });
    await send(ana, "POST", `/${id}/test`);
    await until(
      () => senderOf(id).describe("msg_1_queued"),
      (each) => each === null,
    );
    const list = messageListSchema.parse(await (await send(ana, "GET", `/${id}/messages`)).json());
    expect(list.messages.map((each) => each.event)).toEqual(["webhook.test"]);
  });
});

describe("resending", () => {
  it("sends a message again under its id, also one that was refused, once the endpoint is enabled", async () => {
    const { url, received } = place("410,200");
    const { id } = await create(url, ["run.succeeded"]);
    await notify(run("1"));
    await settled(id, "msg_1_succeeded");
    await until(
      () => endpoint(id),
      (each) => !each.enabled,
    );
    const path = `/${id}/messages/msg_1_succeeded/resend`;
    expect(await problemOf(await send(ana, "POST", path))).toMatchObject({ status: 409, code: "endpoint-disabled" });
    const enabled = endpointSchema.parse(await (await send(ana, "PATCH", `/${id}`, { enabled: true })).json());
    expect(enabled).toMatchObject({ enabled: true, disabled: null });
    expect((await send(ana, "POST", path)).status).toBe(202);
    expect(await settled(id, "msg_1_succeeded")).toMatchObject({ state: "acknowledged", attempts: 2 });
    expect((await send(ana, "POST", path)).status).toBe(202);
    await until(received, (lines) => lines.length === 2);
    expect(await problemOf(await send(ana, "POST", `/${id}/messages/msg_9_failed/resend`))).toMatchObject({
      code: "not-found",
    });
  });

  it("waits for the answer of an attempt that is on its way", async () => {
    const { url, received } = place("hang");
    const { id } = await create(url, ["run.succeeded"]);
    await notify(run("1"));
    await until(received, (lines) => lines.length === 1);
    const answer = await send(ana, "POST", `/${id}/messages/msg_1_succeeded/resend`);
    expect(await problemOf(answer)).toMatchObject({ code: "message-on-its-way" });
  });
});

describe("/api/webhooks", () => {
  it("keeps messages while an endpoint is disabled, and sends what waits when it is enabled", async () => {
    const { url, received } = place("500,200");
    const { id } = await create(url, ["run.succeeded"]);
    await notify(run("1"));
    await until(
      () => message(id, "msg_1_succeeded"),
      (each) => each.attempts === 1,
    );
    const off = endpointSchema.parse(await (await send(ana, "PATCH", `/${id}`, { enabled: false })).json());
    expect(off).toMatchObject({ enabled: false, disabled: { reason: "person" } });
    await notify(run("2"));
    await send(ana, "PATCH", `/${id}`, { enabled: true });
    await until(received, (lines) => lines.length === 1);
    expect((await received())[0]?.id).toBe("msg_1_succeeded");
  });

  it("sends a test message, whatever the endpoint is subscribed to", async () => {
    const { url, received } = place();
    const { id, secret } = await create(url, ["run.failed"]);
    const sent = messageDetailSchema.parse(await (await send(ana, "POST", `/${id}/test`)).json());
    expect(sent).toMatchObject({ event: "webhook.test", runId: null });
    const [line] = await until(received, (lines) => lines.length === 1);
    expect(line?.id).toBe(sent.id);
    expect(new Webhook(secret).verify(line!.body, line!.headers)).toMatchObject({ data: { endpointId: id } });
    expect((await endpoint(id)).lastMessage).toMatchObject({ id: sent.id });
  });

  it("signs with both secrets after a rotation, for a day", async () => {
    const { url, received } = place();
    const { id, secret: before } = await create(url);
    const rotated = createdEndpointSchema.parse(await (await send(ana, "POST", `/${id}/rotate-secret`)).json());
    expect(rotated.secret).not.toBe(before);
    const test = async () => {
      const known = (await received()).length;
      await send(ana, "POST", `/${id}/test`);
      return (await until(received, (lines) => lines.length > known)).at(-1)!;
    };
    const during = await test();
    for (const secret of [before, rotated.secret]) new Webhook(secret).verify(during.body, during.headers);
    await DB.exec("UPDATE webhook_endpoints SET previous_secret_expires_at = 1");
    const after = await test();
    new Webhook(rotated.secret).verify(after.body, after.headers);
    expect(() => new Webhook(before).verify(after.body, after.headers)).toThrow();
    expect((await endpoint(id)).previousSecretExpiresAt).toBeNull();
  });

  it("shows no secret again, and keeps none in clear", async () => {
    const { id, secret } = await create(place().url);
    for (const path of ["", `/${id}`]) expect(await (await send(ana, "GET", path)).text()).not.toContain("whsec_");
    const row = await DB.prepare("SELECT * FROM webhook_endpoints").first();
    expect(JSON.stringify(row)).not.toContain(secret.slice("whsec_".length));
  });

  it("deletes an endpoint with its messages", async () => {
    const { id } = await create(place().url);
    await notify(run("1"));
    await settled(id, "msg_1_succeeded");
    expect((await send(ana, "DELETE", `/${id}`)).status).toBe(204);
    expect((await send(ana, "GET", `/${id}`)).status).toBe(404);
    expect(await senderOf(id).describe("msg_1_succeeded")).toBeNull();
    expect(await DB.prepare("SELECT count(*) AS count FROM webhook_messages").first("count")).toBe(0);
  });

  it("pages through messages by cursor", async () => {
    const { id } = await create(place().url);
    await notify(run("1"));
    await settled(id, "msg_1_succeeded");
    const page = async (query: string) =>
      messageListSchema.parse(await (await send(ana, "GET", `/${id}/messages?${query}`)).json());
    const first = await page("limit=2");
    const rest = await page(`limit=2&cursor=${first.nextCursor}`);
    expect([...first.messages, ...rest.messages].map((each) => each.id)).toEqual([
      "msg_1_succeeded",
      "msg_1_started",
      "msg_1_queued",
    ]);
    expect(rest.nextCursor).toBeNull();
    expect(await problemOf(await send(ana, "GET", `/${id}/messages?cursor=x`))).toMatchObject({ code: "bad-cursor" });
  });

  it("holds at most so many endpoints", async () => {
    const created = await Promise.all(
      Array.from({ length: ENDPOINTS_MAX + 2 }, () =>
        send(ana, "POST", "", { url: "https://example.com", events: ["run.failed"] }).then((answer) => answer.status),
      ),
    );
    expect(created.filter((status) => status === 201).length).toBeLessThanOrEqual(ENDPOINTS_MAX);
    expect(created.filter((status) => status === 409).length).toBeGreaterThanOrEqual(2);
    const list = endpointListSchema.parse(await (await send(ana, "GET", "")).json());
    expect(list.endpoints.length).toBe(created.filter((status) => status === 201).length);
  });

  it.each([
    ["no URL", { events: ["run.failed"] }, "url"],
    ["a URL that is none", { url: "nowhere", events: ["run.failed"] }, "url"],
    ["a URL with a password", { url: "https://a:b@example.com", events: ["run.failed"] }, "url"],
    ["no event", { url: "https://example.com", events: [] }, "events"],
    ["an unknown event", { url: "https://example.com", events: ["run.exploded"] }, "events.0"],
    ["an event twice", { url: "https://example.com", events: ["run.failed", "run.failed"] }, "events"],
    ["a field that is not known", { url: "https://example.com", events: ["run.failed"], secret: "x" }, "secret"],
  ])("refuses an endpoint with %s, and says where", async (_, body, path) => {
    const problem = await problemOf(await send(ana, "POST", "", body));
    expect(problem).toMatchObject({ status: 422, code: "invalid-request" });
    expect(problem.errors?.map((error) => error.path)).toContain(path);
  });

  it("refuses a change that changes nothing, and JSON that is none", async () => {
    const { id } = await create(place().url);
    expect((await send(ana, "PATCH", `/${id}`, {})).status).toBe(422);
    expect((await send(ana, "PATCH", `/${id}`, "{")).status).toBe(400);
    expect((await send(ana, "PATCH", `/${id}`, { url: "nowhere" })).status).toBe(422);
  });

  it("treats the endpoints of another workspace like none", async () => {
    const { id } = await create(place().url);
    await notify(run("1"));
    const asks: [string, string, unknown?][] = [
      ["GET", `/${id}`],
      ["PATCH", `/${id}`, { enabled: false }],
      ["DELETE", `/${id}`],
      ["POST", `/${id}/rotate-secret`],
      ["POST", `/${id}/test`],
      ["GET", `/${id}/messages`],
      ["GET", `/${id}/messages/msg_1_succeeded`],
      ["POST", `/${id}/messages/msg_1_succeeded/resend`],
    ];
    for (const [method, path, body] of asks) {
      const problem = await problemOf(await send(bo, method, path, body));
      expect(problem.code, `${method} ${path}`).toBe("not-found");
    }
    expect((await endpoint(id)).enabled).toBe(true);
  });
});
