/**
 * Brings the runs of issues in line with what is known of them. Each step is stored before it is taken, and its outcome
 * after: whatever is interrupted in between is asked for again under the same run's id, and is done once.
 */
import type { Failure } from "../../worker/domain/errors.ts";
import { ERRORS } from "../../worker/domain/errors.ts";
import { issueOf } from "../../worker/domain/issue-news.ts";
import { type Judgement, judgeIssue } from "../../worker/domain/issue-routing.ts";
import { afterStep, type IssueState, nextStep, type Step } from "../../worker/domain/issue-state.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import type { Repository } from "../../worker/domain/repository.ts";
import type { IssueRunRequest } from "../../worker/domain/run-spec.ts";
import type { IssueRuns } from "./issue-runs.ts";
import type { InboxStorage, StoredIssue } from "./storage.ts";

/** Issues that one alarm deals with. */
const AT_ONCE = 200;
/** Issues at a time. What they have others do may share our thread, and deliveries are acknowledged only between. */
const SIDE_BY_SIDE = 2;
/** More steps than any issue needs: a start, a cancellation, a start elsewhere, a change. */
const STEPS_MAX = 8;
/** A step that failed is tried again after a second, then twice as long each time, up to a minute. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;

export interface Alignment {
  readonly storage: InboxStorage;
  readonly workspaceId: string;
  readonly repositories: readonly Repository[];
  readonly runs: IssueRuns;
  readonly clock: Clock;
  readonly newRunId: () => string;
  readonly onFault: (identity: string, error: unknown) => void;
}

/** Deals with the issues that are due. */
export async function alignIssues(alignment: Alignment): Promise<void> {
  const due = alignment.storage.dueIssues(alignment.clock.now(), AT_ONCE);
  const workers = Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let issue = due.shift(); issue; issue = due.shift()) {
      await alignment.clock.sleep(0);
      await alignIssue(alignment, issue);
    }
  });
  await Promise.all(workers);
}

async function alignIssue(alignment: Alignment, issue: StoredIssue): Promise<void> {
  const { storage, clock, onFault } = alignment;
  const { identity, dueAt, failures } = issue;
  try {
    const outcome = await takeSteps(alignment, issue);
    if ("outcome" in outcome) {
      storage.settle(identity, outcome.outcome, outcome.runId, clock.now());
      storage.unschedule(identity, dueAt);
      return;
    }
    storage.noteDelay(identity, `${ERRORS[outcome.code].title} It is tried again.`);
  } catch (error) {
    onFault(identity, error);
  }
  const now = clock.now();
  const delay = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(failures, 16));
  storage.schedule(identity, now + delay, issue.unsettledSince ?? now, failures + 1);
}

async function takeSteps(
  alignment: Alignment,
  { identity, state: known }: StoredIssue,
): Promise<{ outcome: string; runId: string | null } | Failure> {
  const { storage, clock } = alignment;
  let state = known;
  let last: Step | null = null;
  const judgement = judgeIssue(state.newest, alignment.repositories);
  for (let taken = 0; taken < STEPS_MAX; taken++) {
    const step = nextStep(state, judgement, alignment.newRunId);
    if (!step) break;
    if (step.type === "start") storage.putState(identity, { ...state, run: step.run }, clock.now());
    const answer = await take(alignment, state, judgement, step);
    if (!answer.ok) return answer;
    state = afterStep(state, judgement, step, answer.value);
    storage.putState(identity, state, clock.now());
    if (answer.value === "done") last = step;
  }
  return { outcome: describe(state, judgement, last), runId: last?.run.runId ?? state.run?.runId ?? null };
}

function take({ runs, workspaceId }: Alignment, { newest }: IssueState, { priority }: Judgement, step: Step) {
  const { runId, repositoryKey } = step.run;
  const createdBy = `tracker:${newest.tracker}`;
  const request: IssueRunRequest = { runId, workspaceId, repositoryKey, issue: issueOf(newest), priority, createdBy };
  switch (step.type) {
    case "start":
      return runs.start(request);
    case "amend":
      return runs.amend(request);
    case "cancel":
      return runs.cancel(request, step.reason);
  }
}

const DONE: Readonly<Record<Step["type"], string>> = {
  start: "A run was started.",
  amend: "The run that waits was changed.",
  cancel: "The run that waited was cancelled.",
};

function describe({ run }: IssueState, judgement: Judgement, last: Step | null): string {
  const reason = judgement.isWanted ? "" : ` ${judgement.reason}`;
  if (last) return DONE[last.type] + reason;
  if (!judgement.isWanted) return run ? `The run goes on.${reason}` : `No run is needed.${reason}`;
  return run?.phase === "begun"
    ? "Its run has begun already and stays as it is."
    : "Its run waits already, as it should.";
}
