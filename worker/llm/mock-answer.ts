/**
 * What the mock provider says. It reads the prompt the way a model would, by its text alone: a task that is marked off
 * gets a program, anything else a paragraph. It never pretends to have understood more than a keyword.
 */
import { MOCK_PROGRAMS } from "./mock-programs.ts";

/** Characters of the prompt that are repeated in an answer. */
const QUOTE_CHARS = 600;

export function answerOf(prompt: string): string {
  const task = /<task>\n([\s\S]*)\n<\/task>/.exec(prompt)?.[1];
  if (task === undefined) return paragraphOf(prompt);
  const current = /<current_program>\n([\s\S]*)\n<\/current_program>/.exec(prompt)?.[1];
  const language = /\bJavaScript program\b/.test(prompt.slice(0, 100)) ? "javascript" : "typescript";
  return fenced(language, programOf(task, language, current));
}

/** The program for a task: a template that its words ask for, else the current one unchanged, else one that says so. */
export function programOf(task: string, language: "typescript" | "javascript", current?: string): string {
  const template = MOCK_PROGRAMS.find((program) => program.asksFor.test(task));
  if (template) return inLanguage(`${HEADER}\n${template.source(firstNumber(task))}`, language);
  if (current !== undefined) {
    return `// The mock provider left this program as it was: no template fits, and no model was called.\n${current}`;
  }
  return honestProgram(task);
}

const HEADER =
  "// This program was written by the mock provider: a fixed template, chosen by keyword. No model was called.";

function honestProgram(task: string): string {
  return `// This program was written by the mock provider: no model was called.
const task = ${JSON.stringify(quoteOf(task))};
const templates = ${JSON.stringify(MOCK_PROGRAMS.map(({ name }) => name))};

console.log("This program was written by the mock provider, and no model was called.");
console.log("You asked for:");
console.log(task.replace(/^/gm, "  > "));
console.log("");
console.log("The mock provider has real programs for these words: " + templates.join(", ") + ".");
console.log("Add the key of a provider, and a model writes what you describe.");

export default { provider: "mock", modelCalled: false, task };
`;
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
