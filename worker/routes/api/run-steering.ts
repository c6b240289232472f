/** What a person or a machine does to a run that waits, under `/api/runs/:id`: hold, unhold, move, another priority. */
import { type Context, Hono } from "hono";
import { type Steering, steerRun } from "../../actions/steer-queue.ts";
import { moveSchema, prioritySchema } from "../../domain/lane-schema.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { accessRun } from "../run-access.ts";

export const runSteering = new Hono<SignedInEnv>()
  .post("/:id/hold", (c) => steer(c, { type: "hold" }))
  .post("/:id/unhold", (c) => steer(c, { type: "unhold" }))
  .post("/:id/move", async (c) => {
    const body = await readJson(c, moveSchema);
    return body.ok ? steer(c, { type: "move", to: body.value.position }) : problem(c, body);
  })
  .post("/:id/priority", async (c) => {
    const body = await readJson(c, prioritySchema);
    return body.ok ? steer(c, { type: "priority", ...body.value }) : problem(c, body);
  });

async function steer(c: Context<SignedInEnv>, steering: Steering): Promise<Response> {
  const run = await accessRun(c);
  if (!run.ok) return problem(c, run);
  const steered = await steerRun(c.var.dependencies, c.var.principal, c.req.param("id")!, steering);
  return steered.ok ? c.json(steered.value) : problem(c, steered);
}
