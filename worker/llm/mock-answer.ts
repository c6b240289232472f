/**
 * What the mock provider says. It reads the prompt the way a model would, by its text alone: a task that is marked off
 * gets a program, anything else a paragraph. It never pretends to have understood more than a keyword.
 */
import type { PlaygroundMode } from "../domain/playground-modes.ts";
import { MOCK_PROGRAMS } from "./mock-programs.ts";
import { MOCK_PYTHON_PROGRAMS } from "./mock-programs-python.ts";
import { modeOfPrompt } from "./program-prompt.ts";

/** Characters of the prompt that are repeated in an answer. */
const QUOTE_CHARS = 600;

export function answerOf(prompt: string): string {
  const task = /<task>\n([\s\S]*)\n<\/task>/.exec(prompt)?.[1];
  if (task === undefined) return paragraphOf(prompt);
  const current = /<current_program>\n([\s\S]*)\n<\/current_program>/.exec(prompt)?.[1];
  const mode = modeOfPrompt(prompt);
  return fenced(mode, programOf(task, mode, current));
}

/** The program for a task: a template that its words ask for, else the current one unchanged, else one that says so. */
export function programOf(task: string, mode: PlaygroundMode, current?: string): string {
  const source = templateOf(task, mode);
  const { open, close } = COMMENTS[mode];
  if (source !== null) return `${open}${HEADER}${close}\n${source}`;
  return current === undefined ? honestProgram(task, mode) : `${open}${UNCHANGED}${close}\n${current}`;
}

const HEADER =
  "This program was written by the mock provider: a fixed template, chosen by keyword. No model was called.";
const UNCHANGED = "The mock provider left this program as it was: no template fits, and no model was called.";

const COMMENTS: Readonly<Record<PlaygroundMode, { readonly open: string; readonly close: string }>> = {
  typescript: { open: "// ", close: "" },
  javascript: { open: "// ", close: "" },
  python: { open: "# ", close: "" },
  html: { open: "<!-- ", close: " -->" },
};

/** Null where no template has the task's words, or none is written in this language. */
function templateOf(task: string, mode: PlaygroundMode): string | null {
  const template = MOCK_PROGRAMS.find((program) => program.asksFor.test(task));
  if (!template || mode === "html") return null;
  const asked = firstNumber(task);
  if (mode === "python") return MOCK_PYTHON_PROGRAMS[template.name]?.(asked) ?? null;
  return inLanguage(template.source(asked), mode);
}

function honestProgram(task: string, mode: PlaygroundMode): string {
  if (mode === "html") return honestPage(task);
  const isPython = mode === "python";
  const names = isPython ? Object.keys(MOCK_PYTHON_PROGRAMS) : MOCK_PROGRAMS.map(({ name }) => name);
  const lines = [
    "This program was written by the mock provider, and no model was called.",
    "You asked for:",
    quoteOf(task).replace(/^/gm, "  > "),
    "",
    `The mock provider has real programs for these words: ${names.join(", ")}.`,
    "Add the key of a provider, and a model writes what you describe.",
  ];
  // A string of JSON is a string of both languages.
  const print = (line: string) =>
    isPython ? `print(${JSON.stringify(line)})` : `console.log(${JSON.stringify(line)});`;
  const asked = JSON.stringify(quoteOf(task));
  const result = isPython
    ? `{"provider": "mock", "modelCalled": False, "task": ${asked}}`
    : `export default { provider: "mock", modelCalled: false, task: ${asked} };`;
  const notice = `${COMMENTS[mode].open}This program was written by the mock provider: no model was called.`;
  return `${notice}\n${lines.map(print).join("\n")}\n\n${result}\n`;
}

function honestPage(task: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Written by the mock provider</title>
  </head>
  <body>
    <h1>Written by the mock provider</h1>
    <p>No model was called, and the mock provider has no page to offer. You asked for:</p>
    <blockquote>${escapeHtml(quoteOf(task))}</blockquote>
    <p>Add the key of a provider, and a model writes what you describe.</p>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function paragraphOf(prompt: string): string {
  const quoted = quoteOf(prompt).replace(/^/gm, "> ");
  const notice = "This answer was written by the mock provider, and no model was called.";
  return `${notice} It can only repeat what it was asked:\n\n${quoted}\n`;
}

function quoteOf(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= QUOTE_CHARS ? trimmed : `${trimmed.slice(0, QUOTE_CHARS).toWellFormed()} …`;
}

/** Templates mark their types «: like this», so that both languages come from one text. */
function inLanguage(source: string, language: "typescript" | "javascript"): string {
  return language === "typescript" ? source.replace(/[«»]/g, "") : source.replace(/«[^»]*»/g, "");
}

/** A count in the task, as in "the first 30 primes". */
function firstNumber(task: string): number | null {
  const digits = /(?<![\d.,-])\d{1,6}(?![\d.])/.exec(task)?.[0];
  return digits === undefined ? null : Number(digits);
}

/** In a fence that is longer than any run of backticks in the program. */
function fenced(language: string, program: string): string {
  const longest = Math.max(2, ...(program.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `Here is a program, written by the mock provider.\n\n${fence}${language}\n${program.trimEnd()}\n${fence}\n`;
}
