/** How a workspace processes meetings, `/api/workspace/meeting-rollout`, and what people think of a run, `/api/runs/:id/feedback`. */
import { Hono } from "hono";
import { changeRollout, describeRollout, judgeRun } from "../../actions/process-meetings.ts";
import { succeed } from "../../domain/errors.ts";
import { feedbackSchema, rolloutSchema } from "../../domain/meeting-run.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { accessRun } from "../run-access.ts";
import { answer } from "./answer.ts";

export const meetingRollout = new Hono<SignedInEnv>()
  .get("/", async (c) => answer(c, succeed(await describeRollout(c.var.dependencies, c.var.principal.workspaceId))))
  .put("/", async (c) => {
    const body = await readJson(c, rolloutSchema);
    if (!body.ok) return problem(c, body);
    return answer(c, await changeRollout(c.var.dependencies, c.var.principal, body.value));
  });

export const runFeedback = new Hono<SignedInEnv>().put("/:id/feedback", async (c) => {
  const run = await accessRun(c);
  if (!run.ok) return problem(c, run);
  const body = await readJson(c, feedbackSchema);
  if (!body.ok) return problem(c, body);
  const { dependencies, principal } = c.var;
  const judged = await judgeRun(dependencies, principal, c.req.param("id"), body.value.isUseful);
  return judged.ok ? c.body(null, 204) : problem(c, judged);
});
