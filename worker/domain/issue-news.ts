/**
 * What one delivery says about one issue, in the same words for every tracker. A delivery carries the issue as it was at
 * one moment, so two pieces of news about one issue have an order, whatever the order in which they arrive.
 */
import type { Issue } from "./issue.ts";

export const TRACKERS = ["github", "jira"] as const;
export type Tracker = (typeof TRACKERS)[number];

export const TRACKER_NAMES: Readonly<Record<Tracker, string>> = { github: "GitHub", jira: "Jira" };

export interface IssueNews {
  readonly tracker: Tracker;
  /** Tells the issue from every other of its workspace, also when its key changes. */
  readonly identity: string;
  /** As people write it: `acme/api#12`, `PROJ-7`. */
  readonly key: string;
  readonly title: string;
  /** Where people read it; null when the tracker did not say. */
  readonly url: string | null;
  /** The tracker's own word in lower case: `bug`, `story`, `issue`. */
  readonly type: string;
  readonly labels: readonly string[];
  /** Jira's; empty for others. */
  readonly components: readonly string[];
  /** Key of the Jira project; null for others. */
  readonly project: string | null;
  /** The git repository that the issue lies in, as `remoteOf` writes it; null for Jira. */
  readonly remote: string | null;
  /** Name of Jira's priority field; null where there is none. */
  readonly priorityField: string | null;
  readonly isOpen: boolean;
  /** Deleted, or moved to where this workspace does not look. */
  readonly isGone: boolean;
  /** When the issue was in this state, ISO 8601 with milliseconds. */
  readonly updatedAt: string;
  /** Place of this news in the issue's history: greater text is newer. See {@link newsMark}. */
  readonly mark: string;
}

/** What became of reading a delivery. */
export type Reading =
  | { readonly kind: "news"; readonly news: IssueNews; readonly isTest: boolean }
  /** Nothing to do, and why. */
  | { readonly kind: "ignored"; readonly reason: string }
  /** Our own fault: it is kept, listed, and can be read again later. */
  | { readonly kind: "unreadable"; readonly reason: string };

/** What a run about the issue is told. */
export function issueOf({ tracker, key, title, url, type, labels, updatedAt }: IssueNews): Issue {
  return { source: tracker, key, title, url, type, labels: [...labels], updatedAt };
}

export interface MarkParts {
  readonly updatedAt: string;
  /** Tells apart what happened within one instant of `updatedAt`; a sortable text of fixed length, or empty. */
  readonly order: string;
  /** Nothing comes after the end of an issue. */
  readonly isGone: boolean;
  /** Makes the order total, so that it never depends on what arrived first. */
  readonly bodyHash: string;
}

const HASH_CHARS = 16;

/** A text that sorts as the issue's history does. `~` sorts behind every digit. */
export function newsMark({ updatedAt, order, isGone, bodyHash }: MarkParts): string {
  return `${updatedAt}|${isGone ? "~" : ""}${order}|${bodyHash.slice(0, HASH_CHARS)}`;
}
