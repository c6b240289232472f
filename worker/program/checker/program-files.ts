/**
 * A program's files as the compiler sees them. Code lies under `/program/`; a file of data becomes a module of
 * declarations with the type that the engine gives it. Imports mean what they mean to the engine.
 */
import type { Program } from "../../domain/program.ts";
import { fileKind } from "../../sandbox/javascript/file-kinds.ts";
import { findModule } from "../../sandbox/javascript/module-path.ts";

const CODE = "/program/";
const DATA = "/data/";
/** Larger data is of any type: to read a type out of it would take longer than to check the program. */
const TYPED_JSON_CHARS = 20_000;

const TEXT = "declare const text: string;\nexport default text;\n";
const ANYTHING = "declare const value: any;\nexport default value;\n";

export interface ModuleText {
  readonly path: string;
  readonly text: string;
  readonly isTypeScript: boolean;
}

export class ProgramFiles {
  readonly #program: Pick<Program, "files" | "entry"> & { readonly language: "typescript" };
  readonly #names = new Map<string, string>();
  readonly #modules = new Map<string, ModuleText>();

  constructor(files: Program["files"], entry: string) {
    this.#program = { files, entry, language: "typescript" };
    for (const name of Object.keys(files)) {
      const module = this.#moduleOf(name);
      this.#modules.set(module.path, module);
      if (module.path.startsWith(CODE)) this.#names.set(module.path, name);
    }
  }

  /** What is checked: the entry, and declarations, which nothing imports. Imports bring the others. */
  get roots(): string[] {
    const names = Object.keys(this.#program.files).filter((name) => name.endsWith(".d.ts"));
    return [...new Set([this.#program.entry, ...names])].map((name) => this.#moduleOf(name).path);
  }

  /** Undefined for a path that is none of the program's. */
  module(path: string): ModuleText | undefined {
    return this.#modules.get(path);
  }

  /** The name of a file of code; undefined for other paths. */
  nameOf(path: string): string | undefined {
    return this.#names.get(path);
  }

  /** The path of the module that an import means; undefined where it means none. */
  resolve(specifier: string, path: string): string | undefined {
    const name = findModule(this.#program.files, this.nameOf(path) ?? this.#program.entry, specifier);
    return name === null ? undefined : this.#moduleOf(name).path;
  }

  #moduleOf(name: string): ModuleText {
    const text = this.#program.files[name]!;
    switch (fileKind(name, this.#program)) {
      case "typescript":
        // The ending says to the compiler what a file is: JSX and CommonJS are nothing that the engine knows.
        return { path: CODE + name + (/\.m?ts$/.test(name) ? "" : ".ts"), text, isTypeScript: true };
      case "javascript":
        return { path: CODE + name + (/\.m?js$/.test(name) ? "" : ".js"), text, isTypeScript: false };
      case "json":
        return { path: `${DATA}${name}.ts`, text: moduleOfJson(text), isTypeScript: true };
      case "text":
        return { path: `${DATA}${name}.d.ts`, text: TEXT, isTypeScript: true };
    }
  }
}

/** Broken JSON is for the engine to report, with its place. */
function moduleOfJson(text: string): string {
  if (text.length > TYPED_JSON_CHARS) return ANYTHING;
  try {
    JSON.parse(text);
    return `export default ${text};`;
  } catch {
    return ANYTHING;
  }
}
