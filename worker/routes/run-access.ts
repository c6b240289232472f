/** Finds a run for whoever asks. A run of another workspace looks exactly like one that does not exist. */
import type { Context } from "hono";
import type { RunExecutorRpc } from "../../durable-objects/run-executor/rpc.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import type { SignedInEnv } from "../middleware/context.ts";
import { runExists } from "../store/runs.ts";

export type RunHandle = RunExecutorRpc & { fetch(request: Request): Promise<Response> };

export async function accessRun(c: Context<SignedInEnv>): Promise<Result<RunHandle>> {
  const { db, executor } = c.var.dependencies;
  const runId = c.req.param("id") ?? "";
  if (!isId("run", runId) || !(await runExists(db, c.var.principal.workspaceId, runId))) {
    return fail("not-found", "There is no run with this id in your workspace.");
  }
  return succeed(executor(runId));
}
