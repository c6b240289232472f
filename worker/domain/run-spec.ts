/** What is fixed about a run when it is accepted. */

import type { Fork } from "./fork.ts";
import type { Grants } from "./grants.ts";
import type { Issue } from "./issue.ts";
import { type Priority, repositoryLane } from "./lane.ts";
import { isPage } from "./playground-modes.ts";
import type { Limits, Program } from "./program.ts";

interface AcceptedRun {
  readonly id: string;
  readonly workspaceId: string;
  readonly title: string;
  readonly lane: string;
  readonly priority: Priority;
  /** Id of the person, token or webhook that started it. */
  readonly createdBy: string;
  readonly retryOf: string | null;
  /** The run ends if it has not started by then; null when it may wait for ever. */
  readonly expiresAt: number | null;
}

/** A program that somebody wrote. */
export interface ExecutionSpec extends AcceptedRun {
  readonly kind: "execution";
  /** Seeds the guest's randomness. */
  readonly seed: string;
  readonly limits: Limits;
  readonly grants: Grants;
  readonly program: Program;
  /** The run that this one begins like; left out for one that begins by itself. */
  readonly fork?: Fork | undefined;
}

/** An issue that is to become a change. */
export interface IssueSpec extends AcceptedRun {
  readonly kind: "issue";
  readonly issue: Issue;
}

export type RunSpec = ExecutionSpec | IssueSpec;

export interface IssueRunRequest {
  /** Repeating a request with the same id finds the same run. */
  readonly runId: string;
  readonly workspaceId: string;
  readonly repositoryKey: string;
  readonly issue: Issue;
  readonly priority: Priority;
  /** Id of whoever asked for it: a person, a token, or the tracker whose delivery did. */
  readonly createdBy: string;
  readonly retryOf?: string;
}

/** A run about an issue, in its repository's lane. */
export function issueSpec({ runId, repositoryKey, retryOf, ...rest }: IssueRunRequest): IssueSpec {
  const { issue } = rest;
  const fixed = { id: runId, kind: "issue" as const, title: issue.title || issue.key, expiresAt: null };
  return { ...rest, ...fixed, lane: repositoryLane(repositoryKey), retryOf: retryOf ?? null };
}

const TITLE_CHARS = 80;
/** A page says its title near its top. */
const TITLE_SEARCH_CHARS = 10_000;
/** Comments of all languages; `#` only before a blank, since `#field` and `#!` are something else. */
const COMMENT_START = /^(?:\/\/+|\/\*+|\*+|#+(?=\s)|"""|<!--)\s*/;

/** A title from the program itself: a page's title, the text of its first comment, else its first line of code. */
export function titleOf({ entry, files }: Pick<Program, "entry" | "files">): string {
  const source = files[entry] ?? "";
  const title = isPage(entry) ? /<title>([^<]+)<\/title>/i.exec(source.slice(0, TITLE_SEARCH_CHARS))?.[1]?.trim() : "";
  const lines = source.split("\n", 50).map((line) => line.trim());
  const first = title || (lines.find((line) => /[\p{L}\p{N}]/u.test(line)) ?? entry);
  const text = first.replace(COMMENT_START, "").replace(/\s*(?:\*\/|-->|""")$/, "");
  return text.length > TITLE_CHARS ? `${text.slice(0, TITLE_CHARS - 1).trimEnd()}…` : text;
}
