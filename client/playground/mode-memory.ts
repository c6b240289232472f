/**
 * Switching the playground's language. Languages of one family share their text and only the entry's name changes;
 * between families each keeps its own program, and a new one starts with its default. Pure state without the page.
 */
import { PLAYGROUND_MODES, type PlaygroundMode } from "../../worker/domain/playground-modes.ts";
import type { DraftProgram } from "./drafts.ts";

export class ModeMemory {
  shown: PlaygroundMode;
  /** The program of each family that was left. */
  readonly #left = new Map<string, DraftProgram>();

  constructor(shown: PlaygroundMode) {
    this.shown = shown;
  }

  /** The program to load instead of the present one; null when its text stays and only the language is another. */
  switchTo(next: PlaygroundMode, present: DraftProgram): DraftProgram | null {
    const [from, to] = [PLAYGROUND_MODES[this.shown], PLAYGROUND_MODES[next]];
    this.shown = next;
    if (from.family === to.family) return null;
    this.#left.set(from.family, present);
    const kept = this.#left.get(to.family);
    if (kept?.language === next) return kept;
    const starter = { language: next, entry: to.entry, files: to.starter, stdin: "", args: "" };
    return kept ? renamed(kept, next) : starter;
  }

  /** The names that the entry has by default before and after the last switch. */
  renaming(before: PlaygroundMode): { readonly from: string; readonly to: string } {
    return { from: PLAYGROUND_MODES[before].entry, to: PLAYGROUND_MODES[this.shown].entry };
  }
}

/** A kept program in another language of its family, with the entry's default name changed. */
function renamed(kept: DraftProgram, language: PlaygroundMode): DraftProgram {
  const [from, to] = [PLAYGROUND_MODES[kept.language].entry, PLAYGROUND_MODES[language].entry];
  if (kept.entry !== from || Object.hasOwn(kept.files, to)) return { ...kept, language };
  const files = Object.fromEntries(Object.entries(kept.files).map(([name, text]) => [name === from ? to : name, text]));
  return { ...kept, language, entry: to, files };
}
