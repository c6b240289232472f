/** Between a repository's settings and the fields of its form: lists are lines of text, rules are lines `label = priority`. */
import type { FieldError as WireError } from "../../domain/errors.ts";
import type { Repository } from "../../domain/repository.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";
import type { RepositoryField, RepositoryValues } from "../../views/repository-values.ts";
import { REPOSITORY_FIELDS } from "../../views/repository-values.ts";

const lines = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

export function valuesOf(repository: Repository): RepositoryValues {
  const { jira, commands } = repository;
  return {
    key: repository.key,
    name: repository.name,
    gitUrl: repository.gitUrl,
    defaultBranch: repository.defaultBranch,
    "jira.projects": jira.projects.join("\n"),
    "jira.components": jira.components.join("\n"),
    "jira.labels": jira.labels.join("\n"),
    takeLabels: repository.takeLabels.join("\n"),
    priorityRules: Object.entries(repository.priorityRules)
      .map(([label, priority]) => `${label} = ${priority}`)
      .join("\n"),
    branchTemplate: repository.branchTemplate,
    "commands.install": commands.install,
    "commands.build": commands.build,
    "commands.test": commands.test,
    testMode: repository.testMode,
    verification: repository.verification,
  };
}

/** The fields as they were sent; a file that was sent in place of a text counts as nothing. */
export function readValues(form: Record<string, unknown>): RepositoryValues {
  const entries = REPOSITORY_FIELDS.map((name) => [name, typeof form[name] === "string" ? form[name] : ""]);
  return Object.fromEntries(entries) as RepositoryValues;
}

/** Settings as the API takes them; whether they are valid is for the schema to say. */
export function settingsOf(values: RepositoryValues): unknown {
  return {
    key: values.key,
    name: values.name,
    gitUrl: values.gitUrl,
    defaultBranch: values.defaultBranch,
    jira: {
      projects: lines(values["jira.projects"]),
      components: lines(values["jira.components"]),
      labels: lines(values["jira.labels"]),
    },
    takeLabels: lines(values.takeLabels),
    priorityRules: Object.fromEntries(lines(values.priorityRules).map(ruleOf)),
    branchTemplate: values.branchTemplate,
    commands: {
      install: values["commands.install"],
      build: values["commands.build"],
      test: values["commands.test"],
    },
    testMode: values.testMode,
    verification: values.verification,
  };
}

/** The last `=` divides: a label may have one. */
function ruleOf(line: string): [label: string, priority: string] {
  const at = line.lastIndexOf("=");
  return at === -1 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

/** Errors by the form's fields: what is wrong with an entry is shown at its list. */
export function formErrors(errors: readonly WireError[] | undefined, detail: string): FieldError[] {
  if (!errors || errors.length === 0) return [{ field: "", message: detail }];
  return errors.map(({ path, message }) => {
    const field = REPOSITORY_FIELDS.find((name) => path === name || path.startsWith(`${name}.`));
    if (!field) return { field: "", message: path ? `${path} ${message}` : message };
    const entry = path.slice(field.length + 1);
    return { field, message: entry === "" ? message : `${entryName(field, entry)}: ${message}` };
  });
}

function entryName(field: RepositoryField, entry: string): string {
  return field === "priorityRules" ? entry : `line ${Number(entry) + 1}`;
}
