/** What can be asked about a workspace's calls of models, and set for them: for the API and the console alike. */
import type { Dependencies } from "../dependencies.ts";
import type { CallLimits, CircuitView } from "../domain/call-limits.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import type { Execution, ExecutionTexts } from "../domain/execution.ts";
import { isId } from "../domain/ids.ts";
import { providerReliability, type Reliability } from "../store/execution-figures.ts";
import { findExecution, setTextRetentionDays, textRetentionDays } from "../store/executions.ts";

const DAY_MS = 86_400_000;

export interface ExecutionWithTexts {
  readonly execution: Execution;
  /** Null where the workspace keeps none, or not any more. */
  readonly texts: ExecutionTexts | null;
}

export async function accessExecution(
  dependencies: Dependencies,
  workspaceId: string,
  id: string,
): Promise<Result<ExecutionWithTexts>> {
  const { db } = dependencies;
  await bringUpToDate(dependencies, workspaceId);
  const found = isId("call", id) ? await findExecution(db, workspaceId, id) : null;
  return found ? succeed(found) : fail("not-found", "There is no call with this id in your workspace.");
}

/** Before calls are read: all that were made until now are where they are read from, or it is logged that they are not. */
export async function bringUpToDate({ budget, calls, log }: Dependencies, workspaceId: string): Promise<void> {
  await calls.flush(workspaceId);
  await budget(workspaceId)
    .copyRecords()
    .catch((error) => log.warn("the latest calls of models are not shown", { workspaceId, error }));
}

export interface CallSettings {
  readonly limits: CallLimits;
  readonly circuits: readonly CircuitView[];
  readonly textRetentionDays: number;
  /** Of the last 24 hours. */
  readonly reliability: readonly Reliability[];
}

export async function describeCallSettings(dependencies: Dependencies, workspaceId: string): Promise<CallSettings> {
  const { budget, db, clock } = dependencies;
  await bringUpToDate(dependencies, workspaceId);
  const [{ limits, circuits }, days, reliability] = await Promise.all([
    budget(workspaceId).describeGate(),
    textRetentionDays(db, workspaceId),
    providerReliability(db, workspaceId, clock.now() - DAY_MS),
  ]);
  return { limits, circuits, textRetentionDays: days, reliability };
}

/** Holds from the next call on; the texts of calls that are older go at once. */
export async function keepTextsFor(
  { db, clock, budget }: Dependencies,
  workspaceId: string,
  days: number,
): Promise<void> {
  await budget(workspaceId).keepTexts(days > 0);
  await setTextRetentionDays(db, workspaceId, days, clock.now());
}
