/** Schedules of snippets: for the API and the console alike. */
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { Principal } from "../domain/principal.ts";
import { firstTime, type ScheduleRequest, type ScheduleView, toScheduleView } from "../domain/snippet-schedule.ts";
import { prepareSnippetRun } from "../snippets/snippet-run.ts";
import { record } from "./audit-trail.ts";

/** @param snippet null for those of all snippets */
export async function listSchedules(
  { scheduler }: Dependencies,
  workspaceId: string,
  snippet: string | null,
): Promise<ScheduleView[]> {
  return (await scheduler(workspaceId).list(snippet)).map(toScheduleView);
}

/** Its runs are those of the person who made it, or whose token did. */
export async function addSchedule(
  dependencies: Dependencies,
  principal: Principal,
  snippet: string,
  { cron, timeZone, ...run }: ScheduleRequest,
): Promise<Result<ScheduleView>> {
  const { db, clock, random, scheduler } = dependencies;
  const { workspaceId, userId } = principal;
  // What could not run now is said now.
  const prepared = await prepareSnippetRun(db, workspaceId, snippet, run);
  if (!prepared.ok) return prepared;
  const now = clock.now();
  const nextAt = firstTime({ cron, timeZone }, now);
  if (!nextAt.ok) return nextAt;
  const added = await scheduler(workspaceId).add(workspaceId, {
    ...{ id: newId("sch", clock, random), snippet, cron, timeZone, userId, createdAt: now, nextAt: nextAt.value },
    ...{ version: run.version ?? null, mode: run.mode ?? null, parameters: prepared.value.parameters },
    ...{ isPaused: false, disabled: null, firing: null, last: null },
  });
  if (!added.ok) return added;
  await record(dependencies, actorOf(principal), "schedule.added", snippet, { cron, timeZone });
  return succeed(toScheduleView(added.value));
}

export async function pauseSchedule(
  { scheduler }: Dependencies,
  { workspaceId }: Principal,
  snippet: string,
  id: string,
): Promise<Result<ScheduleView>> {
  const paused = await scheduler(workspaceId).pause(snippet, id);
  return paused.ok ? succeed(toScheduleView(paused.value)) : paused;
}

export async function resumeSchedule(
  { scheduler }: Dependencies,
  { workspaceId, userId }: Principal,
  snippet: string,
  id: string,
): Promise<Result<ScheduleView>> {
  const resumed = await scheduler(workspaceId).resume(snippet, id, userId);
  return resumed.ok ? succeed(toScheduleView(resumed.value)) : resumed;
}

export async function removeSchedule(
  dependencies: Dependencies,
  principal: Principal,
  snippet: string,
  id: string,
): Promise<Result<null>> {
  if (!(await dependencies.scheduler(principal.workspaceId).remove(snippet, id))) {
    return fail("not-found", "There is no such schedule of this snippet.");
  }
  await record(dependencies, actorOf(principal), "schedule.deleted", snippet, {});
  return succeed(null);
}
