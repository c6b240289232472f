/**
 * Sends the messages of one endpoint: stores each durably, then delivers it from the alarm until the receiver has it, has
 * refused it, or its tries are used up. A thin shell: effects/journal.ts decides, storage.ts keeps, webhooks/delivery.ts
 * sends. One object for each endpoint, so that a receiver that is slow or gone holds up nobody else.
 * Invariant: while a message is not settled and the endpoint is enabled, the alarm is armed. So a crash is resumed.
 */
import { DurableObject } from "cloudflare:workers";
import { type Config, configOf } from "../../worker/config.ts";
import { fail, type Result, succeed } from "../../worker/domain/errors.ts";
import type { DisabledReason, MessageDetail } from "../../worker/domain/webhook-endpoint.ts";
import { performEffect } from "../../worker/effects/perform.ts";
import { openEgress } from "../../worker/egress/network.ts";
import { Vault } from "../../worker/keys/vault.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import { openMailer } from "../../worker/mail/mailer.ts";
import { dataKeysIn } from "../../worker/store/data-keys.ts";
import { type Database, openDatabase } from "../../worker/store/database.ts";
import type { EndpointRow } from "../../worker/store/schema.ts";
import { deleteMessages, disableEndpoint, loadEndpoint, projectMessages } from "../../worker/store/webhooks.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import { createDelivery, GONE } from "../../worker/webhooks/delivery.ts";
import { createMailDelivery } from "../../worker/webhooks/mail-delivery.ts";
import { mailAddressOf } from "../../worker/webhooks/receiver-address.ts";
import { signingSecrets } from "../../worker/webhooks/signing-secrets.ts";
import type { Env } from "../env.ts";
import { RECOVERY_DELAY_MS, WakeUp } from "../wake-up.ts";
import { toDetail, toRow } from "./projection.ts";
import type { NotifyRequest, WebhookSenderRpc } from "./rpc.ts";
import { SenderStorage, type StoredMessage } from "./storage.ts";

/** Deliveries to one receiver at a time: enough to catch up, few enough not to overrun it. */
const CONCURRENCY = 4;
/** Deliveries that one alarm starts: each costs a few of the requests that the platform allows one invocation. */
const DELIVERIES_PER_ALARM = 200;
/** When D1 could not be reached. */
const RETRY_DELAY_MS = 5_000;
/** Messages that may wait for one receiver. One that has so many is disabled. */
const UNSETTLED_MAX = 10_000;
/** Settled messages that are kept for the log, and for how long. */
const KEPT_MAX = 1_000;
const KEPT_MS = 30 * 24 * 3_600_000;
/** Messages that go to D1, or leave it, in one call. */
const ROWS_PER_CALL = 50;

type Kind = ReturnType<typeof createDelivery>;

export class WebhookSender extends DurableObject<Env> implements WebhookSenderRpc {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #db: Database;
  readonly #storage: SenderStorage;
  readonly #wakeUp: WakeUp;
  #isDriving = false;
  /** Somebody wants the drive under way, or the next one, to look again. */
  #isWoken = false;
  /** How messages are sent; null where nothing may be sent right now. */
  #kind: Kind | null = null;
  #startsLeft = 0;
  readonly #onTheirWay = new Map<string, Promise<void>>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#config = configOf(env);
    this.#log = createLogger(this.#config.logLevel, this.#config.logFormat);
    this.#db = openDatabase(env.DB);
    const { retryDelaysMs } = this.#config.webhooks;
    this.#storage = new SenderStorage(ctx.storage, { reconciliation: "repeat", retryDelaysMs });
    this.#wakeUp = new WakeUp(ctx.storage, systemClock);
    // Nobody waits for their answers any more.
    for (const message of this.#storage.sent()) this.#storage.apply(message, { type: "lost" }, systemClock.now());
  }

  async notify({ endpointId, workspaceId, messages }: NotifyRequest): Promise<void> {
    if (this.#storage.unsettledCount() + messages.length > UNSETTLED_MAX) {
      this.#disable("backlog");
      this.#log.warn("messages were dropped: too many wait for their receiver", { endpointId, workspaceId });
    } else this.#storage.insert(endpointId, workspaceId, messages, systemClock.now());
    await this.#wake();
  }

  async describe(messageId: string): Promise<MessageDetail | null> {
    const message = this.#storage.message(messageId);
    if (!message) return null;
    return toDetail(this.#storage.endpoint()!.endpointId, message, this.#storage.attempts(messageId));
  }

  async resend(messageId: string): Promise<Result<MessageDetail>> {
    const message = this.#storage.message(messageId);
    if (!message) return fail("not-found", "There is no such message at this endpoint, or it is not kept any more.");
    if (message.state.name === "sent") return fail("message-on-its-way", "Wait for its answer, then send it again.");
    this.#storage.apply(message, { type: "again" }, systemClock.now());
    await this.#wake();
    return succeed((await this.describe(messageId))!);
  }

  async resume(): Promise<void> {
    // Whoever enabled the endpoint knows what had disabled it.
    this.#storage.note({ owedDisabling: null });
    await this.#wake();
  }

  async forget(): Promise<void> {
    this.#storage.clear();
    this.#kind = null;
    await this.#wakeUp.disarm();
  }

  /** Never throws: an alarm that fails too often is gone for ever. */
  override async alarm(): Promise<void> {
    this.#wakeUp.rang();
    const endpoint = this.#storage.endpoint();
    if (!endpoint) return;
    this.#isDriving = true;
    this.#isWoken = false;
    let nextAt: number | null;
    try {
      // What resumes after a crash.
      await this.#wakeUp.within(RECOVERY_DELAY_MS);
      nextAt = await this.#drive(endpoint.endpointId);
    } catch (error) {
      this.#log.warn("messages cannot be sent right now", { endpointId: endpoint.endpointId, error });
      nextAt = systemClock.now() + RETRY_DELAY_MS;
    }
    this.#kind = null;
    this.#isDriving = false;
    await this.#wakeUp.only(this.#isWoken ? systemClock.now() : nextAt);
  }

  /** Sends what is due, as far as one alarm may. Returns when to go on; null when nothing is left to do. */
  async #drive(endpointId: string): Promise<number | null> {
    const row = await loadEndpoint(this.#db, endpointId);
    if (!row) {
      this.#storage.clear();
      return null;
    }
    this.#startsLeft = DELIVERIES_PER_ALARM;
    this.#kind = row.enabled && this.#owedDisabling() === null ? await this.#kindFor(row) : null;
    for (;;) {
      this.#startDue();
      const isTold = await this.#tellDatabase(endpointId);
      if (this.#onTheirWay.size > 0) await Promise.race(this.#onTheirWay.values());
      else if (!isTold) return systemClock.now() + RETRY_DELAY_MS;
      else if (!this.#owesDatabase()) return this.#kind === null ? null : this.#storage.nextDueAt();
    }
  }

  async #kindFor(row: EndpointRow): Promise<Kind> {
    const { secretsKeys, webhooks, mailFrom } = this.#config;
    if (mailAddressOf(row.url) !== null) {
      const mailer = openMailer(this.env.MAIL, mailFrom);
      return createMailDelivery(row.url, webhooks, { mailer, clock: systemClock });
    }
    const vault = new Vault(secretsKeys, dataKeysIn(this.#db, systemClock), systemRandom);
    const secrets = await signingSecrets(row, vault, systemClock.now());
    const ports = { egress: openEgress(this.env), clock: systemClock };
    return createDelivery({ url: row.url, secrets }, webhooks, ports);
  }

  /** Looks for due messages now if the alarm drives, else soon. */
  async #wake(): Promise<void> {
    this.#isWoken = true;
    this.#startDue();
    if (!this.#isDriving) await this.#wakeUp.within(0);
  }

  #startDue(): void {
    const kind = this.#kind;
    const room = Math.min(CONCURRENCY - this.#onTheirWay.size, this.#startsLeft);
    if (kind === null || room <= 0) return;
    for (const message of this.#storage.due(systemClock.now(), room)) {
      this.#startsLeft--;
      const delivery = this.#deliver(kind, message).finally(() => {
        this.#onTheirWay.delete(message.id);
        this.#startDue();
      });
      this.#onTheirWay.set(message.id, delivery);
    }
  }

  async #deliver(kind: Kind, message: StoredMessage): Promise<void> {
    const ports = { clock: systemClock, random: systemRandom };
    try {
      await performEffect(kind, { key: message.id, request: message.body }, this.#storage.record(message.id), ports);
    } catch (error) {
      this.#log.error("a delivery failed on our side", { messageId: message.id, error });
      const left = this.#storage.message(message.id);
      if (left) this.#storage.apply(left, { type: "lost" }, systemClock.now());
    }
    const after = this.#storage.message(message.id);
    if (!after?.isSettled || after.state.name === "acknowledged") return;
    if (after.lastStatus === GONE) this.#disable("gone");
    // Its tries took days, and nothing else came through meanwhile.
    else if ((this.#storage.endpoint()?.lastAcknowledgedAt ?? 0) < after.createdAt) this.#disable("failing");
  }

  #disable(reason: DisabledReason): void {
    this.#storage.note({ owedDisabling: reason });
    this.#kind = null;
  }

  #owedDisabling(): DisabledReason | null {
    return this.#storage.endpoint()?.owedDisabling ?? null;
  }

  #owesDatabase(): boolean {
    return this.#owedDisabling() !== null || this.#storage.unprojected(1).length > 0;
  }

  /** Carries to D1 what it does not know yet, and forgets what is old. Answers whether D1 took it. */
  async #tellDatabase(endpointId: string): Promise<boolean> {
    try {
      const reason = this.#owedDisabling();
      if (reason !== null) {
        await disableEndpoint(this.#db, endpointId, reason, systemClock.now());
        this.#storage.note({ owedDisabling: null });
      }
      const messages = this.#storage.unprojected(ROWS_PER_CALL);
      await projectMessages(
        this.#db,
        messages.map((message) => toRow(endpointId, message)),
      );
      this.#storage.projected(messages);
      const outlived = this.#storage.outlived(systemClock.now() - KEPT_MS, KEPT_MAX, ROWS_PER_CALL);
      if (outlived.length > 0) await deleteMessages(this.#db, endpointId, outlived);
      this.#storage.delete(outlived);
      return true;
    } catch (error) {
      this.#log.warn("the log of deliveries could not be carried to the database", { endpointId, error });
      return false;
    }
  }
}
