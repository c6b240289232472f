/** Cancels or retries many runs with one request, and says of each what happened. Bounded by {@link BATCH_RUNS_MAX}. */
import type { Dependencies } from "../dependencies.ts";
import { type Failure, fail } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import { BATCH_RUNS_MAX, type BatchResult, type CancelBatch, type RetryBatch } from "../domain/run-batch.ts";
import { ACTIVE_STATES, type RunFilter, UNSUCCESSFUL_STATES } from "../domain/run-filter.ts";
import { listLabels } from "../store/queue.ts";
import { countRuns, listRuns, type RunSelection } from "../store/runs.ts";
import { retryRun } from "./retry-run.ts";

/** Runs that are asked at the same time. */
const ASKED_AT_ONCE = 10;

type Selected = { readonly runIds: readonly string[]; readonly remaining: number };

/** Those that wait are cancelled before those that run, the last first: none of them starts only to be stopped. */
export async function cancelRuns(dependencies: Dependencies, principal: Principal, batch: CancelBatch) {
  const { runIds, remaining } = await runsToCancel(dependencies, principal, batch);
  const known = await knownAmong(dependencies, principal, runIds);
  const results: BatchResult[] = [];
  for (let start = 0; start < runIds.length; start += ASKED_AT_ONCE) {
    const part = runIds.slice(start, start + ASKED_AT_ONCE);
    results.push(...(await Promise.all(part.map((runId) => cancelOne(dependencies, runId, known)))));
  }
  return { results, remaining };
}

async function runsToCancel({ db }: Dependencies, principal: Principal, batch: CancelBatch): Promise<Selected> {
  if (batch.runIds) return { runIds: [...new Set(batch.runIds)], remaining: 0 };
  const filter = filterOf(batch);
  const states = ACTIVE_STATES.filter((state) => filter.state === undefined || filter.state === state);
  if (states.length === 0) return { runIds: [], remaining: 0 };
  const runIds: string[] = [];
  for (const state of states) {
    const page = { before: null, limit: BATCH_RUNS_MAX - runIds.length };
    if (page.limit === 0) break;
    const { runs } = await listRuns(db, principal.workspaceId, { ...filter, state }, page);
    runIds.push(...runs.map((run) => run.id));
  }
  const total = await countRuns(db, principal.workspaceId, { ...filter, states });
  return { runIds, remaining: Math.max(0, total - runIds.length) };
}

async function cancelOne({ executor, log }: Dependencies, runId: string, known: Known): Promise<BatchResult> {
  if (!known.has(runId)) return refused(runId, ABSENT);
  try {
    const cancelled = await executor(runId).cancel();
    return cancelled.ok ? accepted(runId, cancelled.value.state) : refused(runId, cancelled);
  } catch (error) {
    log.warn("a run could not be cancelled", { runId, error });
    return refused(runId, AWAY);
  }
}

/** In order of their acceptance, so that their lanes line them up in it again. */
export async function retryRuns(
  dependencies: Dependencies,
  principal: Principal,
  batch: RetryBatch,
  page: { readonly before: string | null; readonly idempotencyKey?: string },
) {
  const { runIds, nextBefore } = await runsToRetry(dependencies, principal, batch, page.before);
  const known = await knownAmong(dependencies, principal, runIds);
  const results: BatchResult[] = [];
  for (const runId of runIds) {
    const key = page.idempotencyKey === undefined ? {} : { idempotencyKey: `${page.idempotencyKey}:${runId}` };
    results.push(known.has(runId) ? await retryOne(dependencies, principal, runId, key) : refused(runId, ABSENT));
  }
  return { results, nextBefore };
}

async function runsToRetry({ db }: Dependencies, principal: Principal, batch: RetryBatch, before: string | null) {
  if (batch.runIds) return { runIds: [...new Set(batch.runIds)].toSorted(), nextBefore: null };
  const filter = filterOf(batch);
  const selection: RunSelection = filter.state ? filter : { ...filter, states: UNSUCCESSFUL_STATES };
  const { runs, nextBefore } = await listRuns(db, principal.workspaceId, selection, { before, limit: BATCH_RUNS_MAX });
  return { runIds: runs.map((run) => run.id).toReversed(), nextBefore };
}

async function retryOne(
  dependencies: Dependencies,
  principal: Principal,
  runId: string,
  options: { readonly idempotencyKey?: string },
): Promise<BatchResult> {
  try {
    const started = await retryRun(dependencies, principal, runId, options);
    return started.ok ? accepted(runId, started.value.state, started.value.id) : refused(runId, started);
  } catch (error) {
    dependencies.log.warn("a run could not be retried", { runId, error });
    return refused(runId, AWAY);
  }
}

const filterOf = ({ filter, lane }: CancelBatch): RunFilter => filter ?? (lane === undefined ? {} : { lane });

type Known = ReadonlySet<string>;

async function knownAmong({ db }: Dependencies, principal: Principal, runIds: readonly string[]): Promise<Known> {
  return new Set((await listLabels(db, principal.workspaceId, runIds)).map(({ id }) => id));
}

const ABSENT = fail("not-found", "There is no run with this id in your workspace.");
const AWAY = fail("unavailable", "The run could not be asked right now. Send the request again.");

const accepted = (runId: string, state: Extract<BatchResult, { ok: true }>["state"], retriedAs: string | null = null) =>
  ({ runId, ok: true, state, retriedAs }) as const;
const refused = (runId: string, { code, detail }: Failure) => ({ runId, ok: false, code, detail }) as const;
