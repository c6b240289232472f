/** What a person does to a line: to one run that waits in it, or to the whole lane. */
import type { Dependencies } from "../dependencies.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import type { Priority } from "../domain/lane.ts";
import type { Place } from "../domain/lane-schema.ts";
import type { LaneView } from "../domain/lane-view.ts";
import type { Principal } from "../domain/principal.ts";
import { isTerminal, type RunDetail } from "../domain/run.ts";
import { findLaneOfRun } from "../store/runs.ts";
import { viewLane } from "./look-at-queue.ts";

export type Steering =
  | { readonly type: "hold" }
  | { readonly type: "unhold" }
  | { readonly type: "move"; readonly to: Place }
  | { readonly type: "priority"; readonly priority: Priority };

/** Runs of the line that the answer to a lane's command names. */
export const LANE_ANSWER_RUNS = 100;

/** The name under which people see who did it. */
export function actorOf({ kind, userName }: Pick<Principal, "kind" | "userName">): string {
  return kind === "token" ? `${userName} (token)` : userName;
}

/**
 * Answers the run as it is then. The caller has checked that the id is one of the principal's workspace. Fails with
 * `run-finished` or `not-waiting` when there is nothing to steer any more.
 */
export async function steerRun(
  { db, executor, lane: laneAt }: Dependencies,
  principal: Principal,
  runId: string,
  steering: Steering,
): Promise<Result<RunDetail>> {
  if (steering.type === "priority") return executor(runId).reprioritise(steering.priority);
  const { workspaceId } = principal;
  const lane = await findLaneOfRun(db, workspaceId, runId);
  if (lane === null) return fail("not-found", "There is no run with this id in your workspace.");
  const address = { workspaceId, lane };
  const queue = laneAt(address);
  const done =
    steering.type === "move"
      ? await queue.command(address, {
          ...{ type: "move", runId },
          position: await placeOf(steering.to, () => queue.describeWait(runId)),
        })
      : await queue.command(address, { type: steering.type, runId, by: actorOf(principal) });
  const run = await executor(runId).describe();
  if (done.ok && run) return succeed(run);
  if (run && isTerminal(run.state)) return fail("run-finished", `The run has already ended as ${run.state}.`);
  return done.ok ? fail("not-found", "The run is no longer stored.") : done;
}

const LAST = Number.MAX_SAFE_INTEGER;

async function placeOf(to: Place, ask: () => Promise<{ readonly position: number } | null>): Promise<number> {
  if (typeof to === "number") return to;
  if (to === "first") return 1;
  if (to === "last") return LAST;
  // A run that does not wait any more is refused by its lane, wherever it is to go.
  const position = (await ask())?.position ?? 1;
  return to === "up" ? Math.max(1, position - 1) : position + 1;
}

/** Answers the lane as it is then. Fails with `not-found` as {@link viewLane} does. */
export async function steerLane(
  dependencies: Dependencies,
  principal: Principal,
  lane: string,
  type: "pause" | "resume",
): Promise<Result<LaneView>> {
  const address = { workspaceId: principal.workspaceId, lane };
  const known = await viewLane(dependencies, address, 0);
  if (!known.ok) return known;
  const queue = dependencies.lane(address);
  const done = await queue.command(address, type === "pause" ? { type, by: actorOf(principal) } : { type });
  return done.ok ? succeed(await queue.view(LANE_ANSWER_RUNS)) : done;
}
