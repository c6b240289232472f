/**
 * The tabs of the files and what can be done with the open one. Draws the file set and changes it; the editor and the
 * form are told through one callback.
 */
import { ELEMENT_ID } from "../../worker/views/element-id.ts";
import { type FileSet, nameProblem } from "./file-set.ts";

export interface FileTabsParts {
  readonly root: HTMLElement;
  readonly files: FileSet;
  /** Before the set changes: the open text is written into it. */
  readonly save: () => void;
  /** After it changed: another file is open, or a name is another. `forgotten` names no longer exist. */
  readonly changed: (forgotten: string | null) => void;
}

export class FileTabs {
  readonly #parts: FileTabsParts;
  readonly #list: HTMLElement;
  readonly #dialog: HTMLDialogElement;
  #submit: (name: string) => string | null = () => null;

  constructor(parts: FileTabsParts) {
    this.#parts = parts;
    this.#list = parts.root.querySelector<HTMLElement>("[role=tablist]")!;
    this.#dialog = this.#makeDialog();
    this.#list.addEventListener("click", (event) => {
      const name = (event.target as Element).closest<HTMLElement>("[role=tab]")?.dataset["file"];
      if (name !== undefined) this.open(name);
    });
    this.#list.addEventListener("keydown", (event) => this.#arrow(event));
    parts.root.addEventListener("click", (event) => {
      const action = (event.target as Element).closest<HTMLElement>("[data-file-action]")?.dataset["fileAction"];
      if (action) this.#act(action);
    });
  }

  open(name: string): void {
    const { files, save, changed } = this.#parts;
    if (!files.names.includes(name)) return;
    save();
    files.open = name;
    changed(null);
  }

  draw(): void {
    const { files, root } = this.#parts;
    this.#list.replaceChildren(...files.names.map((name) => tabOf(name, name === files.open, name === files.entry)));
    const disable = (action: string, disabled: boolean) => {
      const button = root.querySelector<HTMLButtonElement>(`[data-file-action=${action}]`);
      if (button) button.disabled = disabled;
    };
    disable("delete", files.names.length === 1);
    disable("entry", files.open === files.entry);
  }

  #arrow(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const { names, open } = this.#parts.files;
    const next = names[(names.indexOf(open) + step + names.length) % names.length];
    if (next === undefined) return;
    event.preventDefault();
    this.open(next);
    this.#list.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  #act(action: string): void {
    const { files, save, changed } = this.#parts;
    save();
    const before = files.open;
    if (action === "entry") {
      files.entry = before;
      changed(null);
    } else if (action === "delete") {
      files.remove(before);
      changed(before);
    } else if (action === "add") {
      this.#ask("", (name) => {
        files.add(name);
        changed(null);
      });
    } else if (action === "rename") {
      this.#ask(before, (name) => {
        files.rename(before, name);
        changed(before);
      });
    }
  }

  #ask(value: string, accept: (name: string) => void): void {
    const input = this.#dialog.querySelector<HTMLInputElement>("input[name=name]")!;
    input.value = value;
    this.#say(null);
    this.#submit = (name) => {
      const problem = nameProblem(name, this.#parts.files.names);
      if (problem === null) accept(name);
      return problem;
    };
    this.#dialog.showModal();
    input.focus();
    // The part before the ending is what is usually changed.
    input.setSelectionRange(
      value.lastIndexOf("/") + 1,
      value.lastIndexOf(".") > 0 ? value.lastIndexOf(".") : value.length,
    );
  }

  #makeDialog(): HTMLDialogElement {
    const template = this.#parts.root.querySelector<HTMLTemplateElement>("template[data-file-dialog]")!;
    // Outside the playground's form: a form inside a form would not be one.
    document.body.append(template.content.cloneNode(true));
    const dialog = document.getElementById(ELEMENT_ID.fileDialog) as HTMLDialogElement;
    dialog.querySelector("[data-file-form]")?.addEventListener("submit", (event) => {
      const problem = this.#submit(dialog.querySelector<HTMLInputElement>("input[name=name]")!.value.trim());
      if (problem !== null) event.preventDefault();
      this.#say(problem);
    });
    return dialog;
  }

  #say(problem: string | null): void {
    const shown = this.#dialog.querySelector("[data-file-error]");
    if (shown) shown.textContent = problem ?? "";
    this.#dialog.querySelector("input[name=name]")?.toggleAttribute("aria-invalid", problem !== null);
  }
}

function tabOf(name: string, isOpen: boolean, isEntry: boolean): HTMLButtonElement {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.role = "tab";
  tab.dataset["file"] = name;
  tab.ariaSelected = String(isOpen);
  tab.tabIndex = isOpen ? 0 : -1;
  tab.textContent = name;
  if (isEntry) {
    const mark = document.createElement("span");
    mark.className = "entry-mark";
    mark.textContent = "entry";
    tab.append(mark);
  }
  return tab;
}
