/**
 * The queue of one lane: a thin shell around domain/queue-state.ts. It stores a transition, then tells the runs that
 * got a slot. It runs nothing itself and never frees a slot by the clock alone: it asks the run.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../worker/config.ts";
import {
  type ClaimedEntry,
  describeWait,
  type QueueEvent,
  type QueueState,
  queueTransition,
} from "../../worker/domain/queue-state.ts";
import { createLogger, type Logger } from "../../worker/log.ts";
import { systemClock } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import type { EnqueueAnswer, EnqueueRequest, RunQueueRpc } from "./rpc.ts";
import { QueueStorage } from "./storage.ts";

/**
 * How often a lane with claimed runs asks them whether they still hold their slot. This is what resumes a run after a
 * crash, and what keeps the object of a long run awake.
 */
const RECOVERY_INTERVAL_MS = 2_000;

export class RunQueue extends DurableObject<Env> implements RunQueueRpc {
  readonly #storage: QueueStorage;
  readonly #log: Logger;
  #state: QueueState;
  #alarmArmed: boolean | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    this.#log = createLogger(config.logLevel, config.logFormat);
    this.#storage = new QueueStorage(ctx.storage);
    this.#state = this.#storage.load();
  }

  async enqueue(request: EnqueueRequest): Promise<EnqueueAnswer> {
    // The run hears of its own claim from this answer; the others are told.
    const refusal = await this.#apply({ type: "enqueue", ...request }, request.runId);
    if (refusal) return { accepted: false, code: refusal };
    const claim = this.#state.claimed.find((entry) => entry.runId === request.runId);
    return { accepted: true, epoch: claim?.epoch ?? null };
  }

  async release(runId: string, epoch: number | null): Promise<void> {
    await this.#apply({ type: "release", runId, epoch });
  }

  async describeWait(runId: string): Promise<string | null> {
    return describeWait(this.#state, runId);
  }

  /** Asks every claimed run again: this delivers claims that were lost and frees slots whose release was lost. */
  override async alarm(): Promise<void> {
    this.#alarmArmed = false;
    await Promise.all(this.#state.claimed.map((claim) => this.#deliver(claim)));
    await this.#armRecovery();
  }

  async #apply(event: QueueEvent, asking?: string): Promise<"lane-full" | null> {
    const result = queueTransition(this.#state, event, systemClock.now());
    if (result.writes.length > 0) {
      this.#storage.save(result);
      this.#state = result.state;
    }
    await this.#armRecovery();
    for (const claim of result.claims) if (claim.runId !== asking) this.ctx.waitUntil(this.#deliver(claim));
    return result.refusal;
  }

  /** Armed before a claim is delivered, so that a crash in between only delays it. */
  async #armRecovery(): Promise<void> {
    this.#alarmArmed ??= (await this.ctx.storage.getAlarm()) !== null;
    if (this.#alarmArmed || this.#state.claimed.length === 0) return;
    this.#alarmArmed = true;
    await this.ctx.storage.setAlarm(systemClock.now() + RECOVERY_INTERVAL_MS);
  }

  async #deliver(claim: ClaimedEntry): Promise<void> {
    try {
      const run = this.env.RUN_EXECUTOR.get(this.env.RUN_EXECUTOR.idFromName(claim.runId));
      if ((await run.claim(claim.epoch)) === "ended") await this.release(claim.runId, claim.epoch);
    } catch (error) {
      // The alarm delivers it again.
      this.#log.warn("a claim could not be delivered", { runId: claim.runId, error });
    }
  }
}
