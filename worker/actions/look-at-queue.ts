/**
 * What a workspace's lanes hold right now, for the board, the API and the metrics. D1 says which lanes are busy; how a
 * line stands, only its lane says.
 */
import type { Dependencies } from "../dependencies.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { toIso } from "../domain/instant.ts";
import { PRIORITIES, type Priority, repositoryOf } from "../domain/lane.ts";
import type { QueueStats, Throughput } from "../domain/lane-schema.ts";
import type { LaneView } from "../domain/lane-view.ts";
import { countEndedSince, listBusyLanes } from "../store/queue.ts";
import { findRepository } from "../store/repositories.ts";

/** Lanes that are asked for one look: each is an object of its own. */
const LANES_ASKED_MAX = 100;
/** Lanes that a list names. */
const LANES_LISTED_MAX = 1_000;
/** A lane that does not answer in time is named as silent. */
const LANE_PATIENCE_MS = 2_000;
const THROUGHPUT_WINDOW_MS = 3_600_000;

type Queues = Pick<Dependencies, "clock" | "db" | "log" | "lane" | "capacity">;

export interface SeenLane {
  readonly lane: string;
  readonly view: LaneView;
}

export interface QueueLook {
  readonly lanes: readonly SeenLane[];
  readonly silentLanes: readonly string[];
  /** Busy lanes that were not asked. */
  readonly leftOut: number;
}

/** @param waitingMax how many runs of each line to name */
export async function lookAtQueue(
  dependencies: Queues,
  workspaceId: string,
  { waitingMax }: { readonly waitingMax: number },
): Promise<QueueLook> {
  const [known, busy] = await Promise.all([
    dependencies.capacity(workspaceId).lanes(),
    listBusyLanes(dependencies.db, workspaceId),
  ]);
  const paused = known.filter(({ isPaused }) => isPaused).map(({ lane }) => lane);
  const names = [...new Set([...busy.map(({ lane }) => lane), ...paused])].toSorted();
  const asked = names.slice(0, LANES_ASKED_MAX);
  const views = await Promise.all(asked.map((lane) => askLane(dependencies, { workspaceId, lane }, waitingMax)));
  const seen = asked.map((lane, index) => ({ lane, view: views[index] ?? null }));
  return {
    lanes: seen.filter((each): each is SeenLane => each.view !== null),
    silentLanes: seen.filter(({ view }) => view === null).map(({ lane }) => lane),
    leftOut: names.length - asked.length,
  };
}

async function askLane(
  { lane, clock, log }: Queues,
  address: { readonly workspaceId: string; readonly lane: string },
  waitingMax: number,
): Promise<LaneView | null> {
  const late = clock.sleep(LANE_PATIENCE_MS).then(() => null);
  const asked = lane(address)
    .view(waitingMax)
    .catch((error: unknown) => {
      log.warn("a lane did not answer", { ...address, error });
      return null;
    });
  return Promise.race([asked, late]);
}

const noLane = () =>
  fail("not-found", "There is no lane of this name in your workspace: a repository or its first run makes one.");

/** Fails with `not-found` for a lane that is no repository's, and that no run of this workspace has joined yet. */
export async function viewLane(
  dependencies: Queues,
  address: { readonly workspaceId: string; readonly lane: string },
  waitingMax: number,
): Promise<Result<LaneView>> {
  const known = await dependencies.capacity(address.workspaceId).lanes();
  const isKnown = known.some((each) => each.lane === address.lane) || (await isOfRepository(dependencies, address));
  return isKnown ? succeed(await dependencies.lane(address).view(waitingMax)) : noLane();
}

/** Somebody may want to pause it before its first run. */
async function isOfRepository(
  { db }: Queues,
  { workspaceId, lane }: { readonly workspaceId: string; readonly lane: string },
): Promise<boolean> {
  const key = repositoryOf(lane);
  return key !== null && (await findRepository(db, workspaceId, key)) !== null;
}

/** All lanes that ever had a run, by name, with the counts of the copy in D1. */
export async function listLanes({ capacity, db }: Queues, workspaceId: string) {
  const [known, busy] = await Promise.all([capacity(workspaceId).lanes(), listBusyLanes(db, workspaceId)]);
  const counts = new Map(busy.map((each) => [each.lane, each]));
  const listed = known.toSorted((a, b) => (a.lane < b.lane ? -1 : 1)).slice(0, LANES_LISTED_MAX);
  const lanes = listed.map(({ lane, isPaused }) => {
    const { queued = 0, running = 0 } = counts.get(lane) ?? {};
    return { lane, isPaused, waitingCount: queued, runningCount: running };
  });
  return { lanes, leftOut: known.length - listed.length };
}

/** The figures of a workspace's queue. */
export async function queueStats(
  dependencies: Queues & Pick<Dependencies, "config">,
  workspaceId: string,
): Promise<QueueStats> {
  const { clock, config } = dependencies;
  const [look, throughput] = await Promise.all([
    lookAtQueue(dependencies, workspaceId, { waitingMax: 0 }),
    throughputOf(dependencies, workspaceId),
  ]);
  const now = clock.now();
  const totals = totalsOf(look.lanes);
  const { oldestEnqueuedAt } = totals;
  return {
    checkedAt: toIso(now),
    capacity: { slots: config.workspaceConcurrency, used: totals.runningCount },
    ...totals,
    oldestWaitMs: oldestEnqueuedAt === null ? null : Math.max(0, now - Date.parse(oldestEnqueuedAt)),
    throughput,
    lanes: look.lanes.map(({ lane, view: { waiting, claimed, ...figures } }) => ({
      ...{ lane, runningCount: claimed.length, ...figures },
    })),
    silentLanes: look.silentLanes,
    leftOut: look.leftOut,
  };
}

function totalsOf(lanes: readonly SeenLane[]) {
  const sum = (count: (view: LaneView) => number) => lanes.reduce((total, { view }) => total + count(view), 0);
  const oldest = lanes.flatMap(({ view }) => view.oldestEnqueuedAt ?? []).toSorted()[0];
  return {
    waitingCount: sum((view) => view.waitingCount),
    heldCount: sum((view) => view.heldCount),
    runningCount: sum((view) => view.claimed.length),
    pausedLanes: sum((view) => (view.pause ? 1 : 0)),
    waitingByPriority: Object.fromEntries(
      PRIORITIES.map((each) => [each, sum((view) => view.waitingByPriority[each])]),
    ) as Record<Priority, number>,
    oldestEnqueuedAt: oldest ?? null,
  };
}

async function throughputOf({ db, clock }: Queues, workspaceId: string): Promise<Throughput> {
  const byState = await countEndedSince(db, workspaceId, clock.now() - THROUGHPUT_WINDOW_MS);
  const ended = Object.values(byState).reduce((sum, count) => sum + count, 0);
  return { windowMs: THROUGHPUT_WINDOW_MS, ended, byState };
}
