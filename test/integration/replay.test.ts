import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import {
  executeAnswerSchema,
  problemSchema,
  replayVerdictSchema,
  runDetailSchema,
} from "../../worker/domain/run-schema.ts";
import { api, createTenant, freshDatabase, type Tenant } from "../support/workerd.ts";

const { RUN_EXECUTOR } = bindings as unknown as Env;
let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

async function execute(code: string, rest: object = {}) {
  const answer = await api(ana, "/api/execute", { language: "javascript", code, ...rest });
  return executeAnswerSchema.parse(await answer.json());
}

async function replay(runId: string) {
  const answer = await api(ana, `/api/runs/${runId}/replay`, "");
  expect(answer.status).toBe(200);
  return replayVerdictSchema.parse(await answer.json());
}

async function start(code: string, rest: object = {}): Promise<string> {
  const body = { language: "javascript", code, ...rest };
  const answer = await api(ana, "/api/execute", body, { prefer: "respond-async" });
  return ((await answer.json()) as { runId: string }).runId;
}

const replayProblem = async (tenant: Tenant, runId: string) =>
  problemSchema.parse(await (await api(tenant, `/api/runs/${runId}/replay`, "")).json());

describe("POST /api/runs/:id/replay", () => {
  it.each([
    ["a run that succeeded", "console.log(Math.random(), Date.now()); export default { at: Date.now() };", {}],
    [
      "one that hashed",
      "export default [...new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(3)))];",
      {},
    ],
    ["one that failed", "console.error('about to'); null.x;", {}],
    ["one that could not start", "import 'left-pad';", {}],
    [
      "one that ran out of time",
      "for (let i = 0; ; i++) if (i % 5000 === 0) console.log(i);",
      { limits: { timeoutMs: 60 } },
    ],
    ["one that ran out of output", "for (;;) console.log('x');", { limits: { outputBytes: 5000 } }],
  ])("says identical of %s", async (_name, code, rest) => {
    const run = await execute(code, rest);
    const verdict = await replay(run.runId);
    expect(verdict).toMatchObject({ identical: true, difference: null });
    expect(verdict.engine.replayed).toBe(verdict.engine.recorded);
    expect(verdict.usage.fuel).toBe(run.usage!.fuel);
  });

  it("says identical of a run that was cancelled, and leaves the run as it was", async () => {
    const runId = await start("for (let i = 0; ; i++) if (i % 5000 === 0) console.log(i);");
    const running = async () => runDetailSchema.parse(await (await api(ana, `/api/runs/${runId}`)).json());
    while ((await running()).lastSeq < 10) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await replayProblem(ana, runId)).code).toBe("run-active");
    await api(ana, `/api/runs/${runId}/cancel`, "");
    while ((await running()).finishedAt === null) await new Promise((resolve) => setTimeout(resolve, 10));
    const before = await running();
    expect((await replay(runId)).identical).toBe(true);
    expect(await running()).toEqual(before);
  });

  it("shows the first line that differs", async () => {
    const { runId } = await execute("console.log('one'); console.log('at', Date.now()); console.log('three');");
    await changeJournal(runId, (journal) => ({ ...journal, clock: [[0, 86_400_000]] }));
    const { identical, difference } = await replay(runId);
    expect(identical).toBe(false);
    expect(difference).toMatchObject({ aspect: "output", place: "stdout line 2", replayed: "stdout: at 86400000\n" });
    expect(difference!.recorded).toMatch(/^stdout: at 1\d{12}\n$/);
  });

  it("shows a result, an end and a cost that differ", async () => {
    const { runId } = await execute("export default Date.now();");
    await changeJournal(runId, (journal) => ({ ...journal, clock: [[0, 5]] }));
    expect((await replay(runId)).difference).toMatchObject({ aspect: "result", replayed: "5" });
    const stopped = await execute("for (;;) ;", { limits: { timeoutMs: 50 } });
    await changeJournal(stopped.runId, (journal) => ({ ...journal, stop: { ...journal["stop"]!, at: 3 } }));
    expect((await replay(stopped.runId)).difference).toMatchObject({ aspect: "fuel" });
  });

  it("answers two at once with one replay", async () => {
    const { runId } = await execute("let n = 0; for (let i = 0; i < 3e6; i++) n += i; export default n;");
    const verdicts = await Promise.all([replay(runId), replay(runId)]);
    expect(verdicts[0]).toEqual(verdicts[1]);
  });

  it("refuses what left nothing to replay, and what is not there", async () => {
    const lane = "repository:full";
    const first = await start("for (;;) ;", { lane });
    const second = await start("console.log(1)", { lane });
    await api(ana, `/api/runs/${second}/cancel`, "");
    expect((await replayProblem(ana, second)).code).toBe("not-replayable");
    await api(ana, `/api/runs/${first}/cancel`, "");
    const bo = await createTenant("bo");
    expect((await replayProblem(bo, second)).code).toBe("not-found");
  });
});

type StoredJournal = { [field: string]: object | null };

async function changeJournal(runId: string, change: (journal: StoredJournal) => object): Promise<void> {
  const stub = RUN_EXECUTOR.get(RUN_EXECUTOR.idFromName(runId));
  await runInDurableObject(stub as unknown as DurableObjectStub, async (_object, state) => {
    const { text } = state.storage.sql.exec<{ text: string }>("SELECT text FROM texts WHERE name = 'journal'").one();
    const changed = JSON.stringify(change(JSON.parse(text)));
    state.storage.sql.exec("UPDATE texts SET text = ? WHERE name = 'journal'", changed);
  });
}

describe("grants", () => {
  it("refuse what the operator does not allow, by its place", async () => {
    const grants = { fetch: ["https://api.example.com"] };
    const answer = await api(ana, "/api/execute", { language: "javascript", code: "1", grants });
    const problem = problemSchema.parse(await answer.json());
    expect(problem).toMatchObject({ status: 422, code: "invalid-request", errors: [{ path: "grants.fetch.0" }] });
    expect(problem.detail).toContain("RUNYARD_FETCH_ORIGINS");
  });

  it.each([
    "api.example.com",
    "https://api.example.com/path",
    "ftp://x",
    "https://user:pw@example.com",
    "javascript:1",
  ])("refuse %s, which is no origin", async (origin) => {
    const answer = await api(ana, "/api/execute", { language: "javascript", code: "1", grants: { fetch: [origin] } });
    const problem = problemSchema.parse(await answer.json());
    expect(problem).toMatchObject({ code: "invalid-request", errors: [{ path: "grants.fetch.0" }] });
    expect(problem.errors![0]!.message).toContain("must be an origin");
  });

  it("are none where none are asked for: fetch does not exist, and the error says why", async () => {
    const { error } = await execute("await fetch('https://example.com')");
    expect(error).toMatchObject({ name: "ReferenceError", message: expect.stringContaining("not granted") });
  });
});
