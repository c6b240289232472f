/**
 * The board at `/queue`: the lanes and who runs in them, then what waits, by priority, each with its place, its reason
 * and what can be done to it. The fragment is replaced every few seconds and after each action; without a script its
 * forms lead back to the page.
 */
import type { Priority } from "../domain/lane.ts";
import type { ActView } from "../domain/lane-view.ts";
import { type Tally, tallySentence } from "./batch-words.ts";
import { PostForm } from "./components/allowed.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { Icon } from "./components/icon.tsx";
import { type BoardCard, QueueCard } from "./components/queue-card.tsx";
import { STEERING_SWAPS } from "./components/steering.tsx";
import { Duration } from "./components/time.tsx";
import { Updated } from "./components/updated.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { formatCount, plural } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { laneLabel, queueHref } from "./lane-words.ts";
import { Layout, type Shell } from "./layout.tsx";

export interface BoardLane {
  readonly lane: string;
  readonly runningCount: number;
  readonly waitingCount: number;
  readonly heldCount: number;
  readonly pause: ActView | null;
  /** Whether runs wait for the workspace's capacity alone. */
  readonly isShort: boolean;
  /** The first of those that run. */
  readonly running: { readonly runId: string; readonly title: string; readonly since: string } | null;
}

export interface BoardProps {
  /** The one lane that is shown; null for all. */
  readonly lane: string | null;
  readonly lanes: readonly BoardLane[];
  readonly columns: readonly { priority: Priority; cards: readonly BoardCard[]; rest: number }[];
  readonly silentLanes: readonly string[];
  /** Busy lanes that are not shown. */
  readonly leftOut: number;
  /** Runs that the workspace may run at once. */
  readonly slots: number;
  readonly updatedAt: string;
  /** What came of the last action on many runs. */
  readonly tally: Tally | null;
}

export function QueuePage({ shell, ...props }: BoardProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="queue" title="Queue">
      <div data-poll-pause>
        <div class="page-head">
          <h1>Queue</h1>
          {props.lane === null ? null : (
            <span class="pill">
              Lane {laneLabel(props.lane)}{" "}
              <a href="/queue" aria-label="Show all lanes">
                <Icon name="x" />
              </a>
            </span>
          )}
          <Updated id={ELEMENT_ID.queueUpdated} at={props.updatedAt} />
        </div>
        <QueueBoard {...props} />
      </div>
    </Layout>
  );
}

/** Answer to `GET /queue` with `HX-Request-Type: partial`, and to every action on the board. */
export function QueueBoard(props: BoardProps) {
  const { lane, lanes, columns, tally } = props;
  const href = queueHref(lane);
  const waiting = lanes.reduce((sum, each) => sum + each.waitingCount, 0);
  return (
    <div
      id={ELEMENT_ID.queueBoard}
      class="board"
      data-updated-at={props.updatedAt}
      data-updates={ELEMENT_ID.queueUpdated}
      {...hx({ get: href, trigger: "every 3s", swap: "outerMorph", status: KEEP_ON_ERROR })}
    >
      <div id={ELEMENT_ID.queueNotice} class="board-notice" role="status">
        {tally === null ? null : <p class="notice">{tallySentence(tally)}</p>}
      </div>
      <Lanes {...props} />
      {waiting === 0 ? (
        <EmptyState
          icon="circle-check"
          title="Nothing waits"
          action={{ href: "/playground", label: "Open the playground" }}
        >
          Runs wait here while their lane or the workspace is busy, paused, or while somebody holds them.
        </EmptyState>
      ) : (
        <>
          <SelectionForm lane={lane} />
          <div class="board-columns">
            {columns.map((column) => (
              <Column {...column} lane={lane} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

function Lanes({ lanes, silentLanes, leftOut, slots, lane }: BoardProps) {
  const used = lanes.reduce((sum, each) => sum + each.runningCount, 0);
  return (
    <section aria-labelledby="lanes-title">
      <h2 id="lanes-title" class="board-title">
        Lanes{" "}
        <span class="muted">
          {formatCount(used)} of {plural(slots, "slot")} of the workspace in use{lane === null ? "" : " by this lane"}
        </span>
      </h2>
      {lanes.length === 0 ? <p class="muted">No lane is busy or paused.</p> : null}
      <ul class="lanes" aria-label="Lanes">
        {lanes.map((each) => (
          <LaneRow {...each} filter={lane} />
        ))}
      </ul>
      {silentLanes.length > 0 ? (
        <p class="notice notice-failed">
          No answer from {silentLanes.map(laneLabel).join(", ")}: what waits there is kept.
        </p>
      ) : null}
      {leftOut > 0 ? <p class="muted">{plural(leftOut, "more busy lane")} not shown.</p> : null}
    </section>
  );
}

function LaneRow({ filter, ...each }: BoardLane & { readonly filter: string | null }) {
  const { lane, running, runningCount, waitingCount, heldCount, pause, isShort } = each;
  const action = `/queue/lanes/${encodeURIComponent(lane)}/${pause ? "resumption" : "pause"}`;
  const name = laneLabel(lane);
  return (
    <li class="lane" data-paused={pause ? "true" : undefined}>
      <a class="lane-name" href={queueHref(lane)} title={lane}>
        {name}
      </a>
      <span class="lane-facts">
        {pause ? (
          <span class="status" data-tone="warning">
            <Icon name="circle-pause" /> Paused by {pause.by}
          </span>
        ) : null}
        {running ? (
          <span class="lane-running">
            <a href={`/runs/${running.runId}`}>{running.title}</a>{" "}
            <span class="muted">
              {runningCount > 1 ? `and ${plural(runningCount - 1, "more run")}, ` : ""}
              <Duration from={running.since} to={null} />
            </span>
          </span>
        ) : (
          <span class="muted">runs nothing</span>
        )}
        <span class="muted">
          {formatCount(waitingCount)} waiting{heldCount > 0 ? `, ${formatCount(heldCount)} held` : ""}
        </span>
        {isShort ? <span class="mark mark-warning">waiting for capacity</span> : null}
      </span>
      <PostForm action={action} {...hx({ post: action, disable: "find button", ...STEERING_SWAPS.queue })}>
        {filter === null ? null : <input type="hidden" name="lane" value={filter} />}
        <button
          id={`lane-switch-${lane}`}
          type="submit"
          class="button quiet"
          aria-label={`${pause ? "Resume" : "Pause"} ${name}`}
        >
          <Icon name={pause ? "play" : "pause"} /> {pause ? "Resume" : "Pause"}
        </button>
      </PostForm>
    </li>
  );
}

function SelectionForm({ lane }: Pick<BoardProps, "lane">) {
  const action = "/queue/cancellations";
  return (
    <PostForm
      id={ELEMENT_ID.queueSelection}
      class="board-selection"
      action={action}
      {...hx({ post: action, disable: "find button", ...STEERING_SWAPS.queue })}
    >
      {lane === null ? null : <input type="hidden" name="lane" value={lane} />}
      <label class="check needs-script">
        <input type="checkbox" data-check-all="runIds" id="queue-check-all" /> Choose all that are shown
      </label>
      <button type="submit" class="button danger" id="queue-cancel-many">
        <Icon name="ban" /> Cancel chosen
      </button>
    </PostForm>
  );
}

const PRIORITY_WORDS: Readonly<Record<Priority, string>> = {
  urgent: "Urgent",
  high: "High",
  normal: "Normal",
  low: "Low",
};

function Column({ priority, cards, rest, lane }: BoardProps["columns"][number] & Pick<BoardProps, "lane">) {
  return (
    <section class="board-column" aria-labelledby={`column-${priority}`} data-priority={priority}>
      <h2 id={`column-${priority}`}>
        {PRIORITY_WORDS[priority]} <span class="muted">{formatCount(cards.length + rest)}</span>
      </h2>
      <ul class="cards" aria-label={`${PRIORITY_WORDS[priority]} runs`}>
        {cards.map((card) => (
          <QueueCard card={card} filter={lane} />
        ))}
      </ul>
      {rest > 0 ? (
        <p class="board-rest">
          <a
            href={`/runs?state=queued&priority=${priority}${lane === null ? "" : `&lane=${encodeURIComponent(lane)}`}`}
          >
            {plural(rest, "more waits", "more wait")}
          </a>
        </p>
      ) : null}
    </section>
  );
}
