/** The panel beside the editor: which run or preview it shows, Stop, Clear, and the line that a run failed on. */
import { ELEMENT_ID } from "../../worker/views/element-id.ts";
import type { CodeEditorElement } from "../code-editor.ts";
import { Preview } from "./preview.ts";

export interface RunPanelParts {
  readonly form: HTMLFormElement;
  readonly editor: CodeEditorElement;
}

export interface RunPanelControl {
  /** Marks the line of the last error, when the file that is open now is the one. */
  markFault(openFile: string): void;
}

/** Where the panel stands below the editor, whoever presses Run would not see what it does. */
function bringIntoView(panel: HTMLElement | null): void {
  if (panel && panel.getBoundingClientRect().top > innerHeight / 2) panel.scrollIntoView();
}

const panelElement = () => document.getElementById(ELEMENT_ID.runPanel);

export function setUpRunPanel({ form, editor }: RunPanelParts): RunPanelControl {
  // Not there for those who may not run anything.
  const stop = form.querySelector<HTMLButtonElement>("[data-playground=stop]");
  const empty = panelElement()?.cloneNode(true);
  let shownPanel: HTMLElement | null = null;
  let runningId: string | null = null;
  let preview: Preview | null = null;
  let fault: { readonly file: string; readonly line: number } | null = null;
  let openFile = "";

  const showStop = () => {
    if (stop) stop.disabled = runningId === null && !preview?.isShown;
  };
  const look = () => {
    const panel = panelElement();
    const state = panel?.querySelector<HTMLElement>("run-log")?.dataset["state"];
    runningId = state === "queued" || state === "running" ? (panel?.dataset["run"] ?? null) : null;
    if (panel !== shownPanel) {
      preview?.dispose();
      preview = panel?.hasAttribute("data-preview") ? new Preview(panel, showStop) : null;
      shownPanel = panel;
      bringIntoView(panel);
      fault = null;
      editor.markFault(null);
    }
    const error = panel?.querySelector<HTMLElement>("[data-error-file][data-error-line]");
    if (error && fault === null) {
      fault = { file: error.dataset["errorFile"]!, line: Number(error.dataset["errorLine"]) };
      markFault(openFile);
    }
    showStop();
  };
  const markFault = (file: string) => {
    openFile = file;
    editor.markFault(fault?.file === file ? fault.line : null);
  };

  shownPanel = panelElement();
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("run-end", () => {
    runningId = null;
    showStop();
  });
  editor.addEventListener("editor-change", () => {
    // The line may be another one now.
    if (fault?.file === openFile) fault = { file: "", line: 0 };
  });
  stop?.addEventListener("click", () => {
    if (preview?.isShown) return preview.stop();
    if (runningId === null) return;
    void fetch(`/runs/${encodeURIComponent(runningId)}/cancellation`, {
      method: "POST",
      headers: { "HX-Request": "true", "HX-Request-Type": "partial" },
    });
  });
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-playground=clear]") || !empty) return;
    panelElement()?.replaceWith(empty.cloneNode(true));
    look();
  });
  return { markFault };
}
