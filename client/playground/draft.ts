/**
 * The unsaved program of this browser: kept while it is edited, given back on a fresh visit. Never sent anywhere.
 */
import type { Language } from "../../worker/domain/languages.ts";
import { readPreference, writePreference } from "../storage.ts";
import type { FileSetState } from "./file-set.ts";

/** Larger programs are not kept: storage holds some 5 MB for the whole origin. */
const MAX_CHARS = 500_000;
const PAUSE_MS = 500;
const NAME = "playground-draft";

export interface Draft extends FileSetState {
  readonly language: Language;
}

export function readDraft(): Draft | null {
  try {
    const draft = JSON.parse(readPreference(NAME) ?? "null");
    const isDraft =
      typeof draft?.entry === "string" && typeof draft.files === "object" && typeof draft.language === "string";
    return isDraft && typeof draft.files[draft.entry] === "string" ? draft : null;
  } catch {
    return null;
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Keeps the draft a moment after the last change. */
export function keepDraft(current: () => Draft): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const text = JSON.stringify(current());
    if (text.length <= MAX_CHARS) writePreference(NAME, text);
  }, PAUSE_MS);
}
