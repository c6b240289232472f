/**
 * Turns what an isolate says about a failure into an error that a developer can act on: the program's own files, lines
 * and columns from 1, Python's own traceback, and what to do about a module that is not there.
 */
import type { ProgramError } from "../../domain/guest-outcome.ts";
import type { Program } from "../../domain/program.ts";
import type { Failure, Trace } from "./protocol.ts";

export type Position = Pick<ProgramError, "file" | "line" | "column" | "stack">;

/** A place that is not in one of the program's files is no place. */
export function positionOf({ file, line, column, text }: Trace, { files }: Program): Position {
  const isKnown = file !== null && Object.hasOwn(files, file);
  return { file: isKnown ? file : null, line: isKnown ? line : null, column: isKnown ? column : null, stack: text };
}

export function programError(failure: Failure, program: Program): ProgramError {
  const { name, message, missingModule } = failure;
  const hint = missingModule === null ? "" : importHint(missingModule);
  return { category: categoryOf(failure), name, message: message + hint, ...positionOf(failure, program) };
}

function categoryOf({ name, isSyntax }: Failure): ProgramError["category"] {
  if (isSyntax) return "syntax";
  return name === "ModuleNotFoundError" || name === "ImportError" ? "import" : "runtime";
}

const PACKAGES = "Packages are not installed: use the standard library, or add the module's source as a file";
const NO_NETWORK = "Network access is not granted to this run";
const NO_PROCESSES = "A run is one process with one thread";
const NO_SCREEN = "There is no screen and no terminal here: print to standard output";

/** What to do about modules that programs often expect. */
const MISSING_MODULES: Readonly<Record<string, string>> = {
  requests: NO_NETWORK,
  httpx: NO_NETWORK,
  aiohttp: NO_NETWORK,
  ssl: NO_NETWORK,
  _ssl: NO_NETWORK,
  js: "Programs cannot reach JavaScript",
  pyodide: "Programs cannot reach JavaScript",
  micropip: PACKAGES,
  pip: PACKAGES,
  tkinter: NO_SCREEN,
  _tkinter: NO_SCREEN,
  turtle: NO_SCREEN,
  curses: NO_SCREEN,
  _curses: NO_SCREEN,
  readline: NO_SCREEN,
  _multiprocessing: NO_PROCESSES,
  multiprocessing: NO_PROCESSES,
};

function importHint(module: string): string {
  const root = module.split(".")[0]!;
  return `. ${Object.hasOwn(MISSING_MODULES, root) ? MISSING_MODULES[root] : PACKAGES}`;
}
