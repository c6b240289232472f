/** `POST /api/execute`: runs a program and answers when it has ended, or at once with `Prefer: respond-async`. */
import { Hono } from "hono";
import type { FinishedRun } from "../../../durable-objects/run-executor/rpc.ts";
import { executeRun, startRun } from "../../actions/start-run.ts";
import { executeRequestSchema, programOf } from "../../domain/program.ts";
import type { RunDetail } from "../../domain/run.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";

function answerOf({ run, stdout, stderr }: FinishedRun) {
  const { id, state, success, result, error, limitReached, usage } = run;
  return { runId: id, state, success: success === true, stdout, stderr, result, error, limitReached, usage };
}

export const execute = new Hono<SignedInEnv>().post("/", async (c) => {
  const body = await readJson(c, executeRequestSchema);
  if (!body.ok) return problem(c, body);
  const { dependencies, principal } = c.var;
  const { lane, priority, waitMaxMs } = body.value;
  const idempotencyKey = c.req.header("idempotency-key");
  const request = {
    ...programOf(body.value),
    ...(lane === undefined ? {} : { lane }),
    ...(priority === undefined ? {} : { priority }),
    ...(waitMaxMs === undefined ? {} : { waitMaxMs }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
  const accepted = ({ id, state }: RunDetail) =>
    c.json({ runId: id, state }, 202, { location: `/api/runs/${id}`, "preference-applied": "respond-async" });
  if (prefersAsync(c.req.header("prefer"))) {
    const started = await startRun(dependencies, principal, request);
    return started.ok ? accepted(started.value) : problem(c, started);
  }
  const executed = await executeRun(dependencies, principal, request);
  if (!executed.ok) return problem(c, executed);
  if (executed.value.type === "accepted") return accepted(executed.value.run);
  const { finished } = executed.value;
  return c.json(answerOf(finished), 200, { "content-location": `/api/runs/${finished.run.id}` });
});

function prefersAsync(prefer: string | undefined): boolean {
  return (prefer ?? "").split(",").some((each) => each.split(";")[0]?.trim().toLowerCase() === "respond-async");
}
