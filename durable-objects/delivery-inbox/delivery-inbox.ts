/**
 * The inbox of one workspace's deliveries: accepts them durably, takes them in, and sees that each issue has the run it
 * should have. A thin shell: storage.ts keeps, intake.ts and alignment.ts decide with domain/issue-state.ts.
 *
 * One transaction stores a delivery with its hash, its body and the job that it is; everything after it is driven by the
 * alarm. Invariant: while anything is to be done, an alarm is armed, and it never throws. So a crash at any point loses
 * nothing and doubles nothing.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../worker/config.ts";
import type { Delivery, DeliveryDetail, DeliveryFilter } from "../../worker/domain/delivery.ts";
import { fail, type Result, succeed } from "../../worker/domain/errors.ts";
import { newId } from "../../worker/domain/ids.ts";
import type { Reading } from "../../worker/domain/issue-news.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import { type Database, openDatabase } from "../../worker/store/database.ts";
import { listRepositories } from "../../worker/store/repositories.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import { RECOVERY_DELAY_MS, WakeUp } from "../wake-up.ts";
import { alignIssues } from "./alignment.ts";
import { takeInDeliveries } from "./intake.ts";
import { executorRuns } from "./issue-runs.ts";
import type { AcceptAnswer, ArrivedDelivery, DeliveryInboxRpc, StoredParts } from "./rpc.ts";
import { InboxStorage } from "./storage.ts";

/** Deliveries that may wait to be looked at. More of them come only while the database is away. */
const RECEIVED_MAX = 50_000;

/** Deliveries often come in bursts: an alarm looks at all that came within so long. It is no part of any answer. */
const INTAKE_DELAY_MS = 100;

export class DeliveryInbox extends DurableObject<Env> implements DeliveryInboxRpc {
  readonly #storage: InboxStorage;
  readonly #db: Database;
  readonly #log: Logger;
  readonly #wakeUp: WakeUp;
  readonly #quietMs: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    this.#log = createLogger(config.logLevel, config.logFormat);
    this.#quietMs = config.issueQuietMs;
    this.#db = openDatabase(env.DB);
    this.#storage = new InboxStorage(ctx.storage);
    this.#wakeUp = new WakeUp(ctx.storage, systemClock);
  }

  async accept(delivery: ArrivedDelivery): Promise<AcceptAnswer> {
    const known = this.#storage.known(delivery.endpointId, delivery.deliveryId);
    if (known?.bodyHash === delivery.bodyHash) {
      this.#storage.countDuplicate(known.id);
      return { status: "duplicate", id: known.id };
    }
    if (this.#storage.receivedCount >= RECEIVED_MAX) return { status: "full" };
    const now = systemClock.now();
    const id = newId("dlv", systemClock, systemRandom);
    if (known) {
      const outcome = `Its id stood for another body before, in ${known.id}. Nothing was done with this one.`;
      this.#storage.insert(id, delivery, now, { status: "conflicting", outcome });
      return { status: "conflicting", id };
    }
    this.#storage.insert(id, delivery, now, { status: "received", outcome: null });
    await this.#wakeUp.by(now + INTAKE_DELAY_MS);
    return { status: "accepted", id };
  }

  async list(filter: DeliveryFilter, { before, limit }: { readonly before: string | null; readonly limit: number }) {
    const found = this.#storage.list(filter, before, limit + 1);
    const deliveries = found.slice(0, limit);
    return { deliveries, nextBefore: found.length > limit ? deliveries.at(-1)!.id : null };
  }

  async latest(): Promise<Record<string, Delivery>> {
    return Object.fromEntries(this.#storage.latest().map((delivery) => [delivery.repositoryKey, delivery]));
  }

  async find(id: string): Promise<DeliveryDetail | null> {
    return this.#storage.find(id);
  }

  async parts(id: string): Promise<StoredParts | null> {
    return this.#storage.parts(id);
  }

  async reprocess(id: string, reading: Reading): Promise<Result<Delivery>> {
    const isReceived = this.#storage.receiveAgain(id, reading);
    const delivery = this.#storage.find(id);
    if (!delivery) return fail("not-found", "There is no such delivery.");
    if (!isReceived) return fail("delivery-conflict", "It was never taken in: another delivery has its id.");
    await this.#wakeUp.by(systemClock.now());
    const { headers, bodyHash, body, isBodyWhole, ...summary } = delivery;
    return succeed(summary);
  }

  async repositoriesChanged(): Promise<void> {
    this.#storage.scheduleWaiting(systemClock.now());
    await this.#armNext();
  }

  override async alarm(): Promise<void> {
    this.#wakeUp.rang();
    try {
      await this.#work();
      await this.#armNext();
    } catch (error) {
      this.#log.warn("the inbox could not go on; it tries again", {
        workspaceId: this.#storage.workspaceId ?? "",
        error,
      });
      await this.#wakeUp.within(RECOVERY_DELAY_MS);
    }
  }

  async #work(): Promise<void> {
    const storage = this.#storage;
    const { workspaceId } = storage;
    if (workspaceId === null) return;
    // Read anew each time: a delivery is judged by the configuration of the moment at which it is looked at.
    const repositories = await listRepositories(this.#db, workspaceId);
    const shared = { storage, repositories, clock: systemClock };
    await takeInDeliveries({
      ...shared,
      quietMs: this.#quietMs,
      onFault: (deliveryId, error) =>
        this.#log.error("a delivery could not be taken in", { workspaceId, deliveryId, error }),
    });
    await alignIssues({
      ...shared,
      workspaceId,
      runs: executorRuns((runId) => this.env.RUN_EXECUTOR.get(this.env.RUN_EXECUTOR.idFromName(runId))),
      newRunId: () => newId("run", systemClock, systemRandom),
      onFault: (_, error) => this.#log.error("an issue could not be brought in line", { workspaceId, error }),
    });
    storage.prune();
  }

  async #armNext(): Promise<void> {
    const now = systemClock.now();
    const at = this.#storage.receivedCount > 0 ? now : this.#storage.nextDueAt();
    if (at !== null) await this.#wakeUp.by(Math.max(at, now));
  }
}
