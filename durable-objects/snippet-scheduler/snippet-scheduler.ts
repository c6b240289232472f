/** The scheduler of one workspace's snippets, wired to the platform. What it does is in scheduler.ts. */
import { DurableObject } from "cloudflare:workers";
import { type Config, configOf } from "../../worker/config.ts";
import { isAtLeast } from "../../worker/domain/access.ts";
import type { Failure, Result } from "../../worker/domain/errors.ts";
import { fail } from "../../worker/domain/errors.ts";
import { beyondAllowance } from "../../worker/domain/grants.ts";
import { newId, newSecret } from "../../worker/domain/ids.ts";
import { personLane } from "../../worker/domain/lane.ts";
import { resolveImports } from "../../worker/domain/snippet-imports.ts";
import type { Schedule } from "../../worker/domain/snippet-schedule.ts";
import { createLogger } from "../../worker/log.ts";
import { prepareSnippetRun } from "../../worker/snippets/snippet-run.ts";
import { type Database, openDatabase } from "../../worker/store/database.ts";
import { findRole } from "../../worker/store/memberships.ts";
import { loadImported, noteSnippetRun } from "../../worker/store/snippets.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import { WakeUp } from "../wake-up.ts";
import type { SnippetSchedulerRpc } from "./rpc.ts";
import { Scheduler, type StartAnswer } from "./scheduler.ts";
import { ScheduleStorage } from "./storage.ts";

const failed = (failure: Failure): StartAnswer => ({ type: "failed", failure });

export class SnippetScheduler extends DurableObject<Env> implements SnippetSchedulerRpc {
  readonly #config: Config;
  readonly #db: Database;
  readonly #scheduler: Scheduler;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#config = configOf(env);
    this.#db = openDatabase(env.DB);
    this.#scheduler = new Scheduler({
      storage: new ScheduleStorage(ctx.storage),
      clock: systemClock,
      wakeUp: new WakeUp(ctx.storage, systemClock),
      log: createLogger(this.#config.logLevel, this.#config.logFormat),
      newRunId: () => newId("run", systemClock, systemRandom),
      start: (workspaceId, schedule, runId) => this.#start(workspaceId, schedule, runId),
    });
  }

  list(snippet: string | null): Promise<readonly Schedule[]> {
    return this.#scheduler.list(snippet);
  }

  add(workspaceId: string, schedule: Schedule): Promise<Result<Schedule>> {
    return this.#scheduler.add(workspaceId, schedule);
  }

  pause(snippet: string, id: string): Promise<Result<Schedule>> {
    return this.#scheduler.pause(snippet, id);
  }

  resume(snippet: string, id: string, userId: string): Promise<Result<Schedule>> {
    return this.#scheduler.resume(snippet, id, userId);
  }

  remove(snippet: string, id: string): Promise<boolean> {
    return this.#scheduler.remove(snippet, id);
  }

  forget(snippet: string | null): Promise<void> {
    return this.#scheduler.forget(snippet);
  }

  override alarm(): Promise<void> {
    return this.#scheduler.alarm();
  }

  async #start(workspaceId: string, schedule: Schedule, runId: string): Promise<StartAnswer> {
    const executor = this.env.RUN_EXECUTOR.get(this.env.RUN_EXECUTOR.idFromName(runId));
    // Before a crash, as it seems.
    if (await executor.describe()) return { type: "started" };
    const role = await findRole(this.#db, workspaceId, schedule.userId);
    if (role === null) return { type: "disabled", reason: "maker-left" };
    if (!isAtLeast(role, "member")) return { type: "disabled", reason: "maker-may-not-run" };
    const { snippet, version, parameters, mode } = schedule;
    const prepared = await prepareSnippetRun(this.#db, workspaceId, snippet, {
      ...{ version, parameters },
      mode: mode ?? undefined,
    });
    if (!prepared.ok) {
      return prepared.code === "not-found" ? { type: "disabled", reason: "snippet-gone" } : failed(prepared);
    }
    const { title, limits, grants } = prepared.value;
    const [beyond] = beyondAllowance(grants, this.#config.allowance);
    if (beyond) return failed(fail("invalid-request", beyond.message));
    const program = await resolveImports(prepared.value.program, (wanted) =>
      loadImported(this.#db, workspaceId, wanted),
    );
    if (!program.ok) return failed(program);
    const accepted = await executor.submit({
      ...{ id: runId, workspaceId, kind: "execution", title, program: program.value, limits, grants },
      ...{ lane: personLane(schedule.userId), priority: "normal", createdBy: schedule.userId },
      ...{ retryOf: null, expiresAt: null, seed: newSecret(16, systemRandom) },
    });
    if (!accepted.ok) return failed(accepted);
    await noteSnippetRun(this.#db, workspaceId, snippet, { id: runId, at: systemClock.now() });
    return { type: "started" };
  }
}
