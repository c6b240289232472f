/** Lanes in one line each: what runs, what waits, and whether somebody paused it. Each leads to its board. */
import { formatCount } from "../format.ts";
import { laneLabel, queueHref } from "../lane-words.ts";
import { Icon } from "./icon.tsx";

export interface LaneChipProps {
  readonly lane: string;
  readonly runningCount: number;
  readonly waitingCount: number;
  readonly pausedBy: string | null;
  readonly isShort: boolean;
}

export function LaneChips({ lanes }: { readonly lanes: readonly LaneChipProps[] }) {
  return (
    <ul class="lane-chips" aria-label="Lanes">
      {lanes.map(({ lane, runningCount, waitingCount, pausedBy, isShort }) => (
        <li>
          <a class="lane-chip" href={queueHref(lane)} title={lane} data-paused={pausedBy === null ? undefined : "true"}>
            {pausedBy === null ? null : <Icon name="circle-pause" />}
            <b>{laneLabel(lane)}</b>{" "}
            <span class="muted">
              {formatCount(runningCount)} running, {formatCount(waitingCount)} waiting
            </span>
            {pausedBy === null ? null : <span class="lane-chip-note">paused by {pausedBy}</span>}
            {isShort ? <span class="lane-chip-note">waiting for capacity</span> : null}
          </a>
        </li>
      ))}
    </ul>
  );
}
