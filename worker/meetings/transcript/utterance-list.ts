/**
 * Collects utterances while a file is read, numbers them, and keeps them within the bounds. What is said becomes one line
 * without control characters, so that a quotation of it is found again; what is empty is left out.
 */
import { countWords, TRANSCRIPT_BOUNDS, type Utterance } from "../../domain/transcript.ts";
import { TranscriptError } from "./transcript-error.ts";

export interface Said {
  readonly speaker: string | null;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly text: string;
}

/** One line of well-formed text: D1 would store half a surrogate pair as something else. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}\uFEFF]+/gu, " ")
    .trim();
}

export class UtteranceList {
  readonly #utterances: Utterance[] = [];
  readonly #speakers = new Set<string>();
  #words = 0;

  /** @param where names the place in the file, for an error */
  add({ speaker, startMs, endMs, text }: Said, where: string): void {
    const said = oneLine(text);
    if (said === "") return;
    const name = speaker === null ? "" : oneLine(speaker);
    const { utteranceChars, speakerChars, utterances, words, speakers } = TRANSCRIPT_BOUNDS;
    this.#words += countWords(said);
    if (name !== "") this.#speakers.add(name);
    refuseMore(said.length, utteranceChars, "characters in one utterance", "Break it into lines.", where);
    refuseMore(name.length, speakerChars, "characters in a speaker's name", "Shorten the name.", where);
    refuseMore(this.#utterances.length + 1, utterances, "utterances", "Split the transcript.", where);
    refuseMore(this.#words, words, "words", "Split the transcript.", where);
    refuseMore(this.#speakers.size, speakers, "speakers", "Check that lines begin with names.", where);
    const index = this.#utterances.length;
    this.#utterances.push({ index, speaker: name === "" ? null : name, startMs, endMs, text: said });
  }

  /** @throws TranscriptError where nothing was said */
  finish(): readonly Utterance[] {
    if (this.#utterances.length === 0) {
      throw new TranscriptError("empty", null, "Nobody says anything in this transcript. Send one with text in it.");
    }
    return this.#utterances;
  }
}

function refuseMore(count: number, max: number, what: string, advice: string, where: string): void {
  if (count <= max) return;
  throw new TranscriptError("too-large", where, `There are more than ${max.toLocaleString("en")} ${what}. ${advice}`);
}
