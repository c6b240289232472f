/**
 * How urgent an issue's run is, from what its tracker says: labels, Jira's priority field, and a repository's own rules.
 * One table for all; no label and no field that it knows means normal.
 */
import { PRIORITIES, type Priority } from "./lane.ts";

/** Labels that teams use for urgency, in lower case. */
const LABELS: Readonly<Record<string, Priority>> = {
  urgent: "urgent",
  p0: "urgent",
  critical: "urgent",
  blocker: "urgent",
  hotfix: "urgent",
  high: "high",
  p1: "high",
  important: "high",
  low: "low",
  p3: "low",
  minor: "low",
  trivial: "low",
};

/** What teams write before such a word: `priority: high`, `prio/high`, `severity-critical`. */
const LABEL_PREFIX = /^(?:priority|prio|urgency|severity|sev)\s*[:/_ -]\s*/;

/**
 * Names of Jira's priority field, in lower case: those of Cloud, and the older ones of Server. What a new issue has by
 * itself ("Medium", "Major") is no sign of anything and stays out.
 */
const JIRA_FIELD: Readonly<Record<string, Priority>> = {
  highest: "urgent",
  blocker: "urgent",
  critical: "urgent",
  high: "high",
  low: "low",
  lowest: "low",
  minor: "low",
  trivial: "low",
};

export interface PrioritySigns {
  readonly labels: readonly string[];
  /** Name of Jira's priority field; null where there is none. */
  readonly field: string | null;
  /** A repository's own labels, which come before the table's. */
  readonly rules: Readonly<Record<string, Priority>>;
}

/** The most urgent of all signs; normal without any. Case does not count. */
export function priorityOf({ labels, field, rules }: PrioritySigns): Priority {
  const own = new Map(Object.entries(rules).map(([label, priority]) => [label.toLowerCase(), priority]));
  const signs = labels.flatMap((label) => {
    const name = label.trim().toLowerCase();
    return own.get(name) ?? lookUp(LABELS, name.replace(LABEL_PREFIX, "")) ?? [];
  });
  const named = field === null ? undefined : lookUp(JIRA_FIELD, field.trim().toLowerCase());
  if (named) signs.push(named);
  return PRIORITIES.find((priority) => signs.includes(priority)) ?? "normal";
}

/** A label may be called `constructor`: only the table's own names count. */
function lookUp(table: Readonly<Record<string, Priority>>, name: string): Priority | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
