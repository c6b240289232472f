/** The object of a workspace's budget: wires {@link Ledger} to the platform. One object for each workspace, by its id. */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../worker/config.ts";
import type { BudgetPeriod, BudgetSubject, ReserveAnswer, ReserveRequest } from "../../worker/domain/budget-state.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import { systemClock } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import { WakeUp } from "../wake-up.ts";
import { Ledger } from "./ledger.ts";
import type { BudgetLedgerRpc, BudgetOverview, CapStanding } from "./rpc.ts";
import { BudgetStorage } from "./storage.ts";

/** When the alarm failed. */
const RETRY_DELAY_MS = 60_000;

export class BudgetLedger extends DurableObject<Env> implements BudgetLedgerRpc {
  readonly #ledger: Ledger;
  readonly #wakeUp: WakeUp;
  readonly #log: Logger;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    this.#log = createLogger(config.logLevel, config.logFormat);
    this.#wakeUp = new WakeUp(ctx.storage, systemClock);
    const workspaceId = ctx.id.name ?? "";
    this.#ledger = new Ledger({
      storage: new BudgetStorage(ctx.storage),
      clock: systemClock,
      wakeUp: this.#wakeUp,
      warn: (warnings) => {
        for (const { percent } of warnings) this.#log.warn(`${percent} % of a budget is spent`, { workspaceId });
      },
    });
  }

  async reserve(request: ReserveRequest): Promise<ReserveAnswer> {
    return this.#ledger.reserve(request);
  }

  async settle(id: string, actualMicros: number): Promise<number | null> {
    return this.#ledger.settle(id, actualMicros);
  }

  async markUnknown(id: string): Promise<void> {
    return this.#ledger.markUnknown(id);
  }

  async putCap(subject: BudgetSubject, period: BudgetPeriod, limitMicros: number): Promise<CapStanding | null> {
    return this.#ledger.putCap(subject, period, limitMicros);
  }

  async raiseCap(capId: string, byMicros: number): Promise<CapStanding | null> {
    return this.#ledger.raiseCap(capId, byMicros);
  }

  async removeCap(capId: string): Promise<boolean> {
    return this.#ledger.removeCap(capId);
  }

  async overview(): Promise<BudgetOverview> {
    return this.#ledger.overview();
  }

  /** Never throws: an alarm that fails too often is gone for ever. */
  override async alarm(): Promise<void> {
    try {
      await this.#ledger.alarm();
    } catch (error) {
      this.#log.error("the budget's alarm failed", { error });
      await this.#wakeUp.within(RETRY_DELAY_MS);
    }
  }
}
