/** The page of a snippet: its files in the editor. The form is sent by the browser; its `files` are filled in then. */
import { ELEMENT_ID } from "../worker/views/element-id.ts";
import "./code-editor.ts";
import type { CodeEditorElement } from "./code-editor.ts";
import { FileSet, languageOf } from "./playground/file-set.ts";
import { FileTabs } from "./playground/file-tabs.ts";
import { setUpFormat } from "./playground/format-button.ts";

/** A fieldset for those who may only read. */
const root = document.getElementById(ELEMENT_ID.snippetForm);
if (root) setUp(root);

function setUp(root: HTMLElement): void {
  const editor = root.querySelector("code-editor") as CodeEditorElement;
  const entry = root.querySelector<HTMLInputElement>("input[name=entry]")!;
  const files = new FileSet({ files: JSON.parse(root.dataset["files"] ?? "{}"), entry: entry.value });
  const save = () => files.write(files.open, editor.value);
  const show = (forgotten: string | null) => {
    if (forgotten !== null) editor.forget(forgotten);
    tabs.draw();
    editor.open(files.open, files.text(files.open), languageOf(files.open));
    entry.value = files.entry;
    format.update();
  };
  const tabs = new FileTabs({ root, files, save, changed: show });
  const format = setUpFormat({
    button: root.querySelector<HTMLButtonElement>("[data-playground=format]")!,
    status: root.querySelector<HTMLElement>("[data-format-status]")!,
    editor,
    file: () => ({ name: files.open, language: languageOf(files.open) }),
  });
  show(null);
  root.addEventListener("formdata", (event) => {
    save();
    event.formData.set("files", JSON.stringify(files.state.files));
  });
  editor.addEventListener("editor-run", () => {
    if (root instanceof HTMLFormElement) root.requestSubmit();
  });
}
