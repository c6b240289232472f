/** `/api/executions`: the workspace's calls of models. */
import { Hono } from "hono";
import * as z from "zod";
import { accessExecution, bringUpToDate } from "../../actions/executions.ts";
import { succeed } from "../../domain/errors.ts";
import { EXECUTION_BOUNDS, executionFilterSchema } from "../../domain/execution.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { listExecutions } from "../../store/executions.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { answer } from "./answer.ts";

export const executionQuerySchema = executionFilterSchema.extend({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(EXECUTION_BOUNDS.apiRowsMax).default(EXECUTION_BOUNDS.pageRows),
});

export const executions = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const query = check(c.req.query(), executionQuerySchema);
    if (!query.ok) return problem(c, query);
    const { cursor, limit, ...filter } = query.value;
    const before = decodeCursor(cursor, "call");
    if (!before.ok) return problem(c, before);
    const { dependencies, principal } = c.var;
    const page = { before: before.value, limit };
    await bringUpToDate(dependencies, principal.workspaceId);
    const list = await listExecutions(dependencies.db, principal.workspaceId, filter, page);
    const nextCursor = list.nextBefore === null ? null : encodeCursor(list.nextBefore);
    return answer(c, succeed({ executions: list.executions, nextCursor }));
  })
  .get("/:id", async (c) => {
    const { dependencies, principal } = c.var;
    const found = await accessExecution(dependencies, principal.workspaceId, c.req.param("id"));
    if (!found.ok) return problem(c, found);
    const { execution, texts } = found.value;
    const { prompt = null, answer: text = null } = texts ?? {};
    return answer(c, succeed({ ...execution, prompt, answer: text }));
  });
