/** What a file of a program is, told from its name. */
import type { Program } from "../../domain/program.ts";

export type FileKind = "typescript" | "javascript" | "json" | "text";

/** A file without a known ending is code of the program's language if it is the entry, and text otherwise. */
export function fileKind(name: string, program: Pick<Program, "language" | "entry">): FileKind {
  if (/\.[cm]?tsx?$/.test(name)) return "typescript";
  if (/\.[cm]?jsx?$/.test(name)) return "javascript";
  const isEntry = name === program.entry;
  const entryKind = program.language === "typescript" ? "typescript" : "javascript";
  if (/\.json$/.test(name)) return isEntry ? entryKind : "json";
  return isEntry ? entryKind : "text";
}
