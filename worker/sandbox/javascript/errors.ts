/**
 * Turns what the guest threw into an error that a developer can act on: the program's own files, lines and columns from
 * 1, and a hint where a program expects what is not there.
 * Everything about the thrown value comes from the guest and is treated as text of unknown content.
 */
import type { ProgramError } from "../../domain/guest-outcome.ts";
import type { Program } from "../../domain/program.ts";
import { fileKind } from "./file-kinds.ts";
import { REREAD_CHARS } from "./limits.ts";
import { loopPosition } from "./loop-position.ts";
import type { ModuleLoader } from "./module-loader.ts";
import type { SourcePosition } from "./source-position.ts";
import { atOnce } from "./steps.ts";
import { originalPositions, TranspileError, transpile } from "./transpile.ts";

export type Position = Pick<ProgramError, "file" | "line" | "column" | "stack">;

export const NO_POSITION: Position = { file: null, line: null, column: null, stack: null };

export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
}

interface Frame {
  readonly callee: string | null;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const MAX_NAME_CHARS = 200;
const MAX_FRAMES = 50;
const MAX_FRAME_CHARS = 500;

/** Reads what the prelude's `describeFailure` wrote. */
export function readThrown(json: string | null): Thrown {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  try {
    if (json === null) throw new TypeError("there is no description");
    const { name, message, stack } = JSON.parse(json) as Record<string, unknown>;
    return {
      name: text(name).slice(0, MAX_NAME_CHARS) || "Error",
      message: text(message),
      stack: typeof stack === "string" ? stack : null,
    };
  } catch {
    return { name: "Error", message: "the program threw a value that cannot be shown", stack: null };
  }
}

export function programError(thrown: Thrown, program: Program, loader: ModuleLoader): ProgramError {
  const known = loader.failures.find(({ name, message }) => name === thrown.name && message === thrown.message);
  if (known !== undefined) return known;
  const missing = thrown.message.match(/^Could not find export '([^']+)' in module '([^']+)'$/);
  if (thrown.name === "SyntaxError" && missing !== null) return missingExport(missing[1]!, missing[2]!, loader);
  const position = positionOf(thrown, program);
  const isSyntax = thrown.name === "SyntaxError" && startsInSource(thrown.stack, program);
  const hint = isSyntax ? syntaxHint(position, program) : hintFor(thrown);
  const { name } = thrown;
  return { category: isSyntax ? "syntax" : "runtime", name, message: thrown.message + hint, ...position };
}

function missingExport(name: string, module: string, loader: ModuleLoader): ProgramError {
  const at = loader.missingExport(name, module);
  return {
    ...{ category: "import", name: "SyntaxError", message: `"${module}" has no export named "${name}"`, stack: null },
    ...{ file: at?.file ?? null, line: at?.line ?? null, column: at?.column ?? null },
  };
}

/** Where an error happened, told from its stack: the first frame in one of the program's own files. */
export function positionOf({ name, message, stack }: Thrown, program: Program): Position {
  const frames = readFrames(stack, program);
  const shown = frames.slice(0, MAX_FRAMES).map(sourceFinder(program));
  const [first] = shown;
  if (first === undefined) return NO_POSITION;
  const head = message === "" ? name : `${name}: ${message}`;
  const lines = shown.map(({ callee, file, line, column }) => {
    const place = `${file}:${line}:${column}`;
    return `    at ${callee === null ? place : `${callee} (${place})`}`;
  });
  if (frames.length > MAX_FRAMES) lines.push(`    … ${frames.length - MAX_FRAMES} more`);
  return { file: first.file, line: first.line, column: first.column, stack: [head, ...lines].join("\n") };
}

/** The position of a program that was stopped: its loop, unless it was inside a native function that it called. */
export function atLoop(position: Position, stack: string | null, program: Program): Position {
  const { file, line, column } = position;
  if (file === null || line === null || column === null) return position;
  const top = readFrame((stack ?? "").split("\n")[0]!);
  if (top?.file !== file) return position;
  const source = program.files[file]!;
  if (source.length > REREAD_CHARS) return position;
  const isTypeScript = fileKind(file, program) === "typescript";
  const loop = loopPosition(source, isTypeScript, { line, column }, top.callee === null);
  const [from, to] = [`${file}:${line}:${column}`, `${file}:${loop.line}:${loop.column}`];
  return { ...position, ...loop, stack: position.stack?.replace(from, to) ?? null };
}

function readFrames(stack: string | null, program: Program): Frame[] {
  const lines = (stack ?? "").split("\n");
  const frames = lines.map((line) => readFrame(line)).filter((frame): frame is Frame => frame !== null);
  return frames.filter(({ file }) => Object.hasOwn(program.files, file));
}

/** `    at callee (file:line:column)` or, where the error is one of syntax, `    at file:line:column`. */
function readFrame(line: string): Frame | null {
  if (line.length > MAX_FRAME_CHARS || !/^\s*at /.test(line)) return null;
  const text = line.trim().slice(3);
  const open = text.endsWith(")") ? text.lastIndexOf(" (") : -1;
  const place = open < 0 ? text : text.slice(open + 2, -1);
  const [, file, row, column] = place.match(/^([^:]+):(\d{1,9})(?::(\d{1,9}))?$/) ?? [];
  if (file === undefined || row === undefined) return null;
  const name = open < 0 ? "" : text.slice(0, open);
  const callee = name === "" || name.startsWith("<") ? null : name;
  return { callee, file, line: Number(row), column: Number(column ?? 1) };
}

/** Finds frames of transpiled files in their sources. Where that would take too long, lines are right and columns may shift. */
function sourceFinder(program: Program): (frame: Frame) => Frame {
  const files = new Map<string, (position: SourcePosition) => SourcePosition>();
  let chars = 0;
  const positionsIn = (file: string) => {
    const unchanged = (position: SourcePosition) => position;
    if (fileKind(file, program) !== "typescript") return unchanged;
    const source = program.files[file]!;
    chars += source.length;
    try {
      return chars > REREAD_CHARS ? unchanged : originalPositions(source);
    } catch {
      return unchanged;
    }
  };
  return (frame) => {
    const find = files.get(frame.file) ?? positionsIn(frame.file);
    files.set(frame.file, find);
    return { ...frame, ...find({ line: frame.line, column: frame.column }) };
  };
}

/** True where the first frame is a place in a file and no call: the engine could not read the file. */
function startsInSource(stack: string | null, program: Program): boolean {
  const [first = ""] = (stack ?? "").split("\n");
  return !first.endsWith(")") && readFrames(first, program).length === 1;
}

function syntaxHint({ file }: Position, program: Program): string {
  if (file === null || fileKind(file, program) !== "javascript") return "";
  const source = program.files[file]!;
  if (source.length > REREAD_CHARS) return "";
  try {
    const isTypeScript = atOnce(transpile(file, source)) !== source;
    return isTypeScript ? ". The file is JavaScript; for TypeScript its name ends with .ts" : "";
  } catch (error) {
    if (error instanceof TranspileError) return "";
    throw error;
  }
}

const READ_INPUT = 'Read arguments, input and files with: import { args, stdin, readTextFile } from "runyard"';
const NO_NETWORK = 'Network access is not granted to this run. It is asked for with grants: { fetch: ["https://…"] }';

/** What to do about a global that programs often expect. */
const MISSING_GLOBALS: Readonly<Record<string, string>> = {
  process: READ_INPUT,
  Deno: READ_INPUT,
  Bun: READ_INPUT,
  fs: READ_INPUT,
  require: `Load other files with import; packages are not installed. ${READ_INPUT}`,
  module: "Use export instead of module.exports",
  exports: "Use export instead of exports",
  __dirname: READ_INPUT,
  __filename: READ_INPUT,
  fetch: NO_NETWORK,
  generate: "The workspace's model is not granted to this run. It is asked for with grants: { model: true }",
  Response: NO_NETWORK,
  Headers: NO_NETWORK,
  XMLHttpRequest: NO_NETWORK,
  WebSocket: NO_NETWORK,
  Buffer: "Use Uint8Array, TextEncoder, TextDecoder, atob and btoa",
  window: "There is no page here; globalThis is the global object",
  document: "There is no page here",
  localStorage: "Nothing is kept between runs",
};

/** The engine's own words where `import()` stands in text that is given to `eval` under another name than `eval`. */
const NO_PLACE = "no function filename for import()";
const GIVE_IT_A_PLACE =
  "import() in text given to an indirect eval has no file that it could be relative to: call eval(…) by its name, or write import() into a file";

function hintFor({ name, message }: Thrown): string {
  if (name === "TypeError" && message === NO_PLACE) return `. ${GIVE_IT_A_PLACE}`;
  const missing =
    name === "ReferenceError" ? message.match(/^'?([A-Za-z_]\w{0,30})'? is not defined$/)?.[1] : undefined;
  const hint = missing === undefined || !Object.hasOwn(MISSING_GLOBALS, missing) ? undefined : MISSING_GLOBALS[missing];
  return hint === undefined ? "" : `. ${hint}`;
}
