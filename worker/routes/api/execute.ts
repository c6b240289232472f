/** `POST /api/execute`: runs a program and answers when it has ended, or at once with `Prefer: respond-async`. */
import { Hono } from "hono";
import { executeRun, startRun } from "../../actions/start-run.ts";
import { executeRequestSchema, programOf } from "../../domain/program.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { acceptedAnswer, executedBody, prefersAsync } from "./executed-answer.ts";

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
  if (prefersAsync(c)) {
    const started = await startRun(dependencies, principal, request);
    return started.ok ? acceptedAnswer(c, started.value) : problem(c, started);
  }
  const executed = await executeRun(dependencies, principal, request);
  if (!executed.ok) return problem(c, executed);
  if (executed.value.type === "accepted") return acceptedAnswer(c, executed.value.run);
  const { finished } = executed.value;
  return c.json(executedBody(finished), 200, { "content-location": `/api/runs/${finished.run.id}` });
});
