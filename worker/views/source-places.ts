/**
 * Places in a person's source: the line of an error with its neighbours, and the stack with the places in their own
 * files told apart. Pure. Both V8's and QuickJS's `at f (main.ts:3:7)` and Python's `File "main.py", line 3` are read.
 */
import type { ProgramError } from "../domain/guest-outcome.ts";

type Files = Readonly<Record<string, string>>;

export interface ExcerptLine {
  readonly number: number;
  readonly text: string;
  /** Blanks and a caret to stand below the text; empty without a column, null on the neighbours of the line. */
  readonly caret: string | null;
}

/** Lines that are quoted before and after the error's own. */
const NEIGHBOURS = 1;
/** A longer line is cut around its column. */
const EXCERPT_CHARS = 160;

/** Null when the place is not known, or not in these files. */
export function sourceExcerpt(
  { file, line, column }: Pick<ProgramError, "file" | "line" | "column">,
  files: Files,
): ExcerptLine[] | null {
  if (file === null || line === null || !Object.hasOwn(files, file)) return null;
  const lines = files[file]!.split("\n");
  if (line < 1 || line > lines.length) return null;
  const from = Math.max(1, line - NEIGHBOURS);
  const to = Math.min(lines.length, line + NEIGHBOURS);
  // All quoted lines are cut at the same place, so that they still stand below each other.
  const cut = Math.max(0, (column ?? 1) - EXCERPT_CHARS / 2);
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const number = from + index;
    const text = lines[number - 1]!.slice(cut, cut + EXCERPT_CHARS).trimEnd();
    return { number, text, caret: number === line ? caretBelow(text, column === null ? null : column - cut) : null };
  }).filter(({ number, text }) => number === line || text !== "");
}

/** Tabs stay tabs, so that the caret stands where the character does. */
function caretBelow(text: string, column: number | null): string {
  if (column === null || column < 1 || column > text.length + 1) return "";
  return `${text.slice(0, column - 1).replace(/[^\t]/g, " ")}^`;
}

export interface StackPlace {
  /** As the stack wrote it. */
  readonly label: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface StackLine {
  readonly before: string;
  /** A place in one of the program's own files; null for every other line. */
  readonly place: StackPlace | null;
  readonly after: string;
}

const PLACES = [
  /(?<label>(?<file>[^\s()"<>][^()"<>]*?):(?<line>\d+)(?::(?<column>\d+))?)(?=\)?\s*$)/,
  /File (?<label>"(?<file>[^"]+)", line (?<line>\d+))/,
];

/** Longest line that is searched for a place: a stack is text that the program can write. */
const LINE_CHARS = 1_000;

export function stackLines(stack: string, files: Files): StackLine[] {
  const lines = stack.replace(/\n+$/, "").split("\n");
  if (lines.length === 1 && lines[0] === "") return [];
  return lines.map((text) => splitAtPlace(text, files));
}

function splitAtPlace(text: string, files: Files): StackLine {
  const searched = text.length > LINE_CHARS ? "" : text.replace(/^(\s*at )/, "");
  const offset = text.length - searched.length;
  for (const pattern of PLACES) {
    const found = pattern.exec(searched)?.groups;
    if (!found || !Object.hasOwn(files, found["file"]!)) continue;
    const label = found["label"]!;
    const at = offset + searched.lastIndexOf(label);
    const place = { label, file: found["file"]!, line: Number(found["line"]), column: Number(found["column"] ?? 1) };
    return { before: text.slice(0, at), place, after: text.slice(at + label.length) };
  }
  return { before: text, place: null, after: "" };
}
