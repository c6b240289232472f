/**
 * How the inbox has runs: it asks for one, changes one that still waits, calls one off. Every call may be repeated; a
 * start is found again by its run's id.
 */
import { type Result, succeed } from "../../worker/domain/errors.ts";
import type { StepAnswer } from "../../worker/domain/issue-state.ts";
import { type IssueRunRequest, issueSpec } from "../../worker/domain/run-spec.ts";
import type { RunExecutorRpc } from "../run-executor/rpc.ts";

export interface IssueRuns {
  start(request: IssueRunRequest): Promise<Result<StepAnswer>>;
  /** `begun` when the run waits no more; it stays as it is. */
  amend(request: IssueRunRequest): Promise<Result<StepAnswer>>;
  cancel(request: IssueRunRequest, reason: string): Promise<Result<StepAnswer>>;
}

/** Runs as they are: each in the object that its id names. */
export function executorRuns(executor: (runId: string) => RunExecutorRpc): IssueRuns {
  return {
    async start(request) {
      const accepted = await executor(request.runId).submit(issueSpec(request));
      return accepted.ok ? succeed("done") : accepted;
    },
    async amend({ runId, issue, priority }) {
      return answerOf(await executor(runId).amend(issue, priority));
    },
    async cancel({ runId }, reason) {
      return answerOf(await executor(runId).withdraw(reason));
    },
  };
}

function answerOf(answer: Result<"amended" | "withdrawn" | "started">): Result<StepAnswer> {
  // A run that is not there any more does not wait.
  if (!answer.ok) return answer.code === "not-found" ? succeed("begun") : answer;
  return succeed(answer.value === "started" ? "begun" : "done");
}
