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
  { db }: Dependencies,
  workspaceId: string,
  id: string,
): Promise<Result<ExecutionWithTexts>> {
  const found = isId("call", id) ? await findExecution(db, workspaceId, id) : null;
  return found ? succeed(found) : fail("not-found", "There is no call with this id in your workspace.");
}

export interface CallSettings {
  readonly limits: CallLimits;
  readonly circuits: readonly CircuitView[];
  readonly textRetentionDays: number;
  /** Of the last 24 hours. */
  readonly reliability: readonly Reliability[];
}

export async function describeCallSettings(
  { gate, db, clock }: Dependencies,
  workspaceId: string,
): Promise<CallSettings> {
  const [{ limits, circuits }, days, reliability] = await Promise.all([
    gate(workspaceId).describe(),
    textRetentionDays(db, workspaceId),
    providerReliability(db, workspaceId, clock.now() - DAY_MS),
  ]);
  return { limits, circuits, textRetentionDays: days, reliability };
}

/** Holds from the next call on; the texts of calls that are older go at once. */
export async function keepTextsFor({ db, clock }: Dependencies, workspaceId: string, days: number): Promise<void> {
  await setTextRetentionDays(db, workspaceId, days, clock.now());
}
