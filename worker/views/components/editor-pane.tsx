/**
 * The files of the program: tabs, what can be done with the open file, and the editor. The text area inside the editor
 * is what a browser without a script submits as `code`.
 */
import { ELEMENT_ID } from "../element-id.ts";
import type { PlaygroundValues } from "../playground-values.ts";
import { Dialog } from "./dialog.tsx";
import { type FieldError, fieldId, invalidAttributes } from "./error-summary.tsx";
import { Icon } from "./icon.tsx";

export interface EditorPaneProps {
  readonly values: Pick<PlaygroundValues, "files" | "entry">;
  readonly errors: readonly FieldError[];
  /** What Ctrl with Enter does to the program. */
  readonly enter?: "runs" | "saves";
}

export function EditorPane({ values, errors, enter = "runs" }: EditorPaneProps) {
  return (
    <div class="editor-pane">
      <div class="file-bar">
        <div class="file-tabs" role="tablist" aria-label="Files">
          {Object.keys(values.files).map((name) => (
            <button
              type="button"
              role="tab"
              data-file={name}
              aria-selected={name === values.entry ? "true" : "false"}
              tabindex={name === values.entry ? 0 : -1}
            >
              {name}
            </button>
          ))}
        </div>
        <FileTools />
      </div>
      <input type="hidden" name="entry" id={fieldId("entry")} value={values.entry} />
      <code-editor id={fieldId("code")} class="editor" data-label="Program" {...invalidAttributes("code", errors)}>
        <textarea name="code" rows={20} spellcheck={false} aria-label="Program">
          {values.files[values.entry] ?? ""}
        </textarea>
      </code-editor>
      {Object.keys(values.files).length > 1 ? (
        <noscript>
          <p class="editor-hint">Without JavaScript only {values.entry} can be edited and run.</p>
        </noscript>
      ) : null}
      <p class="editor-hint muted needs-script">
        <kbd>Ctrl</kbd> <kbd>Enter</kbd> {enter}. <kbd>Shift</kbd> <kbd>Alt</kbd> <kbd>F</kbd> formats. <kbd>Tab</kbd>{" "}
        indents; <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves the editor.
      </p>
      <FileDialog />
    </div>
  );
}

function FileTools() {
  return (
    <div class="file-tools needs-script">
      <button
        type="button"
        class="button quiet"
        data-playground="format"
        aria-keyshortcuts="Shift+Alt+F"
        title="Format this file (Shift+Alt+F)"
      >
        <Icon name="wand-sparkles" /> Format
      </button>
      <button type="button" class="icon-button" data-file-action="add" aria-label="New file" title="New file">
        <Icon name="file-plus" />
      </button>
      <button type="button" class="icon-button" data-file-action="rename" aria-label="Rename file" title="Rename file">
        <Icon name="pencil" />
      </button>
      <button
        type="button"
        class="icon-button"
        data-file-action="entry"
        aria-label="Run this file first"
        title="Run this file first"
      >
        <Icon name="star" />
      </button>
      <button type="button" class="icon-button" data-file-action="delete" aria-label="Delete file" title="Delete file">
        <Icon name="trash-2" />
      </button>
    </div>
  );
}

/** Asks for a file's name. Its fields belong to a form of their own through `form`, since it lies inside another. */
function FileDialog() {
  return (
    <template data-file-dialog>
      <Dialog id={ELEMENT_ID.fileDialog} title="File name">
        <form method="dialog" data-file-form>
          <label class="field">
            <span>Relative path, for example lib/util.ts</span>
            <input type="text" name="name" required maxlength={200} autocomplete="off" spellcheck={false} />
          </label>
          <p class="field-error" role="alert" data-file-error></p>
          <p class="dialog-actions">
            <button type="submit" class="button primary">
              Save
            </button>
          </p>
        </form>
      </Dialog>
    </template>
  );
}
