/** `/repos`: the workspace's repositories, with the last delivery of each; and the import of a file, in two steps. */

import type { Delivery } from "../domain/delivery.ts";
import type { RepositoryChange } from "../domain/repos-file.ts";
import { type Repository, remoteOf } from "../domain/repository.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { DataTable } from "./components/data-table.tsx";
import { DeliveryBadge } from "./components/delivery-list.tsx";
import { DoneNotice } from "./components/done-notice.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { ListPage, ListResults } from "./components/list-page.tsx";
import { RepositoryTabs } from "./components/repository-tabs.tsx";
import { RelativeTime } from "./components/time.tsx";
import { plural } from "./format.ts";
import { Layout, type Shell } from "./layout.tsx";

export interface RepositoriesProps {
  readonly repositories: readonly Repository[];
  /** The newest delivery of each repository, by its key. */
  readonly latest: Readonly<Record<string, Delivery>>;
  /** What was just done, as a sentence; null on a plain visit. */
  readonly notice: string | null;
}

export function RepositoriesPage({
  shell,
  repositories,
  latest,
  notice,
}: RepositoriesProps & { readonly shell: Shell }) {
  return (
    <ListPage
      shell={shell}
      section="repositories"
      title="Repositories"
      action={
        <div class="actions">
          <a class="button" href="/repos/export" download="repos.json">
            <Icon name="download" /> Export
          </a>
          <Allowed get="/repos/import">
            <a class="button" href="/repos/import">
              <Icon name="upload" /> Import
            </a>
          </Allowed>
          <Allowed get="/repos/new">
            <a class="button primary" href="/repos/new">
              <Icon name="plus" /> Add repository
            </a>
          </Allowed>
        </div>
      }
    >
      <RepositoryTabs current="repositories" />
      <DoneNotice text={notice} />
      <ListResults>
        {repositories.length > 0 ? (
          <RepositoryTable repositories={repositories} latest={latest} />
        ) : (
          <EmptyState
            icon="folder-git-2"
            title="No repositories yet"
            action={{ href: "/repos/new", label: "Add a repository" }}
          >
            A repository has a lane of its own: issues that carry its label become runs there, one at a time.
          </EmptyState>
        )}
      </ListResults>
    </ListPage>
  );
}

function RepositoryTable({ repositories, latest }: Pick<RepositoriesProps, "repositories" | "latest">) {
  return (
    <DataTable caption="Repositories" columns={["Key", "Repository", "Takes", "Jira", { number: "Last delivery" }]}>
      {repositories.map((repository) => (
        <RepositoryRow repository={repository} delivery={latest[repository.key] ?? null} />
      ))}
    </DataTable>
  );
}

function RepositoryRow({
  repository,
  delivery,
}: {
  readonly repository: Repository;
  readonly delivery: Delivery | null;
}) {
  const { key, name, gitUrl, takeLabels, jira } = repository;
  return (
    <tr>
      <td class="cell-state">
        <code>{key}</code>
      </td>
      <td class="cell-run">
        <a class="row-link" href={`/repos/${key}`}>
          {name}
        </a>
        <span class="cell-note muted">{remoteOf(gitUrl)}</span>
      </td>
      <td class="cell-language muted">{takeLabels.join(", ")}</td>
      <td class="cell-time muted">{jira.projects.length > 0 ? jira.projects.join(", ") : "–"}</td>
      <td class="cell-when number muted">
        {delivery === null ? (
          "none yet"
        ) : (
          <>
            <DeliveryBadge status={delivery.status} /> <RelativeTime at={delivery.receivedAt} />
          </>
        )}
      </td>
    </tr>
  );
}

export interface ImportProps {
  readonly text: string;
  /** What the file would change; null before it was read, and when it cannot be. */
  readonly changes: readonly RepositoryChange[] | null;
  readonly errors: readonly FieldError[];
}

export function ImportPage({ shell, text, changes, errors }: ImportProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="repositories" title="Import repositories">
      <div class="page-head">
        <h1>Import repositories</h1>
      </div>
      <ErrorSummary title="Nothing was imported" errors={errors} />
      {changes === null ? <ImportForm text={text} errors={errors} /> : <ImportPreview text={text} changes={changes} />}
    </Layout>
  );
}

function ImportForm({ text, errors }: Pick<ImportProps, "text" | "errors">) {
  return (
    <PostForm class="repository-form" action="/repos/import" enctype="multipart/form-data">
      <fieldset class="panel field-group field-column">
        <legend>repos.json</legend>
        <div class="field">
          <label for="field-upload">File</label>
          <input type="file" id="field-upload" name="upload" accept=".json,application/json" />
        </div>
        <TextField
          name="file"
          label="Or its text"
          value={text}
          rows={12}
          errors={errors}
          hint="It adds and changes repositories, all of them or none, and deletes nothing. Secrets are never part of it."
        />
      </fieldset>
      <div class="actions">
        <button type="submit" class="button primary">
          Show what it changes
        </button>
        <a class="button" href="/repos">
          Cancel
        </a>
      </div>
    </PostForm>
  );
}

const KIND_WORDS: Readonly<Record<RepositoryChange["kind"], string>> = {
  create: "new",
  change: "changed",
  keep: "as it is",
};

function ImportPreview({ text, changes }: { readonly text: string; readonly changes: readonly RepositoryChange[] }) {
  const effective = changes.filter(({ kind }) => kind !== "keep").length;
  return (
    <PostForm class="repository-form" action="/repos/import">
      <input type="hidden" name="file" value={text} />
      <input type="hidden" name="confirm" value="yes" />
      <section class="panel" aria-labelledby="changes-title">
        <h2 id="changes-title">
          {effective === 0 ? "It changes nothing" : `It changes ${plural(effective, "repository", "repositories")}`}
        </h2>
        <ul class="changes">
          {changes.map(({ key, kind, fields }) => (
            <li>
              <code>{key}</code> <span class="mark">{KIND_WORDS[kind]}</span>
              {fields.length > 0 ? (
                <dl class="difference">
                  {fields.map(({ path, before, after }) => (
                    <div>
                      <dt>{path}</dt>
                      <dd>
                        <del>{JSON.stringify(before)}</del> <ins>{JSON.stringify(after)}</ins>
                      </dd>
                    </div>
                  ))}
                </dl>
              ) : null}
            </li>
          ))}
        </ul>
      </section>
      <div class="actions">
        {effective > 0 ? (
          <button type="submit" class="button primary">
            Import
          </button>
        ) : null}
        <a class="button" href="/repos/import">
          Back
        </a>
      </div>
    </PostForm>
  );
}
