/** How a run that was asked for and waited for is answered: whole when it has ended, else as accepted. */
import type { Context } from "hono";
import type { FinishedRun } from "../../../durable-objects/run-executor/rpc.ts";
import type { RunDetail } from "../../domain/run.ts";
import type { SignedInEnv } from "../../middleware/context.ts";

export function executedBody({ run, stdout, stderr }: FinishedRun) {
  const { id, state, success, result, error, limitReached, usage } = run;
  return { runId: id, state, success: success === true, stdout, stderr, result, error, limitReached, usage };
}

export function acceptedAnswer(c: Context<SignedInEnv>, { id, state }: RunDetail): Response {
  return c.json({ runId: id, state }, 202, { location: `/api/runs/${id}`, "preference-applied": "respond-async" });
}

export function prefersAsync(c: Context<SignedInEnv>): boolean {
  const prefer = c.req.header("prefer") ?? "";
  return prefer.split(",").some((each) => each.split(";")[0]?.trim().toLowerCase() === "respond-async");
}
