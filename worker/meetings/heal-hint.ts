/** What a model is told with an error that its program threw: one row for each class of errors. */
import type { ErrorCategory, ProgramError } from "../domain/guest-outcome.ts";

const HINTS: Readonly<Record<ErrorCategory, string>> = {
  syntax: "The program could not be read: look for an unfinished string, bracket or template near that line.",
  type: "A value is not of the type that is used: check the declarations, and whether something is null.",
  import: "Nothing can be imported. The declared functions are globals.",
  lint: "The program breaks a rule; write that line differently.",
  test: "A check within the program failed. Write down what was said rather than checking it.",
  runtime: "Find what made that line throw. Where a search may find nothing, look whether it did before you use it.",
  resource: "The program did too much: write each item once, without loops over the transcript.",
  infrastructure:
    "The error came from outside the program. Write it in the same way, with fewer calls where that is possible.",
};

/** What the capabilities throw says more than its class does. */
const HINTS_BY_NAME: Readonly<Record<string, string>> = {
  EvidenceError: "Copy quotes from one utterance of the transcript, word for word, and give the number in front of it.",
  UnknownPersonError: "Leave the owner out where the transcript does not name one.",
  NotFoundError: "Look with stories.findByKey first, and create the story with its key where it is null.",
  ConflictError: "It exists already: update it instead of creating it.",
  LimitError: "Write less: only what was said, and each item once.",
  NotGrantedError: "This program may only call the declared functions.",
};

export function healHint({ name, category }: ProgramError): string {
  return Object.hasOwn(HINTS_BY_NAME, name) ? HINTS_BY_NAME[name]! : HINTS[category];
}

const STACK_CHARS = 1_000;

/** The error as a model reads it, with its class and place. */
export function errorText({ category, name, message, line, column, stack }: ProgramError): string {
  const place = line === null ? "" : ` (line ${line}${column === null ? "" : `, column ${column}`})`;
  const frames = stack === null ? "" : `\n${stack.slice(0, STACK_CHARS)}`;
  return `${category} error: ${name}: ${message}${place}${frames}`;
}
