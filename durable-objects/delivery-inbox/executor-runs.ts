import type { Env } from "../env.ts";
import type { IssueRuns } from "./issue-runs.ts";
export declare function executorRuns(env: Env): IssueRuns;
