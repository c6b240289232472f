/** `/snippets`: the programs that the workspace keeps; and `/snippets/:name`, one of them. */

import { LANGUAGE_TABLE } from "../domain/languages.ts";
import type { SnippetSummary } from "../domain/snippet.ts";
import type { ScheduleView } from "../domain/snippet-schedule.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { DataTable } from "./components/data-table.tsx";
import { Dialog } from "./components/dialog.tsx";
import { DoneNotice } from "./components/done-notice.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { TextField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { ListFilters, SearchField } from "./components/list-filters.tsx";
import { ListPage, ListResults } from "./components/list-page.tsx";
import { RelativeTime } from "./components/time.tsx";
import { Layout, type Shell } from "./layout.tsx";
import { SnippetForm, type SnippetFormProps } from "./snippet-form.tsx";
import { RunPanel, SchedulesPanel, type SnippetRunProps } from "./snippet-run.tsx";
import { VersionChanges, type VersionChangesProps, VersionList } from "./snippet-versions.tsx";

export interface SnippetsProps {
  readonly snippets: readonly SnippetSummary[];
  /** Of all snippets. */
  readonly schedules: readonly ScheduleView[];
  /** What is searched for; empty for nothing. */
  readonly query: string;
  readonly notice: string | null;
}

export function SnippetsPage({ shell, snippets, schedules, query, notice }: SnippetsProps & { readonly shell: Shell }) {
  return (
    <ListPage shell={shell} section="snippets" title="Snippets" add={{ href: "/snippets/new", label: "New snippet" }}>
      <DoneNotice text={notice} />
      <ListFilters action="/snippets" submit="Search">
        <SearchField name="q" value={query} label="Name or description" />
      </ListFilters>
      <ListResults>
        {snippets.length > 0 ? (
          <SnippetTable snippets={snippets} schedules={schedules} />
        ) : (
          <NoSnippets isSearch={query !== ""} />
        )}
      </ListResults>
    </ListPage>
  );
}

function NoSnippets({ isSearch }: { readonly isSearch: boolean }) {
  if (isSearch) {
    return (
      <EmptyState icon="library" title="Nothing fits" action={{ href: "/snippets", label: "Show all" }}>
        No snippet has this in its name or its description.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="library" title="No snippets yet" action={{ href: "/snippets/new", label: "New snippet" }}>
      A program that is kept under a name can be run with parameters, scheduled, and imported by other programs.
    </EmptyState>
  );
}

function SnippetTable({ snippets, schedules }: Pick<SnippetsProps, "snippets" | "schedules">) {
  return (
    <DataTable caption="Snippets" columns={["Version", "Snippet", "Language", "Next", { number: "Last run" }]}>
      {snippets.map((snippet) => (
        <SnippetRow snippet={snippet} schedules={schedules.filter((each) => each.snippet === snippet.name)} />
      ))}
    </DataTable>
  );
}

interface SnippetRowProps {
  readonly snippet: SnippetSummary;
  readonly schedules: readonly ScheduleView[];
}

function SnippetRow({ snippet: { name, description, language, latestVersion, lastRun }, schedules }: SnippetRowProps) {
  const next = schedules.flatMap(({ nextAt }) => nextAt ?? []).toSorted()[0];
  const isDisabled = schedules.some(({ disabledReason }) => disabledReason !== null);
  return (
    <tr>
      <td class="cell-state">
        <span class="mark">{latestVersion}</span>
      </td>
      <td class="cell-run">
        <a class="row-link" href={`/snippets/${name}`}>
          {name}
        </a>
        <span class="cell-note muted">{description}</span>
      </td>
      <td class="cell-language muted">{LANGUAGE_TABLE[language].label}</td>
      <td class="cell-time muted">
        {next === undefined ? schedules.length > 0 && !isDisabled ? "paused" : "–" : <RelativeTime at={next} />}
        {isDisabled ? <span class="mark mark-warning">disabled</span> : null}
      </td>
      <td class="cell-when number muted">{lastRun === null ? "never" : <RelativeTime at={lastRun.at} />}</td>
    </tr>
  );
}

export interface SnippetProps extends SnippetRunProps {
  readonly form: SnippetFormProps;
  readonly lastRunId: string | null;
  readonly changes: VersionChangesProps | null;
  readonly notice: string | null;
}

const DELETE_DIALOG = "delete-snippet";

export function SnippetPage({ shell, page: props }: { readonly shell: Shell; readonly page: SnippetProps }) {
  const { snippet, versions, changes, lastRunId, form } = props;
  const { name } = snippet;
  return (
    <Layout shell={shell} section="snippets" title={name} scripts={["snippet.js"]}>
      <div class="page-head">
        <h1>{name}</h1>
        <span class="mark">version {snippet.version}</span>
        <div class="actions">
          {lastRunId === null ? null : (
            <a class="button" href={`/runs/${lastRunId}`}>
              Last run
            </a>
          )}
          <a class="button" href={`/playground?snippet=${name}`}>
            <Icon name="square-terminal" /> Playground
          </a>
          <Allowed post={`/snippets/${name}/deletion`}>
            <button type="button" class="button danger needs-script" data-dialog={DELETE_DIALOG}>
              <Icon name="trash-2" /> Delete
            </button>
          </Allowed>
        </div>
      </div>
      <DoneNotice text={props.notice} />
      <div class="repository-columns">
        <div class="stack">
          {changes === null ? null : <VersionChanges {...changes} />}
          <SnippetForm action={`/snippets/${name}/versions`} isNew={false} {...form} />
        </div>
        <div class="stack">
          <RunPanel {...props} />
          <SchedulesPanel {...props} />
          <ImportHint name={name} version={snippet.version} isPython={snippet.language === "python"} />
          <VersionList name={name} versions={versions} />
        </div>
      </div>
      <Allowed post={`/snippets/${name}/deletion`}>
        <Dialog id={DELETE_DIALOG} title={`Delete ${name}?`}>
          <DeleteForm name={name} />
        </Dialog>
        <noscript>
          <section class="panel">
            <h2>Delete</h2>
            <DeleteForm name={name} />
          </section>
        </noscript>
      </Allowed>
    </Layout>
  );
}

function ImportHint(props: { readonly name: string; readonly version: number; readonly isPython: boolean }) {
  if (props.isPython) return null;
  return (
    <section class="panel import-hint" aria-labelledby="import-title">
      <h2 id="import-title">Import</h2>
      <p>
        <code>{`import { … } from "snippets/${props.name}"`}</code>
      </p>
      <p class="muted">
        The newest version when the run is accepted; <code>{`"snippets/${props.name}@${props.version}"`}</code> is this
        one for ever.
      </p>
    </section>
  );
}

function DeleteForm({ name }: { readonly name: string }) {
  return (
    <PostForm action={`/snippets/${name}/deletion`}>
      <p>
        Its versions and schedules are deleted with it. Programs that import it cannot start any more; runs that it had
        stay listed, whole.
      </p>
      <TextField name="confirm" label={`Type ${name} to confirm`} value="" isRequired />
      <div class="dialog-actions">
        <button type="submit" class="button danger">
          Delete snippet
        </button>
      </div>
    </PostForm>
  );
}
