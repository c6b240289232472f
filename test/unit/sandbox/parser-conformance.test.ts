/**
 * The parser tests of Test262 (package `test262-parser-tests`) against the engine: what is valid must be accepted, what is
 * not must be refused. Each runs as a program, so that a loop or an error at run time means that it was accepted.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BareEngine, startBareEngine } from "../../../scripts/bare-engine.ts";
import type { BareRequest } from "../../../scripts/bare-engine-worker.ts";

const TESTS = join(import.meta.dirname, "../../../node_modules/test262-parser-tests");
const BATCH = 100;

/** The tests are of 2017: this is valid by now, or was valid outside of strict mode all along (Annex B). */
const CHANGED = "the language";
/** QuickJS reads this in another way than the language says. */
const QUICKJS = "QuickJS";

/** Where the engine differs from the tests, and whose doing it is. A new difference fails the test, and so does one that is gone. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pass: {
    ...named(QUICKJS, "continue to the first of several labels", ["1f3808cbdfab97e4.js", "7a405ea1fdb6a26e.js"]),
    ...named(QUICKJS, "a property of an octal number", ["7c6d13458e08e1f4.js"]),
  },
  fail: {
    ...named(CHANGED, "escapes of 8 and 9", ["0d5e450f1da8a92a.js", "748656edbfb2d0bb.js"]),
    ...named(CHANGED, "escapes of 8 and 9", ["79f882da06f88c9f.js", "92b6af54adef3624.js"]),
    ...named(CHANGED, "line separators in text", ["647e21f8f157c338.js", "8af69d8f15295ed2.js"]),
    ...named(CHANGED, "fields of classes", ["98204d734f8c72b3.js", "ef81b93cf9bdb4ec.js"]),
    ...named(CHANGED, "a value in for-in", ["e3fbcf63d7e43ead.js"]),
    ...named(QUICKJS, "no semicolon between exports", ["48dee14b7a3a3767.module.js"]),
    ...named(QUICKJS, "new super()", ["7b876ca5139f1ca8.js"]),
    ...named(QUICKJS, "a default for what is caught", ["831b4a1caf3c5a06.js"]),
    ...named(QUICKJS, "keywords as imported names", ["98f5714a70195f28.module.js", "f44552157bc0db6e.module.js"]),
    ...named(QUICKJS, "let.a in for-of", ["ef2d369cccc5386c.js"]),
  },
  early: {
    ...named(CHANGED, "functions of one name in a block", ["12a74c60f52a60de.js", "1aff49273f3e3a98.js"]),
    ...named(CHANGED, "functions of one name in a block", ["be7329119eaa3d47.js", "ec31fa5e521c5df4.js"]),
    ...named(QUICKJS, "var in for-of over what is caught", ["0f5f47108da5c34e.js"]),
    ...named(QUICKJS, "classes named eval and arguments", ["4286a88aed2001ee.js", "84ef3bbaa772075f.js"]),
    ...named(QUICKJS, "classes named eval and arguments", ["987442878ab414e7.js", "f1de9fc3ec4637cc.js"]),
    ...named(QUICKJS, "let of a parameter's name", [
      "14c149e612ab4111.js",
      "58bb4a3a2d717d4f.js",
      "627ae2300901a0b1.js",
    ]),
    ...named(QUICKJS, "let of a parameter's name", [
      "6bb272e52a903c4c.js",
      "7a916ef0ccd4ea9c.js",
      "93b1547f64fd0370.js",
    ]),
    ...named(QUICKJS, "let of a parameter's name", [
      "9ef7cc46ec36bb51.js",
      "b01e3a73a92863c5.js",
      "cc23480bdd763207.js",
    ]),
    ...named(QUICKJS, "let of a parameter's name", [
      "d1779a4749085a10.js",
      "d412cecc75edd30d.js",
      "e1831477442a7ebf.js",
    ]),
  },
};

function named(whose: string, what: string, files: readonly string[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file, `${whose}: ${what}`]));
}

const knownIn = (folder: string) => Object.keys(KNOWN[folder]!).sort();

/** A script is evaluated as a global one, a module imported. */
function programOf(name: string, source: string): BareRequest {
  const files = name.endsWith(".module.js")
    ? { "entry.js": 'import "./test.js";', "test.js": source }
    : {
        "entry.js": 'import { readTextFile } from "runyard"; (0, eval)(readTextFile("test.txt"));',
        "test.txt": source,
      };
  return { entry: "entry.js", files, limits: { fuel: 1_000_000 } };
}

let engine: BareEngine;
beforeAll(async () => {
  engine = await startBareEngine();
}, 60_000);
afterAll(() => engine.stop());

/** The names of the files that the engine refused. */
async function refused(folder: string): Promise<{ files: string[]; refused: string[] }> {
  const files = readdirSync(join(TESTS, folder)).sort();
  const found: string[] = [];
  for (let start = 0; start < files.length; start += BATCH) {
    const names = files.slice(start, start + BATCH);
    const sources = names.map((name) => readFileSync(join(TESTS, folder, name), "utf8"));
    const results = await engine.run(names.map((name, i) => programOf(name, sources[i]!)));
    for (const [i, { outcome }] of results.entries()) {
      if (outcome.kind === "threw" && outcome.error.name === "SyntaxError") found.push(names[i]!);
    }
  }
  return { files, refused: found };
}

describe("the parser", () => {
  it("accepts valid programs", { timeout: 120_000 }, async () => {
    const { files, refused: wrongly } = await refused("pass");
    console.log(`pass: ${files.length - wrongly.length} of ${files.length} accepted`);
    expect(wrongly).toEqual(knownIn("pass"));
  });

  it.each(["fail", "early"])("refuses the programs of %s", { timeout: 120_000 }, async (folder) => {
    const result = await refused(folder);
    console.log(`${folder}: ${result.refused.length} of ${result.files.length} refused`);
    expect(result.files.filter((name) => !result.refused.includes(name))).toEqual(knownIn(folder));
  });
});
