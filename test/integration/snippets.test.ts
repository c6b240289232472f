/** Snippets through the API and the console's forms: versions, parameters, imports, runs, and runs by the clock. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { Scheduler, type SchedulerPorts } from "../../durable-objects/snippet-scheduler/scheduler.ts";
import { ScheduleStorage } from "../../durable-objects/snippet-scheduler/storage.ts";
import { WakeUp } from "../../durable-objects/wake-up.ts";
import { fail } from "../../worker/domain/errors.ts";
import { newId } from "../../worker/domain/ids.ts";
import { snippetVersionSchema } from "../../worker/domain/snippet.ts";
import { START_RETRY_MS, scheduleViewSchema } from "../../worker/domain/snippet-schedule.ts";
import { createLogger } from "../../worker/log.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import { program, stateOf } from "../support/runs.ts";
import {
  api,
  browse,
  createPerson,
  createTenant,
  env,
  freshDatabase,
  request,
  type Tenant,
} from "../support/workerd.ts";

let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  [ana, bo] = [await createTenant("ana"), await createTenant("bo")];
});

const send = (who: Tenant, method: string, path: string, body?: unknown) =>
  request(path, {
    method,
    headers: {
      authorization: `Bearer ${who.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const DOUBLE = { language: "typescript", code: "export const double = (n: number) => 2 * n;" };
const USER = { language: "typescript", code: 'import { double } from "snippets/math";\nexport default double(21);' };

async function save(name: string, rest: object): Promise<void> {
  const answer = await api(ana, "/api/snippets", { name, ...rest });
  expect(answer.status, await answer.clone().text()).toBe(201);
  snippetVersionSchema.parse(await answer.json());
}

async function resultOf(answer: Response): Promise<unknown> {
  expect(answer.status, await answer.clone().text()).toBe(202);
  const { runId } = (await answer.json()) as { runId: string };
  return (await stateOf(ana, runId, "succeeded")).result;
}

const detailOf = async (answer: Response) => {
  const { detail: said } = (await answer.json()) as { detail: string };
  return [answer.status, said];
};

describe("a snippet", () => {
  it("is saved in versions that never change, and restored as another one", async () => {
    await save("math", { ...DOUBLE, note: "first" });
    const changed = { ...DOUBLE, code: "export const double = (n: number) => n + n;", note: "adds" };
    expect(await (await send(ana, "PUT", "/api/snippets/math", changed)).json()).toMatchObject({ version: 2 });
    // The same again is no news.
    expect(await (await send(ana, "PUT", "/api/snippets/math", changed)).json()).toMatchObject({ version: 2 });
    const restored = await browse(ana, "/snippets/math/restorations", { version: "1" });
    expect([restored.status, restored.headers.get("location")]).toEqual([303, "/snippets/math?saved"]);
    const { versions } = (await (await api(ana, "/api/snippets/math/versions")).json()) as { versions: unknown[] };
    expect(versions).toMatchObject([
      { version: 3, note: "Version 1 restored", createdBy: "ana" },
      { version: 2, note: "adds" },
      { version: 1, note: "first" },
    ]);
    const second = await (await api(ana, "/api/snippets/math?version=2")).json();
    expect(second).toMatchObject({ version: 2, files: { "main.ts": changed.code } });
    expect((await api(bo, "/api/snippets/math")).status).toBe(404);
  });

  it("keeps every version when many save at once", async () => {
    await save("math", DOUBLE);
    const saved = await Promise.all(
      Array.from({ length: 8 }, (_, i) => send(ana, "PUT", "/api/snippets/math", { ...DOUBLE, description: `${i}` })),
    );
    const numbers = await Promise.all(
      saved.map(async (answer) => ((await answer.json()) as { version: number }).version),
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("says what is wrong with what is sent", async () => {
    await save("math", DOUBLE);
    const refusal = async (body: object) => detailOf(await api(ana, "/api/snippets", { name: "other", ...body }));
    expect(await refusal({ ...DOUBLE, name: "math" })).toEqual([409, expect.stringContaining('"math" is taken')]);
    expect(await refusal({ ...DOUBLE, name: "Not Kebab" })).toEqual([422, expect.stringContaining("lower-case words")]);
    expect(await refusal({ language: "typescript" })).toEqual([
      422,
      expect.stringContaining("give either code or files"),
    ]);
    expect(await refusal({ ...DOUBLE, manifest: { capabilities: ["stories.fly"] } })).toEqual([
      422,
      expect.stringContaining('"stories.fly": no capability'),
    ]);
    expect(await refusal({ ...DOUBLE, parameters: [{ name: "a", type: "enum" }] })).toEqual([
      422,
      expect.stringContaining("an enum needs options"),
    ]);
    const twice = [1, 2].map(() => ({ name: "a", type: "number", default: "x" }));
    const [status, said] = await refusal({ ...DOUBLE, parameters: twice });
    expect(status).toBe(422);
    expect(said).toContain("must be a number");
  });
});

describe("a run of a snippet", () => {
  const parameters = [
    { name: "day", type: "string", required: true },
    { name: "count", type: "number", default: 2 },
    { name: "isLoud", type: "boolean", default: false },
    { name: "level", type: "enum", options: ["low", "high"] },
  ];

  it("has its parameters, checked and with defaults, as context and on standard input", async () => {
    await save("report", { language: "typescript", code: "export default context;", parameters });
    const run = (body: object) => api(ana, "/api/snippets/report/run", body);
    expect(await resultOf(await run({ parameters: { day: "2026-01-02" } }))).toEqual({
      ...{ day: "2026-01-02", count: 2, isLoud: false, level: null },
    });
    const wrong = { count: "3", level: "middling", other: 1 };
    expect(await detailOf(await run({ parameters: wrong }))).toEqual([
      422,
      "parameters.other: is no parameter. The snippet has day, count, isLoud, level; parameters.day: is required; " +
        "parameters.count: must be a number; parameters.level: must be one of low, high",
    ]);
    await save("echo", {
      language: "javascript",
      code: 'import { stdin } from "runyard"; export default JSON.parse(await stdin.text())',
      parameters,
    });
    expect(
      await resultOf(await api(ana, "/api/snippets/echo/run", { parameters: { day: "x", count: 1 } })),
    ).toMatchObject({
      ...{ day: "x", count: 1 },
    });
  });

  it("imports the newest version of another one, or the one that it names, and is replayed and retried as it was", async () => {
    await save("math", DOUBLE);
    await save("user", USER);
    const first = await api(ana, "/api/snippets/user/run", {});
    const { runId } = (await first.clone().json()) as { runId: string };
    expect(await resultOf(first)).toBe(42);
    await send(ana, "PUT", "/api/snippets/math", { ...DOUBLE, code: "export const double = (n: number) => 3 * n;" });
    expect(await resultOf(await api(ana, "/api/snippets/user/run", {}))).toBe(63);
    const pinned = program(USER.code.replace("snippets/math", "snippets/math@1"));
    expect(await (await api(ana, "/api/execute", pinned)).json()).toMatchObject({ success: true, result: 42 });
    // What ran, runs again: also when nothing of it is left.
    expect((await send(ana, "DELETE", "/api/snippets/math")).status).toBe(204);
    expect(await (await api(ana, `/api/runs/${runId}/replay`, {})).json()).toMatchObject({ identical: true });
    expect(await resultOf(await api(ana, `/api/runs/${runId}/retry`, {}))).toBe(42);
    expect(await detailOf(await api(ana, "/api/snippets/user/run", {}))).toEqual([
      422,
      'main.ts, line 1: "snippets/math" does not exist in this workspace',
    ]);
  });

  it("gives a program that imports the snippet nothing that it may do itself", async () => {
    const code = "export const make = () => stories.create({ title: 'Made' });";
    await save("maker", { language: "typescript", code, manifest: { capabilities: ["stories.*"], mode: "auto" } });
    const importing = program('import { make } from "snippets/maker"; await make();');
    expect(await (await api(ana, "/api/execute", importing)).json()).toMatchObject({
      ...{ success: false, error: { name: "ReferenceError" } },
    });
    await save("caller", { ...importing, manifest: { capabilities: ["stories.create"], mode: "auto" } });
    await resultOf(await api(ana, "/api/snippets/caller/run", {}));
    const { count } = (await env.DB.prepare("SELECT count(*) AS count FROM items").first<{ count: number }>())!;
    expect(count).toBe(1);
  });

  it("finds its files from where they lie, and fails with its place where they are not", async () => {
    const files = {
      "main.ts": 'import { up } from "./lib/up.ts"; import data from "/data.json"; export const all = up(data.name);',
      "lib/up.ts": 'import "../main.ts"; export const up = (text: string) => text.toUpperCase();',
      "data.json": '{"name":"inner"}',
    };
    await save("parts", { language: "typescript", files, entry: "main.ts" });
    const importing = (code: string) => ({
      ...{ language: "typescript", entry: "main.ts" },
      files: { "main.ts": code, "data.json": '{"name":"outer"}' },
    });
    const good = importing('import { all } from "snippets/parts"; export default all;');
    expect(await (await api(ana, "/api/execute", good)).json()).toMatchObject({ result: "INNER" });
    // The name is made up while the program runs: nobody could have seen it before.
    const late = importing('const name = "parts@9"; await import("snippets/" + name);');
    expect(await (await api(ana, "/api/execute", late)).json()).toMatchObject({
      error: { category: "import", message: expect.stringContaining('cannot import "snippets/parts@9"') },
    });
  });

  it("answers a repeated request with the first one's run", async () => {
    await save("math", DOUBLE);
    const run = async () =>
      ((await (await api(ana, "/api/snippets/math/run", {}, { "idempotency-key": "k" })).json()) as { runId: string })
        .runId;
    expect(await run()).toBe(await run());
  });
});

describe("a schedule", () => {
  const { SNIPPET_SCHEDULER } = env as unknown as { SNIPPET_SCHEDULER: DurableObjectNamespace };
  const object = () => SNIPPET_SCHEDULER.get(SNIPPET_SCHEDULER.idFromName(ana.workspaceId));
  const HOURLY = { cron: "0 * * * *", timeZone: "Europe/Berlin" };

  const add = async (body: object = HOURLY) => {
    const answer = await api(ana, "/api/snippets/math/schedules", body);
    expect(answer.status, await answer.clone().text()).toBe(201);
    return scheduleViewSchema.parse(await answer.json());
  };
  const look = async () => {
    const answer = await api(ana, "/api/snippets/math/schedules");
    return ((await answer.json()) as { schedules: unknown[] }).schedules.map((each) => scheduleViewSchema.parse(each));
  };
  const runs = async () => {
    const { runs: found } = (await (await api(ana, "/api/runs")).json()) as { runs: { id: string; title: string }[] };
    return found.filter(({ title }) => title.startsWith("math@"));
  };
  /** As if the server had been away since then: the time came, and others after it. */
  const missed = (id: string, hours: number) =>
    runInDurableObject(object(), (_: unknown, { storage }) => {
      const kept = new ScheduleStorage(storage);
      kept.update({ ...kept.find(id)!, nextAt: Date.now() - hours * 3_600_000 });
    });

  /** What the object's alarm does, with another way to start runs and another clock. Answers what is stored then. */
  const alarmWith = (
    id: string,
    { start, now = systemClock.now }: Pick<SchedulerPorts, "start"> & { now?: () => number },
  ) =>
    runInDurableObject(object(), async (_: unknown, { storage }) => {
      const kept = new ScheduleStorage(storage);
      await new Scheduler({
        ...{
          storage: kept,
          clock: { ...systemClock, now },
          wakeUp: new WakeUp(storage, { ...systemClock, now }),
          start,
        },
        ...{ log: createLogger("error", "json"), newRunId: () => newId("run", systemClock, systemRandom) },
      }).alarm();
      return { schedule: kept.find(id)!, alarmAt: await storage.getAlarm() };
    });
  /** Puts a firing back to where it was before its end was written down: what a crash leaves. */
  const interrupted = (id: string, runId: string) =>
    runInDurableObject(object(), (_: unknown, { storage }) => {
      const kept = new ScheduleStorage(storage);
      kept.update({ ...kept.find(id)!, firing: { runId, dueAt: Date.now() - 1_000, since: Date.now() }, last: null });
    });

  beforeEach(async () => {
    await save("math", DOUBLE);
  });

  it("shows its next times, in its time zone, and runs as the person who made it", async () => {
    const schedule = await add({ cron: "30 9 * * MON", timeZone: "America/New_York", version: 1 });
    expect(schedule.nextTimes).toHaveLength(5);
    const local = new Intl.DateTimeFormat("en-GB", {
      timeZone: "America/New_York",
      weekday: "short",
      timeStyle: undefined,
      hour: "2-digit",
      minute: "2-digit",
    });
    for (const at of schedule.nextTimes) expect(local.format(new Date(at))).toBe("Mon 09:30");
    await missed(schedule.id, 1);
    await runDurableObjectAlarm(object());
    const [run] = await runs();
    expect(await stateOf(ana, run!.id, "succeeded")).toMatchObject({ title: "math@1", lane: "person:usr_ana" });
    expect(await look()).toMatchObject([{ last: { runId: run!.id, problem: null }, nextAt: schedule.nextAt }]);
  });

  it("runs once for all the times that were missed, and goes on with the next", async () => {
    const { id } = await add();
    await missed(id, 50);
    await runDurableObjectAlarm(object());
    expect(await runs()).toHaveLength(1);
    const [after] = await look();
    expect(Date.parse(after!.nextAt!)).toBeGreaterThan(Date.now());
    expect(Date.parse(after!.nextAt!)).toBeLessThanOrEqual(Date.now() + 3_600_000);
    expect(await runInDurableObject(object(), (_: unknown, { storage }) => storage.getAlarm())).toBe(
      Date.parse(after!.nextAt!),
    );
  });

  it("starts a run once, whether it was killed before or after the start", async () => {
    const { id } = await add();
    await missed(id, 1);
    await runDurableObjectAlarm(object());
    const [run] = await runs();
    await interrupted(id, run!.id);
    await evictDurableObject(object());
    await runDurableObjectAlarm(object());
    expect(await look()).toMatchObject([{ last: { runId: run!.id } }]);
    expect(await runs()).toHaveLength(1);
    const never = newId("run", systemClock, systemRandom);
    await interrupted(id, never);
    await evictDurableObject(object());
    await runDurableObjectAlarm(object());
    expect((await runs()).map((each) => each.id)).toEqual([never, run!.id]);
  });

  it("is armed before it starts anything, tries again what may pass, and gives up what does not", async () => {
    const { id } = await add();
    await missed(id, 1);
    const away = fail("unavailable", "Away.");
    let armedAt: number | null = null;
    const first = await alarmWith(id, {
      start: async () => {
        armedAt = await runInDurableObject(object(), (_: unknown, { storage }) => storage.getAlarm());
        throw new Error("away");
      },
    });
    expect(armedAt).not.toBeNull();
    expect(first.schedule).toMatchObject({ firing: { runId: expect.any(String) }, last: null });
    expect(first.alarmAt).toBeLessThan(Date.now() + 10_000);
    const again = await alarmWith(id, { start: async () => ({ type: "failed", failure: away }) });
    expect(again.schedule.firing).toEqual(first.schedule.firing);
    const late = () => first.schedule.firing!.since + START_RETRY_MS + 1;
    const given = await alarmWith(id, { start: async () => ({ type: "failed", failure: away }), now: late });
    expect(given.schedule).toMatchObject({ firing: null, last: { runId: null, problem: "Away." } });
    await missed(id, 1);
    const wrong = fail("invalid-request", "Wrong.");
    const refused = await alarmWith(id, { start: async () => ({ type: "failed", failure: wrong }) });
    expect(refused.schedule).toMatchObject({ firing: null, last: { runId: null, problem: "Wrong." } });
    expect(await runs()).toHaveLength(0);
  });

  it("is paused, resumed without what it missed, and deleted", async () => {
    const { id } = await add();
    const path = `/api/snippets/math/schedules/${id}`;
    expect(await (await api(ana, `${path}/pause`, {})).json()).toMatchObject({ isPaused: true, nextAt: null });
    await runDurableObjectAlarm(object());
    expect(await runs()).toHaveLength(0);
    const resumed = scheduleViewSchema.parse(await (await api(ana, `${path}/resume`, {})).json());
    expect(Date.parse(resumed.nextAt!)).toBeGreaterThan(Date.now());
    expect((await api(ana, `/api/snippets/other/schedules/${id}/pause`, {})).status).toBe(404);
    expect((await send(ana, "DELETE", path)).status).toBe(204);
    expect((await send(ana, "DELETE", path)).status).toBe(404);
    expect(await look()).toEqual([]);
  });

  it("is disabled with a reason when its maker may not run anything any more, and resumed as somebody else's", async () => {
    const cy = await createPerson("cy", { workspaceId: ana.workspaceId, role: "member" });
    const added = await api(cy, "/api/snippets/math/schedules", HOURLY);
    const { id } = (await added.json()) as { id: string };
    await env.DB.prepare("UPDATE memberships SET role = 'viewer' WHERE user_id = 'usr_cy'").run();
    await missed(id, 1);
    await runDurableObjectAlarm(object());
    expect(await look()).toMatchObject([{ disabledReason: "maker-may-not-run", nextAt: null, last: { runId: null } }]);
    await env.DB.prepare("DELETE FROM memberships WHERE user_id = 'usr_cy'").run();
    expect((await api(ana, `/api/snippets/math/schedules/${id}/resume`, {})).status).toBe(200);
    expect(await look()).toMatchObject([{ disabledReason: null, userId: "usr_ana" }]);
    await missed(id, 1);
    await runDurableObjectAlarm(object());
    expect(await runs()).toHaveLength(1);
  });

  it("goes with its snippet", async () => {
    await add();
    expect((await send(ana, "DELETE", "/api/snippets/math")).status).toBe(204);
    await save("math", DOUBLE);
    expect(await look()).toEqual([]);
  });

  it("refuses what never comes due, what is no time zone, and what could not run", async () => {
    const refusal = async (body: object) => detailOf(await api(ana, "/api/snippets/math/schedules", body));
    expect(await refusal({ cron: "0 0 31 2 *" })).toEqual([422, expect.stringContaining("never comes due")]);
    expect(await refusal({ cron: "tomorrow" })).toEqual([422, expect.stringContaining("five fields")]);
    expect(await refusal({ ...HOURLY, timeZone: "Mars/Olympus" })).toEqual([
      422,
      expect.stringContaining("no time zone"),
    ]);
    expect(await refusal({ ...HOURLY, parameters: { a: 1 } })).toEqual([
      422,
      expect.stringContaining("is no parameter"),
    ]);
    expect(await refusal({ ...HOURLY, version: 7 })).toEqual([404, expect.stringContaining("a version 7")]);
  });
});
