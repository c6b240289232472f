/** `/settings/workspaces`: the workspaces that a person is in, going to another one, and making one. */
import type { Role } from "../domain/access.ts";
import { WORKSPACE_NAME_FIELD } from "../domain/membership.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { SettingsTabs } from "./components/settings-tabs.tsx";
import { Layout, type Shell } from "./layout.tsx";

export interface ShownWorkspace {
  readonly id: string;
  readonly name: string;
  readonly isSample: boolean;
  readonly role: Role;
  readonly isCurrent: boolean;
}

export interface WorkspacesProps {
  readonly workspaces: readonly ShownWorkspace[];
  readonly name: string;
  readonly errors: readonly FieldError[];
}

export function WorkspacesPage({ shell, workspaces, name, errors }: WorkspacesProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section={null} title="Workspaces">
      <div class="page-head">
        <h1>Workspaces</h1>
      </div>
      <SettingsTabs current="workspaces" />
      <div class="settings">
        <ErrorSummary title="Nothing was changed" errors={errors} />
        <div class="results">
          <table class="runs">
            <caption class="visually-hidden">Your workspaces</caption>
            <thead>
              <tr>
                <th scope="col">Workspace</th>
                <th scope="col">Your role</th>
                <th scope="col">
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {workspaces.map((workspace) => (
                <WorkspaceRow workspace={workspace} />
              ))}
            </tbody>
          </table>
        </div>
        <section class="panel" aria-labelledby="new-workspace-title">
          <h2 id="new-workspace-title">New workspace</h2>
          <PostForm class="settings-form" action="/settings/workspaces">
            <TextField
              name="name"
              label="Name"
              value={name}
              isRequired
              errors={errors}
              hint="Its runs, repositories, webhooks and tokens are apart from those of all others."
            />
            <div class="actions">
              <button type="submit" class="button primary">
                Make workspace
              </button>
            </div>
          </PostForm>
        </section>
        {workspaces
          .filter(({ isCurrent }) => isCurrent)
          .map((workspace) => (
            <DeletionPanel workspace={workspace} errors={errors} />
          ))}
      </div>
    </Layout>
  );
}

function DeletionPanel({
  workspace: { id, name },
  errors,
}: Pick<WorkspacesProps, "errors"> & { readonly workspace: ShownWorkspace }) {
  const action = `/settings/workspaces/${id}/deletion`;
  return (
    <Allowed post={action}>
      <section class="panel" aria-labelledby="deletion-title">
        <h2 id="deletion-title">Delete {name}</h2>
        <PostForm class="settings-form" action={action}>
          <TextField
            name={WORKSPACE_NAME_FIELD}
            label="Name of the workspace"
            value=""
            isRequired
            errors={errors}
            hint={
              <>
                Its runs, repositories, webhooks, tokens and keys go with it, for everybody who is in it, and for good.
                Type <b>{name}</b> to confirm.
              </>
            }
          />
          <div class="actions">
            <button type="submit" class="button danger">
              <Icon name="trash-2" /> Delete workspace
            </button>
          </div>
        </PostForm>
      </section>
    </Allowed>
  );
}

function WorkspaceRow({ workspace: { id, name, isSample, role, isCurrent } }: { readonly workspace: ShownWorkspace }) {
  return (
    <tr>
      <td class="cell-run">
        {name} {isSample ? <span class="mark">Sample</span> : null}
      </td>
      <td data-label="Your role">{role}</td>
      <td>
        {isCurrent ? (
          <span class="muted">You are here</span>
        ) : (
          <PostForm action={`/settings/workspaces/${id}/choice`}>
            <button type="submit" class="button">
              Go there <span class="visually-hidden">to {name}</span>
            </button>
          </PostForm>
        )}
      </td>
    </tr>
  );
}
