/**
 * TypeScript to JavaScript, one file at a time, with sucrase: types are dropped, lines stay where they are. Nothing is
 * type checked. Also answers whether a file is a module, and where a position of the output lay in the source.
 * What sucrase would drop silently (`namespace` with a body, `export =`, `import x = …`) is refused.
 */
import type { ProgramError } from "../../domain/guest-outcome.ts";
import { TYPESCRIPT_CHARS } from "./limits.ts";
import { offsetAt, positionAt, type SourcePosition } from "./source-position.ts";
import { atOnce, type Steps } from "./steps.ts";
import { ParsedSource } from "./sucrase.ts";

/** A file that cannot be turned into JavaScript. */
export class TranspileError extends Error {
  readonly error: ProgramError;

  constructor(file: string, message: string, position: SourcePosition) {
    super(message);
    this.error = { category: "syntax", name: "SyntaxError", message, file, ...position, stack: null };
  }
}

/**
 * @param known the file's parse, where it was read before; it is used up
 * @throws TranspileError; RangeError where the source is nested too deeply for the host's stack
 */
export function* transpile(file: string, source: string, known?: ParsedSource): Steps<string> {
  if (source.length > TYPESCRIPT_CHARS) {
    const size = `the file has ${source.length} characters; TypeScript may have ${TYPESCRIPT_CHARS}`;
    const message = `${size}. Keep data in .json or .txt files`;
    throw new TranspileError(file, message, { line: 1, column: 1 });
  }
  try {
    const parsed = known ?? (yield* ParsedSource.parse(source, true));
    refuseUnsupported(file, source, parsed);
    const { code } = yield* parsed.withoutTypes();
    return code;
  } catch (error) {
    throw error instanceof TranspileError ? error : syntaxError(file, source, error);
  }
}

function syntaxError(file: string, source: string, error: unknown): unknown {
  if (error instanceof RangeError || !(error instanceof Error)) return error;
  const { pos } = error as Error & { pos?: number };
  const [, text, line, column] = error.message.match(/^(?:Error transforming [^:]*: )?(.*) \((\d+):(\d+)\)$/s) ?? [];
  const position =
    typeof pos === "number" ? positionAt(source, pos) : { line: Number(line ?? 1), column: Number(column ?? 1) };
  return new TranspileError(file, text ?? error.message, position);
}

export interface Word {
  readonly text: string;
  readonly start: number;
}

/** Null for a file that is too large to be read here, or cannot be parsed, which the engine will report. */
function* parseOrNull(source: string, isTypeScript: boolean): Steps<ParsedSource | null> {
  if (source.length > TYPESCRIPT_CHARS) return null;
  try {
    return yield* ParsedSource.parse(source, isTypeScript);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return null;
  }
}

/** The file's tokens; null as of {@link parseOrNull}. */
export function* tokens(source: string, isTypeScript: boolean): Steps<Word[] | null> {
  const parsed = yield* parseOrNull(source, isTypeScript);
  return parsed && wordsOf(source, parsed);
}

function wordsOf(source: string, { file }: ParsedSource): Word[] {
  return file.tokens.map(({ start, end }) => ({ text: source.slice(start, end), start }));
}

/** What each static import or export looks like, and some that is none: text in strings, names behind a dot. */
const MAYBE_STATIC = /\b(?:import\b\s*(?:["'{*.\w$]|\/[/*])|export\b\s*(?:[{*=@a-z]|\/[/*]))/;

/**
 * True for a file with a static `import` or `export`, or with `import.meta`.
 * @param keep is given the file's parse, where there has to be one
 */
export function* isModule(
  source: string,
  isTypeScript: boolean,
  keep: (parsed: ParsedSource) => void = () => {},
): Steps<boolean> {
  if (!MAYBE_STATIC.test(source)) return false;
  if (beginsAsModule(source)) return true;
  const parsed = yield* parseOrNull(source, isTypeScript);
  // Where no parser tells, a line that starts like a module does.
  if (parsed === null) return /^[ \t]*(?:import\b[ \t]*[^\s(]|export\b)/m.test(source);
  keep(parsed);
  const words = wordsOf(source, parsed);
  return words.some(({ text }, i) => {
    const next = words[i + 1]?.text ?? "";
    if (words[i - 1]?.text === "." || next === ":" || next === "(") return false;
    if (text === "import") return /^["'{*.]|^[\w$]+$/.test(next);
    return text === "export" && /^[{*=@]|^[a-z]+$/.test(next);
  });
}

/** True where the first statement tells: most modules begin with an import, and need no parser to be known. */
function beginsAsModule(source: string): boolean {
  const space = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
  let start = 0;
  for (; space.test(source); start = space.lastIndex);
  const statement = /(?:import(?:\s*["'{*]|\s+[\w$])|export(?:\s*[{*=@]|\s+[a-z]))/y;
  statement.lastIndex = start;
  return statement.test(source);
}

const USE_MODULES = "use ES modules instead: files with import and export";

function refuseUnsupported(file: string, source: string, parsed: ParsedSource): void {
  // A comment may stand where space may: then only the tokens tell.
  const mayHave = /\b(?:namespace|module)\s*["'\w$/]|\bexport\s*[=/]|\bimport\b\s*(?:type\b\s*)?(?:[\w$]+\s*)?[=/]/;
  if (!mayHave.test(source)) return;
  const words = wordsOf(source, parsed);
  const refuse = ({ start }: Word, what: string) => {
    throw new TranspileError(file, `${what}; ${USE_MODULES}`, positionAt(source, start));
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const next = words[i + 1]?.text ?? "";
    if (word.text === "declare" && /^(?:namespace|module|global)$/.test(next)) i = endOfBlock(words, i);
    else if (isNamespace(source, words, i)) refuse(word, `${word.text} ${next} { … } is not supported`);
    else if (word.text === "export" && next === "=") refuse(word, "export = is not supported");
    else if (word.text === "import") {
      const at = next === "type" && words[i + 2]?.text !== "=" ? i + 2 : i + 1;
      const isName = /^[A-Za-z_$][\w$]*$/.test(words[at]?.text ?? "");
      if (isName && words[at + 1]?.text === "=") refuse(word, `import ${words[at]!.text} = … is not supported`);
    }
  }
}

/** `namespace A.B {` or `module A {`, on one line, as the language demands. */
function isNamespace(source: string, words: readonly Word[], at: number): boolean {
  const word = words[at]!;
  if (word.text !== "namespace" && word.text !== "module") return false;
  if (words[at - 1]?.text === ".") return false;
  let end = at + 1;
  if (!/^[A-Za-z_$"']/.test(words[end]?.text ?? "")) return false;
  if (source.slice(word.start, words[end]!.start).includes("\n")) return false;
  while (words[end + 1]?.text === ".") end += 2;
  return words[end + 1]?.text === "{";
}

/** Index of the brace that closes the first block after a word. */
function endOfBlock(words: readonly Word[], from: number): number {
  let depth = 0;
  for (let i = from; i < words.length; i++) {
    if (words[i]!.text === "{") depth += 1;
    if (words[i]!.text === "}") {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return words.length;
}

/** Tells where positions of the transpiled file lie in its source. Transpiles again: for errors only, once a file. */
export function originalPositions(source: string): (position: SourcePosition) => SourcePosition {
  const parsed = atOnce(ParsedSource.parse(source, true));
  const { code, mappings } = atOnce(parsed.withoutTypes());
  const starts = parsed.file.tokens.map(({ start }) => start);
  return (position) => {
    const offset = offsetAt(code, position);
    const lineStart = offset - position.column + 1;
    let token = -1;
    mappings.forEach((at, i) => {
      if (at !== undefined && at >= lineStart && at <= offset) token = i;
    });
    return token < 0 ? position : positionAt(source, starts[token]! + offset - mappings[token]!);
  };
}
