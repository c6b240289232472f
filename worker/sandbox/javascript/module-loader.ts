/**
 * Finds and prepares the modules of one program: names, file endings, TypeScript, data files, the module `"runyard"`.
 * Knows nothing of the engine. Only the program's own files exist.
 * Invariant: a name that {@link ModuleLoader.resolve} returned is a file of the program or has a colon, which no file has.
 */
import type { ProgramError } from "../../domain/guest-outcome.ts";
import type { Program } from "../../domain/program.ts";
import { type FileKind, fileKind } from "./file-kinds.ts";
import { EVALUATED_FILE, PRELUDE_FILE } from "./guest-interface.ts";
import { FILE_FUEL_PER_CHAR, TYPESCRIPT_CHARS } from "./limits.ts";
import { findModule, importAdvice } from "./module-path.ts";
import { jsonErrorOffset, positionAt, type SourcePosition } from "./source-position.ts";
import type { Steps } from "./steps.ts";
import type { ParsedSource } from "./sucrase.ts";
import { isModule, TranspileError, transpile } from "./transpile.ts";

/** A module that cannot be loaded, and why, as the developer should read it. */
export class LoadFailure extends Error {
  readonly error: ProgramError;

  constructor(error: ProgramError) {
    super(error.message);
    this.error = error;
  }
}

const BUILT_IN = "runyard:module";
const MISSING = "runyard:missing/";

/** Imports stand at the top of a file. */
const IMPORTS_CHARS = 100_000;
const MAX_FAILED_IMPORTS = 100;
const MAX_SPECIFIER_CHARS = 500;
const TOO_MANY_FAILURES: ProgramError = {
  ...{ category: "import", name: "ImportError", message: "the import failed, as others did before", stack: null },
  ...{ file: null, line: null, column: null },
};

/** The exports live in the prelude; see `prelude/main.ts`. */
const BUILT_IN_SOURCE = `const runyard = globalThis[Symbol.for("runyard")];
export const { stdin, args, files, readTextFile, write, writeError, call } = runyard;
export default runyard;`;

export class ModuleLoader {
  readonly #program: Program;
  readonly #charge: (fuel: number) => void;
  readonly #failures: ProgramError[] = [];
  /** The names given to imports that failed, by importing module and specifier. */
  readonly #missing = new Map<string, string>();
  readonly #sources = new Map<string, string>();
  /** Of the entry, where it had to be read to see whether it is a module: it is not read again. */
  #entry: ParsedSource | null = null;

  /** @param charge takes the fuel for what the host does to prepare a file */
  constructor(program: Program, charge: (fuel: number) => void) {
    this.#program = program;
    this.#charge = charge;
  }

  /** What was reported to the guest so far, to recognise it when it comes back as the program's error. */
  get failures(): readonly ProgramError[] {
    return this.#failures;
  }

  /** Never fails: a specifier that means nothing gets a name whose loading fails. */
  resolve(base: string, specifier: string): string {
    if (base === PRELUDE_FILE) return specifier;
    if (specifier === "runyard") return BUILT_IN;
    // Text that a program evaluates has no place of its own: it stands where the program began.
    if (base === EVALUATED_FILE) return this.resolve(this.#program.entry, specifier);
    const file = findModule(this.#program.files, base, specifier);
    if (file !== null) return file;
    const key = `${base}\n${specifier}`;
    const known = this.#missing.get(key);
    if (known !== undefined) return known;
    // A program may go on failing; only so many of its failures are worth a search for their place.
    if (this.#missing.size >= MAX_FAILED_IMPORTS || specifier.length > MAX_SPECIFIER_CHARS) return MISSING;
    const name = `${MISSING}${this.#failures.push(this.#importError(base, specifier)) - 1}`;
    this.#missing.set(key, name);
    return name;
  }

  /** Whether the entry is a module. */
  *entryIsModule(): Steps<boolean> {
    const { files, entry } = this.#program;
    const isTypeScript = fileKind(entry, this.#program) === "typescript";
    return yield* isModule(files[entry]!, isTypeScript, (parsed) => {
      this.#entry = isTypeScript ? parsed : null;
    });
  }

  /** A module's source as JavaScript. @throws LoadFailure; RangeError for source that is nested too deeply */
  *source(name: string): Steps<string> {
    if (name === BUILT_IN) return BUILT_IN_SOURCE;
    if (name === MISSING) throw new LoadFailure(TOO_MANY_FAILURES);
    if (name.startsWith(MISSING)) throw new LoadFailure(this.#failures[Number(name.slice(MISSING.length))]!);
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const text = this.#program.files[name]!;
    const kind = fileKind(name, this.#program);
    // A larger file of TypeScript is refused unread.
    const chars = kind === "typescript" ? Math.min(text.length, TYPESCRIPT_CHARS) : text.length;
    this.#charge(chars * FILE_FUEL_PER_CHAR[kind]);
    const source = yield* this.#prepare(name, text, kind);
    this.#sources.set(name, source);
    return source;
  }

  *#prepare(name: string, text: string, kind: FileKind): Steps<string> {
    switch (kind) {
      case "json": {
        const at = jsonErrorOffset(text);
        if (at === null) return `export default JSON.parse(${JSON.stringify(text)});`;
        const { line, column } = positionAt(text, at);
        return this.#fail({
          ...{ category: "syntax", name: "SyntaxError", file: name, line, column, stack: null },
          message: `${name} is not valid JSON: line ${line}, column ${column}`,
        });
      }
      case "text":
        return `export default ${JSON.stringify(text)};`;
      case "javascript":
        return withoutNul(text);
      case "typescript":
        try {
          return withoutNul(yield* transpile(name, text, this.#parsed(name)));
        } catch (error) {
          if (error instanceof TranspileError) return this.#fail(error.error);
          throw error;
        }
    }
  }

  #parsed(name: string): ParsedSource | undefined {
    const known = name === this.#program.entry ? this.#entry : null;
    if (known) this.#entry = null;
    return known ?? undefined;
  }

  #fail(error: ProgramError): never {
    this.#failures.push(error);
    throw new LoadFailure(error);
  }

  #importError(base: string, specifier: string): ProgramError {
    const at = this.#importPosition(base, specifier);
    const where = at === null ? "" : ` (imported in ${base}, line ${at.line})`;
    const message = `cannot import "${specifier}"${where}: ${importAdvice(this.#program.files, base, specifier)}`;
    const file = Object.hasOwn(this.#program.files, base) ? base : null;
    return {
      ...{ category: "import", name: "ImportError", message, file, stack: null },
      ...{ line: at?.line ?? null, column: at?.column ?? null },
    };
  }

  /** Where a file imports a specifier: the place of its opening quote. */
  #importPosition(base: string, specifier: string): SourcePosition | null {
    const text = this.#program.files[base];
    if (text === undefined) return null;
    for (const quote of ['"', "'", "`"]) {
      const quoted = quote + specifier + quote;
      for (let at = text.indexOf(quoted); at >= 0; at = text.indexOf(quoted, at + 1)) {
        if (/(?:from|import|\()\s*$/.test(text.slice(Math.max(0, at - 40), at))) return positionAt(text, at);
      }
    }
    return null;
  }

  /** Where a file imports a name that `module` does not export. Looks at the modules that were loaded. */
  missingExport(exported: string, module: string): (SourcePosition & { readonly file: string }) | null {
    if (!/^[\w$]+$/.test(exported)) return null;
    const name = new RegExp(`[{,\\s]${exported.replaceAll("$", "\\$")}(?![\\w$])`);
    for (const [file, text] of Object.entries(this.#program.files)) {
      const imports = /\b(?:import|export)\b[^;"']{0,500}?\bfrom\s{0,20}["']([^"'\n]{1,200})["']/g;
      for (const match of text.slice(0, IMPORTS_CHARS).matchAll(imports)) {
        const at = match[0].search(name);
        if (at >= 0 && findModule(this.#program.files, file, match[1]!) === module) {
          return { file, ...positionAt(text, match.index + at + 1) };
        }
      }
    }
    return null;
  }
}

/** The engine reads source up to a NUL; outside of strings there is none in valid code. */
const withoutNul = (source: string) => (source.includes("\0") ? source.replaceAll("\0", "\\x00") : source);
