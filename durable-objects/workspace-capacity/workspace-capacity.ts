/** The object of a workspace's capacity: wires {@link Capacity} to the platform. */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../worker/config.ts";
import type { Allotment } from "../../worker/domain/allotment.ts";
import type { LaneReport } from "../../worker/domain/capacity-state.ts";
import { laneObjectName } from "../../worker/domain/lane.ts";
import { createLogger } from "../../worker/log.ts";
import { systemClock } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import { WakeUp } from "../wake-up.ts";
import { Capacity } from "./capacity.ts";
import type { KnownLane, WorkspaceCapacityRpc } from "./rpc.ts";
import { CapacityStorage } from "./storage.ts";

export class WorkspaceCapacity extends DurableObject<Env> implements WorkspaceCapacityRpc {
  readonly #capacity: Capacity;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    this.#capacity = new Capacity({
      storage: new CapacityStorage(ctx.storage),
      clock: systemClock,
      wakeUp: new WakeUp(ctx.storage, systemClock),
      log: createLogger(config.logLevel, config.logFormat),
      capacity: config.workspaceConcurrency,
      lane: (name) => env.RUN_QUEUE.get(env.RUN_QUEUE.idFromName(laneObjectName(ctx.id.name ?? "", name))),
      background: (work) => ctx.waitUntil(work),
    });
  }

  async report(report: LaneReport): Promise<Allotment> {
    return this.#capacity.report(report);
  }

  async lanes(): Promise<readonly KnownLane[]> {
    return this.#capacity.lanes();
  }

  /** Never throws: an alarm that fails too often is gone for ever. */
  override async alarm(): Promise<void> {
    await this.#capacity.alarm();
  }
}
