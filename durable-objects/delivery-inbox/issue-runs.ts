/**
 * The port through which the inbox has runs: ask for one, change one that still waits, call one off. Every call may be
 * repeated; a start is found again by its run's id.
 */
import type { Result } from "../../worker/domain/errors.ts";
import type { IssueNews } from "../../worker/domain/issue-news.ts";
import type { StepAnswer } from "../../worker/domain/issue-state.ts";
import type { Priority } from "../../worker/domain/run.ts";

export interface IssueRunRequest {
  readonly runId: string;
  readonly workspaceId: string;
  readonly repositoryKey: string;
  readonly issue: IssueNews;
  readonly priority: Priority;
}

export interface IssueRuns {
  start(request: IssueRunRequest): Promise<Result<StepAnswer>>;
  /** `begun` when the run waits no more; it stays as it is. */
  amend(request: IssueRunRequest): Promise<Result<StepAnswer>>;
  cancel(request: IssueRunRequest, reason: string): Promise<Result<StepAnswer>>;
}
