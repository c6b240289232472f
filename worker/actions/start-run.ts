/** Starts a run: the one way in for the API, the console, retries and samples. */
import type { FinishedRun } from "../../durable-objects/run-executor/rpc.ts";
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import { type Failure, fail, type Result, succeed } from "../domain/errors.ts";
import { beyondAllowance, type Grants, NO_GRANTS } from "../domain/grants.ts";
import { newId, newSecret } from "../domain/ids.ts";
import type { Priority } from "../domain/lane.ts";
import { beginnerOf, keyOwner, type Principal } from "../domain/principal.ts";
import type { Limits, Program } from "../domain/program.ts";
import type { RunDetail } from "../domain/run.ts";
import { type IssueRunRequest, issueSpec, type RunSpec, titleOf } from "../domain/run-spec.ts";
import { resolveImports } from "../domain/snippet-imports.ts";
import type { LogFields } from "../log-fields.ts";
import { refusedCapabilities } from "../program/capability-access.ts";
import { idempotencyKeyExists, reserveIdempotencyKey } from "../store/runs.ts";
import { loadImported } from "../store/snippets.ts";

export interface StartRunRequest {
  /** Made from the program when it is not given. */
  readonly title?: string;
  readonly program: Program;
  readonly limits: Limits;
  /** Nothing when it is not given. Refused where it goes beyond what the operator allows. */
  readonly grants?: Grants;
  /** The principal's own lane when it is not given. */
  readonly lane?: string;
  /** Normal when it is not given. */
  readonly priority?: Priority;
  /** The run ends if it has not started after so long, in milliseconds; it waits for ever when this is not given. */
  readonly waitMaxMs?: number;
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
  const spec = await describeRun(dependencies, principal, request);
  return spec.ok ? submit(dependencies, spec.value) : spec;
}

/** Starts a run about an issue in its repository's lane. As durable as {@link startRun}. */
export async function startIssueRun(
  dependencies: Pick<Dependencies, "executor" | "log">,
  request: IssueRunRequest,
): Promise<Result<RunDetail>> {
  return submit(dependencies, issueSpec(request));
}

/** For runs of whatever kind. */
export async function submit(
  { executor, log }: Pick<Dependencies, "executor" | "log">,
  spec: RunSpec,
): Promise<Result<RunDetail>> {
  try {
    return await executor(spec.id).submit(spec);
  } catch (error) {
    log.error("a run could not be submitted", logFields(spec, error));
    return fail("unavailable", "The run could not be accepted right now. Send the request again.");
  }
}

/** Starts a run and waits for its end. `accepted` when the wait was cut short: the run goes on by itself. */
export type ExecutedRun =
  | { readonly type: "finished"; readonly finished: FinishedRun }
  | { readonly type: "accepted"; readonly run: RunDetail };

/** Like {@link startRun}, but answers when the run has ended. */
export async function executeRun(
  dependencies: Dependencies,
  principal: Principal,
  request: StartRunRequest,
  began: (runId: string) => void = () => {},
): Promise<Result<ExecutedRun>> {
  const spec = await describeRun(dependencies, principal, request);
  if (!spec.ok) return spec;
  began(spec.value.id);
  const executor = dependencies.executor(spec.value.id);
  try {
    const answer = await executor.execute(spec.value);
    return answer.ok ? succeed({ type: "finished", finished: answer.value }) : answer;
  } catch (error) {
    // The object restarted while we waited; whether it had accepted the run, it knows itself.
    dependencies.log.warn("waiting for a run failed", logFields(spec.value, error));
    const run = await executor.describe().catch(() => null);
    return run
      ? succeed({ type: "accepted", run })
      : fail("unavailable", "The run could not be accepted right now. Send the request again.");
  }
}

async function describeRun(
  dependencies: Dependencies,
  principal: Principal,
  request: StartRunRequest,
): Promise<Result<RunSpec>> {
  const grants = request.grants ?? NO_GRANTS;
  const beyond = beyondAllowance(grants, dependencies.config.allowance);
  if (beyond.length > 0) return fail("invalid-request", beyond[0]!.message, beyond);
  const refusal = grants.code ? refusedCapabilities(principal, grants.code.capabilities) : null;
  if (refusal) return refusal;
  const { idempotencyKey, ...asked } = request;
  const runId = await reserveRunId(dependencies, principal, asked, idempotencyKey);
  if (!runId.ok) return runId;
  const { db } = dependencies;
  const program = await resolveImports(request.program, (wanted) => loadImported(db, principal.workspaceId, wanted));
  if (!program.ok) return program;
  return succeed({
    id: runId.value,
    workspaceId: principal.workspaceId,
    kind: "execution",
    title: request.title ?? titleOf(request.program),
    lane: request.lane ?? principal.lane,
    priority: request.priority ?? "normal",
    ...beginnerOf(principal),
    retryOf: request.retryOf ?? null,
    expiresAt: request.waitMaxMs === undefined ? null : dependencies.clock.now() + request.waitMaxMs,
    seed: newSecret(16, dependencies.random),
    limits: request.limits,
    grants,
    program: program.value,
  });
}

/**
 * A new id; with a key that was used before, the id that it stands for. The same key must come with the same request.
 *
 * @param refusal what stands in the way of a request that has begun nothing yet; not asked for one that has
 */
export async function reserveRunId(
  { clock, random, db }: Dependencies,
  principal: Principal,
  request: object,
  key: string | undefined,
  refusal?: () => Promise<Failure | null>,
): Promise<Result<string>> {
  const fresh = newId("run", clock, random);
  if (key === undefined) return (await refusal?.()) ?? succeed(fresh);
  if (key === "" || key.length > IDEMPOTENCY_KEY_CHARS) {
    return fail("invalid-request", `Idempotency-Key must have 1 to ${IDEMPOTENCY_KEY_CHARS} characters.`);
  }
  const requestHash = await sha256Hex(JSON.stringify(request));
  const owner = keyOwner(principal);
  // What is refused keeps no key: put right, it would be another request.
  if (refusal && !(await idempotencyKeyExists(db, owner, key))) {
    const refused = await refusal();
    if (refused) return refused;
  }
  const row = { principalId: owner, key, requestHash, runId: fresh, createdAt: clock.now() };
  const kept = await reserveIdempotencyKey(db, row);
  if (kept.requestHash !== requestHash) {
    return fail("idempotency-key-reused", "Use a new key for a new request, or send the same request again.");
  }
  return succeed(kept.runId);
}

function logFields({ id: runId, workspaceId, lane }: RunSpec, error: unknown): LogFields {
  return { runId, workspaceId, lane, step: "queue", error };
}
