import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { startIssueRun } from "../../worker/actions/start-run.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import { newId } from "../../worker/domain/ids.ts";
import type { Issue } from "../../worker/domain/issue.ts";
import { rebuildAnswerSchema } from "../../worker/routes/api/rebuild.ts";
import { ASYNC, program, start, startSleeper, stateOf } from "../support/runs.ts";
import { api, createTenant, freshDatabase, problemOf, type Tenant } from "../support/workerd.ts";

const env = bindings as unknown as Env;
const { DB } = env;
const TABLES = { runs: "id", run_files: "run_id", run_inputs: "run_id", run_output: "run_id" } as const;
let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  // Names of their own: what objects of other files' tests have kept is rebuilt as well.
  ana = await createTenant("rebuilt");
  bo = await createTenant("beside");
});

/** Every row that D1 holds of a workspace's runs, as JSON text. */
async function rowsOf({ workspaceId }: Tenant): Promise<Record<string, string[]>> {
  const tables = Object.entries(TABLES).map(async ([table, id]) => {
    const of = `SELECT * FROM ${table} WHERE ${id} IN (SELECT id FROM runs WHERE workspace_id = ?)`;
    const { results } = await DB.prepare(of).bind(workspaceId).all();
    return [table, results.map((row) => JSON.stringify(row)).toSorted()] as const;
  });
  return Object.fromEntries(await Promise.all(tables));
}

async function deleteRows({ workspaceId }: Tenant): Promise<void> {
  const mine = "(SELECT id FROM runs WHERE workspace_id = ?)";
  await DB.batch(
    ["run_output", "run_inputs", "run_files", "runs"].map((table) =>
      DB.prepare(`DELETE FROM ${table} WHERE ${TABLES[table as keyof typeof TABLES]} IN ${mine}`).bind(workspaceId),
    ),
  );
}

async function rebuildAll(tenant: Tenant) {
  const pages: ReturnType<typeof rebuildAnswerSchema.parse>[] = [];
  let cursor: string | null = null;
  do {
    const answer: Response = await api(tenant, "/api/rebuild", cursor === null ? {} : { cursor });
    expect(answer.status).toBe(200);
    const page = rebuildAnswerSchema.parse(await answer.json());
    pages.push(page);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
}

const ISSUE: Issue = {
  ...{ source: "jira", key: "WEB-1", title: "Broken header", url: null, type: "bug", labels: ["ui"], updatedAt: null },
};

/** Runs of every kind and end: with files, a long output, an error, an issue; one that runs, and some that wait. */
async function fill(tenant: Tenant): Promise<void> {
  const long = 'for (let i = 0; i < 3000; i++) console.log(i + " " + "x".repeat(90)); export default { done: true }';
  await api(tenant, "/api/execute", program(long));
  await api(tenant, "/api/execute", {
    ...{ language: "typescript", entry: "a.ts", stdin: "in\n", args: ["x"] },
    files: { "a.ts": 'import { b } from "./b";\nthrow new Error(b)', "b.ts": 'export const b = "no";' },
  });
  const lane = "repository:web";
  const holder = await startSleeper(tenant, lane);
  for (let index = 0; index < 27; index++) await start(tenant, program(`${index}`, { lane, priority: "low" }));
  await stateOf(tenant, holder, "running");
  const cancelled = await start(tenant, program("1", { lane, waitMaxMs: 1_000_000 }));
  await api(tenant, `/api/runs/${cancelled}/cancel`, {});
  await stateOf(tenant, cancelled, "cancelled");
  const { clock, random } = dependenciesOf(env);
  const runId = newId("run", clock, random);
  const asked = { issue: ISSUE, priority: "high", createdBy: tenant.userId, workspaceId: tenant.workspaceId } as const;
  await startIssueRun(dependenciesOf(env), { ...asked, runId, repositoryKey: "docs" });
  await stateOf(tenant, runId, "failed");
}

describe("POST /api/rebuild", () => {
  it("writes every row of a workspace anew, byte for byte, and touches no other workspace's", async () => {
    await Promise.all([fill(ana), api(bo, "/api/execute", program("1"), ASYNC)]);
    const [before, theirs] = await Promise.all([rowsOf(ana), rowsOf(bo)]);
    expect(Object.values(before).map((rows) => rows.length > 0)).toEqual([true, true, true, true]);
    await deleteRows(ana);
    expect((await rowsOf(ana)).runs).toEqual([]);
    const pages = await rebuildAll(ana);
    expect(await rowsOf(ana)).toEqual(before);
    expect(await rowsOf(bo)).toEqual(theirs);
    // 29 runs of one lane take two pages.
    expect(pages.map(({ lane, rebuilt }) => [lane, rebuilt])).toEqual([
      ["repository:docs", 1],
      ["repository:web", 25],
      ["repository:web", 4],
      ["token:tok_rebuilt", 2],
    ]);
    expect(pages.at(-1)).toMatchObject({ lanesDone: 3, laneCount: 3, absent: 0, failed: [] });
    await rebuildAll(ana);
    expect(await rowsOf(ana)).toEqual(before);
  });

  it("names the runs that cannot be written, which follow by themselves when the database is back", async () => {
    await api(ana, "/api/execute", program("1"));
    const before = await rowsOf(ana);
    await deleteRows(ana);
    await DB.exec("ALTER TABLE runs RENAME TO runs_away");
    const [page] = await rebuildAll(ana);
    expect(page).toMatchObject({ rebuilt: 0, failed: [expect.stringMatching(/^run_/)], nextCursor: null });
    await DB.exec("ALTER TABLE runs_away RENAME TO runs");
    await expect.poll(() => rowsOf(ana), { timeout: 15_000 }).toEqual(before);
  });

  it("says that there is nothing where no run has ever been, and refuses a cursor of another kind", async () => {
    const cy = await createTenant("never-run");
    expect(await rebuildAll(cy)).toEqual([
      { lane: null, lanesDone: 0, laneCount: 0, rebuilt: 0, absent: 0, failed: [], nextCursor: null },
    ]);
    expect((await problemOf(await api(cy, "/api/rebuild", { cursor: "!" }))).code).toBe("bad-cursor");
    expect((await problemOf(await api(cy, "/api/rebuild", { all: true }))).errors?.[0]?.path).toBe("all");
  });
});
