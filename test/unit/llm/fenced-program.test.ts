import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFencedProgramReader } from "../../../worker/llm/fenced-program.ts";
import { processorSeconds } from "../../support/processor-seconds.ts";

/** What the reader makes of an answer that comes in these chunks. */
function read(chunks: Iterable<string>): string {
  const reader = createFencedProgramReader();
  let program = "";
  for (const chunk of chunks) program += reader.push(chunk);
  return program + reader.finish();
}

/** What has been handed out before the answer ended. */
function soFar(...chunks: string[]): string {
  const reader = createFencedProgramReader();
  return chunks.map((chunk) => reader.push(chunk)).join("");
}

const EXAMPLES: readonly (readonly [title: string, answer: string, program: string])[] = [
  ["a plain block", "```ts\nlet a = 1;\n```\n", "let a = 1;\n"],
  ["a block of Python", 'Here:\n```python\nprint(f"{1}")\n```\n', 'print(f"{1}")\n'],
  ["a block without a language", "```\nlet a = 1;\n```", "let a = 1;\n"],
  ["prose around the block", "Sure, here it is:\n\n```typescript\nlet a;\n```\nIt sets a.\n", "let a;\n"],
  ["an opening fence behind prose", "Here: ```ts\nlet a;\n```", "let a;\n"],
  ["words behind the language", '```ts title="main.ts"\nlet a;\n```', "let a;\n"],
  ["only the first of two blocks", "```ts\none;\n```\nor\n```ts\ntwo;\n```\n", "one;\n"],
  ["an empty block before the real one", "```\n```\n```ts\nlet a;\n```\n", "let a;\n"],
  ["Windows line breaks", "```ts\r\nlet a;\r\n```\r\nDone.\r\n", "let a;\r\n"],
  ["no fence", "let a = 1;\nlet b = 2;", "let a = 1;\nlet b = 2;\n"],
  ["no fence, blank lines around", "\n \n  let a = 1;\n\n\n", "  let a = 1;\n"],
  ["an unclosed block", "```ts\nlet a = 1;\nlet b", "let a = 1;\nlet b"],
  ["a block closed by the end", "```ts\nlet a;\n```", "let a;\n"],
  ["a block that ends in a shorter run", "```ts\nf(`\n`", "f(`\n`"],
  ["template literals", "```ts\nconst a = `x`;\nconst b = `\n`;\n```\n", "const a = `x`;\nconst b = `\n`;\n"],
  ["backticks inside a line", "```ts\nconst a = 1; // ```\nlet b;\n```\n", "const a = 1; // ```\nlet b;\n"],
  ["a longer fence around three backticks", "````ts\nf(`\n```\n`);\n````\n", "f(`\n```\n`);\n"],
  ["a longer closing fence", "```ts\nlet a;\n`````\n", "let a;\n"],
  ["tildes", "~~~js\nlet a;\n```\n~~~\n", "let a;\n```\n"],
  ["an indented fence", "  ```ts\nlet a;\n  ```  \nprose", "let a;\n"],
  ["inline code in prose", "Use `let`:\n```ts\nlet a;\n```", "let a;\n"],
  ["inline code in three backticks", "Use ```let```.\n```ts\nlet a;\n```", "let a;\n"],
  ["a fence that holds nothing", "Sorry:\n```ts\n```\n", ""],
  ["an opening fence and no more", "Here it is:\n```ts", ""],
  ["nothing", "", ""],
  ["blanks", " \n\t\n", ""],
  ["a line too long for a fence", `\`\`\`ts\n${"`".repeat(300)}\nlet a;\n\`\`\`\n`, `${"`".repeat(300)}\nlet a;\n`],
];

describe("fenced program reader", () => {
  it.each(EXAMPLES)("reads %s", (_, answer, program) => {
    expect(read([answer])).toBe(program);
    expect(read(answer)).toBe(program);
  });

  it("hands the program out as it comes, and holds back only what may be a fence", () => {
    expect(soFar("Here:\n```t", "s\nlet ")).toBe("let ");
    expect(soFar("```ts\nlet a;\n", "`")).toBe("let a;\n");
    expect(soFar("```ts\nlet a;\n", "`", "x")).toBe("let a;\n`x");
    expect(soFar("```ts\n  ")).toBe("");
    expect(soFar("```ts\n  ", "f")).toBe("  f");
  });

  /** Text in which every rule of the reader is met often. */
  const answers = fc
    .array(fc.constantFrom("`", "```", "````", "~~~", "\n", "\r\n", " ", "    ", "ts", "let a;", "é", "👩‍🚀", "."), {
      maxLength: 40,
    })
    .map((parts) => parts.join(""));

  it("gives the same program however the answer is cut", () => {
    const cuts = fc.array(fc.nat({ max: 100 }), { maxLength: 12 });
    fc.assert(
      fc.property(answers, cuts, (answer, places) => {
        const at = [0, ...places.filter((place) => place < answer.length).sort((a, b) => a - b), answer.length];
        const chunks = at.slice(1).map((end, index) => answer.slice(at[index], end));
        expect(read(chunks)).toBe(read([answer]));
      }),
      { numRuns: 3_000 },
    );
  });

  it("returns any program that was fenced with a long enough fence, whatever stands around it", () => {
    const prose = fc.array(fc.constantFrom("Here you are.", "It is `fast`.", "", "- one"), { maxLength: 4 });
    fc.assert(
      fc.property(answers, prose, prose, (code, before, after) => {
        fc.pre(/\S/.test(code));
        const program = `${code}\n`;
        const fence = "`".repeat(1 + Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length)));
        const answer = `${[...before, `${fence}ts`].join("\n")}\n${program}${[fence, ...after].join("\n")}`;
        expect(read(answer)).toBe(program);
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes time in proportion to the answer, also for hostile ones", () => {
    const hostile = [
      "`".repeat(200_000),
      `\`\`\`${" ".repeat(200_000)}!`,
      `\`\`\`ts\n${" ".repeat(200_000)}x`,
      "\n".repeat(200_000),
    ];
    const readAll = () => {
      for (const answer of hostile) expect(read(answer)).toBe(read([answer]));
    };
    expect(processorSeconds(readAll)).toBeLessThan(5);
  });
});
