/**
 * The object of a workspace's gate: wires {@link Gate} to the platform. While the workspace makes calls, its alarm also
 * sweeps the record of them: closes what lost its server, and deletes what is kept no longer.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../worker/config.ts";
import type { CallLimits } from "../../worker/domain/call-limits.ts";
import type { CallVerdict } from "../../worker/domain/circuit.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import { type Database, openDatabase } from "../../worker/store/database.ts";
import { sweepExecutions } from "../../worker/store/executions.ts";
import { systemClock } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import { WakeUp } from "../wake-up.ts";
import { Gate } from "./gate.ts";
import type { CallGateRpc, CircuitAddress, GateAnswer, GateState } from "./rpc.ts";
import { GateStorage } from "./storage.ts";

/** How often the record is swept while there is anything in it. */
const SWEEP_MS = 3_600_000;

export class CallGate extends DurableObject<Env> implements CallGateRpc {
  readonly #gate: Gate;
  readonly #wakeUp: WakeUp;
  readonly #db: Database;
  readonly #log: Logger;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    this.#log = createLogger(config.logLevel, config.logFormat);
    this.#db = openDatabase(env.DB);
    this.#gate = new Gate(new GateStorage(ctx.storage), systemClock);
    this.#wakeUp = new WakeUp(ctx.storage, systemClock);
  }

  async admit(address: CircuitAddress): Promise<GateAnswer> {
    await this.keepsRecord();
    return this.#gate.admit(address);
  }

  async report(address: CircuitAddress, epoch: number, verdict: CallVerdict): Promise<void> {
    this.#gate.report(address, epoch, verdict);
  }

  async describe(): Promise<GateState> {
    return this.#gate.describe();
  }

  async limit(limits: CallLimits): Promise<void> {
    this.#gate.limit(limits);
  }

  async forget(keyId: string): Promise<void> {
    this.#gate.forget(keyId);
  }

  async keepsRecord(): Promise<void> {
    await this.#wakeUp.within(SWEEP_MS);
  }

  /** Never throws: an alarm that fails too often is gone for ever. */
  override async alarm(): Promise<void> {
    this.#wakeUp.rang();
    let isEmpty = false;
    try {
      // What resumes after a crash.
      await this.#wakeUp.within(SWEEP_MS);
      isEmpty = await sweepExecutions(this.#db, this.ctx.id.name ?? "", systemClock.now());
    } catch (error) {
      this.#log.warn("the record of calls could not be swept", { workspaceId: this.ctx.id.name ?? "", error });
    }
    if (isEmpty) await this.#wakeUp.disarm();
  }
}
