/** `/settings/workspaces`: the workspaces that a person is in, going to another one, and making one. */

import type { Role } from "../domain/access.ts";
import { NEW_NAME_FIELD, WORKSPACE_NAME_FIELD } from "../domain/membership.ts";
import { PostForm } from "./components/allowed.tsx";
import { DataTable } from "./components/data-table.tsx";
import { DeletionPanel } from "./components/deletion-panel.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import type { Shell } from "./layout.tsx";

export interface ShownWorkspace {
  readonly id: string;
  readonly name: string;
  readonly isSample: boolean;
  readonly role: Role;
  readonly isCurrent: boolean;
}

export interface WorkspacesProps {
  readonly workspaces: readonly ShownWorkspace[];
  /** Of the one to be made. */
  readonly name: string;
  /** Of the one that the person is in. */
  readonly newName: string;
  readonly errors: readonly FieldError[];
}

export function WorkspacesPage({
  shell,
  workspaces,
  name,
  newName,
  errors,
}: WorkspacesProps & { readonly shell: Shell }) {
  return (
    <SettingsPage shell={shell} tab="workspaces" errors={errors}>
      <div class="results">
        <DataTable caption="Your workspaces" columns={["Workspace", "Your role", { hidden: "Actions" }]}>
          {workspaces.map((workspace) => (
            <WorkspaceRow workspace={workspace} />
          ))}
        </DataTable>
      </div>
      <FormPanel
        name="new-workspace"
        title="New workspace"
        action="/settings/workspaces"
        submit="Make workspace"
        tone="primary"
      >
        <TextField
          name="name"
          label="Name"
          value={name}
          isRequired
          errors={errors}
          hint="Its runs, repositories, webhooks and tokens are apart from those of all others."
        />
      </FormPanel>
      {workspaces
        .filter(({ isCurrent }) => isCurrent)
        .map((workspace) => (
          <>
            <WorkspaceRenaming workspace={workspace} newName={newName} errors={errors} />
            <WorkspaceDeletion workspace={workspace} errors={errors} />
          </>
        ))}
    </SettingsPage>
  );
}

interface CurrentWorkspace extends Pick<WorkspacesProps, "errors"> {
  readonly workspace: ShownWorkspace;
}

function WorkspaceRenaming({ workspace, newName, errors }: CurrentWorkspace & Pick<WorkspacesProps, "newName">) {
  const action = `/settings/workspaces/${workspace.id}/name`;
  return (
    <FormPanel name="rename-workspace" title={`Rename ${workspace.name}`} action={action} submit="Rename">
      <TextField name={NEW_NAME_FIELD} label="New name" value={newName} isRequired errors={errors} />
    </FormPanel>
  );
}

function WorkspaceDeletion({ workspace: { id, name }, errors }: CurrentWorkspace) {
  const action = `/settings/workspaces/${id}/deletion`;
  return (
    <DeletionPanel title={`Delete ${name}`} action={action} submit="Delete workspace">
      <TextField
        name={WORKSPACE_NAME_FIELD}
        label="Name of the workspace"
        value=""
        isRequired
        errors={errors}
        hint={
          <>
            Its runs, repositories, webhooks, tokens and keys go with it, for everybody who is in it, and for good. Type{" "}
            <b>{name}</b> to confirm.
          </>
        }
      />
    </DeletionPanel>
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
