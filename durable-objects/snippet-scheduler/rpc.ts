/** What others may ask of a workspace's scheduler. */
import type { Result } from "../../worker/domain/errors.ts";
import type { Schedule } from "../../worker/domain/snippet-schedule.ts";

export interface SnippetSchedulerRpc {
  /** By the time of their making. @param snippet null for all */
  list(snippet: string | null): Promise<readonly Schedule[]>;
  /** Answers `too-many-schedules` where there are as many as there may be. Adding the same id twice changes nothing. */
  add(workspaceId: string, schedule: Schedule): Promise<Result<Schedule>>;
  pause(snippet: string, id: string): Promise<Result<Schedule>>;
  /** Also one that was disabled: its runs are `userId`'s from then on. */
  resume(snippet: string, id: string, userId: string): Promise<Result<Schedule>>;
  /** False when there is none. */
  remove(snippet: string, id: string): Promise<boolean>;
  /** The snippet was deleted; null: the workspace was. */
  forget(snippet: string | null): Promise<void>;
}
