/** One run that waits, on the board: what it is, where it stands and why, and what can be done to it. */
import type { Priority } from "../../domain/lane.ts";
import type { ActView } from "../../domain/lane-view.ts";
import { ELEMENT_ID } from "../element-id.ts";
import { formatInstant } from "../format.ts";
import { laneLabel, queueHref } from "../lane-words.ts";
import { Allowed } from "./allowed.tsx";
import { Icon } from "./icon.tsx";
import { Steering } from "./steering.tsx";
import { Duration } from "./time.tsx";

export interface BoardCard {
  readonly lane: string;
  readonly runId: string;
  readonly title: string;
  readonly issueKey: string | null;
  readonly priority: Priority;
  /** In its lane, counted from 1. */
  readonly position: number;
  readonly waitingCount: number;
  readonly enqueuedAt: string;
  readonly expiresAt: string | null;
  readonly hold: ActView | null;
  readonly pause: ActView | null;
  readonly isForCapacity: boolean;
  readonly isLaneBusy: boolean;
}

export function QueueCard({ card, filter }: { readonly card: BoardCard; readonly filter: string | null }) {
  const { runId, title, issueKey, lane, position, waitingCount, enqueuedAt, expiresAt } = card;
  return (
    <li id={`card-${runId}`} class="queue-card" data-held={card.hold ? "true" : undefined}>
      <div class="queue-card-head">
        <Allowed post="/queue/cancellations">
          <input
            type="checkbox"
            id={`choose-${runId}`}
            name="runIds"
            value={runId}
            form={ELEMENT_ID.queueSelection}
            aria-label={`Choose ${title}`}
          />
        </Allowed>
        <a class="queue-card-title" href={`/runs/${runId}`}>
          {issueKey === null ? null : <span class="mark">{issueKey}</span>} {title}
        </a>
      </div>
      <p class="queue-card-place">
        <a href={queueHref(lane)} title={lane}>
          {laneLabel(lane)}
        </a>{" "}
        <span>
          {position} of {waitingCount}
        </span>{" "}
        <span class="muted">
          waits <Duration from={enqueuedAt} to={null} />
        </span>
      </p>
      <p>
        <Reason {...card} />
      </p>
      {expiresAt === null ? null : <p class="muted">Ends if not started by {formatInstant(expiresAt)}.</p>}
      <Steering {...card} from="queue" filter={filter} />
    </li>
  );
}

function Reason({ hold, pause, isForCapacity, isLaneBusy, lane }: BoardCard) {
  if (hold) {
    return (
      <span class="status" data-tone="warning">
        <Icon name="hand" /> held by {hold.by}
      </span>
    );
  }
  if (pause) {
    return (
      <span class="status" data-tone="warning">
        <Icon name="circle-pause" /> lane paused by {pause.by}
      </span>
    );
  }
  const words = isForCapacity
    ? "waiting for capacity"
    : isLaneBusy
      ? `waiting for ${laneLabel(lane)}`
      : "about to start";
  return (
    <span class="status" data-tone="queued">
      <Icon name="clock" /> {words}
    </span>
  );
}
