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
  queueBoard: "queue-board",
  queueNotice: "queue-notice",
  queueUpdated: "queue-updated",
  queueSelection: "queue-selection",
  health: "health",
  runsResults: "runs-results",
  deliveryResults: "delivery-results",
  runsSelection: "runs-selection",
  runsNews: "runs-news",
  runNotice: "run-notice",
  runHeader: "run-header",
  replayVerdict: "replay-verdict",
  runLog: "run-log",
  runPanel: "run-panel",
  runOutcome: "run-outcome",
  playgroundForm: "playground-form",
  playgroundErrors: "playground-errors",
  playgroundShare: "playground-share",
  playgroundSide: "playground-side",
  examplesMenu: "examples-menu",
  historyMenu: "history-menu",
  historyRuns: "history-runs",
  fileDialog: "file-dialog",
  webhookMessage: "webhook-message",
  keyTest: "key-test",
  snippetForm: "snippet-form",
  snippetMenu: "snippet-menu",
  executionResults: "execution-results",
  meetingResults: "meeting-results",
  itemResults: "item-results",
  effectSheet: "effect-sheet",
  sheetNotice: "sheet-notice",
  sheetSummary: "sheet-summary",
  decisions: "decisions",
  meetingState: "meeting-state",
  meetingRuns: "meeting-runs",
  transcript: "transcript",
} as const;

/** The names of a program's files as its page lists them. The entry comes first: it is what people look for. */
export function listedOrder(files: Readonly<Record<string, string>>, entry: string): string[] {
  return Object.keys(files).toSorted((a, b) => Number(b === entry) - Number(a === entry) || (a < b ? -1 : 1));
}

/** Anchor of one line of one program file: the file's place in the list from 0, the line from 1. */
export function programLineId(fileIndex: number, line: number): string {
  return `F${fileIndex}L${line}`;
}

/** Anchor of one effect of a run, by its number. */
export function effectId(number: number): string {
  return `e-${number}`;
}

/** Anchor of one utterance of a meeting, by its place from 0: quotations lead to it. */
export function utteranceId(index: number): string {
  return `u-${index}`;
}

/** A selector for htmx from an id. */
export function byId(id: string): string {
  return `#${id}`;
}
