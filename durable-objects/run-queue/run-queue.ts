/** The object of a lane's queue: wires {@link Lane} to the platform. */

import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../worker/config.ts";
import type { Allotment } from "../../worker/domain/allotment.ts";
import type { LaneReport } from "../../worker/domain/capacity-state.ts";
import type { Result } from "../../worker/domain/errors.ts";
import type { Priority } from "../../worker/domain/lane.ts";
import type { LaneView } from "../../worker/domain/lane-view.ts";
import type { Wait } from "../../worker/domain/wait-reason.ts";
import { createLogger } from "../../worker/log.ts";
import { systemClock } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import { WakeUp } from "../wake-up.ts";
import { Lane } from "./lane.ts";
import type { EnqueueAnswer, EnqueueRequest, LaneAddress, LaneCommand, RunIdPage, RunQueueRpc } from "./rpc.ts";
import { QueueStorage } from "./storage.ts";

export class RunQueue extends DurableObject<Env> implements RunQueueRpc {
  readonly #lane: Lane;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    this.#lane = new Lane({
      storage: new QueueStorage(ctx.storage),
      clock: systemClock,
      wakeUp: new WakeUp(ctx.storage, systemClock),
      log: createLogger(config.logLevel, config.logFormat),
      isSmart: config.isQueueSmart,
      run: (runId) => env.RUN_EXECUTOR.get(env.RUN_EXECUTOR.idFromName(runId)),
      capacity: (workspaceId) => env.WORKSPACE_CAPACITY.get(env.WORKSPACE_CAPACITY.idFromName(workspaceId)),
      background: (work) => ctx.waitUntil(work),
    });
  }

  async enqueue(request: EnqueueRequest): Promise<EnqueueAnswer> {
    return this.#lane.enqueue(request);
  }

  async release(runId: string, epoch: number | null): Promise<void> {
    return this.#lane.release(runId, epoch);
  }

  async renew(runId: string): Promise<void> {
    return this.#lane.renew(runId);
  }

  async reprioritise(runId: string, priority: Priority): Promise<Result<null>> {
    return this.#lane.reprioritise(runId, priority);
  }

  async command(address: LaneAddress, command: LaneCommand): Promise<Result<null>> {
    return this.#lane.command(address, command);
  }

  async allot(allotment: Allotment): Promise<LaneReport> {
    return this.#lane.allot(allotment);
  }

  async describeWait(runId: string): Promise<Wait | null> {
    return this.#lane.describeWait(runId);
  }

  async view(waitingMax: number): Promise<LaneView> {
    return this.#lane.view(waitingMax);
  }

  async runIds(after: number, limit: number): Promise<RunIdPage> {
    return this.#lane.runIds(after, limit);
  }

  /** Never throws: an alarm that fails too often is gone for ever. */
  override async alarm(): Promise<void> {
    await this.#lane.alarm();
  }
}
