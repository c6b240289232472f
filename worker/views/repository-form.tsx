/** The form of a repository, for a new one and for a change. Posts whole, with or without a script. */
import type { Child } from "hono/jsx";
import { EVERY_LABEL } from "../domain/repository.ts";
import { Allowed, ReadableForm } from "./components/allowed.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { SelectField, TextField } from "./components/form-field.tsx";
import type { RepositoryField, RepositoryValues } from "./repository-values.ts";

export interface RepositoryFormProps {
  readonly action: string;
  readonly values: RepositoryValues;
  readonly errors: readonly FieldError[];
  readonly isNew: boolean;
}

const TEST_MODES = [
  { value: "quick", label: "Quick: 60 seconds" },
  { value: "full", label: "Full: 180 seconds" },
  { value: "none", label: "None" },
];
const BACKENDS = [
  { value: "auto", label: "Choose by the repository" },
  { value: "in-worker", label: "In the Worker" },
  { value: "host-ci", label: "The host's CI" },
  { value: "container", label: "A container" },
];

export function RepositoryForm({ action, values, errors, isNew }: RepositoryFormProps) {
  const of = (name: RepositoryField) => ({ name, value: values[name], errors });
  return (
    <ReadableForm class="repository-form" action={action} novalidate>
      <ErrorSummary title="The repository was not saved" errors={errors} />
      <Group title="Repository">
        <TextField
          {...of("key")}
          label="Key"
          isRequired
          isReadOnly={!isNew}
          hint={
            isNew
              ? "Names its lane and its pages: lower-case letters, digits, hyphens. It stays."
              : "It stays as it is."
          }
        />
        <TextField {...of("name")} label="Name" isRequired />
        <TextField {...of("gitUrl")} label="Git address" isRequired placeholder="https://github.com/acme/api.git" />
        <TextField {...of("defaultBranch")} label="Default branch" />
      </Group>
      <Group title="Issues">
        <TextField
          {...of("takeLabels")}
          label="Labels to take"
          rows={2}
          hint={`One on each line. An open issue with one of them gets a run; ${EVERY_LABEL} takes every open issue.`}
        />
        <TextField
          {...of("priorityRules")}
          label="Priority rules"
          rows={2}
          hint="One on each line: label = urgent, high, normal or low. They come before the common ones."
        />
        <TextField {...of("jira.projects")} label="Jira projects" rows={2} hint="Keys, one on each line." />
        <TextField
          {...of("jira.components")}
          label="Jira components"
          rows={2}
          hint="Where repositories share a project: issues with one of these are this one's."
        />
        <TextField
          {...of("jira.labels")}
          label="Jira labels"
          rows={2}
          hint="The same by label. With neither, it takes what no other takes."
        />
      </Group>
      <Group title="Changes">
        <TextField {...of("branchTemplate")} label="Branch" hint="{key} stands for the issue's key." />
        <TextField {...of("commands.install")} label="Install command" placeholder="npm ci" />
        <TextField {...of("commands.build")} label="Build command" placeholder="npm run build" />
        <TextField {...of("commands.test")} label="Test command" placeholder="npm test" />
        <SelectField {...of("testMode")} label="Tests before a commit" options={TEST_MODES} />
        <SelectField {...of("verification")} label="Where changes are verified" options={BACKENDS} />
      </Group>
      <Allowed post={action}>
        <div class="actions">
          <button type="submit" class="button primary">
            {isNew ? "Add repository" : "Save"}
          </button>
          <a class="button" href="/repos">
            Cancel
          </a>
        </div>
      </Allowed>
    </ReadableForm>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: Child }) {
  return (
    <fieldset class="panel field-group">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}
