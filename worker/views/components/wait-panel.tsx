/** Why a run waits, with ways to what it waits for, and what can be done about it. */
import type { ActView } from "../../domain/lane-view.ts";
import type { RunDetail } from "../../domain/run.ts";
import type { WaitView } from "../../domain/wait-reason.ts";
import { formatInstant } from "../format.ts";
import { laneLabel, queueHref } from "../lane-words.ts";
import { Icon } from "./icon.tsx";
import { Steering } from "./steering.tsx";

/** Runs that are named; a lane of a person may hold twenty. */
const NAMED_RUNS = 3;

export function WaitPanel({ run, wait }: { readonly run: RunDetail; readonly wait: WaitView }) {
  const { position, waitingCount, hold } = wait;
  return (
    <section class="panel wait-panel" aria-label="Why it waits">
      <p>
        <Reasons {...wait} />{" "}
        <span>
          Place {position} of {waitingCount} in the lane{" "}
          <a href={queueHref(run.lane)} title={run.lane}>
            {laneLabel(run.lane)}
          </a>
          .
        </span>
        {run.expiresAt === null ? null : (
          <span class="muted"> It ends by itself if it has not started by {formatInstant(run.expiresAt)}.</span>
        )}
      </p>
      <Steering
        runId={run.id}
        title={run.title}
        priority={run.priority}
        {...{ position, waitingCount, hold }}
        from="run"
      />
    </section>
  );
}

function Reasons({ hold, pause, isForCapacity, forRuns }: WaitView) {
  if (hold || pause) {
    return (
      <>
        {hold ? <Kept icon="hand" what="Held" act={hold} /> : null}{" "}
        {pause ? <Kept icon="circle-pause" what="Lane paused" act={pause} /> : null}
      </>
    );
  }
  if (isForCapacity) return <>Waiting for a share of the workspace's capacity, which other lanes use.</>;
  if (forRuns.length === 0) return <>About to start.</>;
  const more = forRuns.length - NAMED_RUNS;
  return (
    <>
      {forRuns.length === 1 ? "Waiting for " : `Waiting for one of ${forRuns.length} running runs: `}
      {forRuns.slice(0, NAMED_RUNS).map((runId, index) => (
        <>
          {index === 0 ? "" : ", "}
          <a href={`/runs/${runId}`}>
            run <code>{runId.slice(-RUN_TAIL_CHARS)}</code>
          </a>
        </>
      ))}
      {more > 0 ? ` and ${more} more` : ""}.
    </>
  );
}

/** The end of an id is what differs between runs of one day. */
const RUN_TAIL_CHARS = 8;

function Kept({
  icon,
  what,
  act,
}: {
  readonly icon: "hand" | "circle-pause";
  readonly what: string;
  readonly act: ActView;
}) {
  return (
    <span class="status" data-tone="warning">
      <Icon name={icon} /> {what} by {act.by} at {formatInstant(act.at)}.
    </span>
  );
}
