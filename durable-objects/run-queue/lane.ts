/**
 * A lane at work: stores each transition of domain/queue-state.ts, then tells the runs that got a slot. It runs nothing
 * itself and never frees a slot by the clock alone: it asks the run. Everything outside comes through {@link LanePorts},
 * so that a simulation can drive it.
 *
 * Invariant: while runs hold slots, wait for capacity or may expire, the object wakes up in time. The alarm is armed
 * before that is stored which needs it, so that no crash can fall between the two.
 */

import type { Allotment } from "../../worker/domain/allotment.ts";
import type { LaneReport } from "../../worker/domain/capacity-state.ts";
import { fail, type Result, succeed } from "../../worker/domain/errors.ts";
import type { Priority } from "../../worker/domain/lane.ts";
import { type LaneView, laneView } from "../../worker/domain/lane-view.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import {
  type ClaimedEntry,
  demandOf,
  expiredRuns,
  isShort,
  nextExpiry,
  type QueueEvent,
  type QueueRefusal,
  type QueueState,
  queueTransition,
} from "../../worker/domain/queue-state.ts";
import { describeWait, type Wait } from "../../worker/domain/wait-reason.ts";
import type { Logger } from "../../worker/log.ts";
import type { RunExecutorRpc } from "../run-executor/rpc.ts";
import { RECOVERY_DELAY_MS, type WakeUp } from "../wake-up.ts";
import type { WorkspaceCapacityRpc } from "../workspace-capacity/rpc.ts";
import type { EnqueueAnswer, EnqueueRequest, LaneAddress, LaneCommand, RunIdPage, RunQueueRpc } from "./rpc.ts";
import type { QueueStorage } from "./storage.ts";

/** A run whose executor was heard of so lately is not asked. An executor speaks twice as often. */
export const LEASE_MS = 2_000;

const NO_NEED = JSON.stringify([0, false]);

/** Runs that are told of their expiry in one go: the next ones follow at once. */
const EXPIRED_AT_ONCE = 100;

export interface LanePorts {
  readonly storage: QueueStorage;
  readonly clock: Clock;
  readonly wakeUp: WakeUp;
  readonly log: Logger;
  /** False: first in, first out. */
  readonly isSmart: boolean;
  run(runId: string): Pick<RunExecutorRpc, "claim" | "expire">;
  capacity(workspaceId: string): Pick<WorkspaceCapacityRpc, "report">;
  /** Lets work go on after the answer; it never rejects. */
  background(work: Promise<void>): void;
}

export class Lane implements RunQueueRpc {
  readonly #ports: LanePorts;
  #state: QueueState;
  /** When the executor of a run that has a slot, or has expired, was last heard of. */
  readonly #heardAt = new Map<string, number>();
  /** Runs that are being told that they expired. One that joins again meanwhile is struck off. */
  readonly #expiring = new Map<string, symbol>();
  /** What the workspace was last told of our needs; null when it is due to be told again, undefined after a restart. */
  #reported: string | null | undefined;
  /** What the workspace counts as ours. */
  #grantedSlots: number;
  #reporting: Promise<void> | null = null;

  constructor(ports: LanePorts) {
    this.#ports = ports;
    this.#state = ports.storage.load();
    this.#grantedSlots = this.#state.allotment.slots;
  }

  async enqueue(request: EnqueueRequest): Promise<EnqueueAnswer> {
    const { workspaceId, lane, ...entry } = request;
    const { isSmart } = this.#ports;
    this.#expiring.delete(request.runId);
    // The run hears of its own claim from this answer; the others are told.
    const refusal = await this.#apply({ type: "enqueue", ...entry, isSmart }, { workspaceId, lane }, request.runId);
    if (refusal === "lane-full") return { accepted: false, code: refusal };
    await this.#reporting;
    const claim = this.#state.claimed.find((each) => each.runId === request.runId);
    return { accepted: true, epoch: claim?.epoch ?? null, nextEpoch: this.#state.nextEpoch };
  }

  async release(runId: string, epoch: number | null): Promise<void> {
    await this.#apply({ type: "release", runId, epoch });
  }

  async renew(runId: string): Promise<void> {
    this.#heardAt.set(runId, this.#ports.clock.now());
  }

  async reprioritise(runId: string, priority: Priority): Promise<Result<null>> {
    return answerOf(await this.#apply({ type: "reprioritise", runId, priority, isSmart: this.#ports.isSmart }));
  }

  async command(address: LaneAddress, command: LaneCommand): Promise<Result<null>> {
    return answerOf(await this.#apply(command, address));
  }

  async allot(allotment: Allotment): Promise<LaneReport> {
    await this.#apply({ type: "allot", allotment });
    return this.#report();
  }

  async describeWait(runId: string): Promise<Wait | null> {
    return describeWait(this.#state, runId, this.#ports.clock.now());
  }

  async view(waitingMax: number): Promise<LaneView> {
    return laneView(this.#state, waitingMax, this.#ports.clock.now());
  }

  async runIds(after: number, limit: number): Promise<RunIdPage> {
    return this.#ports.storage.runIds(after, limit);
  }

  /** Asks what others owe: runs that were not heard of, the workspace for capacity. Tells runs that they expired. */
  async alarm(): Promise<void> {
    const { clock, wakeUp } = this.#ports;
    wakeUp.rang();
    const now = clock.now();
    const isSilent = (runId: string) => now >= this.#quietUntil(runId);
    const silent = this.#state.claimed.filter(({ runId }) => isSilent(runId));
    const expired = expiredRuns(this.#state, now).filter(isSilent).slice(0, EXPIRED_AT_ONCE);
    await Promise.all([...silent.map((claim) => this.#deliver(claim)), ...expired.map((runId) => this.#expire(runId))]);
    if (this.#reported !== undefined) this.#reported = null;
    await this.#apply({ type: "tick" });
  }

  /** @param asking the run that waits for this call's answer and learns of its claim from it */
  async #apply(event: QueueEvent, address?: LaneAddress, asking?: string): Promise<QueueRefusal | null> {
    const { storage, clock, wakeUp, background } = this.#ports;
    let result = queueTransition(this.#state, event, clock.now());
    for (let at = this.#wakeAt(result.state); at !== null && !wakeUp.isSetBy(at); at = this.#wakeAt(result.state)) {
      await wakeUp.by(at);
      // Other calls may have changed the state meanwhile; from here on to the save none can.
      result = queueTransition(this.#state, event, clock.now());
    }
    if (result.state !== this.#state) {
      storage.save(result.state, result.writes, address ?? storage.address);
      this.#state = result.state;
      if (event.type === "release") this.#heardAt.delete(event.runId);
      if (event.type === "allot") this.#grantedSlots = event.allotment.slots;
    }
    for (const claim of result.claims) if (claim.runId !== asking) background(this.#deliver(claim));
    this.#reportIfNew();
    return result.refusal;
  }

  /** When a lane in this state must wake up; null when nobody owes it anything. */
  #wakeAt(state: QueueState): number | null {
    const now = this.#ports.clock.now();
    const expiry = nextExpiry(state, (runId) => this.#quietUntil(runId));
    if (state.claimed.length === 0 && !isShort(state, now)) return expiry;
    return Math.min(now + RECOVERY_DELAY_MS, expiry ?? Number.POSITIVE_INFINITY);
  }

  /** The run need not be asked before. */
  #quietUntil(runId: string): number {
    const heardAt = this.#heardAt.get(runId);
    return heardAt === undefined ? 0 : heardAt + LEASE_MS;
  }

  async #deliver(claim: ClaimedEntry): Promise<void> {
    const { runId, epoch } = claim;
    try {
      if ((await this.#ports.run(runId).claim(epoch)) === "ended") await this.release(runId, epoch);
      else this.#heardAt.set(runId, this.#ports.clock.now());
    } catch (error) {
      // The alarm delivers it again.
      this.#ports.log.warn("a claim could not be delivered", { runId, step: "queue", error });
    }
  }

  /** The run decides whether it has expired: its clock may be another one, and it may have been claimed meanwhile. */
  async #expire(runId: string): Promise<void> {
    const asked = Symbol(runId);
    this.#expiring.set(runId, asked);
    this.#heardAt.set(runId, this.#ports.clock.now());
    try {
      const answer = await this.#ports.run(runId).expire();
      if (answer === "ended" && this.#expiring.get(runId) === asked) await this.release(runId, null);
    } catch (error) {
      this.#ports.log.warn("a run could not be told that it expired", { runId, step: "queue", error });
    } finally {
      if (this.#expiring.get(runId) === asked) this.#expiring.delete(runId);
    }
  }

  #report(): LaneReport {
    const { concurrency, allotment, pause, claimed } = this.#state;
    const demand = demandOf(this.#state, this.#ports.clock.now());
    const lane = this.#ports.storage.address?.lane ?? "";
    return { lane, demand, running: claimed.length, concurrency, isPaused: pause !== null, allotment };
  }

  /** Tells the workspace what it does not know and wants to: a need, slots given back, a pause. */
  #reportIfNew(): void {
    const report = this.#report();
    const { slots } = report.allotment;
    const need = isShort(this.#state, this.#ports.clock.now()) ? report.demand : 0;
    const news = JSON.stringify([need, report.isPaused]);
    // After a restart nobody knows what the workspace has heard, and its capacity may be another one.
    const isNews = this.#reported === undefined || news !== (this.#reported ?? NO_NEED) || slots < this.#grantedSlots;
    if (!isNews || report.lane === "") return;
    this.#reported = news;
    this.#grantedSlots = slots;
    const sent = this.#send(report).finally(() => {
      if (this.#reporting === sent) this.#reporting = null;
    });
    this.#reporting = sent;
    this.#ports.background(sent);
  }

  async #send(report: LaneReport): Promise<void> {
    const workspaceId = this.#ports.storage.address!.workspaceId;
    try {
      const allotment = await this.#ports.capacity(workspaceId).report(report);
      await this.#apply({ type: "allot", allotment });
    } catch (error) {
      // The alarm asks again.
      this.#reported = undefined;
      this.#ports.log.warn("the workspace could not be asked for capacity", { lane: report.lane, error });
    }
  }
}

function answerOf(refusal: QueueRefusal | null): Result<null> {
  return refusal ? fail(refusal, "The run does not wait in its lane: it has started or ended.") : succeed(null);
}
