/**
 * How a workspace shares the runs that it may run at once over its lanes, as a pure machine.
 *
 * Each lane reports what it could use; the shares are max-min fair: nobody gets more than they can use, and nobody is
 * below another who has more than they asked for. A share that is too large now is lowered only when its lane says so,
 * because only the lane knows what it has started.
 *
 * Invariant: the slots of all lanes never add up to more than the capacity (once a lowered capacity has been reached),
 * whatever is lost, doubled or late.
 */
import type { Allotment } from "./allotment.ts";

/** Runs that a workspace may run at once, all lanes together, where the operator does not say otherwise. */
export const WORKSPACE_CONCURRENCY = 100;
/** More than any server of one's own can do at once. */
export const WORKSPACE_CONCURRENCY_MAX = 10_000;

/** What a lane says about itself; may be repeated, and may come late. */
export interface LaneReport {
  readonly lane: string;
  /** Slots that it could use right now, with those that it uses. */
  readonly demand: number;
  readonly running: number;
  /** Runs that it may run at once by its own rule. */
  readonly concurrency: number;
  readonly isPaused: boolean;
  /** The allotment as the lane keeps it. */
  readonly allotment: Allotment;
}

export interface LaneShare extends Allotment, Omit<LaneReport, "allotment"> {
  /** Since when the lane has run nothing although it could; null when it runs something, or wants nothing. */
  readonly starvedSince: number | null;
}

export interface CapacityState {
  readonly capacity: number;
  /** By name. */
  readonly lanes: ReadonlyMap<string, LaneShare>;
}

export interface CapacityTransition {
  readonly state: CapacityState;
  /** Lanes of which something is new: to be stored. */
  readonly changes: readonly LaneShare[];
  /** Those among them whose allotment is new: to be told. */
  readonly allotments: readonly LaneShare[];
}

/** Takes a lane's report and shares anew. */
export function reportTransition(state: CapacityState, report: LaneReport, now: number): CapacityTransition {
  const { allotment, ...told } = report;
  const known = state.lanes.get(told.lane) ?? { slots: 0, target: 0, revision: 0, starvedSince: null };
  // A report under another revision has crossed a newer allotment: what it says of its slots is history.
  const slots = allotment.revision === known.revision ? Math.min(known.slots, allotment.slots) : known.slots;
  const target = Math.min(known.target, slots);
  const starvedSince = told.running === 0 && told.demand > 0 ? (known.starvedSince ?? now) : null;
  const next = { ...known, ...told, slots, target, starvedSince };
  return share({ ...state, lanes: new Map(state.lanes).set(told.lane, next) }, state.lanes);
}

/** The operator or an owner changes how much the workspace may run at once. */
export function capacityTransition(state: CapacityState, capacity: number): CapacityTransition {
  return share({ ...state, capacity }, state.lanes);
}

/**
 * Whether lanes could use more than they have, or have more than there is since the capacity was lowered: then surplus is
 * called back, and lanes are asked what they still need.
 */
export function isContended({ capacity, lanes }: CapacityState): boolean {
  const shares = [...lanes.values()];
  const held = shares.reduce((sum, { slots }) => sum + slots, 0);
  return held > capacity || shares.some((each) => each.demand > each.slots);
}

/**
 * Max-min fair targets. What does not divide goes to those that run nothing, the longest waiting first, then to those
 * that have it already: with fewer slots than lanes each gets its turn.
 */
export function fairTargets(capacity: number, lanes: readonly LaneShare[]): Map<string, number> {
  let [level, left] = [Number.POSITIVE_INFINITY, capacity];
  const byDemand = [...lanes].sort((a, b) => a.demand - b.demand);
  for (const [index, { demand }] of byDemand.entries()) {
    const part = Math.floor(left / (byDemand.length - index));
    if (demand > part) {
      level = part;
      break;
    }
    left -= demand;
  }
  const targets = new Map(lanes.map(({ lane, demand }) => [lane, Math.min(demand, level)]));
  if (level === Number.POSITIVE_INFINITY) return targets;
  const open = lanes.filter(({ demand }) => demand > level);
  open.sort((a, b) => starvation(a) - starvation(b) || b.slots - a.slots || (a.lane < b.lane ? -1 : 1));
  for (const { lane } of open.slice(0, Math.max(0, left - level * open.length))) targets.set(lane, level + 1);
  return targets;
}

const starvation = ({ starvedSince }: LaneShare) => starvedSince ?? Number.MAX_SAFE_INTEGER;

function share(state: CapacityState, before: ReadonlyMap<string, LaneShare>): CapacityTransition {
  const shares = [...state.lanes.values()];
  const targets = fairTargets(state.capacity, shares);
  const held = shares.reduce((sum, { slots }) => sum + slots, 0);
  const missing = shares.reduce((sum, { lane, slots }) => sum + Math.max(0, targets.get(lane)! - slots), 0);
  const isTight = held + missing > state.capacity || shares.some(({ lane, demand }) => demand > targets.get(lane)!);
  let free = Math.max(0, state.capacity - held);
  const next = shares
    .toSorted((a, b) => starvation(a) - starvation(b))
    .map((each) => {
      const fair = targets.get(each.lane)!;
      const given = Math.min(Math.max(0, fair - each.slots), free);
      free -= given;
      const slots = each.slots + given;
      // Where there is enough for all, a lane keeps what it has for its next runs.
      return { ...each, slots, target: isTight ? Math.min(slots, fair) : slots };
    });
  return diff(state, isTight ? next : withHeadroom(next, free), before);
}

/** Half of what is free goes to lanes that are busy, so that a lone lane does not have to ask for each run. */
function withHeadroom(lanes: readonly LaneShare[], free: number): readonly LaneShare[] {
  let spare = Math.floor(free / 2);
  return lanes.map((each) => {
    const given = each.demand === 0 ? 0 : Math.min(Math.max(0, each.concurrency - each.slots), spare);
    spare -= given;
    return { ...each, slots: each.slots + given, target: each.slots + given };
  });
}

function diff(
  state: CapacityState,
  next: readonly LaneShare[],
  before: ReadonlyMap<string, LaneShare>,
): CapacityTransition {
  const lanes = new Map<string, LaneShare>();
  const changes: LaneShare[] = [];
  const allotments: LaneShare[] = [];
  for (const each of next) {
    const told = state.lanes.get(each.lane)!;
    const isNew = told.slots !== each.slots || told.target !== each.target;
    const share = { ...each, revision: each.revision + (isNew ? 1 : 0) };
    lanes.set(share.lane, share);
    if (isNew) allotments.push(share);
    if (isNew || !isSame(share, before.get(share.lane))) changes.push(share);
  }
  return { state: { ...state, lanes }, changes, allotments };
}

function isSame(share: LaneShare, before: LaneShare | undefined): boolean {
  return before !== undefined && (Object.keys(share) as (keyof LaneShare)[]).every((key) => share[key] === before[key]);
}
