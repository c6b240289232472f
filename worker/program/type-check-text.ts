/**
 * What a model and a person read of a type check: rows with the place of each error, and one text of them all. Pure.
 */
import type { TypeCheck, TypeDiagnostic } from "./type-check.ts";

/** An error as a screen or a text shows it. */
export interface DiagnosticRow {
  /** `file:line:column`. */
  readonly place: string;
  /** `TS2345`; empty for what the sandbox itself refuses. */
  readonly code: string;
  readonly message: string;
  /** The line that the error is in, without the spaces that it begins with. */
  readonly source: string;
  /** What stands below the source to point at the error: spaces, then a caret for each character. */
  readonly pointer: string;
}

/** A line stands for more than one error where its text is long: more carets than these say nothing more. */
const CARETS_MAX = 60;
/** Of a text for a model: it has to read it all, and pay for it. */
const TEXT_CHARS = 6_000;

export function diagnosticRow(diagnostic: TypeDiagnostic): DiagnosticRow {
  const { file, line, column, code, message, lineText, lineTextColumn, length } = diagnostic;
  const source = lineText.trimStart();
  const at = Math.max(0, lineTextColumn - 1 - (lineText.length - source.length));
  const carets = Math.max(1, Math.min(length, source.length - at, CARETS_MAX));
  // A tab below a tab keeps the carets below what they point at.
  const before = source.slice(0, at).replace(/[^\t]/g, " ");
  return {
    place: `${file}:${line}:${column}`,
    code: code === 0 ? "" : `TS${code}`,
    message,
    source,
    pointer: before + "^".repeat(carets),
  };
}

/**
 * The errors of a check as a text for whoever wrote the program; empty where there are none, or none are known. Errors
 * that do not fit are counted.
 */
export function diagnosticText(check: TypeCheck): string {
  if (check.kind === "not-checked") return "";
  const blocks: string[] = [];
  let chars = 0;
  for (const diagnostic of check.diagnostics) {
    const block = blockOf(diagnosticRow(diagnostic));
    chars += block.length + 1;
    if (blocks.length > 0 && chars > TEXT_CHARS) break;
    blocks.push(block);
  }
  const untold = check.diagnostics.length - blocks.length + check.more;
  if (untold > 0) blocks.push(`… and ${untold} more type error${untold === 1 ? "" : "s"}`);
  return blocks.join("\n");
}

function blockOf({ place, code, message, source, pointer }: DiagnosticRow): string {
  const head = [place, code].filter((part) => part !== "").join(" ");
  return `${head} ${message}\n    ${source}\n    ${pointer}`;
}
