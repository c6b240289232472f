/** Host calls of a run under `/api/runs/:id/calls`, and forks at one of them. */
import { Hono } from "hono";
import * as z from "zod";
import { forkRun } from "../../actions/fork-run.ts";
import { forkRequestSchema } from "../../domain/fork.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { accessRun } from "../run-access.ts";
import { answer } from "./answer.ts";

export const hostCallQuerySchema = z.strictObject({
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const runForks = new Hono<SignedInEnv>()
  .get("/:id/calls", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    const query = check(c.req.query(), hostCallQuerySchema);
    if (!query.ok) return problem(c, query);
    return answer(c, await run.value.hostCalls(query.value.from, query.value.limit));
  })
  .post("/:id/fork", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    const body = await readJson(c, forkRequestSchema);
    if (!body.ok) return problem(c, body);
    const forked = await forkRun(c.var.dependencies, c.var.principal, c.req.param("id"), body.value);
    if (!forked.ok) return problem(c, forked);
    const { id, state } = forked.value;
    return c.json({ runId: id, state }, 202, { location: `/api/runs/${id}` });
  });
