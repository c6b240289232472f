/** Finds a run for whoever asks. A run of another workspace looks exactly like one that does not exist. */
import type { Context } from "hono";
import type { RunExecutorRpc } from "../../durable-objects/run-executor/rpc.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import type { SignedInEnv } from "../middleware/context.ts";
import { runExists } from "../store/runs.ts";

export type RunHandle = RunExecutorRpc & { fetch(request: Request): Promise<Response> };

export function accessRun(c: Context<SignedInEnv>): Promise<Result<RunHandle>> {
  return runWithId(c.var, c.req.param("id") ?? "");
}

export async function runWithId(
  { dependencies, principal }: SignedInEnv["Variables"],
  runId: string,
): Promise<Result<RunHandle>> {
  const { db, executor } = dependencies;
  if (!isId("run", runId) || !(await runExists(db, principal.workspaceId, runId))) {
    return fail("not-found", "There is no run with this id in your workspace.");
  }
  return succeed(executor(runId));
}
