/** Turns what the compiler and the engine's own parser find into diagnostics of a program's files. Pure. */
import type ts from "typescript-6";
import type { Program } from "../../domain/program.ts";
import { importAdvice } from "../../sandbox/javascript/module-path.ts";
import { positionAt } from "../../sandbox/javascript/source-position.ts";
import { atOnce } from "../../sandbox/javascript/steps.ts";
import { TranspileError, transpile } from "../../sandbox/javascript/transpile.ts";
import { TYPE_CHECK_BOUNDS, type TypeDiagnostic } from "../type-check.ts";
import type { Compiler } from "./compiler.ts";
import { isFelt } from "./compiler-options.ts";

/** Made when it is told: of thousands, most are only counted. */
export type Finding = () => TypeDiagnostic;

/** "Cannot find module": the engine says what to do instead. */
const CANNOT_FIND_MODULE = new Set([2307, 2792]);
/** Advice on how a compiler is set up, which nobody can follow here. */
const SETUP_ADVICE =
  / (?:Do you need to (?:change your target library|install type definitions)|Consider adding 'allow)[\s\S]*$/;
/** "Did you forget to use 'await'?", which TypeScript says beside its error. */
const FORGOT_AWAIT = 2773;

export function findingsOf(
  compiler: Compiler,
  files: Program["files"],
  name: string,
  diagnostics: readonly ts.Diagnostic[],
): Finding[] {
  const errors = diagnostics.filter(({ category }) => category === compiler.DiagnosticCategory.Error);
  const text = files[name]!;
  const inOrder = errors.toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0));
  return inOrder.flatMap((error): Finding[] => {
    const message = messageOf(compiler, files, name, error);
    if (!isFelt(error.code, message)) return [];
    const { start = 0, length = 1, code } = error;
    return [() => diagnosticAt(name, text, { ...positionAt(text, start), length, code, message })];
  });
}

/** What the engine's own parser would not take; empty for a file that it takes. */
export function refusals(name: string, text: string): Finding[] {
  try {
    atOnce(transpile(name, text));
    return [];
  } catch (thrown) {
    if (!(thrown instanceof TranspileError)) throw thrown;
    const { message, line, column } = thrown.error;
    return [() => diagnosticAt(name, text, { line: line ?? 1, column: column ?? 1, length: 1, code: 0, message })];
  }
}

function messageOf(compiler: Compiler, files: Program["files"], name: string, error: ts.Diagnostic): string {
  const told = compiler
    .flattenDiagnosticMessageText(error.messageText, "\n")
    .replace(SETUP_ADVICE, "")
    .replaceAll("/program/", "");
  const specifier = CANNOT_FIND_MODULE.has(error.code) ? /^Cannot find module '(.*?)'/.exec(told)?.[1] : undefined;
  if (specifier !== undefined) return `cannot import "${specifier}": ${importAdvice(files, name, specifier)}`;
  const beside = error.relatedInformation?.find(({ code }) => code === FORGOT_AWAIT);
  const hint = beside && ` ${compiler.flattenDiagnosticMessageText(beside.messageText, "\n")}`;
  return cut(told + (hint ?? ""), TYPE_CHECK_BOUNDS.messageChars);
}

interface Place {
  readonly length: number;
  readonly code: number;
  readonly message: string;
}

function diagnosticAt(
  file: string,
  text: string,
  { line, column, length, code, message }: Place & { readonly line: number; readonly column: number },
): TypeDiagnostic {
  const whole = (text.split("\n", line)[line - 1] ?? "").replace(/\r$/, "");
  const { lineChars } = TYPE_CHECK_BOUNDS;
  // The place stays in sight: a third of what is shown stands before it.
  const from =
    whole.length <= lineChars
      ? 0
      : Math.max(0, Math.min(column - 1 - Math.floor(lineChars / 3), whole.length - lineChars));
  return {
    ...{ file, line, column, length: Math.max(1, length), code, message },
    lineText: whole.slice(from, from + lineChars),
    lineTextColumn: column - from,
  };
}

const cut = (text: string, chars: number) => (text.length > chars ? `${text.slice(0, chars - 1)}…` : text);
