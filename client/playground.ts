/**
 * The playground's page: ties the form, the files, the editor and the run's panel together. The form itself is posted by
 * htmx; here its `files` field is filled in the moment it is read.
 */
import type { Language } from "../worker/domain/languages.ts";
import { ELEMENT_ID } from "../worker/views/element-id.ts";
import "./code-editor.ts";
import type { CodeEditorElement } from "./code-editor.ts";
import { type Draft, keepDraft, readDraft } from "./playground/draft.ts";
import { FileSet, languageOf } from "./playground/file-set.ts";
import { FileTabs } from "./playground/file-tabs.ts";
import { setUpGenerate } from "./playground/generate.ts";

const form = document.getElementById(ELEMENT_ID.playgroundForm) as HTMLFormElement;
const editor = form.querySelector("code-editor") as CodeEditorElement;
const language = form.querySelector<HTMLSelectElement>("[data-language]")!;
const button = (name: string) => form.querySelector<HTMLButtonElement>(`[data-playground=${name}]`);

const isBlank = form.hasAttribute("data-blank");
const draft = isBlank ? readDraft() : null;
if (draft) language.value = draft.language;
let shownLanguage = language.value as Language;

const files = new FileSet(
  draft ?? {
    files: JSON.parse(form.dataset["files"] ?? "{}"),
    entry: form.querySelector<HTMLInputElement>("input[name=entry]")!.value,
  },
);

const emptyPanel = document.getElementById(ELEMENT_ID.runPanel)?.cloneNode(true);

const save = () => files.write(files.open, editor.value);

function show(forgotten: string | null): void {
  if (forgotten !== null) editor.forget(forgotten);
  tabs.draw();
  editor.open(files.open, files.text(files.open), languageOf(files.open));
  form.querySelector<HTMLInputElement>("input[name=entry]")!.value = files.entry;
  keep();
}

function keep(): void {
  keepDraft((): Draft => {
    save();
    return { ...files.state, language: language.value as Language };
  });
}

const tabs = new FileTabs({ root: form, files, save, changed: show });
show(null);

form.addEventListener("formdata", ({ formData }) => {
  save();
  formData.set("files", JSON.stringify(files.state.files));
  formData.set("entry", files.entry);
});

editor.addEventListener("editor-change", keep);

language.addEventListener("change", () => {
  save();
  const defaults = Object.fromEntries([...language.options].map((option) => [option.value, option.dataset["entry"]]));
  const before = files.entry;
  const renamed = files.switchLanguage(shownLanguage, language.value as Language, defaults as Record<Language, string>);
  shownLanguage = language.value as Language;
  show(renamed === null ? null : before);
});

// --- Running ------------------------------------------------------------------------------------------------------

const run = () => form.requestSubmit(button("run"));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  event.preventDefault();
  run();
});
editor.addEventListener("editor-run", run);

let runningId: string | null = null;

function setRunning(id: string | null): void {
  runningId = id;
  const stop = button("stop");
  if (stop) stop.disabled = id === null;
}

document.addEventListener("htmx:after:swap", () => {
  const panel = document.getElementById(ELEMENT_ID.runPanel);
  const state = panel?.querySelector<HTMLElement>("run-log")?.dataset["state"];
  setRunning(state === "queued" || state === "running" ? (panel?.dataset["run"] ?? null) : null);
});
document.addEventListener("run-end", () => setRunning(null));

button("stop")?.addEventListener("click", () => {
  if (runningId === null) return;
  void fetch(`/runs/${encodeURIComponent(runningId)}/cancellation`, {
    method: "POST",
    headers: { "HX-Request": "true", "HX-Request-Type": "partial" },
  });
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target.closest("[data-playground=clear]") && emptyPanel) {
    document.getElementById(ELEMENT_ID.runPanel)?.replaceWith(emptyPanel.cloneNode(true));
    setRunning(null);
  }
  const link = target.closest<HTMLElement>("[data-goto-file]");
  if (link) {
    tabs.open(link.dataset["gotoFile"] ?? "");
    editor.goTo(Number(link.dataset["gotoLine"]), Number(link.dataset["gotoColumn"]));
  }
});

const box = form.querySelector<HTMLElement>("[data-generate]");
if (box) setUpGenerate({ box, editor, language: () => language.value });
