/**
 * The object of a workspace's calls of models: wires the gate, the budget and the record to the platform. One object for
 * each workspace, by its id. While there are calls its alarm also sweeps their record in D1: closes what lost its server,
 * and deletes what is kept no longer.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../worker/config.ts";
import type { BudgetPeriod, BudgetSubject } from "../../worker/domain/budget-state.ts";
import type { CallLimits } from "../../worker/domain/call-limits.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import { type Database, openDatabase } from "../../worker/store/database.ts";
import { putExecutions, sweepExecutions } from "../../worker/store/executions.ts";
import { type SubscriberRow, subscribersOf, toSubscribers } from "../../worker/store/webhooks.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import { notifySubscribers } from "../../worker/webhooks/notify-subscribers.ts";
import type { Env } from "../env.ts";
import { WakeUp } from "../wake-up.ts";
import { Calls, COPIED_WITHIN_MS } from "./calls.ts";
import { Gate } from "./gate.ts";
import { GateStorage } from "./gate-storage.ts";
import { Ledger } from "./ledger.ts";
import { RecordOutbox } from "./record-outbox.ts";
import type {
  BeginAnswer,
  BudgetLedgerRpc,
  BudgetOverview,
  CallAttempt,
  CallNews,
  CapStanding,
  GateState,
} from "./rpc.ts";
import { BudgetStorage } from "./storage.ts";

/** When something of the alarm failed. */
const RETRY_DELAY_MS = 30_000;
/** How often the record is swept while there is anything in it. */
const SWEEP_MS = 3_600_000;

export class BudgetLedger extends DurableObject<Env> implements BudgetLedgerRpc {
  readonly #workspaceId: string;
  readonly #ledger: Ledger;
  readonly #gate: Gate;
  readonly #outbox: RecordOutbox;
  readonly #calls: Calls;
  readonly #wakeUp: WakeUp;
  readonly #db: Database;
  readonly #log: Logger;
  #sweptAt = 0;
  #hasRecords = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    const storage = new BudgetStorage(ctx.storage);
    const workspaceId = storage.workspaceId(ctx.id.name) ?? "";
    const db = openDatabase(env.DB);
    const sender = (endpointId: string) => env.WEBHOOK_SENDER.get(env.WEBHOOK_SENDER.idFromName(endpointId));
    this.#workspaceId = workspaceId;
    this.#db = db;
    this.#log = createLogger(config.logLevel, config.logFormat).with({ workspaceId });
    this.#wakeUp = new WakeUp(ctx.storage, systemClock);
    this.#ledger = new Ledger({
      ...{ storage, workspaceId, clock: systemClock, random: systemRandom, wakeUp: this.#wakeUp },
      warn: async (messages) => {
        const { results } = await subscribersOf(db, workspaceId).all<SubscriberRow>();
        await notifySubscribers(sender, toSubscribers(results), workspaceId, messages);
        this.#log.info(`people were warned of ${messages.length} budgets`);
      },
    });
    this.#gate = new Gate(new GateStorage(ctx.storage), systemClock);
    this.#outbox = new RecordOutbox({
      storage: ctx.storage,
      copy: (batches) => putExecutions(db, workspaceId, batches),
      givenUp: (error) => this.#log.error("the record of a call was refused by the database", { error }),
    });
    this.#calls = new Calls({
      ...{ clock: systemClock, ledger: this.#ledger, gate: this.#gate, outbox: this.#outbox },
      wakeWithin: (ms) => this.#wakeUp.within(ms),
    });
  }

  async begin(attempt: CallAttempt, news: CallNews): Promise<BeginAnswer> {
    return this.#calls.begin(attempt, news);
  }

  async refusalOfUnpriced(subjects: readonly BudgetSubject[]) {
    return this.#ledger.refusalOfUnpriced(subjects);
  }

  async note(news: CallNews): Promise<void> {
    return this.#calls.note(news);
  }

  async copyRecords(): Promise<void> {
    return this.#calls.copyRecords();
  }

  async keepTexts(keeps: boolean): Promise<void> {
    this.#outbox.keepTexts(keeps);
  }

  async settle(id: string, actualMicros: number): Promise<number | null> {
    return this.#calls.behind((ledger) => ledger.settle(id, actualMicros));
  }

  async putCap(subject: BudgetSubject, period: BudgetPeriod, limitMicros: number): Promise<CapStanding | null> {
    return this.#calls.withoutLeave((ledger) => ledger.putCap(subject, period, limitMicros));
  }

  async raiseCap(capId: string, byMicros: number): Promise<CapStanding | null> {
    return this.#calls.behind((ledger) => ledger.raiseCap(capId, byMicros));
  }

  async removeCap(capId: string): Promise<boolean> {
    return this.#calls.behind((ledger) => ledger.removeCap(capId));
  }

  async overview(): Promise<BudgetOverview> {
    return this.#calls.behind((ledger) => ledger.overview());
  }

  async describeGate(): Promise<GateState> {
    return this.#gate.describe();
  }

  async limit(limits: CallLimits): Promise<void> {
    this.#gate.limit(limits);
  }

  async forgetCircuit(keyId: string): Promise<void> {
    this.#gate.forget(keyId);
  }

  /** Never throws: an alarm that fails too often is gone for ever. Each part arms what it needs, whatever the others do. */
  override async alarm(): Promise<void> {
    this.#wakeUp.rang();
    await this.#part(() => this.#calls.copyRecords());
    if (!this.#outbox.isEmpty()) await this.#wakeUp.within(COPIED_WITHIN_MS);
    await this.#part(() => this.#sweep());
    await this.#part(() => this.#ledger.alarm());
  }

  async #part(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.warn("a part of what a workspace's calls leave to do failed", { error });
      await this.#wakeUp.within(RETRY_DELAY_MS);
    }
  }

  /** While there is anything in the record; the first alarm of an instance finds out. */
  async #sweep(): Promise<void> {
    const now = systemClock.now();
    if (now - this.#sweptAt < SWEEP_MS) return this.#hasRecords ? this.#wakeUp.within(SWEEP_MS) : undefined;
    this.#hasRecords = !(await sweepExecutions(this.#db, this.#workspaceId, now));
    this.#sweptAt = now;
    if (this.#hasRecords) await this.#wakeUp.within(SWEEP_MS);
  }
}
