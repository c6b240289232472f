/** What is fixed about a run when it is accepted. */

import { WRITES_MAX } from "./effect.ts";
import type { Fork } from "./fork.ts";
import { type Grants, NO_GRANTS } from "./grants.ts";
import type { Issue } from "./issue.ts";
import { type Priority, repositoryLane } from "./lane.ts";
import { LANGUAGE_TABLE } from "./languages.ts";
import type { ProcessingPlan } from "./meeting-processing.ts";
import { isPage } from "./playground-modes.ts";
import { DEFAULT_LIMITS, type Limits, type Program } from "./program.ts";

interface AcceptedRun {
  readonly id: string;
  readonly workspaceId: string;
  readonly title: string;
  readonly lane: string;
  readonly priority: Priority;
  /** Id of the person, token or webhook that started it. */
  readonly createdBy: string;
  /** The agent whose token started it, in whose budgets its calls of models count; left out where none did. */
  readonly agent?: string | undefined;
  readonly retryOf: string | null;
  /** The run ends if it has not started by then; null when it may wait for ever. */
  readonly expiresAt: number | null;
}

interface ProgramRun extends AcceptedRun {
  /** Seeds the guest's randomness. */
  readonly seed: string;
  readonly limits: Limits;
  readonly grants: Grants;
  readonly program: Program;
}

/** A program that somebody wrote. */
export interface ExecutionSpec extends ProgramRun {
  readonly kind: "execution";
  /** The run that this one begins like; left out for one that begins by itself. */
  readonly fork?: Fork | undefined;
}

/** A meeting that is made into items. Its program has no files until the model has written it. */
export interface MeetingSpec extends ProgramRun {
  readonly kind: "meeting";
  readonly plan: ProcessingPlan;
}

/** An issue that is to become a change. */
export interface IssueSpec extends AcceptedRun {
  readonly kind: "issue";
  readonly issue: Issue;
}

export type RunSpec = ExecutionSpec | MeetingSpec | IssueSpec;

export interface MeetingRunRequest {
  /** Repeating a request with the same id finds the same run. */
  readonly runId: string;
  readonly workspaceId: string;
  readonly title: string;
  readonly lane: string;
  readonly createdBy: string;
  readonly agent?: string;
  readonly seed: string;
  readonly plan: ProcessingPlan;
  /** Names of the capabilities that the model may use. */
  readonly capabilities: readonly string[];
  readonly priority?: Priority;
  readonly retryOf?: string;
}

export function meetingSpec({ runId, capabilities, priority, retryOf, ...rest }: MeetingRunRequest): MeetingSpec {
  const { meetingId, mode } = rest.plan;
  const code = { capabilities, writesMax: WRITES_MAX, mode, meetingId, context: {} };
  return {
    ...rest,
    ...{ id: runId, kind: "meeting", priority: priority ?? "normal", retryOf: retryOf ?? null, expiresAt: null },
    ...{ limits: DEFAULT_LIMITS, grants: { ...NO_GRANTS, code }, program: UNWRITTEN },
  };
}

const UNWRITTEN: Program = {
  language: "typescript",
  entry: LANGUAGE_TABLE.typescript.entry,
  files: {},
  stdin: "",
  args: [],
};

export interface IssueRunRequest {
  /** Repeating a request with the same id finds the same run. */
  readonly runId: string;
  readonly workspaceId: string;
  readonly repositoryKey: string;
  readonly issue: Issue;
  readonly priority: Priority;
  /** Id of whoever asked for it: a person, a token, or the tracker whose delivery did. */
  readonly createdBy: string;
  readonly agent?: string;
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
