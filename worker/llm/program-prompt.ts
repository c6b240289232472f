/**
 * What a model is told before it writes a program: what runs the program, what is there and what is not. One row for
 * each of the playground's modes.
 */
import type { PlaygroundMode } from "../domain/playground-modes.ts";

interface PromptRow {
  /** What is asked for, in two words. The mock provider reads it too. */
  readonly kind: string;
  readonly opening: string;
  /** What the program can count on. */
  readonly surroundings: string;
}

const moduleSurroundings = (name: string, types: string) => `The sandbox:
- The program is one ES module of modern ${name} (ES2024). Top-level await works. ${types}
- There is no network, no fetch, no file system beyond the files of the run, no process, no DOM, and no Node.js module \
(no "node:fs", no require). npm packages cannot be imported.
- Available: console.log and console.error (each line is shown live), setTimeout and setInterval, URL, TextEncoder, \
TextDecoder, structuredClone, atob, btoa, crypto.getRandomValues, and the standard library of the language.
- The only module that can be imported is "runyard":
    import { stdin, args, readTextFile, write } from "runyard";
    await stdin.text()               // everything from standard input; "" if there is none
    for await (const line of stdin.lines()) { }
    await stdin.line()               // the next line, or null at the end
    args                             // the arguments of the run: string[]
    await readTextFile("data.csv")   // a file that was submitted beside the program
    write("no line break")           // standard output without a line break
- The value of \`export default\` is the result of the run. It must be plain data that JSON can hold.
- Work, memory, time and output are limited. The program must end by itself.`;

const PYTHON_SURROUNDINGS = `The sandbox:
- The program is one file for CPython 3.14 with its standard library. Nothing can be installed: no numpy, no requests.
- There is no network, and there are no threads, no subprocesses and no multiprocessing. asyncio works on one thread, \
with top-level await.
- Standard input is read with input(), sys.stdin.read() or a loop over sys.stdin; it is empty if there is none, and then \
input() raises EOFError. The arguments of the run are sys.argv[1:]. A file that was submitted beside the program is \
opened by its name: open("data.csv").
- print() writes to standard output, and each line is shown live; sys.stderr works too.
- The value of the last expression of the file is the result of the run. It must be plain data that JSON can hold.
- Work, memory, time and output are limited. The program must end by itself.`;

const PAGE_SURROUNDINGS = `The surroundings:
- The page is one complete HTML document. Its styles stand in a <style> element and its script in a \
<script type="module"> element of the same file.
- It is shown in an isolated frame: no network at all (no fetch, no CDN, no web font, no remote picture), no cookies, no \
localStorage, no pop-ups, no alert, and no form that is sent. Pictures are inline SVG, a canvas or a data: address.
- It works with a mouse, with touch and with a keyboard, and reads well on a phone.`;

const written = (name: string) => `You write small, complete ${name} programs that run at once in the Runyard sandbox.`;

const PROMPTS: Readonly<Record<PlaygroundMode, PromptRow>> = {
  typescript: {
    kind: "TypeScript program",
    opening: written("TypeScript"),
    surroundings: moduleSurroundings(
      "TypeScript",
      "Types are removed before the program runs, so do not use `namespace`.",
    ),
  },
  javascript: {
    kind: "JavaScript program",
    opening: written("JavaScript"),
    surroundings: moduleSurroundings("JavaScript", "Plain JavaScript: no type annotations."),
  },
  python: { kind: "Python program", opening: written("Python"), surroundings: PYTHON_SURROUNDINGS },
  html: {
    kind: "web page",
    opening: "You write small, complete web pages that are shown at once in the Runyard playground.",
    surroundings: PAGE_SURROUNDINGS,
  },
};

export function systemPrompt(mode: PlaygroundMode): string {
  const { opening, surroundings, kind } = PROMPTS[mode];
  const whole = kind.split(" ")[1]!;
  return `${opening}

${surroundings}

Your answer is exactly one fenced code block that holds the whole ${whole}, with nothing before or after it. If the \
${whole} has a line of three backticks, use a longer fence. Where input is optional, fall back to a small built-in \
sample, so that the ${whole} does something useful when it is run as it is.`;
}

/** The person's words are marked off, so that a model can tell the task from its instructions. */
export function userPrompt(mode: PlaygroundMode, description: string, current: string | undefined): string {
  const { kind } = PROMPTS[mode];
  const task = `<task>\n${description.trim()}\n</task>`;
  if (current === undefined || current.trim() === "") return `Write a ${kind}.\n\n${task}`;
  return `Change this ${kind}, and answer with the whole new one.

<current_program>
${current}
</current_program>

${task}`;
}

/** The mode of a prompt that {@link userPrompt} wrote. */
export function modeOfPrompt(prompt: string): PlaygroundMode {
  const [start = ""] = prompt.split("\n", 1);
  const found = (Object.keys(PROMPTS) as PlaygroundMode[]).find((mode) => start.includes(PROMPTS[mode].kind));
  return found ?? "typescript";
}
