/** Runs an earlier run's program again, with the same input and limits, in the same lane. */
import type { Dependencies } from "../dependencies.ts";
import { fail, type Result } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import type { RunDetail } from "../domain/run.ts";
import { loadProgram } from "../store/runs.ts";
import { startRun } from "./start-run.ts";

/** The caller has checked that the run belongs to the principal's workspace. */
export async function retryRun(
  dependencies: Dependencies,
  principal: Principal,
  runId: string,
  idempotencyKey?: string,
): Promise<Result<RunDetail>> {
  const [run, program] = await Promise.all([
    dependencies.executor(runId).describe(),
    loadProgram(dependencies.db, runId),
  ]);
  if (!run || !program) return fail("not-found", "The run's program is no longer stored.");
  return startRun(dependencies, principal, {
    program,
    limits: run.limits,
    grants: run.grants,
    lane: run.lane,
    retryOf: runId,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}
