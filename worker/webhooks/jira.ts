/**
 * Reads deliveries of Jira Cloud and Jira Server / Data Center (developer.atlassian.com, "Webhooks"): what an event says
 * about an issue. Server leaves out more, and comments of Cloud carry the issue without its labels.
 */
import { type IssueNews, newsMark, type Reading } from "../domain/issue-news.ts";
import { at, type DeliveryParts, instantAt, nameAt, namesAt, textAt } from "./payload.ts";

const DELETED = "jira:issue_deleted";
/** Digits of an event's time in milliseconds, with room for the years to come. */
const TIMESTAMP_DIGITS = 15;
/** Names of final states on servers that do not say of which category a state is. */
const FINAL_NAMES = ["done", "closed", "resolved"];

export function readJira({ event, bodyHash, payload }: DeliveryParts): Reading {
  const ignored = (reason: string): Reading => ({ kind: "ignored", reason });
  const issue = at(payload, "issue");
  if (issue === undefined) return ignored(`Events of the kind "${event}" are about no issue.`);
  const fields = at(issue, "fields");
  const key = nameAt(issue, "key");
  const isGone = event === DELETED;
  const labels = namesAt(fields, "labels") ?? (isGone ? [] : null);
  const updatedAt = instantAt(fields, "updated") ?? instantAt(payload, "timestamp");
  const missing = [
    key === null && "issue.key",
    labels === null && "issue.fields.labels",
    updatedAt === null && "issue.fields.updated",
  ].filter((name) => name !== false);
  if (key === null || updatedAt === null || labels === null) {
    return ignored(`The payload lacks ${missing.join(", ")}.`);
  }
  const site = siteOf(textAt(issue, "self"));
  const news: IssueNews = {
    tracker: "jira",
    // An issue that moves to another project changes its key and keeps its id.
    identity: `jira:${site.host}:${nameAt(issue, "id") ?? key}`,
    key,
    title: textAt(fields, "summary") ?? "",
    url: site.base === "" ? null : `${site.base}/browse/${encodeURIComponent(key)}`,
    type: (nameAt(fields, "issuetype", "name") ?? "issue").toLowerCase(),
    labels,
    components: namesAt(fields, "components") ?? [],
    project: projectKey(payload),
    remote: null,
    priorityField: nameAt(fields, "priority", "name"),
    isOpen: isOpen(fields),
    isGone,
    updatedAt,
    mark: newsMark({ updatedAt, order: eventOrder(payload), isGone, bodyHash }),
  };
  return { kind: "news", news, isTest: at(payload, "runyard_test") === true };
}

/** Key of the project that a delivery is about. */
export function projectKey(payload: unknown): string | null {
  const named = nameAt(payload, "issue", "fields", "project", "key");
  return named ?? /^(.+)-\d+$/.exec(nameAt(payload, "issue", "key") ?? "")?.[1] ?? null;
}

function eventOrder(payload: unknown): string {
  const timestamp = at(payload, "timestamp");
  return typeof timestamp === "number" && timestamp >= 0
    ? String(Math.trunc(timestamp)).padStart(TIMESTAMP_DIGITS, "0")
    : "";
}

/** A state's category tells; without one its name does, and a resolution always. */
function isOpen(fields: unknown): boolean {
  const category = textAt(fields, "status", "statusCategory", "key");
  if (category !== null) return category !== "done";
  if (textAt(fields, "resolution", "name") !== null) return false;
  return !FINAL_NAMES.includes((textAt(fields, "status", "name") ?? "").toLowerCase());
}

/** Where the site lies, from an issue's own address; a site may lie below a path of its host. */
function siteOf(self: string | null): { host: string; base: string } {
  const url = self === null ? null : URL.parse(self);
  if (!url || !/^https?:$/.test(url.protocol)) return { host: "", base: "" };
  return { host: url.host, base: url.origin + (/^(.*?)\/rest\//.exec(url.pathname)?.[1] ?? "") };
}
