/** A run as messages tell it: in the state that is asked for, with the instants that belong to it. */
import { isTerminal } from "../../worker/domain/run.ts";
import type { ToldRun } from "../../worker/domain/webhook-events.ts";

export const CREATED_AT = "2026-11-21T10:00:00.000Z";
export const STARTED_AT = "2026-11-21T10:00:01.000Z";
export const FINISHED_AT = "2026-11-21T10:00:02.000Z";

/** @param id without its prefix */
export function toldRun(id: string, state: ToldRun["state"] = "succeeded", rest: Partial<ToldRun> = {}): ToldRun {
  return {
    id: `run_${id}`,
    kind: "execution",
    state,
    title: "Greet",
    lane: "person:usr_ana",
    priority: "normal",
    retryOf: null,
    createdAt: CREATED_AT,
    startedAt: state === "queued" ? null : STARTED_AT,
    finishedAt: isTerminal(state) ? FINISHED_AT : null,
    error: null,
    limitReached: null,
    ...rest,
  };
}
