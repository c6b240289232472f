/**
 * Whether an issue should have a run, and in which repository, by the workspace's current configuration. Pure: the same
 * news and the same repositories give the same judgement.
 */
import type { IssueNews } from "./issue-news.ts";
import type { Priority } from "./lane.ts";
import { priorityOf } from "./priority.ts";
import { EVERY_LABEL, type Repository, remoteOf } from "./repository.ts";

export type Judgement =
  | { readonly isWanted: true; readonly repositoryKey: string; readonly priority: Priority }
  | {
      readonly isWanted: false;
      /** Null when no repository, or more than one, is the issue's. */
      readonly repositoryKey: string | null;
      readonly priority: Priority;
      /** A sentence for people. */
      readonly reason: string;
    };

export function judgeIssue(news: IssueNews, repositories: readonly Repository[]): Judgement {
  const found = repositoriesOf(news, repositories);
  const repository = found.length === 1 ? found[0]! : null;
  const repositoryKey = repository?.key ?? null;
  const rules = repository?.priorityRules ?? {};
  const priority = priorityOf({ labels: news.labels, field: news.priorityField, rules });
  const refuse = (reason: string): Judgement => ({ isWanted: false, repositoryKey, priority, reason });
  if (!repository) return refuse(found.length === 0 ? noneReason(news) : severalReason(found));
  if (news.isGone) return refuse("The issue was deleted or moved away.");
  if (!news.isOpen) return refuse("The issue is closed.");
  if (!carriesOneOf(news.labels, repository.takeLabels)) {
    return refuse(
      `The issue carries none of the labels that ${repository.key} takes: ${repository.takeLabels.join(", ")}.`,
    );
  }
  return { isWanted: true, repositoryKey: repository.key, priority };
}

function carriesOneOf(labels: readonly string[], wanted: readonly string[]): boolean {
  return wanted.includes(EVERY_LABEL) || haveCommon(labels, wanted);
}

function haveCommon(some: readonly string[], others: readonly string[]): boolean {
  const known = new Set(others.map((each) => each.toLowerCase()));
  return some.some((each) => known.has(each.toLowerCase()));
}

/** A repository that names components or labels comes before one that takes whatever its project has. */
function repositoriesOf(news: IssueNews, repositories: readonly Repository[]): readonly Repository[] {
  if (news.remote !== null) return repositories.filter(({ gitUrl }) => remoteOf(gitUrl) === news.remote);
  const project = news.project?.toUpperCase();
  const ofProject = repositories.filter(({ jira }) => project !== undefined && jira.projects.includes(project));
  const claiming = ofProject.filter(
    ({ jira }) => haveCommon(news.components, jira.components) || haveCommon(news.labels, jira.labels),
  );
  if (claiming.length > 0) return claiming;
  return ofProject.filter(({ jira }) => jira.components.length === 0 && jira.labels.length === 0);
}

function noneReason({ remote, project, components }: IssueNews): string {
  if (remote !== null) return `No repository of this workspace has the git address ${remote}.`;
  if (project === null) return "The issue names no project.";
  const having = components.length > 0 ? ` with components ${components.join(", ")}` : "";
  return `No repository takes issues of the Jira project ${project}${having}.`;
}

function severalReason(found: readonly Repository[]): string {
  return `Several repositories take this issue: ${found.map(({ key }) => key).join(", ")}. Tell them apart by component or label.`;
}
