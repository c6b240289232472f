/** `/executions` and `/executions/:id`: the workspace's calls of models, their figures, and files of them. */
import { type Context, Hono } from "hono";
import { stream } from "hono/streaming";
import { accessExecution, bringUpToDate } from "../../actions/executions.ts";
import {
  EXECUTION_BOUNDS,
  EXECUTION_GROUPS,
  type ExecutionFilter,
  executionFilterSchema,
} from "../../domain/execution.ts";
import { toIso } from "../../domain/instant.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { groupExecutions, listModels, summarizeExecutions } from "../../store/execution-figures.ts";
import { exportExecutions, listExecutions } from "../../store/executions.ts";
import { ExecutionPage } from "../../views/execution.tsx";
import { ExecutionResults, ExecutionsPage } from "../../views/executions.tsx";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { csvOf, EXPORT_FORMATS, jsonOf } from "./execution-export.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";

type ExecutionContext = Context<SignedInEnv>;

const DAY_MS = 86_400_000;
/** What is shown where nobody asks for another time: figures over all calls ever would take longer with each of them. */
const DEFAULT_DAYS = 30;

/** A value that is not known is no filter. */
function readFilter(c: ExecutionContext): ExecutionFilter {
  const query = c.req.query();
  const { shape } = executionFilterSchema;
  const known = Object.entries(shape).flatMap(([name, schema]) => {
    const value = schema.safeParse(query[name] || undefined).data;
    return value === undefined ? [] : [[name, value]];
  });
  const from = toIso(c.var.dependencies.clock.now() - DEFAULT_DAYS * DAY_MS).slice(0, 10);
  return { from, ...Object.fromEntries(known) };
}

export const executionPages = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const cursor = decodeCursor(c.req.query("cursor"), "call");
    if (!cursor.ok) return failurePage(c, cursor);
    const { dependencies, principal } = c.var;
    const { db } = dependencies;
    const { workspaceId } = principal;
    const filter = readFilter(c);
    const group = EXECUTION_GROUPS.find((each) => each === c.req.query("group")) ?? "model";
    const part = { before: cursor.value, limit: EXECUTION_BOUNDS.pageRows };
    await bringUpToDate(dependencies, workspaceId);
    const [list, totals, groups, models] = await Promise.all([
      listExecutions(db, workspaceId, filter, part),
      summarizeExecutions(db, workspaceId, filter),
      groupExecutions(db, workspaceId, filter, group),
      listModels(db, workspaceId, Date.parse(filter.from!)),
    ]);
    const props = {
      ...{ filter, group, totals, groups, models, cursor: cursor.value },
      executions: list.executions,
      nextCursor: list.nextBefore === null ? null : encodeCursor(list.nextBefore),
    };
    return page(
      c,
      isPartial(c) ? <ExecutionResults {...props} /> : <ExecutionsPage shell={signedInShell(c)} {...props} />,
    );
  })
  .get("/export", async (c) => {
    const format = EXPORT_FORMATS.find((each) => each === c.req.query("format")) ?? "csv";
    const { dependencies, principal } = c.var;
    await bringUpToDate(dependencies, principal.workspaceId);
    const calls = exportExecutions(dependencies.db, principal.workspaceId, readFilter(c));
    c.header("content-type", format === "csv" ? "text/csv; charset=utf-8" : "application/json");
    c.header("content-disposition", `attachment; filename="executions.${format}"`);
    c.header("cache-control", "private, no-store");
    return stream(c, async (out) => {
      for await (const text of format === "csv" ? csvOf(calls) : jsonOf(calls)) await out.write(text);
    });
  })
  .get("/:id", async (c) => {
    const { dependencies, principal } = c.var;
    const found = await accessExecution(dependencies, principal.workspaceId, c.req.param("id"));
    return found.ok ? page(c, <ExecutionPage shell={signedInShell(c)} {...found.value} />) : failurePage(c, found);
  });
