import { describe, expect, it } from "vitest";
import { CODE_CAPABILITIES, CODE_CAPABILITY_NAMES } from "../../../worker/capabilities/code/declarations.ts";
import { renderDeclarations } from "../../../worker/program/declarations.ts";
import { compileErrors } from "./compiled-programs.ts";

/** What examples take from those before them. */
const EARLIER = {
  "blockers.resolve": "const open = await blockers.list();",
  "actionItems.complete": "const mine = await actionItems.list();",
};

const RIGHT = {
  "reads-own-write": `const made = await stories.create({ title: "Export" });
    const again = await stories.update({ key: made.key ?? "RUN-1", points: 3, assigned_to: null });
    export default again.status satisfies "todo" | "in-progress" | "in-review" | "blocked" | "done";`,
  "null-of-a-search": `const story = await stories.findByKey({ key: "RUN-1" });
    if (story) await blockers.create({ title: story.title, story: story.key, evidence: { quote: "it is blocked" } });`,
  "without-an-input": "export default (await members.list()).map(({ name }) => name);",
  "with-defaults-left-out": "export default (await meetings.transcript({ from: 5 }))[0]?.text.toUpperCase();",
  "context-of-any-shape": "export default context.keys[0].length + 1;",
  "evidence-of-an-item": "export default (await decisions.list())[0]?.evidence?.quote.length;",
};

const WRONG: Readonly<Record<string, { program: string; error: RegExp }>> = {
  "unknown-field": { program: 'await stories.create({ title: "A", owner: "Ana" });', error: /owner/ },
  "missing-field": { program: 'await stories.create({ description: "A" });', error: /title/ },
  "wrong-type": { program: 'await stories.update({ key: "RUN-1", points: "3" });', error: /not assignable/ },
  "wrong-word": { program: 'await stories.update({ key: "RUN-1", status: "closed" });', error: /"closed"/ },
  "no-await": { program: "export default stories.search({}).length;", error: /length/ },
  "null-not-looked-at": {
    program: 'export default (await stories.findByKey({ key: "RUN-1" })).title;',
    error: /possibly 'null'/,
  },
  "unknown-verb": { program: 'await stories.remove({ key: "RUN-1" });', error: /remove/ },
  "made-up-evidence": {
    program: 'await decisions.create({ title: "A", evidence: { quote: "so be it", speaker: "Ana" } });',
    error: /speaker/,
  },
  "no-network": { program: 'await fetch("https://example.com");', error: /fetch/ },
};

describe("renderDeclarations", () => {
  const all = renderDeclarations(CODE_CAPABILITY_NAMES);

  it("compiles programs that use capabilities as they are, and every example of the table", () => {
    const earlier: Readonly<Record<string, string>> = EARLIER;
    const examples = CODE_CAPABILITY_NAMES.map(
      (name) => [name, `${earlier[name] ?? ""}${CODE_CAPABILITIES[name].example}\nexport {};`] as const,
    );
    expect(compileErrors(all, { ...RIGHT, ...Object.fromEntries(examples) })).toEqual({});
  });

  it("refuses programs that use them in another way, by the name of what is wrong", () => {
    const programs = Object.fromEntries(
      Object.entries(WRONG).map(([name, { program }]) => [name, `${program}\nexport {};`]),
    );
    const errors = compileErrors(all, programs);
    expect(Object.keys(errors).sort()).toEqual(Object.keys(WRONG).sort());
    for (const [name, { error }] of Object.entries(WRONG)) expect(errors[name]?.join("\n")).toMatch(error);
  });

  it("declares what was named alone, with the types that it needs", () => {
    const text = renderDeclarations(["stories.findByKey", "members.list"]);
    expect(text).toContain("type Story = ");
    expect(text).not.toMatch(/Blocker|Quoted|create|meetings/);
    const errors = compileErrors(text, {
      right: 'export default (await stories.findByKey({ key: "RUN-1" }))?.evidence?.speaker;',
      wrong: "export default await blockers.list();",
    });
    expect(errors).toEqual({ wrong: [expect.stringContaining("blockers")] });
  });

  it("gives the same text for the same names, whatever their order, and names no type twice", () => {
    expect(renderDeclarations([...CODE_CAPABILITY_NAMES].reverse())).toBe(all);
    const types = [...all.matchAll(/^type (\w+)/gm)].map(([, name]) => name);
    expect(new Set(types).size).toBe(types.length);
  });

  it("says every summary, and what is described more than once only once", () => {
    for (const name of CODE_CAPABILITY_NAMES) expect(all).toContain(CODE_CAPABILITIES[name].summary);
    expect(all.split("Where in the meeting this was said")).toHaveLength(2);
  });

  it("stays small: it is paid for with each program", () => {
    expect(all.length).toBeLessThan(5_000);
  });

  it("refuses a name that is no capability", () => {
    expect(() => renderDeclarations(["stories.burn"])).toThrow("There is no capability stories.burn");
  });
});
