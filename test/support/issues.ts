/** Repositories and issue news for tests. */
import { type IssueNews, newsMark } from "../../worker/domain/issue-news.ts";
import { type Repository, repositorySchema } from "../../worker/domain/repository.ts";

export function repository(settings: object = {}): Repository {
  return repositorySchema.parse({ key: "api", name: "API", gitUrl: "https://github.com/acme/api.git", ...settings });
}

/** News of one GitHub issue at a minute of its history. `tie` tells apart what happened within that minute. */
export function newsAt(minute: number, changes: Partial<IssueNews> & { readonly tie?: string } = {}): IssueNews {
  const { tie = "", ...rest } = changes;
  const updatedAt = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const news = {
    tracker: "github" as const,
    identity: "github:github.com/acme/api#1",
    key: "acme/api#1",
    title: "It breaks",
    url: "https://github.com/acme/api/issues/1",
    type: "issue",
    labels: ["runyard"],
    components: [],
    project: null,
    remote: "github.com/acme/api",
    priorityField: null,
    isOpen: true,
    isGone: false,
    updatedAt,
    mark: "",
    ...rest,
  };
  const mark = newsMark({ updatedAt, order: tie, isGone: news.isGone, bodyHash: "" });
  // Like the hash of a body, it tells apart what differs.
  return { ...news, mark: mark + JSON.stringify(rest) };
}
