/**
 * TypeScript to JavaScript, one file at a time, with sucrase: types are dropped, lines stay where they are. Nothing is
 * type checked. Also answers whether a file is a module, and where a position of the output lay in the source.
 * What sucrase would drop silently (`namespace` with a body, `export =`, `import x = …`) is refused.
 */
/// <reference path="./sucrase-files.d.ts" />
import { type Options, transform } from "sucrase/dist/index.js";
import { parse } from "sucrase/dist/parser/index.js";
import type { ProgramError } from "../../domain/guest-outcome.ts";
import { TYPESCRIPT_CHARS } from "./limits.ts";
import { positionAt, type SourcePosition } from "./source-position.ts";

/** A file that cannot be turned into JavaScript. */
export class TranspileError extends Error {
  readonly error: ProgramError;

  constructor(file: string, message: string, position: SourcePosition) {
    super(message);
    this.error = { category: "syntax", name: "SyntaxError", message, file, ...position, stack: null };
  }
}

/**
 * Source text that counts how often the parser looks at a character. Ordinary code is read 2 to 4 times; nested arrow
 * functions are tried again at each level, so that 20 levels would take seconds of a host that must not be held up.
 */
class MeteredSource extends String {
  readonly #text: string;
  #reads: number;

  constructor(text: string) {
    super(text);
    this.#text = text;
    this.#reads = 200_000 + 12 * text.length;
  }

  override charCodeAt(index: number): number {
    this.#reads -= 1;
    if (this.#reads < 0)
      throw new Error("the code is nested too deeply to be parsed; give inner functions a name (1:1)");
    return this.#text.charCodeAt(index);
  }
}

/** The parser takes any object that behaves like a string. */
const metered = (source: string) => new MeteredSource(source) as unknown as string;

const OPTIONS: Options = { transforms: ["typescript"], disableESTransforms: true };

/** @throws TranspileError; RangeError where the source is nested too deeply for the host's stack */
export function transpile(file: string, source: string): string {
  if (source.length > TYPESCRIPT_CHARS) {
    const size = `the file has ${source.length} characters; TypeScript may have ${TYPESCRIPT_CHARS}`;
    const message = `${size}. Keep data in .json or .txt files`;
    throw new TranspileError(file, message, { line: 1, column: 1 });
  }
  refuseUnsupported(file, source);
  try {
    return transform(metered(source), OPTIONS).code;
  } catch (error) {
    throw syntaxError(file, source, error);
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

/** The file's tokens; null where it cannot be parsed, which the caller's next step will report. */
export function tokens(source: string, isTypeScript: boolean): Word[] | null {
  try {
    const isJsx = false;
    const isFlow = false;
    return parse(metered(source), isJsx, isTypeScript, isFlow).tokens.map(({ start, end }) => ({
      text: source.slice(start, end),
      start,
    }));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return null;
  }
}

/** True for a file with a static `import` or `export`, or with `import.meta`. */
export function isModule(source: string, isTypeScript: boolean): boolean {
  if (!/\b(?:import|export)\b/.test(source)) return false;
  if (beginsAsModule(source)) return true;
  const words = tokens(source, isTypeScript);
  // Where the parser gives up, the engine will report what is wrong; a line that starts like a module decides how.
  if (words === null) return /^[ \t]*(?:import\b[ \t]*[^\s(]|export\b)/m.test(source);
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

function refuseUnsupported(file: string, source: string): void {
  // A comment may stand where space may: then only the tokens tell.
  const mayHave = /\b(?:namespace|module)\s*["'\w$/]|\bexport\s*[=/]|\bimport\b\s*(?:type\b\s*)?(?:[\w$]+\s*)?[=/]/;
  if (!mayHave.test(source)) return;
  const words = tokens(source, true) ?? [];
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

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Tells where positions of the transpiled file lie in its source. Transpiles again: for errors only, once a file. */
export function originalPositions(source: string): (position: SourcePosition) => SourcePosition {
  const options: Options = { ...OPTIONS, filePath: "source", sourceMapOptions: { compiledFilename: "output" } };
  const mappings = transform(metered(source), options).sourceMap?.mappings.split(";") ?? [];
  const starts = lineStarts(mappings);
  return (position) => {
    let best: SourcePosition | null = null;
    let { sourceLine, sourceColumn } = starts[position.line - 1] ?? NO_LINE;
    let column = 0;
    for (const segment of segments(mappings[position.line - 1] ?? "")) {
      const [columnBy = 0, , lineBy = 0, sourceColumnBy = 0] = decodeVlq(segment);
      column += columnBy;
      sourceLine += lineBy;
      sourceColumn += sourceColumnBy;
      if (column > position.column - 1) continue;
      best = { line: sourceLine + 1, column: sourceColumn + 1 + (position.column - 1 - column) };
    }
    return best ?? position;
  };
}

const NO_LINE = { sourceLine: 0, sourceColumn: 0 };
const segments = (line: string) => line.split(",").filter((text) => text !== "");

/** Each line's segments count on from where the line before ended. */
function lineStarts(mappings: readonly string[]): (typeof NO_LINE)[] {
  let { sourceLine, sourceColumn } = NO_LINE;
  return mappings.map((line) => {
    const start = { sourceLine, sourceColumn };
    for (const segment of segments(line)) {
      const [, , lineBy = 0, sourceColumnBy = 0] = decodeVlq(segment);
      sourceLine += lineBy;
      sourceColumn += sourceColumnBy;
    }
    return start;
  });
}

function decodeVlq(text: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const char of text) {
    const digit = BASE64.indexOf(char);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
