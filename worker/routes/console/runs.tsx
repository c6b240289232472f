/** `/runs` and `/runs/:id`: the list, one run with its tabs, and what people can do with it. */
import { Hono } from "hono";
import { decideRunBudget } from "../../actions/manage-budgets.ts";
import { retryRun } from "../../actions/retry-run.ts";
import { budgetDecisionSchema } from "../../domain/budget-wait.ts";
import { isId } from "../../domain/ids.ts";
import type { ReplayVerdict } from "../../domain/replay.ts";
import { isTerminal, type RunDetail } from "../../domain/run.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { countRunsAfter, listRuns, loadOutput, loadProgram } from "../../store/runs.ts";
import { readTally } from "../../views/batch-words.ts";
import { ReplayPlace } from "../../views/components/replay-verdict.tsx";
import { RENDERED_LINES } from "../../views/log/log-view.tsx";
import type { EffectsByLine } from "../../views/program-files.tsx";
import { RunHeader, RunPage } from "../../views/run.tsx";
import { RunOutcome } from "../../views/run-panel.tsx";
import { NewRunsPill, RunsPage, RunsResults } from "../../views/runs.tsx";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { accessRun } from "../run-access.ts";
import { failedFiles } from "./failed-files.ts";
import { formOf } from "./form.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";
import { readRunsFilter, selectionOf } from "./runs-filter.ts";

const PAGE_SIZE = 50;
/** Host calls on one page: the first ones, as much as anybody reads. */
const CALLS_SHOWN = 200;
/** Lanes that the filter offers. */
const LANE_CHOICES_MAX = 200;

export const runPages = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const cursor = decodeCursor(c.req.query("cursor"));
    if (!cursor.ok) return failurePage(c, cursor);
    const { dependencies, principal } = c.var;
    const filter = readRunsFilter(c.req.query());
    const { workspaceId } = principal;
    const part = { before: cursor.value, limit: PAGE_SIZE };
    const [list, newest, lanes] = await Promise.all([
      listRuns(dependencies.db, workspaceId, selectionOf(filter), part),
      listRuns(dependencies.db, workspaceId, {}, { before: null, limit: 1 }),
      dependencies.capacity(workspaceId).lanes(),
    ]);
    const props = {
      filter,
      runs: list.runs,
      cursor: cursor.value,
      nextCursor: list.nextBefore === null ? null : encodeCursor(list.nextBefore),
      newestId: newest.runs[0]?.id ?? null,
      lanes: lanes.map(({ lane }) => lane).slice(0, LANE_CHOICES_MAX),
      tally: readTally(c.req.query()),
    };
    return page(c, isPartial(c) ? <RunsResults {...props} /> : <RunsPage shell={signedInShell(c)} {...props} />);
  })
  .get("/news", async (c) => {
    const after = c.req.query("after") ?? "";
    const { dependencies, principal } = c.var;
    const count = isId("run", after) ? await countRunsAfter(dependencies.db, principal.workspaceId, {}, after) : 0;
    return page(c, <NewRunsPill count={count} />);
  })
  .get("/:id", (c) => showRun(c, async (run) => logTab(c, run)))
  .get("/:id/program", (c) =>
    showRun(c, async (run) => ({
      name: "program",
      files: (await loadProgram(c.var.dependencies.db, run.id))?.files ?? {},
      effects: await effectsByLine(c, run),
    })),
  )
  .get("/:id/calls", async (c) => {
    const handle = await accessRun(c);
    const calls = handle.ok ? await handle.value.hostCalls(0, CALLS_SHOWN) : handle;
    return calls.ok ? showRun(c, async () => ({ name: "calls", ...calls.value })) : failurePage(c, calls);
  })
  .get("/:id/metrics", (c) => showRun(c, async () => ({ name: "metrics" })))
  .get("/:id/header", (c) => answerHeader(c))
  .post("/:id/cancellation", async (c) => {
    const handle = await accessRun(c);
    if (!handle.ok) return failurePage(c, handle);
    const cancelled = await handle.value.cancel();
    if (!cancelled.ok && cancelled.code !== "run-finished") return failurePage(c, cancelled);
    if (!isPartial(c)) return c.redirect(`/runs/${c.req.param("id")}`, 303);
    return answerHeader(c);
  })
  .post("/:id/budget-decisions", async (c) => {
    const handle = await accessRun(c);
    if (!handle.ok) return failurePage(c, handle);
    const form = Object.fromEntries([...(await formOf(c))].map(([name, value]) => [name, String(value)]));
    const by = form["by"] === undefined ? {} : { by: Number(form["by"]) };
    const decision = check({ ...form, ...by }, budgetDecisionSchema);
    if (!decision.ok) return failurePage(c, decision);
    const decided = await decideRunBudget(c.var.dependencies, c.var.principal, handle.value, decision.value);
    if (!decided.ok) return failurePage(c, decided);
    if (!isPartial(c)) return c.redirect(`/runs/${c.req.param("id")}`, 303);
    // The call that waited is only about to hear of it.
    const run = { ...decided.value, budgetWait: null };
    return page(c, <RunOutcome run={run} files={await failedFiles(c, run)} />);
  })
  .post("/:id/replays", async (c) => {
    const handle = await accessRun(c);
    if (!handle.ok) return failurePage(c, handle);
    const verdict = await handle.value.replay();
    if (!verdict.ok) return failurePage(c, verdict);
    if (isPartial(c)) return page(c, <ReplayPlace verdict={verdict.value} />);
    return showRun(c, async (run) => logTab(c, run), verdict.value);
  })
  .post("/:id/retries", async (c) => {
    const handle = await accessRun(c);
    if (!handle.ok) return failurePage(c, handle);
    const started = await retryRun(c.var.dependencies, c.var.principal, c.req.param("id"));
    return started.ok ? c.redirect(`/runs/${started.value.id}`, 303) : failurePage(c, started);
  });

type RunContext = Parameters<typeof accessRun>[0];
type Tab = Parameters<typeof RunPage>[0]["tab"];

async function findRun(c: RunContext) {
  const handle = await accessRun(c);
  return handle.ok ? { ok: true as const, value: (await handle.value.describe())! } : handle;
}

/** The run's header as it is now, for a form that asked for it in its place. */
export async function answerHeader(c: RunContext): Promise<Response> {
  const run = await findRun(c);
  return run.ok ? headerOf(c, run.value) : failurePage(c, run);
}

async function headerOf(c: RunContext, run: RunDetail) {
  return page(c, <RunHeader run={run} files={await failedFiles(c, run)} />);
}

async function logTab(c: RunContext, run: RunDetail): Promise<Tab> {
  const events = isTerminal(run.state) ? await loadOutput(c.var.dependencies.db, run.id, RENDERED_LINES) : [];
  return { name: "log", events };
}

/** Which lines of the program asked for which effects. */
async function effectsByLine(c: RunContext, { id, grants }: RunDetail): Promise<EffectsByLine> {
  const sheet = grants?.code ? await c.var.dependencies.executor(id).effectSheet() : null;
  const lines = new Map<number, number[]>();
  for (const { effect } of sheet?.ok ? sheet.value.entries : []) {
    if (effect.line !== null) lines.set(effect.line, [...(lines.get(effect.line) ?? []), effect.number]);
  }
  return lines;
}

async function showRun(c: RunContext, tabOf: (run: RunDetail) => Promise<Tab>, verdict: ReplayVerdict | null = null) {
  const run = await findRun(c);
  if (!run.ok) return failurePage(c, run);
  const [tab, files] = await Promise.all([tabOf(run.value), failedFiles(c, run.value)]);
  return page(c, <RunPage shell={signedInShell(c)} run={run.value} files={files} tab={tab} verdict={verdict} />);
}
