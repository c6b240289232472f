/**
 * Unsaved programs of this browser: kept while they are edited, never sent anywhere. Each stretch of editing has an
 * entry of its own, so that opening another program, a history entry or a fork never writes over what was typed before.
 */
import { PLAYGROUND_MODES, type PlaygroundMode } from "../../worker/domain/playground-modes.ts";
import { titleOf } from "../../worker/domain/run-spec.ts";
import { readPreference, writePreference } from "../storage.ts";
import type { FileSetState } from "./file-set.ts";

/** Larger programs are not kept: storage holds some 5 MB for the whole origin. */
const MAX_CHARS = 500_000;
const MAX_DRAFTS = 6;
const PAUSE_MS = 500;
const NAME = "playground-drafts";

export interface DraftProgram extends FileSetState {
  readonly language: PlaygroundMode;
  readonly stdin: string;
  readonly args: string;
}

export interface Draft extends DraftProgram {
  /** Names one stretch of editing. */
  readonly key: string;
  /** Epoch milliseconds of the last change. */
  readonly at: number;
}

export const draftTitle = (draft: DraftProgram) => titleOf(draft);

/** Newest first. What is not a draft, for whatever reason, is left out. */
export function readDrafts(): Draft[] {
  try {
    const kept: unknown = JSON.parse(readPreference(NAME) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isDraft) : [];
  } catch {
    return [];
  }
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Draft | null;
  return (
    typeof draft?.key === "string" &&
    typeof draft.at === "number" &&
    typeof draft.entry === "string" &&
    typeof draft.stdin === "string" &&
    typeof draft.args === "string" &&
    Object.hasOwn(PLAYGROUND_MODES, draft.language) &&
    typeof draft.files === "object" &&
    typeof draft.files?.[draft.entry] === "string"
  );
}

/** Puts the draft first, in place of an earlier one of its key; the oldest make room. */
export function addDraft(drafts: readonly Draft[], draft: Draft): Draft[] {
  const list = [draft, ...drafts.filter(({ key }) => key !== draft.key)].slice(0, MAX_DRAFTS);
  while (list.length > 1 && JSON.stringify(list).length > MAX_CHARS) list.pop();
  return list;
}

let timer: ReturnType<typeof setTimeout> | undefined;
let pending: (() => Draft) | null = null;

/** Keeps the draft a moment after the last change. */
export function keepDraft(current: () => Draft): void {
  clearTimeout(timer);
  pending = current;
  timer = setTimeout(flushDraft, PAUSE_MS);
}

/** Keeps at once what waits to be kept: before the page is left, or its program replaced. */
export function flushDraft(): void {
  clearTimeout(timer);
  const draft = pending?.();
  pending = null;
  // Read anew: another tab may have kept one meanwhile.
  if (draft && JSON.stringify(draft).length <= MAX_CHARS) {
    writePreference(NAME, JSON.stringify(addDraft(readDrafts(), draft)));
  }
}
