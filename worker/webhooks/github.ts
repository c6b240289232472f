/**
 * Reads GitHub's deliveries (docs.github.com, "Webhook events and payloads"): what an event says about an issue. Every
 * field may be missing; what cannot be read is ignored with the reason.
 */
import { type IssueNews, newsMark, type Reading } from "../domain/issue-news.ts";
import { remoteOf } from "../domain/repository.ts";
import { at, type DeliveryParts, instantAt, nameAt, namesAt, textAt } from "./payload.ts";

/** Events whose payload holds an issue as it is now. */
const ISSUE_EVENTS = ["issues", "issue_comment"];
const GONE_ACTIONS = ["deleted", "transferred"];

export function readGithub({ event, deliveryId, bodyHash, payload }: DeliveryParts): Reading {
  const ignored = (reason: string): Reading => ({ kind: "ignored", reason });
  if (event === "ping") return ignored("GitHub says hello: deliveries reach this endpoint.");
  if (!ISSUE_EVENTS.includes(event)) return ignored(`Events of the kind "${event}" start nothing.`);
  const issue = at(payload, "issue");
  if (at(issue, "pull_request") !== undefined) return ignored("It is about a pull request, not about an issue.");
  const number = nameAt(issue, "number");
  const remote = repositoryRemote(payload);
  const updatedAt = instantAt(issue, "updated_at");
  const isGone = event === "issues" && GONE_ACTIONS.includes(nameAt(payload, "action") ?? "");
  // What an issue was like before it went does not matter.
  const labels = namesAt(issue, "labels") ?? (isGone ? [] : null);
  const state = nameAt(issue, "state") ?? (isGone ? "closed" : null);
  const missing = [
    number === null && "issue.number",
    remote === null && "repository.clone_url",
    updatedAt === null && "issue.updated_at",
    labels === null && "issue.labels",
    state === null && "issue.state",
  ].filter((name) => name !== false);
  if (number === null || remote === null || updatedAt === null || labels === null || state === null) {
    return ignored(`The payload lacks ${missing.join(", ")}.`);
  }
  const news: IssueNews = {
    tracker: "github",
    identity: `github:${remote}#${number}`,
    key: `${nameAt(payload, "repository", "full_name") ?? remote}#${number}`,
    title: textAt(issue, "title") ?? "",
    url: textAt(issue, "html_url"),
    type: (nameAt(issue, "type", "name") ?? "issue").toLowerCase(),
    labels,
    components: [],
    project: null,
    remote,
    priorityField: null,
    isOpen: state !== "closed",
    isGone,
    updatedAt,
    mark: newsMark({ updatedAt, order: orderWithinSecond(deliveryId), isGone, bodyHash }),
  };
  return { kind: "news", news, isTest: at(payload, "runyard_test") === true };
}

/** The git address of the repository that a delivery is about. */
export function repositoryRemote(payload: unknown): string | null {
  const url = textAt(payload, "repository", "clone_url") ?? textAt(payload, "repository", "html_url");
  return url === null ? null : remoteOf(url);
}

const UUID_V1 = /^([0-9a-f]{8})-([0-9a-f]{4})-1([0-9a-f]{3})-/i;

/**
 * `updated_at` has whole seconds. GitHub's delivery ids are UUIDs of version 1, whose time has 100 ns: it orders what
 * happened within one second. Any other id gives no order.
 */
function orderWithinSecond(deliveryId: string): string {
  const [, low, middle, high] = UUID_V1.exec(deliveryId) ?? [];
  return low === undefined ? "" : `${high}${middle}${low}`.toLowerCase();
}
