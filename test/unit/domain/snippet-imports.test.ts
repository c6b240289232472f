/** How imports of snippets become files of a program: exact versions, bounds, circles, and what a retry finds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Program } from "../../../worker/domain/program.ts";
import {
  IMPORT_MAP,
  type ImportedSnippet,
  type LoadSnippets,
  resolveImports,
  withoutSnippets,
} from "../../../worker/domain/snippet-imports.ts";

type Library = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

/** Versions of snippets by their files, from 1; what is asked is counted. */
function library(snippets: Library, language: ImportedSnippet["language"] = "typescript") {
  const asked: string[] = [];
  const load: LoadSnippets = async (wanted) =>
    wanted.map(({ name, version }) => {
      asked.push(`${name}@${version ?? "newest"}`);
      const versions = snippets[name] ?? [];
      const number = version ?? versions.length;
      const files = versions[number - 1];
      return files ? { version: number, language, entry: "main.ts", files } : null;
    });
  return { load, asked };
}

const programOf = (files: Readonly<Record<string, string>>): Program => ({
  ...{ language: "typescript", entry: "main.ts", files, stdin: "", args: [] },
});
const source = (...imports: string[]) => imports.map((name) => `import "snippets/${name}";\n`).join("");

describe("imports of snippets", () => {
  it("put the newest or the named version among the files, with what that imports itself", async () => {
    const { load } = library({
      dates: [{ "main.ts": "export const v = 1" }, { "main.ts": source("text"), "pad.ts": "" }],
      text: [{ "main.ts": "export const t = 1" }],
    });
    const program = await resolveImports(programOf({ "main.ts": source("dates", "dates@1") }), load);
    if (!program.ok) throw new Error(program.detail);
    const { files } = program.value;
    expect(Object.keys(files).sort()).toEqual([
      "main.ts",
      "snippets/dates@1/main.ts",
      "snippets/dates@2/main.ts",
      "snippets/dates@2/pad.ts",
      IMPORT_MAP,
      "snippets/text@1/main.ts",
    ]);
    expect(JSON.parse(files[IMPORT_MAP]!)).toEqual({
      imports: {
        "snippets/dates": "snippets/dates@2/main.ts",
        "snippets/dates@1": "snippets/dates@1/main.ts",
        "snippets/text": "snippets/text@1/main.ts",
      },
    });
    expect(withoutSnippets(program.value)).toEqual(programOf({ "main.ts": source("dates", "dates@1") }));
  });

  it("ask for nothing, and change nothing, where a program imports none", async () => {
    const { load, asked } = library({});
    const text = `
      // import "snippets/gone"
      /* import x from "snippets/gone" */
      const said = 'from "snippets/gone"', it = \`import "snippets/gone"\`, path = "snippets/gone";`;
    const program = programOf({ "main.ts": text, "data.txt": source("gone"), "snippets/own.ts": "" });
    expect(await resolveImports(program, load)).toEqual({ ok: true, value: program });
    expect(asked).toEqual([]);
    expect(withoutSnippets(program)).toBe(program);
  });

  it("keep the versions of an earlier acceptance, and resolve what came in since", async () => {
    const old = await resolveImports(programOf({ "main.ts": source("a") }), library({ a: [{ "main.ts": "1" }] }).load);
    if (!old.ok) throw new Error(old.detail);
    const { load, asked } = library({ a: [{ "main.ts": "1" }, { "main.ts": "2" }], b: [{ "main.ts": source("a") }] });
    expect(await resolveImports(old.value, load)).toEqual(old);
    expect(asked).toEqual([]);
    const more = { ...old.value, files: { ...old.value.files, "main.ts": source("a", "b") } };
    const again = await resolveImports(more, load);
    expect(again.ok && JSON.parse(again.value.files[IMPORT_MAP]!).imports["snippets/a"]).toBe("snippets/a@1/main.ts");
    expect(asked).toEqual(["b@newest"]);
  });

  const refusal = async (files: Readonly<Record<string, string>>, loaded: LoadSnippets) => {
    const resolved = await resolveImports(programOf(files), loaded);
    return resolved.ok ? "resolved" : resolved.detail;
  };

  it("name the file and the line of what cannot be imported", async () => {
    const { load } = library({ a: [{ "main.ts": "\n\nexport * from 'snippets/gone@2'" }] });
    expect(await refusal({ "main.ts": "\nawait import('snippets/nowhere')" }, load)).toBe(
      'main.ts, line 2: "snippets/nowhere" does not exist in this workspace',
    );
    expect(await refusal({ "main.ts": source("a") }, load)).toBe(
      'snippets/a@1/main.ts, line 3: "snippets/gone@2" does not exist in this workspace',
    );
    const python = library({ a: [{ "main.py": "" }] }, "python");
    expect(await refusal({ "main.ts": source("a") }, python.load)).toContain("written in Python");
  });

  it("refuse a snippet that imports itself by way of others", async () => {
    const { load } = library({ a: [{ "main.ts": source("b") }], b: [{ "main.ts": `\n${source("a@1")}` }] });
    expect(await refusal({ "main.ts": source("a") }, load)).toBe(
      'snippets/b@1/main.ts, line 2: "snippets/a@1" closes a circle: snippets/a@1 → snippets/b@1 → snippets/a@1',
    );
    // An older version of itself is another program.
    const older = library({ a: [{ "main.ts": "" }, { "main.ts": source("a@1") }] });
    expect(await refusal({ "main.ts": source("a") }, older.load)).toBe("resolved");
  });

  it("are bounded in files, characters and depth", async () => {
    const many = Object.fromEntries([["main.ts", ""], ...Array.from({ length: 48 }, (_, i) => [`f${i}.ts`, ""])]);
    expect(await refusal({ "main.ts": source("a") }, library({ a: [many] }).load)).toContain("makes 51 files");
    const large = { "main.ts": " ".repeat(4_000_000) };
    expect(await refusal({ "main.ts": source("a") }, library({ a: [large] }).load)).toContain("characters");
    const chain: Library = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`a${i}`, [{ "main.ts": source(`a${i + 1}`) }]]),
    );
    expect(await refusal({ "main.ts": source("a0") }, library(chain).load)).toContain("more than 10 snippets deep");
  });

  it("end for any graph of snippets, and leave no import unresolved or say why", async () => {
    const names = ["a", "b", "c", "d", "e"] as const;
    const edges = fc.subarray([...names]);
    await fc.assert(
      fc.asyncProperty(fc.tuple(...names.map(() => edges)), edges, async (imports, roots) => {
        const snippets = Object.fromEntries(names.map((name, i) => [name, [{ "main.ts": source(...imports[i]!) }]]));
        const reached = new Set<string>();
        const isCircle = (name: string, path: readonly string[]): boolean => {
          reached.add(name);
          if (path.includes(name)) return true;
          const next = imports[names.indexOf(name as "a")]!;
          return next.map((each) => isCircle(each, [...path, name])).includes(true);
        };
        const hasCircle = roots.map((name) => isCircle(name, [])).includes(true);
        const program = await resolveImports(programOf({ "main.ts": source(...roots) }), library(snippets).load);
        expect(program.ok).toBe(!hasCircle);
        if (!program.ok) {
          expect(program.detail).toContain("circle");
          return;
        }
        const map = JSON.parse(program.value.files[IMPORT_MAP] ?? '{"imports":{}}').imports;
        expect(Object.keys(map).sort()).toEqual([...reached].sort().map((name) => `snippets/${name}`));
      }),
      { numRuns: 200 },
    );
  });

  it("treat any text of an import map as data", async () => {
    const { load } = library({ a: [{ "main.ts": "" }] });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        const resolved = await resolveImports(programOf({ "main.ts": source("a"), [IMPORT_MAP]: text }), load);
        expect(resolved.ok && resolved.value.files["snippets/a@1/main.ts"]).toBe("");
      }),
    );
  });
});
