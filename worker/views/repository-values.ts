/** The fields of a repository's form, each a text, by the path that its setting has in the API. */
export const REPOSITORY_FIELDS = [
  "key",
  "name",
  "gitUrl",
  "defaultBranch",
  "jira.projects",
  "jira.components",
  "jira.labels",
  "takeLabels",
  "priorityRules",
  "branchTemplate",
  "commands.install",
  "commands.build",
  "commands.test",
  "testMode",
  "verification",
] as const;

export type RepositoryField = (typeof REPOSITORY_FIELDS)[number];
export type RepositoryValues = Readonly<Record<RepositoryField, string>>;

export const NEW_REPOSITORY: RepositoryValues = {
  key: "",
  name: "",
  gitUrl: "",
  defaultBranch: "main",
  "jira.projects": "",
  "jira.components": "",
  "jira.labels": "",
  takeLabels: "runyard",
  priorityRules: "",
  branchTemplate: "runyard/{key}",
  "commands.install": "",
  "commands.build": "",
  "commands.test": "",
  testMode: "quick",
  verification: "auto",
};
