/** What others may ask of a workspace's capacity. Every call may be repeated. */
import type { Allotment } from "../../worker/domain/allotment.ts";
import type { LaneReport } from "../../worker/domain/capacity-state.ts";

/** A lane that has ever had a run. */
export interface KnownLane {
  readonly lane: string;
  readonly isPaused: boolean;
}

export interface WorkspaceCapacityRpc {
  /** A lane says what it could use, and gets its share. `workspaceId` is this object's own. */
  report(report: LaneReport): Promise<Allotment>;
  /** All lanes of the workspace, by name. */
  lanes(): Promise<readonly KnownLane[]>;
}
