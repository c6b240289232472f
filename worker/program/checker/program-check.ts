/**
 * Checks one program at a time with a compiler that is kept. Owns the compiler, the parsed library and the fuel of a
 * check; knows nothing of requests.
 * Invariant: whatever the program is, a check ends, and the next one is not affected by it.
 */
import type ts from "typescript-6";
import type { Clock } from "../../domain/ports.ts";
import { positionAt } from "../../sandbox/javascript/source-position.ts";
import {
  GRANTED_GLOBALS,
  type GrantedGlobal,
  type NotCheckedReason,
  TYPE_CHECK_BOUNDS,
  type TypeCheck,
  type TypeCheckRequest,
} from "../type-check.ts";
import type { Compiler } from "./compiler.ts";
import { compilerOptions } from "./compiler-options.ts";
import { type Finding, findingsOf, refusals } from "./findings.ts";
import { ProgramFiles } from "./program-files.ts";

/**
 * Of one check. A program of 200 lines takes some 500,000, the densest twice that. When all is used up, at most 300,000
 * types and symbols of some 220 bytes are held.
 */
const CHECK_FUEL = 6_000_000;
/** Declarations are looked through once, then known by their text. */
const KNOWN_DECLARATIONS = 20;

const LIBRARY = "/library/";
const DECLARATIONS = "/declarations.d.ts";

interface Kept {
  readonly compiler: Compiler;
  readonly options: ts.CompilerOptions;
  /** Parsed files of the library, and of declarations that were found right, by path or text. */
  readonly library: Map<string, ts.SourceFile>;
  readonly declarations: Map<string, ts.SourceFile>;
}

export interface CheckerParts {
  readonly createCompiler: () => Compiler;
  /** Texts of the library by file name. */
  readonly library: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

const notChecked = (reason: NotCheckedReason, message: string): TypeCheck => ({ kind: "not-checked", reason, message });

const TOO_COMPLEX = "The types take too much work to be checked: is there a type that refers to itself without an end?";
const TOO_DEEP = "The code is nested too deeply to be checked.";

export class ProgramCheck {
  readonly #parts: CheckerParts;
  #kept: Kept | null = null;

  constructor(parts: CheckerParts) {
    this.#parts = parts;
  }

  check(request: TypeCheckRequest): TypeCheck {
    const tooLarge = excess(request);
    if (tooLarge !== null) return notChecked("too-large", tooLarge);
    const startedAt = this.#parts.clock.now();
    this.#kept ??= this.#start();
    const { compiler } = this.#kept;
    try {
      const wrong = this.#problemOfDeclarations(this.#kept, request.declarations);
      if (wrong !== null) return notChecked("declarations", wrong);
      compiler.setFuel(CHECK_FUEL);
      const { findings, checkedFiles } = this.#findings(this.#kept, request);
      return {
        kind: "checked",
        by: `TypeScript ${compiler.version}`,
        diagnostics: findings.slice(0, TYPE_CHECK_BOUNDS.diagnostics).map((tell) => tell()),
        more: Math.max(0, findings.length - TYPE_CHECK_BOUNDS.diagnostics),
        checkedFiles,
        fuel: CHECK_FUEL - compiler.getFuel(),
        elapsedMs: this.#parts.clock.now() - startedAt,
      };
    } catch (error) {
      if (compiler.isOutOfFuel(error)) return notChecked("too-complex", TOO_COMPLEX);
      // It stopped in the midst of something that it remembers.
      this.#kept = null;
      if (error instanceof RangeError) return notChecked("too-complex", TOO_DEEP);
      // TypeScript's own failures are bugs that it has with some programs.
      const message = `TypeScript failed: ${String(error).slice(0, TYPE_CHECK_BOUNDS.messageChars)}`;
      return notChecked("unavailable", message);
    }
  }

  #start(): Kept {
    const compiler = this.#parts.createCompiler();
    return { compiler, options: compilerOptions(compiler), library: new Map(), declarations: new Map() };
  }

  /** The first error in declarations, as a sentence; null where they are right. */
  #problemOfDeclarations(kept: Kept, text: string): string | null {
    if (kept.declarations.has(text)) return null;
    kept.compiler.setFuel(CHECK_FUEL);
    const files = new ProgramFiles({}, "");
    const program = this.#program(kept, files, { declarations: text, granted: GRANTED_GLOBALS });
    const file = program.getSourceFile(DECLARATIONS)!;
    const [first] = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    if (first !== undefined) {
      const { line } = positionAt(text, first.start ?? 0);
      const message = kept.compiler.flattenDiagnosticMessageText(first.messageText, "\n");
      return `line ${line} of the declarations: ${message.slice(0, TYPE_CHECK_BOUNDS.messageChars)}`;
    }
    const [oldest] = kept.declarations.keys();
    if (kept.declarations.size >= KNOWN_DECLARATIONS) kept.declarations.delete(oldest!);
    kept.declarations.set(text, file);
    return null;
  }

  #findings(kept: Kept, { files, entry, declarations, granted = [] }: TypeCheckRequest) {
    const known = new ProgramFiles(files, entry);
    const program = this.#program(kept, known, { declarations, granted });
    const sources = program.getSourceFiles().filter(({ fileName }) => known.nameOf(fileName) !== undefined);
    const findings: Finding[] = sources.flatMap((source) => {
      const name = known.nameOf(source.fileName)!;
      const refused = known.module(source.fileName)!.isTypeScript ? refusals(name, source.text) : [];
      const syntax = program.getSyntacticDiagnostics(source);
      if (syntax.length > 0) return findingsOf(kept.compiler, files, name, syntax);
      // Where the parsers differ, the engine's has the word: what it cannot read does not run.
      if (refused.length > 0) return refused;
      return findingsOf(kept.compiler, files, name, program.getSemanticDiagnostics(source));
    });
    return { findings, checkedFiles: sources.length };
  }

  #program(
    kept: Kept,
    files: ProgramFiles,
    { declarations, granted }: { readonly declarations: string; readonly granted: readonly GrantedGlobal[] },
  ): ts.Program {
    const withheld = GRANTED_GLOBALS.filter((name) => !granted.includes(name)).map((name) => `${name}.d.ts`);
    const library = Object.keys(this.#parts.library).filter((name) => !withheld.includes(name));
    const rootNames = [...library.map((name) => LIBRARY + name), DECLARATIONS, ...files.roots];
    const host = this.#host(kept, files, declarations);
    return kept.compiler.createProgram({ rootNames, options: kept.options, host });
  }

  #host(kept: Kept, files: ProgramFiles, declarations: string): ts.CompilerHost {
    const { compiler, library } = kept;
    const parse = (
      path: string,
      text: string,
      options: ts.CreateSourceFileOptions | ts.ScriptTarget,
      kind: ts.ScriptKind,
    ) => compiler.createSourceFile(path, text, options, false, kind);
    const { TS, JS } = compiler.ScriptKind;
    const textOfLibrary = (path: string) =>
      path.startsWith(LIBRARY) ? this.#parts.library[path.slice(LIBRARY.length)] : undefined;
    return {
      getSourceFile: (path, options) => {
        if (path === DECLARATIONS) {
          return kept.declarations.get(declarations) ?? parse(path, declarations, options, TS);
        }
        const text = textOfLibrary(path);
        if (text !== undefined) {
          const parsed = library.get(path) ?? parse(path, text, options, TS);
          library.set(path, parsed);
          return parsed;
        }
        const module = files.module(path);
        return module && parse(path, module.text, options, module.isTypeScript ? TS : JS);
      },
      resolveModuleNameLiterals: (literals, path) =>
        literals.map(({ text }) => {
          const resolvedFileName = files.resolve(text, path);
          if (resolvedFileName === undefined) return { resolvedModule: undefined };
          const extension = /(?:\.d)?\.m?[jt]s$/.exec(resolvedFileName)![0];
          return { resolvedModule: { resolvedFileName, extension, isExternalLibraryImport: false } };
        }),
      getDefaultLibFileName: () => `${LIBRARY}es.d.ts`,
      getCurrentDirectory: () => "/",
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      fileExists: (path) => files.module(path) !== undefined,
      readFile: (path) => files.module(path)?.text,
      writeFile: () => {},
      jsDocParsingMode: compiler.JSDocParsingMode.ParseNone,
    };
  }
}

/** What is larger than a check takes, as a sentence; null for nothing. */
function excess({ files, declarations }: TypeCheckRequest): string | null {
  const names = Object.keys(files);
  if (names.length > TYPE_CHECK_BOUNDS.files) {
    return `The program has ${names.length} files; at most ${TYPE_CHECK_BOUNDS.files} are checked.`;
  }
  const code = names.filter((name) => !/\.(?:json|csv|txt|md)$/.test(name));
  const chars = code.reduce((sum, name) => sum + files[name]!.length, declarations.length);
  return chars > TYPE_CHECK_BOUNDS.codeChars
    ? `The program has ${chars} characters of code and declarations; at most ${TYPE_CHECK_BOUNDS.codeChars} are checked.`
    : null;
}
