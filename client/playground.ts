/**
 * The playground's page: ties the form, the files, the editor and the run's panel together. The form itself is posted by
 * htmx; here its `files` field is filled in the moment it is read.
 */
import { PLAYGROUND_MODES, type PlaygroundMode } from "../worker/domain/playground-modes.ts";
import { ELEMENT_ID } from "../worker/views/element-id.ts";
import "./code-editor.ts";
import type { CodeEditorElement } from "./code-editor.ts";
import { setUpDraftList, setUpDraftNotice } from "./playground/draft-list.ts";
import { type DraftProgram, flushDraft, keepDraft, readDrafts } from "./playground/drafts.ts";
import { FileSet, languageOf } from "./playground/file-set.ts";
import { FileTabs } from "./playground/file-tabs.ts";
import { setUpFormat } from "./playground/format-button.ts";
import { setUpGenerate } from "./playground/generate.ts";
import { ModeMemory } from "./playground/mode-memory.ts";
import { setUpRunPanel } from "./playground/run-panel.ts";

const form = document.getElementById(ELEMENT_ID.playgroundForm) as HTMLFormElement;
const editor = form.querySelector("code-editor") as CodeEditorElement;
const language = form.querySelector<HTMLSelectElement>("[data-language]")!;
const [stdin, args] = ["stdin", "args"].map((name) => form.querySelector<HTMLTextAreaElement>(`[name=${name}]`)!) as [
  HTMLTextAreaElement,
  HTMLTextAreaElement,
];

const forkedFrom = form.querySelector<HTMLInputElement>("[name=forkedFrom]")!;
const grants = form.querySelector<HTMLFieldSetElement>("[data-fetch-grants]");

// --- The program ----------------------------------------------------------------------------------------------------

const isBlank = form.hasAttribute("data-blank");
const newest = readDrafts()[0];
const files = new FileSet({
  files: JSON.parse(form.dataset["files"] ?? "{}"),
  entry: form.querySelector<HTMLInputElement>("input[name=entry]")!.value,
});
const modes = new ModeMemory(language.value as PlaygroundMode);
/** Names this stretch of editing; its drafts go under it. */
let editing = `${Date.now()}-${Math.random()}`;

const save = () => files.write(files.open, editor.value);

function program(): DraftProgram {
  save();
  return { ...files.state, language: modes.shown, stdin: stdin.value, args: args.value };
}

function keep(): void {
  keepDraft(() => ({ ...program(), key: `${editing}:${PLAYGROUND_MODES[modes.shown].family}`, at: Date.now() }));
}

/** The text of an unsaved edit is kept before another program takes its place. */
function load(next: DraftProgram): void {
  flushDraft();
  modes.shown = next.language;
  language.value = next.language;
  stdin.value = next.stdin;
  args.value = next.args;
  files.replace(next);
  editor.forgetAll();
  shape = shapeOf();
  show(null);
}

const shapeOf = () => JSON.stringify([files.names, files.entry]);
let shape = shapeOf();

function show(forgotten: string | null): void {
  if (forgotten !== null) editor.forget(forgotten);
  tabs.draw();
  editor.open(files.open, files.text(files.open), languageOf(files.open));
  panel.markFault(files.open);
  form.querySelector<HTMLInputElement>("input[name=entry]")!.value = files.entry;
  showMode();
  format.update();
  if (shape !== shapeOf()) keep();
  shape = shapeOf();
}

/** What the fields beside the program say about the language. */
function showMode(): void {
  const { stdinHint, memoryHint, noFetch } = PLAYGROUND_MODES[modes.shown];
  stdin.placeholder = stdinHint;
  form.querySelector("[data-memory-hint]")!.textContent = memoryHint;
  if (!grants) return;
  grants.disabled = noFetch !== null;
  grants.querySelector("[data-no-fetch]")!.textContent = noFetch ?? "";
}

const tabs = new FileTabs({ root: form, files, save, changed: show });
const format = setUpFormat({
  button: form.querySelector<HTMLButtonElement>("[data-playground=format]")!,
  status: form.querySelector<HTMLElement>("[data-format-status]")!,
  editor,
  file: () => ({ name: files.open, language: languageOf(files.open) }),
});
const panel = setUpRunPanel({ form, editor });

function restore(draft: DraftProgram & { readonly key: string }): void {
  load(draft);
  // What one program may reach was not chosen for another, nor is that a fork of what this one was made from.
  for (const box of grants?.querySelectorAll("input") ?? []) box.checked = false;
  forkedFrom.value = "";
  form.querySelector(".forked-from")?.remove();
  editing = draft.key.split(":")[0]!;
}

if (isBlank && newest) restore(newest);
else show(null);

setUpDraftList({ menu: document.getElementById(ELEMENT_ID.historyMenu)!, restore });
setUpDraftNotice({ notice: form.querySelector<HTMLElement>("[data-draft-notice]")!, isBlank, program, restore });

form.addEventListener("formdata", ({ formData }) => {
  save();
  formData.set("files", JSON.stringify(files.state.files));
  formData.set("entry", files.entry);
  // A page that hangs can take the console with it where both share a process.
  flushDraft();
});

editor.addEventListener("editor-change", keep);
for (const field of [stdin, args]) field.addEventListener("input", keep);
addEventListener("pagehide", flushDraft);

language.addEventListener("change", () => {
  const before = program();
  const next = modes.switchTo(language.value as PlaygroundMode, before);
  if (next) return load(next);
  const { from, to } = modes.renaming(before.language);
  show(files.renameDefaultEntry(from, to) ? from : null);
});

// --- What people do -------------------------------------------------------------------------------------------------

/** Not there for those who may not run anything. */
const runButton = form.querySelector<HTMLButtonElement>("[data-playground=run]");
const run = () => {
  if (runButton) form.requestSubmit(runButton);
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  event.preventDefault();
  run();
});
editor.addEventListener("editor-run", run);

// Enter presses a form's first button, which runs the program.
form.querySelector("[name=snippet]")?.addEventListener("keydown", (event) => {
  if ((event as KeyboardEvent).key !== "Enter") return;
  event.preventDefault();
  form.querySelector<HTMLButtonElement>("[data-snippet-save]")?.click();
});
form.querySelector("[data-snippet-save]")?.addEventListener("click", () => {
  document.getElementById(ELEMENT_ID.snippetMenu)?.hidePopover();
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const place = target.closest<HTMLElement>("[data-goto-file]");
  if (place) {
    tabs.open(place.dataset["gotoFile"] ?? "");
    if (files.open === place.dataset["gotoFile"]) {
      editor.goTo(Number(place.dataset["gotoLine"]), Number(place.dataset["gotoColumn"]));
    }
  }
  const limit = target.closest<HTMLElement>("[data-goto-limit]")?.dataset["gotoLimit"];
  if (limit) {
    const field = form.querySelector<HTMLInputElement>(`input[name="${CSS.escape(limit)}"]`);
    field?.closest("details")?.setAttribute("open", "");
    field?.focus();
    field?.select();
  }
});

const box = form.querySelector<HTMLElement>("[data-generate]");
// The program is written into the file that runs first, whichever is open.
if (box) setUpGenerate({ box, editor, language: () => language.value, start: () => tabs.open(files.entry) });
