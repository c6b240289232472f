/**
 * The files of the program in the editor: names, texts, which one is open and which one runs first. Pure state without
 * the page. Invariant: there is at least one file, the entry and the open file are among them, and the order is the
 * order in which files were added.
 */
import type { EditorLanguage } from "./editor-languages.ts";

export interface FileSetState {
  readonly files: Readonly<Record<string, string>>;
  readonly entry: string;
}

export const MAX_NAME_CHARS = 200;

/** Why a name cannot be used; null when it can. The server checks again. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  if (name === "") return "Give the file a name.";
  if (name.length > MAX_NAME_CHARS) return `At most ${MAX_NAME_CHARS} characters.`;
  if (/[\\:\p{Cc}]/u.test(name)) return "Use forward slashes, and no colons.";
  if (name.split("/").some((part) => part === "" || part === "." || part === "..")) {
    return "Use a relative path without empty, “.” or “..” parts.";
  }
  return taken.includes(name) ? "Another file has this name." : null;
}

const LANGUAGE_OF_ENDING: Readonly<Record<string, EditorLanguage>> = {
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "typescript",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "javascript",
  py: "python",
  html: "html",
  htm: "html",
  css: "css",
  json: "json",
};

/** What the editor colours a file as, and what it is formatted as. */
export function languageOf(name: string): EditorLanguage {
  const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
  return Object.hasOwn(LANGUAGE_OF_ENDING, ending) ? LANGUAGE_OF_ENDING[ending]! : "text";
}

export class FileSet {
  #files: Map<string, string>;
  entry: string;
  open: string;

  constructor({ files, entry }: FileSetState) {
    this.#files = new Map(Object.entries(files));
    this.entry = this.#files.has(entry) ? entry : (this.names[0] ?? entry);
    if (this.#files.size === 0) this.#files.set(this.entry, "");
    this.open = this.entry;
  }

  get names(): string[] {
    return [...this.#files.keys()];
  }

  get state(): FileSetState {
    return { files: Object.fromEntries(this.#files), entry: this.entry };
  }

  text(name: string): string {
    return this.#files.get(name) ?? "";
  }

  write(name: string, text: string): void {
    if (this.#files.has(name)) this.#files.set(name, text);
  }

  add(name: string): void {
    if (!this.#files.has(name)) this.#files.set(name, "");
    this.open = name;
  }

  rename(from: string, to: string): void {
    // Rebuilt, because a map has no other way to keep the place of a renamed key.
    this.#files = new Map([...this.#files].map(([name, text]) => [name === from ? to : name, text]));
    if (this.entry === from) this.entry = to;
    if (this.open === from) this.open = to;
  }

  /** Does nothing to the last file. */
  remove(name: string): void {
    if (this.#files.size === 1 || !this.#files.delete(name)) return;
    const first = this.names[0]!;
    if (this.entry === name) this.entry = first;
    if (this.open === name) this.open = this.#files.has(this.entry) ? this.entry : first;
  }

  /** Renames the entry when it still has the name that a mode gave it; answers whether it did. */
  renameDefaultEntry(from: string, to: string): boolean {
    if (this.entry !== from || from === to || this.#files.has(to)) return false;
    this.rename(from, to);
    return true;
  }

  /** Takes another program's files, and opens its first. */
  replace(state: FileSetState): void {
    const next = new FileSet(state);
    this.#files = next.#files;
    this.entry = next.entry;
    this.open = next.open;
  }
}
