/** What the board shows, from what the lanes say and what their runs are called. Owns how much of a long line is shown. */
import { lookAtQueue, type QueueLook, type SeenLane, viewLane } from "../../actions/look-at-queue.ts";
import type { Dependencies } from "../../dependencies.ts";
import { type Result, succeed } from "../../domain/errors.ts";
import { PRIORITIES } from "../../domain/lane.ts";
import type { WaitingRunView } from "../../domain/lane-view.ts";
import { listLabels, type RunLabel } from "../../store/queue.ts";
import type { BoardCard } from "../../views/components/queue-card.tsx";
import type { BoardLane, BoardProps } from "../../views/queue.tsx";

/** Cards of one column. What is beyond is counted. */
const COLUMN_CARDS_MAX = 25;

type Board = Omit<BoardProps, "updatedAt" | "tally">;

/** @param lane the one lane to show; null for all. Fails with `not-found` where it is not one of the workspace. */
export async function boardProps(
  dependencies: Dependencies,
  workspaceId: string,
  lane: string | null,
): Promise<Result<Board>> {
  const look = await lookAt(dependencies, workspaceId, lane);
  if (!look.ok) return look;
  const { lanes, silentLanes, leftOut } = look.value;
  const named = lanes.flatMap(({ view }) => [...view.waiting, ...view.claimed.slice(0, 1)].map(({ runId }) => runId));
  const labels = new Map((await listLabels(dependencies.db, workspaceId, named)).map((label) => [label.id, label]));
  return succeed({
    lane,
    lanes: lanes.map((each) => laneOf(each, labels)),
    columns: PRIORITIES.map((priority) => {
      const waiting = lanes.reduce((sum, { view }) => sum + view.waitingByPriority[priority], 0);
      const cards = lanes
        .flatMap((each) => each.view.waiting.map((entry) => cardOf(each, entry, labels)))
        .filter((card) => card.priority === priority)
        .toSorted((a, b) => a.position - b.position || (a.enqueuedAt < b.enqueuedAt ? -1 : 1))
        .slice(0, COLUMN_CARDS_MAX);
      return { priority, cards, rest: waiting - cards.length };
    }),
    silentLanes,
    leftOut,
    slots: dependencies.config.workspaceConcurrency,
  });
}

async function lookAt(
  dependencies: Dependencies,
  workspaceId: string,
  lane: string | null,
): Promise<Result<QueueLook>> {
  // The first of each priority may lie anywhere in the line: as many are named as all columns together can show.
  const waitingMax = COLUMN_CARDS_MAX * PRIORITIES.length;
  if (lane === null) return succeed(await lookAtQueue(dependencies, workspaceId, { waitingMax }));
  const view = await viewLane(dependencies, { workspaceId, lane }, waitingMax);
  return view.ok ? succeed({ lanes: [{ lane, view: view.value }], silentLanes: [], leftOut: 0 }) : view;
}

type Labels = ReadonlyMap<string, RunLabel>;

/** A run that has just joined may not be listed yet: then its id has to do. */
const titleOf = (runId: string, labels: Labels) => labels.get(runId)?.title ?? runId;

function laneOf({ lane, view }: SeenLane, labels: Labels): BoardLane {
  const first = view.claimed[0];
  return {
    lane,
    runningCount: view.claimed.length,
    waitingCount: view.waitingCount,
    heldCount: view.heldCount,
    pause: view.pause,
    isShort: view.isShort,
    running: first ? { runId: first.runId, title: titleOf(first.runId, labels), since: first.claimedAt } : null,
  };
}

function cardOf({ lane, view }: SeenLane, entry: WaitingRunView, labels: Labels): BoardCard {
  const { runId, priority, position, enqueuedAt, hold, expiresAt } = entry;
  return {
    ...{ lane, runId, priority, position, enqueuedAt, hold, expiresAt },
    title: titleOf(runId, labels),
    issueKey: labels.get(runId)?.issue?.key ?? null,
    waitingCount: view.waitingCount,
    pause: view.pause,
    isForCapacity: view.isShort,
    isLaneBusy: view.claimed.length > 0,
  };
}
