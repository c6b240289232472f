/**
 * A workspace's capacity at work: stores each transition of domain/capacity-state.ts, then tells the lanes. Everything
 * outside comes through {@link CapacityPorts}, so that a simulation can drive it.
 *
 * Invariant: a share is stored before its lane hears of it; while lanes could use more than they have, all lanes that
 * hold slots are asked again and again what they still need.
 */
import type { Allotment } from "../../worker/domain/allotment.ts";
import {
  type CapacityState,
  type CapacityTransition,
  capacityTransition,
  isContended,
  type LaneReport,
  type LaneShare,
  reportTransition,
} from "../../worker/domain/capacity-state.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import type { Logger } from "../../worker/log.ts";
import type { RunQueueRpc } from "../run-queue/rpc.ts";
import { RECOVERY_DELAY_MS, type WakeUp } from "../wake-up.ts";
import type { KnownLane, WorkspaceCapacityRpc } from "./rpc.ts";
import type { CapacityStorage } from "./storage.ts";

/** A lane that said so lately what it needs is not asked again. */
const FRESH_MS = 200;

export interface CapacityPorts {
  readonly storage: CapacityStorage;
  readonly clock: Clock;
  readonly wakeUp: WakeUp;
  readonly log: Logger;
  readonly capacity: number;
  lane(name: string): Pick<RunQueueRpc, "allot">;
  /** Lets work go on after the answer; it never rejects. */
  background(work: Promise<void>): void;
}

export class Capacity implements WorkspaceCapacityRpc {
  readonly #ports: CapacityPorts;
  #state: CapacityState;
  readonly #heardAt = new Map<string, number>();
  #asking: Promise<void> | null = null;

  constructor(ports: CapacityPorts) {
    this.#ports = ports;
    const { storage, capacity } = ports;
    const stored = { capacity, lanes: storage.load() };
    // The operator may have changed the capacity since; lanes hear of it when they report or are asked.
    this.#state = stored.lanes.size === 0 ? stored : this.#store(capacityTransition(stored, capacity));
  }

  async report(report: LaneReport): Promise<Allotment> {
    await this.#take(report);
    if (isContended(this.#state)) this.#askAll();
    return allotmentOf(this.#state.lanes.get(report.lane)!);
  }

  async lanes(): Promise<readonly KnownLane[]> {
    return [...this.#state.lanes.values()].map(({ lane, isPaused }) => ({ lane, isPaused }));
  }

  async alarm(): Promise<void> {
    this.#ports.wakeUp.rang();
    this.#askAll();
    await this.#asking;
    await this.#armWakeUp();
  }

  async #take(report: LaneReport): Promise<void> {
    const now = this.#ports.clock.now();
    this.#heardAt.set(report.lane, now);
    const result = reportTransition(this.#state, report, now);
    this.#state = this.#store(result);
    await this.#armWakeUp();
    for (const share of result.allotments) {
      if (share.lane !== report.lane) this.#ports.background(this.#tell(share.lane));
    }
  }

  #store({ state, changes }: CapacityTransition): CapacityState {
    if (changes.length > 0) this.#ports.storage.save(changes);
    return state;
  }

  async #armWakeUp(): Promise<void> {
    if (isContended(this.#state)) await this.#ports.wakeUp.within(RECOVERY_DELAY_MS);
  }

  /** Asks every lane that holds slots, unless that is under way. */
  #askAll(): void {
    if (this.#asking) return;
    const now = this.#ports.clock.now();
    const isStale = ({ lane, slots }: LaneShare) => slots > 0 && now - (this.#heardAt.get(lane) ?? 0) >= FRESH_MS;
    const stale = [...this.#state.lanes.values()].filter(isStale);
    const asked = Promise.all(stale.map(({ lane }) => this.#tell(lane))).then(() => {
      this.#asking = null;
    });
    this.#asking = asked;
    this.#ports.background(asked);
  }

  /** Tells a lane its share as it is now, and takes what the lane says of itself. Never rejects: the alarm tells it again. */
  async #tell(lane: string): Promise<void> {
    try {
      const share = this.#state.lanes.get(lane);
      if (share) await this.#take(await this.#ports.lane(lane).allot(allotmentOf(share)));
    } catch (error) {
      this.#ports.log.warn("a lane could not be told its share", { lane, error });
    }
  }
}

function allotmentOf({ slots, target, revision }: LaneShare): Allotment {
  return { slots, target, revision };
}
