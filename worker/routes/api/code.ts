/** `POST /api/code/execute`: runs a program that calls capabilities, and answers with what it did and what it wrote. */
import { Hono } from "hono";
import { codeRunRequest } from "../../actions/execute-code.ts";
import { executeRun, startRun } from "../../actions/start-run.ts";
import { codeExecuteSchema } from "../../domain/code-execution.ts";
import { effectsSummary } from "../../domain/effect-sheet-schema.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { acceptedAnswer, executedBody, prefersAsync } from "./executed-answer.ts";

export const code = new Hono<SignedInEnv>().post("/execute", async (c) => {
  const body = await readJson(c, codeExecuteSchema);
  if (!body.ok) return problem(c, body);
  const { dependencies, principal } = c.var;
  const described = await codeRunRequest(dependencies, principal, body.value);
  if (!described.ok) return problem(c, described);
  const idempotencyKey = c.req.header("idempotency-key");
  const request = { ...described.value, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
  if (prefersAsync(c)) {
    const started = await startRun(dependencies, principal, request);
    return started.ok ? acceptedAnswer(c, started.value) : problem(c, started);
  }
  const executed = await executeRun(dependencies, principal, request);
  if (!executed.ok) return problem(c, executed);
  if (executed.value.type === "accepted") return acceptedAnswer(c, executed.value.run);
  const { finished } = executed.value;
  const { id } = finished.run;
  const sheet = await dependencies.executor(id).effectSheet();
  if (!sheet.ok) return problem(c, sheet);
  const effects = effectsSummary(id, sheet.value);
  return c.json({ ...executedBody(finished), effects }, 200, { "content-location": `/api/runs/${id}` });
});
