/**
 * The run beside the editor: its live output, what it waits for a person to decide, and its outcome as soon as it ended.
 */
import type { BudgetWait } from "../domain/budget-wait.ts";
import type { RunDetail, RunEvent } from "../domain/run.ts";
import { isTerminal } from "../domain/run.ts";
import { BudgetWaitPanel } from "./components/budget-wait.tsx";
import { Icon } from "./components/icon.tsx";
import { Outcome } from "./components/outcome.tsx";
import { StatusBadge } from "./components/status-badge.tsx";
import { UsageLine } from "./components/usage.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { RunLog } from "./log/log-view.tsx";
import { reasonOf } from "./run-words.ts";

export type RunPanelRun = Pick<RunDetail, "id" | "state" | "lastSeq" | "grants">;

export interface RunPanelProps {
  readonly run: RunPanelRun;
  /** The events that are there already; usually none. */
  readonly events: readonly RunEvent[];
}

/** Answer to `POST /playground/runs` that came through htmx. */
export function RunPanel({ run, events }: RunPanelProps) {
  return (
    <section
      id={ELEMENT_ID.runPanel}
      class="run-panel"
      aria-label="Output"
      data-run={run.id}
      data-run-state={run.state}
    >
      <PanelHead runId={run.id} />
      <RunLog runId={run.id} state={run.state} events={events} lastSeq={run.lastSeq} compact />
      <div id={ELEMENT_ID.runNotice} role="status"></div>
      <PendingOutcome run={run} wait={null} trigger="run-end from:body" />
    </section>
  );
}

/** Before the first run, and after Clear. */
export function EmptyRunPanel() {
  return (
    <section id={ELEMENT_ID.runPanel} class="run-panel" aria-label="Output">
      <PanelHead runId={null} />
      <div class="empty">
        <Icon name="square-terminal" />
        <p class="empty-title">No output yet</p>
        <p class="muted">Run the program: what it prints appears here while it runs.</p>
      </div>
    </section>
  );
}

function PanelHead({ runId }: { readonly runId: string | null }) {
  return (
    <header class="run-panel-head">
      <h2>Output</h2>
      {runId ? (
        <>
          <a href={`/runs/${runId}`}>
            Run page <Icon name="external-link" />
          </a>
          <button type="button" class="button quiet needs-script" data-playground="clear">
            Clear
          </button>
        </>
      ) : null}
    </header>
  );
}

interface PendingProps {
  readonly run: Pick<RunDetail, "id" | "grants">;
  readonly wait: BudgetWait | null;
  readonly trigger: string;
}

/** Holds the decision that a run waits for: one that asks models may come to it at any time, and no event says so. */
function PendingOutcome({ run: { id, grants }, wait, trigger }: PendingProps) {
  const asksModels = grants?.model === true;
  const outcome = hx({
    get: `/playground/runs/${id}/outcome`,
    trigger: asksModels ? "run-end from:body, every 2s" : trigger,
    swap: "outerMorph",
    ...(asksModels ? { status: KEEP_ON_ERROR } : {}),
  });
  const errors = `target:${byId(ELEMENT_ID.runNotice)} swap:innerHTML`;
  const answered = { swap: "outerMorph", status: { "4xx": errors, "5xx": errors } } as const;
  return (
    <div id={ELEMENT_ID.runOutcome} class="run-outcome" {...outcome}>
      {wait ? (
        <BudgetWaitPanel runId={id} wait={wait} answered={{ target: byId(ELEMENT_ID.runOutcome), ...answered }} />
      ) : null}
    </div>
  );
}

/**
 * Answer to `GET /playground/runs/:id/outcome`, and to a decision that came through htmx. Asked too early, it asks again
 * by itself.
 */
export function RunOutcome({
  run,
  files,
}: {
  readonly run: RunDetail;
  readonly files: Readonly<Record<string, string>>;
}) {
  if (!isTerminal(run.state)) return <PendingOutcome run={run} wait={run.budgetWait} trigger="load delay:400ms" />;
  // A limit has its own banner, which says more.
  const reason = run.limitReached ? null : reasonOf(run);
  return (
    <div id={ELEMENT_ID.runOutcome} class="run-outcome" data-run-state={run.state}>
      <p class="run-outcome-head">
        <StatusBadge state={run.state} /> {reason ? <span>{reason}</span> : null}
      </p>
      <Outcome run={run} programHref={null} files={files} />
      {run.usage ? <UsageLine usage={run.usage} limitReached={run.limitReached} /> : null}
    </div>
  );
}
