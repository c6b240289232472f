/**
 * Ids that more than one side names: the view that renders an element, the fragment that replaces it, and the client
 * behaviour that looks for it. An id that is used in one place only stays in that place.
 */
export const ELEMENT_ID = {
  main: "main",
  accountMenu: "account-menu",
  shortcutsDialog: "shortcuts-dialog",
  overview: "overview",
  overviewUpdated: "overview-updated",
  runsResults: "runs-results",
  runsNews: "runs-news",
  runHeader: "run-header",
  replayVerdict: "replay-verdict",
  runLog: "run-log",
  runPanel: "run-panel",
  runOutcome: "run-outcome",
  playgroundForm: "playground-form",
  playgroundErrors: "playground-errors",
  playgroundShare: "playground-share",
  examplesMenu: "examples-menu",
  historyMenu: "history-menu",
  historyRuns: "history-runs",
  fileDialog: "file-dialog",
} as const;

/** Anchor of one line of one program file, counted from 0 and 1. */
export function programLineId(fileIndex: number, line: number): string {
  return `F${fileIndex}L${line}`;
}

/** A selector for htmx from an id. */
export function byId(id: string): string {
  return `#${id}`;
}
