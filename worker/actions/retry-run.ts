/** Starts an earlier run again in the same lane: a program with the same input or with edits, or the same issue. */
import type { Dependencies } from "../dependencies.ts";
import { fail, type Result } from "../domain/errors.ts";
import { NO_GRANTS } from "../domain/grants.ts";
import { repositoryOf } from "../domain/lane.ts";
import { beginnerOf, type Principal } from "../domain/principal.ts";
import { executeRequestSchema, programOf, type RetryEdits } from "../domain/program.ts";
import type { RunDetail } from "../domain/run.ts";
import { check } from "../domain/validation.ts";
import { findMeetingRun } from "../store/meeting-runs.ts";
import { loadProgram } from "../store/runs.ts";
import { startMeetingRun } from "./process-meetings.ts";
import { reserveRunId, startIssueRun, startRun } from "./start-run.ts";

export interface RetryOptions {
  readonly idempotencyKey?: string;
  /** Nothing is edited when it is not given. */
  readonly edits?: RetryEdits;
}

/** The caller has checked that the run belongs to the principal's workspace. */
export async function retryRun(
  dependencies: Dependencies,
  principal: Principal,
  runId: string,
  options: RetryOptions = {},
): Promise<Result<RunDetail>> {
  const run = await dependencies.executor(runId).describe();
  if (!run) return fail("not-found", "The run is no longer stored.");
  switch (run.kind) {
    case "issue":
      return retryIssue(dependencies, principal, run, options);
    case "meeting":
      return retryMeeting(dependencies, principal, run, options);
    case "execution":
      return retryProgram(dependencies, principal, run, options);
  }
}

async function retryIssue(
  dependencies: Dependencies,
  principal: Principal,
  run: RunDetail,
  { edits, idempotencyKey }: RetryOptions,
): Promise<Result<RunDetail>> {
  if (edits && Object.keys(edits).some((field) => field !== "priority")) {
    return fail("invalid-request", "A run about an issue has no program: only its priority can be edited.");
  }
  const request = {
    workspaceId: principal.workspaceId,
    repositoryKey: repositoryOf(run.lane)!,
    issue: run.issue!,
    priority: edits?.priority ?? run.priority,
    ...beginnerOf(principal),
    retryOf: run.id,
  };
  const runId = await reserveRunId(dependencies, principal, request, idempotencyKey);
  return runId.ok ? startIssueRun(dependencies, { ...request, runId: runId.value }) : runId;
}

/** Processes the meeting again in the way that was tried first: a model writes anew. */
async function retryMeeting(
  dependencies: Dependencies,
  principal: Principal,
  { id: retryOf, priority }: RunDetail,
  { edits, ...options }: RetryOptions,
): Promise<Result<RunDetail>> {
  if (edits && Object.keys(edits).some((field) => field !== "priority")) {
    return fail("invalid-request", "The program of a meeting is a model's: fork the run to change it.");
  }
  const run = await findMeetingRun(dependencies.db, principal.workspaceId, retryOf);
  if (!run) return fail("not-found", "The meeting was deleted.");
  const { fallback: _, hasPickedReviewer, ...plan } = run.plan;
  // Which keys there are may have changed: a reviewer that nobody named is picked anew.
  const choice = hasPickedReviewer ? { ...plan, reviewModel: null } : plan;
  const again = { ...options, retryOf, priority: edits?.priority ?? priority };
  return startMeetingRun(dependencies, principal, run.meetingId, choice, again);
}

async function retryProgram(
  dependencies: Dependencies,
  principal: Principal,
  run: RunDetail,
  { idempotencyKey, edits = {} }: RetryOptions,
): Promise<Result<RunDetail>> {
  const program = await loadProgram(dependencies.db, run.id);
  if (!program || !run.limits) return fail("not-found", "The run's program is no longer stored.");
  const { priority = run.priority, limits, ...input } = edits;
  // What is edited is checked as if it had been sent whole.
  const asked = check({ ...program, ...input, limits: { ...run.limits, ...limits } }, executeRequestSchema);
  if (!asked.ok) return asked;
  return startRun(dependencies, principal, {
    ...programOf(asked.value),
    grants: run.grants ?? NO_GRANTS,
    lane: run.lane,
    priority,
    retryOf: run.id,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}
