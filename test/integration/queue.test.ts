import { beforeEach, describe, expect, it } from "vitest";
import { laneListSchema, laneViewSchema, queueStatsSchema } from "../../worker/domain/lane-schema.ts";
import { cancelBatchAnswerSchema, retryBatchAnswerSchema } from "../../worker/domain/run-batch.ts";
import { runDetailSchema, runListSchema } from "../../worker/domain/run-schema.ts";
import { send } from "../support/deliveries.ts";
import { detail, program, start, startSleeper, stateOf } from "../support/runs.ts";
import { api, createTenant, freshDatabase, problemOf, type Tenant } from "../support/workerd.ts";

const LANE = "repository:web";
const ABSENT = `run_${"0".repeat(32)}`;
let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
  bo = await createTenant("bo");
});

/** A lane whose one slot is taken, and `count` runs that wait for it. */
async function line(count: number, rest: object = {}) {
  const holder = await startSleeper(ana, LANE);
  const waiting: string[] = [];
  for (let index = 0; index < count; index++)
    waiting.push(await start(ana, program(`${index}`, { lane: LANE, ...rest })));
  return { holder, waiting };
}

const post = (path: string, body: unknown = {}) => api(ana, path, body);
const steer = async (runId: string, what: string, body: unknown = {}) =>
  runDetailSchema.parse(await (await post(`/api/runs/${runId}/${what}`, body)).json());

async function lane(name = LANE) {
  const answer = await api(ana, `/api/lanes/${encodeURIComponent(name)}`);
  expect(answer.status).toBe(200);
  return laneViewSchema.parse(await answer.json());
}

const order = async () => (await lane()).waiting.map(({ runId }) => runId);

describe("a lane through the API", () => {
  it("tells who runs, who waits and in which order", async () => {
    const { holder, waiting } = await line(2);
    const urgent = await start(ana, program("3", { lane: LANE, priority: "urgent" }));
    expect(await lane()).toMatchObject({
      ...{ lane: LANE, concurrency: 1, waitingCount: 3, heldCount: 0, pause: null, isShort: false },
      waitingByPriority: { urgent: 1, high: 0, normal: 2, low: 0 },
      claimed: [{ runId: holder }],
      waiting: [
        { runId: urgent, position: 1, priority: "urgent" },
        { runId: waiting[0], position: 2 },
        { runId: waiting[1], position: 3 },
      ],
    });
    const part = laneViewSchema.parse(await (await api(ana, `/api/lanes/${LANE}?limit=1`)).json());
    expect(part.waiting).toHaveLength(1);
    expect(part.waitingCount).toBe(3);
    const list = laneListSchema.parse(await (await api(ana, "/api/lanes")).json());
    expect(list).toEqual({ lanes: [{ lane: LANE, isPaused: false, waitingCount: 3, runningCount: 1 }], leftOut: 0 });
  });

  it("sums its lanes up, with the oldest wait and what has ended lately", async () => {
    const done = await start(ana, program("1"));
    await stateOf(ana, done, "succeeded");
    const { waiting } = await line(2);
    await steer(waiting[1]!, "hold");
    const stats = queueStatsSchema.parse(await (await api(ana, "/api/queue/stats")).json());
    expect(stats).toMatchObject({
      ...{ waitingCount: 2, heldCount: 1, runningCount: 1, pausedLanes: 0, silentLanes: [], leftOut: 0 },
      capacity: { slots: 100, used: 1 },
      oldestEnqueuedAt: (await lane()).waiting[0]?.enqueuedAt,
      throughput: { windowMs: 3_600_000, ended: 1, byState: { succeeded: 1, failed: 0 } },
      lanes: [{ lane: LANE, runningCount: 1, waitingCount: 2, heldCount: 1 }],
    });
    expect(stats.oldestWaitMs).toBeGreaterThan(0);
    const theirs = queueStatsSchema.parse(await (await api(bo, "/api/queue/stats")).json());
    expect(theirs).toMatchObject({ lanes: [], waitingCount: 0, oldestEnqueuedAt: null, throughput: { ended: 0 } });
  });

  it("is paused by name, starts nothing meanwhile, and goes on when it is resumed", async () => {
    const { holder, waiting } = await line(1);
    const paused = laneViewSchema.parse(await (await post(`/api/lanes/${LANE}/pause`)).json());
    expect(paused.pause?.by).toBe("ana (token)");
    await post(`/api/runs/${holder}/cancel`);
    await stateOf(ana, holder, "cancelled");
    const run = await detail(ana, waiting[0]!);
    expect(run.waitingFor).toMatch(/^Lane paused by ana \(token\) at .* UTC; 1st of 1 in its lane\.$/);
    expect(run.wait).toMatchObject({ position: 1, waitingCount: 1, pause: { by: "ana (token)" }, forRuns: [] });
    const resumed = laneViewSchema.parse(await (await post(`/api/lanes/${LANE}/resume`)).json());
    expect(resumed.pause).toBeNull();
    await stateOf(ana, waiting[0]!, "succeeded");
  });

  it("of a repository is paused before its first run, which waits then and says why", async () => {
    const settings = { key: "docs", name: "Docs", gitUrl: "https://git.test/acme/docs.git" };
    expect((await send(ana, "POST", "/api/repositories", settings)).status).toBe(201);
    const docs = "repository:docs";
    expect(await lane(docs)).toMatchObject({ waitingCount: 0, pause: null });
    await post(`/api/lanes/${docs}/pause`);
    const first = await start(ana, program("1", { lane: docs }));
    expect((await detail(ana, first)).waitingFor).toMatch(/^Lane paused by ana \(token\) at /);
    expect((await api(bo, `/api/lanes/${docs}`)).status).toBe(404);
    await post(`/api/lanes/${docs}/resume`);
    await stateOf(ana, first, "succeeded");
  });

  it("is absent for everybody who has no run in it", async () => {
    await line(0);
    for (const [tenant, name] of [
      [bo, LANE],
      [ana, "repository:none"],
      [ana, "nonsense"],
    ] as const) {
      for (const path of ["", "/pause", "/resume"]) {
        const answer = await api(tenant, `/api/lanes/${name}${path}`, path === "" ? undefined : {});
        expect(answer.status).toBe(404);
        expect((await problemOf(answer)).code).toBe("not-found");
      }
    }
  });

  it("refuses a limit that is none", async () => {
    await line(0);
    const answer = await api(ana, `/api/lanes/${LANE}?limit=-1`);
    expect((await problemOf(answer)).errors?.[0]?.path).toBe("limit");
  });
});

describe("a waiting run", () => {
  it("is held by name, passed by others, and let go again", async () => {
    const { holder, waiting } = await line(2);
    const held = await steer(waiting[0]!, "hold");
    expect(held.waitingFor).toMatch(/^Held by ana \(token\) at .*; 1st of 2 in its lane\.$/);
    expect(held.wait?.hold?.by).toBe("ana (token)");
    await post(`/api/runs/${holder}/cancel`);
    await stateOf(ana, waiting[1]!, "succeeded");
    expect((await detail(ana, waiting[0]!)).state).toBe("queued");
    await steer(waiting[0]!, "unhold");
    await stateOf(ana, waiting[0]!, "succeeded");
  });

  it("moves to a place by its number, to the front, to the end, and one up or down", async () => {
    const { waiting } = await line(4);
    const [a, b, c, d] = waiting as [string, string, string, string];
    const moves: [runId: string, position: unknown, expected: string[]][] = [
      [d, 1, [d, a, b, c]],
      [d, "last", [a, b, c, d]],
      [c, "first", [c, a, b, d]],
      [c, "down", [a, c, b, d]],
      [b, "up", [a, b, c, d]],
      [a, "up", [a, b, c, d]],
      [d, "down", [a, b, c, d]],
      [a, 99, [b, c, d, a]],
    ];
    for (const [runId, position, expected] of moves) {
      const moved = await steer(runId, "move", { position });
      expect(await order(), `${position}`).toEqual(expected);
      expect(moved.wait?.position).toBe(expected.indexOf(runId) + 1);
    }
  });

  it("takes the place of its new priority, and is listed with it", async () => {
    const { waiting } = await line(3);
    const changed = await steer(waiting[2]!, "priority", { priority: "urgent" });
    expect(changed).toMatchObject({ priority: "urgent", wait: { position: 1 } });
    expect(await order()).toEqual([waiting[2], waiting[0], waiting[1]]);
    await steer(waiting[0]!, "priority", { priority: "low" });
    expect(await order()).toEqual([waiting[2], waiting[1], waiting[0]]);
    const listed = runListSchema.parse(await (await api(ana, "/api/runs?priority=urgent")).json());
    expect(listed.runs.map((run) => run.id)).toEqual([waiting[2]]);
  });

  it("ends when it has waited for as long as it may", async () => {
    const { holder } = await line(0);
    const runId = await start(ana, program("1", { lane: LANE, waitMaxMs: 400 }));
    expect((await detail(ana, runId)).expiresAt).not.toBeNull();
    const run = await stateOf(ana, runId, "timed-out");
    expect(run).toMatchObject({ startedAt: null, error: { name: "ExpiredError" }, attemptHistory: [] });
    expect((await detail(ana, holder)).state).toBe("running");
    expect((await lane()).waitingCount).toBe(0);
  });

  const steerings = [
    ["hold", {}],
    ["unhold", {}],
    ["move", { position: 1 }],
    ["priority", { priority: "high" }],
  ] as const;

  it.each(steerings)("answers what is wrong when there is nothing to %s", async (what, body) => {
    const { holder } = await line(0);
    const running = await post(`/api/runs/${holder}/${what}`, body);
    expect(running.status).toBe(409);
    expect((await problemOf(running)).code).toBe("not-waiting");
    await post(`/api/runs/${holder}/cancel`);
    await stateOf(ana, holder, "cancelled");
    const ended = await problemOf(await post(`/api/runs/${holder}/${what}`, body));
    expect(ended).toMatchObject({ code: "run-finished", detail: "The run has already ended as cancelled." });
    const shape = async (answer: Response) => ({ ...(await problemOf(answer)), requestId: "" });
    const foreign = await api(bo, `/api/runs/${holder}/${what}`, body);
    expect(foreign.status).toBe(404);
    expect(await shape(foreign)).toEqual(await shape(await api(bo, `/api/runs/${ABSENT}/${what}`, body)));
  });

  it.each([
    ["move", { position: 0 }, 422, "position"],
    ["move", { position: 1.5 }, 422, "position"],
    ["move", { position: "sideways" }, 422, "position"],
    ["move", {}, 422, "position"],
    ["priority", { priority: "asap" }, 422, "priority"],
    ["priority", { priority: "high", extra: 1 }, 422, "extra"],
    ["priority", "{", 400, null],
  ])("refuses to %s by %j and changes nothing", async (what, body, status, path) => {
    const { waiting } = await line(2);
    const answer = await post(`/api/runs/${waiting[1]}/${what}`, body);
    expect(answer.status).toBe(status);
    const problem = await problemOf(answer);
    if (path !== null) expect(problem.errors?.map((error) => error.path)).toEqual([path]);
    expect(await order()).toEqual(waiting);
  });
});

describe("many runs at once", () => {
  const cancelMany = async (body: unknown, tenant = ana) =>
    cancelBatchAnswerSchema.parse(await (await api(tenant, "/api/runs/cancel", body)).json());
  const retryMany = async (body: unknown, headers: Record<string, string> = {}) =>
    retryBatchAnswerSchema.parse(await (await api(ana, "/api/runs/retry", body, headers)).json());
  const codes = (results: { runId: string; ok: boolean }[]) =>
    results.map((each) => ("code" in each ? each.code : each.ok));

  it("are cancelled by their ids, and each is told apart", async () => {
    const done = await start(ana, program("1"));
    await stateOf(ana, done, "succeeded");
    const { holder, waiting } = await line(1);
    const theirs = await start(bo, program("1"));
    const answer = await cancelMany({ runIds: [waiting[0], done, theirs, ABSENT, "nonsense", holder] });
    expect(codes(answer.results)).toEqual([true, "run-finished", "not-found", "not-found", "not-found", true]);
    expect(answer.results[0]).toEqual({ runId: waiting[0], ok: true, state: "cancelled", retriedAs: null });
    await stateOf(ana, holder, "cancelled");
  });

  it("are cancelled by their lane, those that wait before the one that runs: none starts in between", async () => {
    const { holder, waiting } = await line(5);
    const elsewhere = await startSleeper(ana, "repository:other");
    const answer = await cancelMany({ lane: LANE });
    expect(answer.remaining).toBe(0);
    expect(answer.results.map(({ runId }) => runId)).toEqual([...waiting.toReversed(), holder]);
    await stateOf(ana, holder, "cancelled");
    for (const runId of waiting) expect((await detail(ana, runId)).startedAt).toBeNull();
    expect((await detail(ana, elsewhere)).state).toBe("running");
  });

  it("are cancelled by a filter, as far as they have not ended", async () => {
    const { waiting } = await line(2);
    const low = await start(ana, program("1", { lane: LANE, priority: "low" }));
    expect((await cancelMany({ filter: { priority: "low" } })).results.map(({ runId }) => runId)).toEqual([low]);
    expect((await cancelMany({ filter: { state: "succeeded" } })).results).toEqual([]);
    expect((await cancelMany({ filter: {} }, bo)).results).toEqual([]);
    expect(await order()).toEqual(waiting);
  });

  it("are retried by a filter, those that did not succeed, and once for one key", async () => {
    const failed = await start(ana, program("throw new Error('no')", { lane: LANE }));
    const fine = await start(ana, program("1", { lane: LANE }));
    await stateOf(ana, failed, "failed");
    await stateOf(ana, fine, "succeeded");
    const first = await retryMany({ lane: LANE }, { "idempotency-key": "again" });
    expect(first).toMatchObject({ nextCursor: null, results: [{ runId: failed, ok: true }] });
    const { retriedAs } = first.results[0] as { retriedAs: string };
    expect((await detail(ana, retriedAs)).retryOf).toBe(failed);
    const second = await retryMany({ runIds: [failed, ABSENT] }, { "idempotency-key": "again" });
    expect(codes(second.results).toSorted()).toEqual(["not-found", true]);
    expect(second.results.find(({ runId }) => runId === failed)).toMatchObject({ retriedAs });
  });

  it("a retry by filter goes on behind its cursor, so that nothing is retried twice", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.push(await start(ana, program("throw 1", { lane: LANE })));
    await stateOf(ana, ids[2]!, "failed");
    const cursor = btoa(ids[1]!).replace(/=+$/, "");
    const page = await retryMany({ filter: { state: "failed" }, cursor });
    expect(page.results.map(({ runId }) => runId)).toEqual([ids[0]]);
  });

  it.each([
    ["nothing", {}, ""],
    ["two ways at once", { runIds: [ABSENT], lane: LANE }, ""],
    ["no ids", { runIds: [] }, "runIds"],
    ["too many ids", { runIds: Array.from({ length: 101 }, () => ABSENT) }, "runIds"],
    ["an unknown filter", { filter: { colour: "red" } }, "filter.colour"],
    ["a priority that does not exist", { filter: { priority: "asap" } }, "filter.priority"],
    ["a day that does not exist", { filter: { since: "2026-13-01" } }, "filter.since"],
  ])("are not chosen by %s", async (_, body, path) => {
    for (const action of ["cancel", "retry"]) {
      const answer = await post(`/api/runs/${action}`, body);
      expect(answer.status).toBe(422);
      expect((await problemOf(answer)).errors?.[0]?.path).toBe(path);
    }
  });

  it("refuses a cursor that no list gave out", async () => {
    expect((await problemOf(await post("/api/runs/retry", { filter: {}, cursor: "x" }))).code).toBe("bad-cursor");
  });
});

describe("the list of runs", () => {
  it("is filtered by kind, priority, lane, error and time, alone and together", async () => {
    const failed = await start(ana, program("throw new Error('no')", { lane: LANE, priority: "high" }));
    const fine = await start(ana, program("1"));
    await Promise.all([stateOf(ana, failed, "failed"), stateOf(ana, fine, "succeeded")]);
    const ids = async (query: string) =>
      runListSchema.parse(await (await api(ana, `/api/runs?${query}`)).json()).runs.map((run) => run.id);
    const { createdAt } = await detail(ana, fine);
    expect(await ids("priority=high")).toEqual([failed]);
    expect(await ids(`lane=${encodeURIComponent(LANE)}&error=runtime&state=failed&kind=execution`)).toEqual([failed]);
    expect(await ids("kind=issue")).toEqual([]);
    expect(await ids("error=syntax")).toEqual([]);
    expect(await ids(`since=${createdAt.slice(0, 10)}`)).toEqual([fine, failed]);
    expect(await ids(`until=${createdAt.slice(0, 10)}`)).toEqual([]);
    expect(await ids("since=2999-01-01")).toEqual([]);
  });

  it.each(["priority=asap", "kind=dream", "since=yesterday", "lan=web", "limit=0"])(
    "refuses %s by name",
    async (query) => {
      const answer = await api(ana, `/api/runs?${query}`);
      expect(answer.status).toBe(422);
      expect((await problemOf(answer)).errors?.[0]?.path).toBe(query.split("=")[0]);
    },
  );
});
