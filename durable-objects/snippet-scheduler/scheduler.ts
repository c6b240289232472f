/**
 * Runs snippets by their schedules. domain/snippet-schedule.ts decides, storage.ts keeps; what starts a run, and who may,
 * comes through {@link SchedulerPorts}.
 *
 * Invariants: while a schedule has a next time, an alarm is armed by then, and it never throws; a run has its id in storage
 * before it is started. So a crash at any point leaves out no time and starts no run twice.
 */
import { ERRORS, type Failure, fail, type Result, succeed } from "../../worker/domain/errors.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import {
  disabled,
  fired,
  paused,
  resumed,
  SCHEDULES_MAX,
  type Schedule,
  type ScheduleDisabled,
  START_RETRY_MS,
  settled,
} from "../../worker/domain/snippet-schedule.ts";
import type { Logger } from "../../worker/log.ts";
import { RECOVERY_DELAY_MS, type WakeUp } from "../wake-up.ts";
import type { SnippetSchedulerRpc } from "./rpc.ts";
import type { ScheduleStorage } from "./storage.ts";

/** What came of a start: `started` also where the same run was started before. */
export type StartAnswer =
  | { readonly type: "started" }
  | { readonly type: "disabled"; readonly reason: ScheduleDisabled }
  | { readonly type: "failed"; readonly failure: Failure };

export interface SchedulerPorts {
  readonly storage: ScheduleStorage;
  readonly clock: Clock;
  readonly wakeUp: WakeUp;
  readonly log: Logger;
  readonly newRunId: () => string;
  /** Starts the run of a firing under the id that it has. May throw, and may be repeated. */
  start(workspaceId: string, schedule: Schedule, runId: string): Promise<StartAnswer>;
}

const NOT_HERE = fail("not-found", "There is no such schedule of this snippet.");

export class Scheduler implements SnippetSchedulerRpc {
  readonly #ports: SchedulerPorts;

  constructor(ports: SchedulerPorts) {
    this.#ports = ports;
  }

  async list(snippet: string | null): Promise<readonly Schedule[]> {
    return this.#ports.storage.list(snippet);
  }

  async add(workspaceId: string, schedule: Schedule): Promise<Result<Schedule>> {
    const { storage } = this.#ports;
    const known = storage.find(schedule.id);
    if (known) return succeed(known);
    if (storage.count >= SCHEDULES_MAX) {
      return fail("too-many-schedules", `There are ${SCHEDULES_MAX} in the workspace. Delete one that is not needed.`);
    }
    // First: a schedule without an alarm would wait for ever.
    if (schedule.nextAt !== null) await this.#ports.wakeUp.by(schedule.nextAt);
    storage.insert(workspaceId, schedule);
    return succeed(schedule);
  }

  async pause(snippet: string, id: string): Promise<Result<Schedule>> {
    return this.#change(snippet, id, paused);
  }

  async resume(snippet: string, id: string, userId: string): Promise<Result<Schedule>> {
    return this.#change(snippet, id, (schedule) => resumed(schedule, userId, this.#ports.clock.now()));
  }

  async remove(snippet: string, id: string): Promise<boolean> {
    return this.#ports.storage.delete(snippet, id);
  }

  async forget(snippet: string | null): Promise<void> {
    this.#ports.storage.delete(snippet, null);
  }

  /** Never throws: an alarm that fails too often is gone for ever. */
  async alarm(): Promise<void> {
    const { storage, clock, wakeUp, log } = this.#ports;
    wakeUp.rang();
    try {
      // What resumes after a crash.
      await wakeUp.within(RECOVERY_DELAY_MS);
      const { workspaceId } = storage;
      if (workspaceId !== null) {
        for (const { id } of storage.due(clock.now())) await this.#fire(workspaceId, id);
      }
      await this.#arm();
    } catch (error) {
      log.error("snippets cannot be run by their schedules right now", { error });
      await wakeUp.within(RECOVERY_DELAY_MS);
    }
  }

  async #fire(workspaceId: string, id: string): Promise<void> {
    const { storage, clock, newRunId, start, log } = this.#ports;
    const due = storage.find(id);
    // Removed, paused or moved on while another one was started.
    if (due === null || (due.firing === null && (due.nextAt === null || due.nextAt > clock.now()))) return;
    const firing = due.firing === null ? fired(due, newRunId(), clock.now()) : due;
    if (firing !== due) storage.update(firing);
    const answer = await start(workspaceId, firing, firing.firing!.runId).catch((error: unknown): StartAnswer => {
      log.warn("a scheduled run could not be started", { workspaceId, runId: firing.firing!.runId, error });
      return { type: "failed", failure: fail("unavailable", "The run could not be started.") };
    });
    // Paused or changed by somebody while the run was started.
    const now = storage.find(id);
    if (now?.firing?.runId !== firing.firing!.runId) return;
    if (answer.type === "started") storage.update(settled(now, null));
    else if (answer.type === "disabled") storage.update(disabled(now, answer.reason));
    else if (!this.#isWorthARetry(now, answer.failure)) storage.update(settled(now, answer.failure.detail));
  }

  #isWorthARetry({ firing }: Schedule, { code }: Failure): boolean {
    return ERRORS[code].retryable && this.#ports.clock.now() < firing!.since + START_RETRY_MS;
  }

  async #change(snippet: string, id: string, change: (schedule: Schedule) => Schedule): Promise<Result<Schedule>> {
    const { storage, wakeUp } = this.#ports;
    const found = storage.find(id);
    const { nextAt } = found === null ? { nextAt: null } : change(found);
    if (nextAt !== null) await wakeUp.by(nextAt);
    // Meanwhile it may have fired, or be gone.
    const schedule = storage.find(id);
    if (schedule?.snippet !== snippet) return NOT_HERE;
    const changed = change(schedule);
    storage.update(changed);
    return succeed(changed);
  }

  /** What is due already waits a moment: either it is under way, or it could not be started. */
  async #arm(): Promise<void> {
    const { storage, clock, wakeUp } = this.#ports;
    const at = storage.nextDueAt();
    const now = clock.now();
    await wakeUp.only(at === null ? null : at <= now ? now + RECOVERY_DELAY_MS : at);
  }
}
