/** `POST /api/execute`: runs a program and answers when it has ended, or at once with `Prefer: respond-async`. */
import { Hono } from "hono";
import type { FinishedRun } from "../../../durable-objects/run-executor/rpc.ts";
import { startRun } from "../../actions/start-run.ts";
import { executeRequestSchema, programOf } from "../../domain/program.ts";
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
  const lane = body.value.lane;
  const idempotencyKey = c.req.header("idempotency-key");
  const started = await startRun(dependencies, principal, {
    ...programOf(body.value),
    ...(lane === undefined ? {} : { lane }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
  if (!started.ok) return problem(c, started);
  const { id, state } = started.value;
  const accepted = () => c.json({ runId: id, state }, 202, { location: `/api/runs/${id}` });
  if (prefersAsync(c.req.header("prefer"))) return accepted();
  try {
    const finished = await dependencies.executor(id).waitForEnd();
    return c.json(answerOf(finished), 200, { "content-location": `/api/runs/${id}` });
  } catch (error) {
    // The run was accepted and goes on without us; its object restarted while we waited.
    dependencies.log.warn("waiting for a run failed", { runId: id, error });
    return accepted();
  }
});

function prefersAsync(prefer: string | undefined): boolean {
  return (prefer ?? "").split(",").some((each) => each.split(";")[0]?.trim().toLowerCase() === "respond-async");
}
