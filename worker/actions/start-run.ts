/** Starts a run: the one way in for the API, the console, retries and samples. */
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { newId, newSecret } from "../domain/ids.ts";
import type { Principal } from "../domain/principal.ts";
import type { Limits, Program } from "../domain/program.ts";
import type { RunDetail } from "../domain/run.ts";
import { type RunSpec, titleOf } from "../domain/run-spec.ts";
import { reserveIdempotencyKey } from "../store/runs.ts";

export interface StartRunRequest {
  readonly program: Program;
  readonly limits: Limits;
  /** The principal's own lane when it is not given. */
  readonly lane?: string;
  readonly retryOf?: string;
  /** Makes a repeated request find the first one's run. */
  readonly idempotencyKey?: string;
}

/** Longest Idempotency-Key that is accepted. */
export const IDEMPOTENCY_KEY_CHARS = 255;

/**
 * Returns the run as it was accepted, durably: from here on it reaches an end, whatever happens to this request.
 * With an Idempotency-Key that was used before, returns that run; fails with `idempotency-key-reused` when the
 * request differs.
 */
export async function startRun(
  dependencies: Dependencies,
  principal: Principal,
  request: StartRunRequest,
): Promise<Result<RunDetail>> {
  const { random, executor, log } = dependencies;
  const reserved = await reserveRunId(dependencies, principal, request);
  if (!reserved.ok) return reserved;
  const spec: RunSpec = {
    id: reserved.value,
    workspaceId: principal.workspaceId,
    kind: "execution",
    title: titleOf(request.program),
    lane: request.lane ?? principal.lane,
    priority: "normal",
    createdBy: principal.id,
    retryOf: request.retryOf ?? null,
    seed: newSecret(16, random),
    limits: request.limits,
    program: request.program,
  };
  try {
    return await executor(spec.id).submit(spec);
  } catch (error) {
    log.error("a run could not be submitted", { runId: spec.id, error });
    return fail("unavailable", "The run could not be accepted right now. Send the request again.");
  }
}

async function reserveRunId(
  { clock, random, db }: Dependencies,
  principal: Principal,
  request: StartRunRequest,
): Promise<Result<string>> {
  const fresh = newId("run", clock, random);
  const { idempotencyKey: key, ...rest } = request;
  if (key === undefined) return succeed(fresh);
  if (key === "" || key.length > IDEMPOTENCY_KEY_CHARS) {
    return fail("invalid-request", `Idempotency-Key must have 1 to ${IDEMPOTENCY_KEY_CHARS} characters.`);
  }
  const requestHash = await sha256Hex(JSON.stringify(rest));
  const row = { principalId: principal.id, key, requestHash, runId: fresh, createdAt: clock.now() };
  const kept = await reserveIdempotencyKey(db, row);
  if (kept.requestHash !== requestHash) {
    return fail("idempotency-key-reused", "Use a new key for a new request, or send the same request again.");
  }
  return succeed(kept.runId);
}
