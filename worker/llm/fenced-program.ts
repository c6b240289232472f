/**
 * Takes a program out of a model's answer while the answer streams: the text between the first code fence and its end,
 * or the whole answer if there is no fence. Fences are CommonMark's (spec.commonmark.org, 4.5), and an opening one may
 * also end a line of prose. A program that itself has a line of three backticks needs a longer fence, as there.
 * Invariant: the pieces handed out, joined, do not depend on how the answer was cut into chunks; nothing handed out is
 * ever taken back. Each character is looked at a bounded number of times.
 */

export interface FencedProgramReader {
  /** The program text that this chunk makes certain; often empty. */
  push(chunk: string): string;
  /** The rest, once the answer is over. */
  finish(): string;
}

/** A run of backticks or tildes at the start of a line, with whatever names the language. */
const OPENING = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/;
/** A run of backticks that ends a line of prose, as in "Here it is: ```ts". */
const OPENING_BEHIND_PROSE = /^[^`]*(`{3,})[\w+#.-]*[ \t\r]*$/;
/** What may still become a closing fence, with nothing else on the line. */
const CLOSING_SO_FAR = /^ {0,3}(?:`*|~*)[ \t\r]*$/;
/** A longer line is never a fence: it bounds what is held back, and what the patterns above are run over. */
const FENCE_LINE_CHARS = 200;

export interface FencedBlock {
  readonly code: string;
  /** False where the answer ends within it. */
  readonly isClosed: boolean;
}

/** All blocks of a whole answer that hold anything, in order. */
export function fencedBlocks(answer: string): readonly FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { readonly fence: string; readonly lines: string[] } | null = null;
  const end = (isClosed: boolean) => {
    const code = (open?.lines ?? []).join("");
    if (code.trim() !== "") blocks.push({ code, isClosed });
    open = null;
  };
  for (const line of answer.split(/(?<=\n)/)) {
    const text = line.replace(/\n$/, "");
    if (open === null) {
      const fence = openingOf(text);
      if (fence !== null) open = { fence, lines: [] };
    } else if (CLOSING_SO_FAR.test(text) && closes(text, open.fence)) {
      end(true);
    } else {
      open.lines.push(line);
    }
  }
  end(false);
  return blocks;
}

export function createFencedProgramReader(): FencedProgramReader {
  const state: ReaderState = { place: "before", line: "", prose: "", fence: null, lineIsCode: false, hasCode: false };
  return {
    push(chunk) {
      let out = "";
      for (const part of chunk.split(/(?<=\n)/)) out += take(state, part);
      return out;
    },
    finish() {
      const { place, line, prose, fence } = state;
      state.place = "after";
      if (place === "inside") return isClosing(state, line) ? "" : line;
      // With a fence there was a block, be it empty: what lies around it is prose.
      return place === "before" && fence === null && openingOf(line) === null ? asProgram(prose + line) : "";
    },
  };
}

interface ReaderState {
  place: "before" | "inside" | "after";
  /** Before: the line so far. Inside: what is held back of it, because it may turn out to be the closing fence. */
  line: string;
  /** Whole lines before any fence: the program, if none comes. */
  prose: string;
  /** The run of characters that opened the last block; null before any. */
  fence: string | null;
  /** Inside: this line has something on it that no closing fence has. */
  lineIsCode: boolean;
  /** Something other than blanks was handed out. */
  hasCode: boolean;
}

/** Takes a piece that has at most one line break, at its end. */
function take(state: ReaderState, part: string): string {
  if (state.place === "after" || part === "") return "";
  return state.place === "before" ? takeBefore(state, part) : takeInside(state, part);
}

function takeBefore(state: ReaderState, part: string): string {
  state.line += part;
  if (!part.endsWith("\n")) return "";
  const opening = openingOf(state.line.slice(0, -1));
  if (opening === null) {
    state.prose += state.line;
  } else {
    state.place = "inside";
    state.fence = opening;
  }
  state.line = "";
  return "";
}

function openingOf(line: string): string | null {
  if (line.length > FENCE_LINE_CHARS) return null;
  const found = OPENING.exec(line) ?? OPENING_BEHIND_PROSE.exec(line);
  return found?.[1] ?? found?.[2] ?? null;
}

function takeInside(state: ReaderState, part: string): string {
  const isLineEnd = part.endsWith("\n");
  const text = state.line + part;
  const line = isLineEnd ? text.slice(0, -1) : text;
  if (!state.lineIsCode && line.length <= FENCE_LINE_CHARS && CLOSING_SO_FAR.test(line)) {
    if (!isLineEnd) {
      state.line = text;
      return "";
    }
    if (isClosing(state, line)) return close(state);
  }
  state.line = "";
  state.lineIsCode = !isLineEnd;
  state.hasCode ||= /\S/.test(text);
  return text;
}

function isClosing({ fence, lineIsCode }: ReaderState, line: string): boolean {
  return fence !== null && !lineIsCode && closes(line, fence);
}

function closes(line: string, fence: string): boolean {
  const run = line.trim();
  return run.length >= fence.length && run[0] === fence[0];
}

/** An empty block is skipped: models sometimes open one twice. */
function close(state: ReaderState): string {
  state.place = state.hasCode ? "after" : "before";
  state.line = "";
  return "";
}

/** An answer without a fence, as a file: no blank lines around it, one line break at its end. */
function asProgram(text: string): string {
  const trimmed = text.replace(/^(?:[ \t]*\r?\n)+/, "").trimEnd();
  return trimmed === "" ? "" : `${trimmed}\n`;
}
