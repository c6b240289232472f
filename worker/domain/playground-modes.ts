/**
 * What the playground can edit, one row each: the languages that the sandbox executes, and web pages, which the browser
 * shows in an isolated frame. Owns the program that a mode starts with; how a mode runs follows from `runsIn`.
 */
import { LANGUAGE_TABLE, LANGUAGES, type Language } from "./languages.ts";
import type { Program } from "./program.ts";

export type PlaygroundMode = Language | "html";

interface ModeRow {
  /** As people write it. */
  readonly label: string;
  readonly entry: string;
  readonly runsIn: "sandbox" | "preview";
  /** Modes of one family take over each other's text; between families each keeps its own. */
  readonly family: string;
  /** The files of a new program, the entry among them. */
  readonly starter: Readonly<Record<string, string>>;
  /** How a program of this mode reads its standard input. */
  readonly stdinHint: string;
  /** What its memory limit means beyond its figure; empty where nothing does. */
  readonly memoryHint: string;
  /** Why a program of this mode cannot be granted origins; null where it can. */
  readonly noFetch: string | null;
}

const JAVASCRIPT_STARTER = 'console.log("Hello from the yard");\n';

const PYTHON_STARTER = `print("Hello from the yard")
`;

const HTML_STARTER = {
  "index.html": `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>A page of the yard</title>
    <link rel="stylesheet" href="style.css" />
  </head>
  <body>
    <h1>Hello from the yard</h1>
    <p>This page is shown apart from the console: no network, no cookies, no storage.</p>
    <button id="count">Count</button>
    <script type="module" src="script.js"></script>
  </body>
</html>
`,
  "style.css": `body {
  max-width: 40rem;
  margin: 3rem auto;
  padding: 0 1rem;
  font: 1rem/1.5 system-ui, sans-serif;
}

button {
  padding: 0.5rem 1rem;
  font: inherit;
}
`,
  "script.js": `const button = document.querySelector("#count");
let count = 0;

button.addEventListener("click", () => {
  count += 1;
  button.textContent = \`Counted \${count}\`;
  console.log("counted", { count });
});
`,
};

const starterOf = (language: Language, text: string) => ({ [LANGUAGE_TABLE[language].entry]: text });
const MODULE_HINTS = { stdinHint: "Read with prompt() or stdin", memoryHint: "", noFetch: null } as const;

export const PLAYGROUND_MODES: Readonly<Record<PlaygroundMode, ModeRow>> = {
  typescript: {
    ...modeOf("typescript"),
    ...MODULE_HINTS,
    starter: starterOf("typescript", JAVASCRIPT_STARTER),
  },
  javascript: {
    ...modeOf("javascript"),
    ...MODULE_HINTS,
    starter: starterOf("javascript", JAVASCRIPT_STARTER),
  },
  python: {
    ...modeOf("python"),
    starter: starterOf("python", PYTHON_STARTER),
    stdinHint: "Read with input() or sys.stdin",
    memoryHint: "Python itself takes 30 MiB: a lower limit counts as that.",
    noFetch: "Python programs have no network.",
  },
  html: {
    label: "HTML, CSS, JS",
    entry: "index.html",
    runsIn: "preview",
    family: "html",
    starter: HTML_STARTER,
    stdinHint: "",
    memoryHint: "",
    noFetch: "Pages are shown without network.",
  },
};

function modeOf(language: Language): Pick<ModeRow, "label" | "entry" | "runsIn" | "family"> {
  const { label, entry, engine } = LANGUAGE_TABLE[language];
  return { label, entry, runsIn: "sandbox", family: engine };
}

export const MODES = Object.keys(PLAYGROUND_MODES) as [PlaygroundMode, ...PlaygroundMode[]];

/** A program as the playground edits and shares it: a page among them, which is no {@link Program} of the sandbox. */
export interface EditedProgram extends Omit<Program, "language"> {
  readonly language: PlaygroundMode;
}

export function isLanguage(mode: PlaygroundMode): mode is Language {
  return (LANGUAGES as readonly string[]).includes(mode);
}

/** Whether a file is a page, by its name. */
export function isPage(name: string): boolean {
  return /\.html?$/i.test(name);
}

/** Whether the program is one that the sandbox executes. */
export function isExecuted(program: EditedProgram): program is Program {
  return isLanguage(program.language);
}
