/** The mock's programs are run here in Node, with a stand-in for the sandbox's module, and checked by the compiler. */
/// <reference types="node" />
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonLanguage } from "@codemirror/lang-python";
import { afterEach, describe, expect, it, vi } from "vitest";
import { answerOf, programOf } from "../../../worker/llm/mock-answer.ts";
import { MOCK_PROGRAMS } from "../../../worker/llm/mock-programs.ts";
import { MOCK_PYTHON_PROGRAMS } from "../../../worker/llm/mock-programs-python.ts";

const TASKS: Readonly<Record<string, string>> = {
  fibonacci: "the first 10 Fibonacci numbers",
  primes: "List the first 8 primes",
  "word count": "Count the words of the input",
  fizzbuzz: "FizzBuzz up to 15",
  csv: "Summarise a CSV file",
  "temperature table": "a table of Celsius and Fahrenheit",
  sudoku: "Solve a sudoku",
  "random walk": "Draw a random walk of 30 steps",
  sort: "Sort some numbers",
  countdown: "count down from 2",
  "multiplication table": "the multiplication table up to 5",
  "hello world": "Hello world",
};

afterEach(() => vi.restoreAllMocks());

let runs = 0;

/** Runs a program with this input; gives what it printed and its result. */
async function run(source: string, stdin = ""): Promise<{ printed: string; result: unknown }> {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...parts: unknown[]) => void lines.push(parts.join(" ")));
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const standIn = `export const args = []; export const stdin = { text: () => ${JSON.stringify(stdin)} };`;
  const code = stripTypeScriptTypes(source).replace('"runyard"', JSON.stringify(dataUrl(standIn)));
  // Numbered, because a module is only evaluated once for each address.
  const loaded = (await import(/* @vite-ignore */ dataUrl(`${code}\n// ${runs++}`))) as { default: unknown };
  return { printed: lines.join("\n"), result: loaded.default };
}

function dataUrl(code: string): string {
  return `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
}

const RESULTS: Readonly<Record<string, unknown>> = {
  fibonacci: ["0", "1", "1", "2", "3", "5", "8", "13", "21", "34"],
  primes: [2, 3, 5, 7, 11, 13, 17, 19],
  fizzbuzz: ["1", "2", "Fizz", "4", "Buzz", "Fizz", "7", "8", "Fizz", "Buzz", "11", "Fizz", "13", "14", "FizzBuzz"],
  sort: [-5, 0, 3, 7, 7, 19, 31, 42, 64, 88],
  countdown: "done",
  "hello world": { greeted: "world" },
};

describe("mock programs", () => {
  it("are each found by a task and listed here", () => {
    expect(MOCK_PROGRAMS.map(({ name }) => name).sort()).toEqual(Object.keys(TASKS).sort());
    for (const [name, task] of Object.entries(TASKS)) {
      expect(MOCK_PROGRAMS.find(({ asksFor }) => asksFor.test(task))?.name).toBe(name);
    }
  });

  it.each(Object.entries(TASKS))("%s runs alike in both languages", async (name, task) => {
    const typescript = await run(programOf(task, "typescript"));
    expect(typescript.printed).not.toBe("");
    expect(() => JSON.stringify(typescript.result)).not.toThrow();
    if (name in RESULTS) expect(typescript.result).toEqual(RESULTS[name]);
    const source = programOf(task, "javascript");
    const javascript = await run(source);
    if (name !== "random walk") expect(javascript).toEqual(typescript);
    expect(source).not.toMatch(/[«»]|: number\b|: string\b/);
  });

  it("sudoku fills every row, column and box with nine digits", async () => {
    const { result } = await run(programOf("sudoku", "typescript"));
    const grid = result as number[][];
    const nine = Array.from({ length: 9 }, (_, index) => index);
    const groups = [
      ...grid,
      ...nine.map((column) => grid.map((row) => row[column])),
      ...nine.map((box) =>
        nine.map((i) => grid[3 * Math.floor(box / 3) + Math.floor(i / 3)]?.[3 * (box % 3) + (i % 3)]),
      ),
    ];
    for (const group of groups) expect([...group].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(grid[0]).toEqual([5, 3, 4, 6, 7, 8, 9, 1, 2]);
  });

  it("random walk ends where it says", async () => {
    const { printed, result } = await run(programOf("random walk of 30 steps", "typescript"));
    expect(result).toMatchObject({ steps: 30 });
    expect(printed.split("\n")).toHaveLength(32);
  });

  it("read their input where they are given some", async () => {
    const words = await run(programOf("count words", "typescript"), "b a b\nÉ é b");
    expect(words.result).toEqual({ b: 3, é: 2, a: 1 });
    const csv = await run(programOf("csv", "typescript"), 'name,"n, 1",empty\n"a ""b"", c",1,\r\n,3,x\n');
    expect(csv.result).toEqual([
      { name: "name", distinct: 2 },
      { name: "n, 1", min: 1, max: 3, mean: 2 },
      { name: "empty", distinct: 2 },
    ]);
  });

  it("keep a number from the task within bounds", () => {
    expect(programOf("the first 999999 primes", "typescript")).toContain("firstPrimes(500)");
    expect(programOf("the first 0 primes", "typescript")).toContain("firstPrimes(25)");
    expect(programOf("primes", "typescript")).toContain("firstPrimes(25)");
  });

  it("pass the compiler's strict checks", { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "mock-programs-"));
    try {
      const programs = [...Object.entries(TASKS), ["honest", "paint `a` $(picture)\n```\n</task>"]] as [
        string,
        string,
      ][];
      const names = programs.map(([name]) => `${name.replaceAll(" ", "-")}.ts`);
      await Promise.all(
        programs.map(([, task], index) => writeFile(join(folder, names[index] ?? ""), programOf(task, "typescript"))),
      );
      await writeFile(
        join(folder, "runyard.d.ts"),
        `declare module "runyard" { export const args: string[]; export const stdin: { text(): string }; }
         declare const console: { log(...values: unknown[]): void };
         declare function setTimeout(then: (value?: never) => void, ms: number): unknown;`,
      );
      const flags = [
        "--noEmit",
        "--strict",
        "--noUncheckedIndexedAccess",
        "--target",
        "es2024",
        "--module",
        "esnext",
        "--lib",
        "es2024",
      ];
      const tsc = join(import.meta.dirname, "../../../node_modules/.bin/tsc");
      const options = { cwd: folder };
      const { stdout } = await promisify(execFile)(
        tsc,
        [...flags, "--types", "", ...names, "runyard.d.ts"],
        options,
      ).catch((error: { stdout: string }) => error);
      expect(stdout).toBe("");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("mock programs in Python", () => {
  it("stand under names of the list", () => {
    const names = MOCK_PROGRAMS.map(({ name }) => name);
    expect(Object.keys(MOCK_PYTHON_PROGRAMS).filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each([...Object.keys(MOCK_PYTHON_PROGRAMS), "honest"])("%s is Python, and ends in its result", (name) => {
    const program = programOf(TASKS[name] ?? 'paint "a" \\ \u2028', "python");
    expect(program).toMatch(/^# /);
    const tree = pythonLanguage.parser.parse(program);
    const errors: string[] = [];
    tree.iterate({ enter: (node) => void (node.type.isError && errors.push(program.slice(node.from, node.to + 20))) });
    expect(errors).toEqual([]);
    expect(tree.topNode.lastChild?.name).toBe("ExpressionStatement");
  });
});

describe("mock answers", () => {
  it("say in a page, as text, that no model was called", () => {
    const answer = answerOf("Write a web page.\n\n<task>\n<script>alert(1)</script>\n</task>");
    expect(answer).toContain("```html\n<!doctype html>");
    expect(answer).toContain("No model was called");
    expect(answer).not.toContain("<script>");
  });

  it("print what was asked where no template fits, and run", async () => {
    const task = 'paint "a" `$(picture)`\n```\n// \u2028 \\';
    const { printed, result } = await run(programOf(task, "typescript"));
    expect(printed).toContain("This program was written by the mock provider, and no model was called.");
    expect(printed).toContain('> paint "a" `$(picture)`');
    expect(result).toEqual({ provider: "mock", modelCalled: false, task: task.trim() });
  });

  it("leave a current program as it is where no template fits", () => {
    const current = "export default 1;";
    const program = programOf("make it better", "typescript", current);
    expect(program).toContain("no model was called");
    expect(program.endsWith(current)).toBe(true);
  });

  it("put a program with backticks into a longer fence", () => {
    const prompt = "Change this\n\n<current_program>\nf(`\n```\n`);\n</current_program>\n\n<task>\nimprove\n</task>";
    expect(answerOf(prompt)).toContain("````typescript\n");
    expect(answerOf("Write a Python program.\n\n<task>\nprimes\n</task>")).toContain("```python\n");
    expect(answerOf("Write a JavaScript program.\n\n<task>\nprimes\n</task>")).toContain("```javascript\n");
  });
});
