/** The object of a workspace's budget: wires {@link Ledger} to the platform. One object for each workspace, by its id. */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../worker/config.ts";
import type { BudgetPeriod, BudgetSubject, ReserveAnswer, ReserveRequest } from "../../worker/domain/budget-state.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { type SubscriberRow, subscribersOf, toSubscribers } from "../../worker/store/webhooks.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import { notifySubscribers } from "../../worker/webhooks/notify-subscribers.ts";
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
    const storage = new BudgetStorage(ctx.storage);
    const workspaceId = storage.workspaceId(ctx.id.name) ?? "";
    const db = openDatabase(env.DB);
    const sender = (endpointId: string) => env.WEBHOOK_SENDER.get(env.WEBHOOK_SENDER.idFromName(endpointId));
    this.#ledger = new Ledger({
      ...{ storage, workspaceId, clock: systemClock, random: systemRandom, wakeUp: this.#wakeUp },
      warn: async (messages) => {
        const { results } = await subscribersOf(db, workspaceId).all<SubscriberRow>();
        await notifySubscribers(sender, toSubscribers(results), workspaceId, messages);
        this.#log.info(`people were warned of ${messages.length} budgets`, { workspaceId });
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
