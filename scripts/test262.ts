/**
 * Runs a sample of Test262 against the shipped engine, in workerd, and prints how much of each folder passes:
 * `node scripts/test262.ts --suite FOLDER [--only PREFIX] [--failures FILE]`. See `docs/conformance.md`.
 * FOLDER is a checkout of tc39/test262, or the copy in SpiderMonkey's source, where the harness lies in `shell.js` files.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type BareEngine, startBareEngine } from "./bare-engine.ts";
import { describeTest, failure, programFor, type TestFile } from "./test262/program.ts";
import { SAMPLE, SKIPPED_FEATURES, SKIPPED_FLAGS } from "./test262/sample.ts";

const BATCH = 40;
const AT_ONCE = 2;

interface Row {
  passed: number;
  failed: number;
  skipped: number;
}

const { values: options } = parseArgs({
  options: { suite: { type: "string" }, only: { type: "string", default: "" }, failures: { type: "string" } },
});
if (options.suite === undefined) throw new Error("name the suite: node scripts/test262.ts --suite FOLDER");

const suite = resolve(options.suite);
const isCheckout = existsSync(join(suite, "test")) && existsSync(join(suite, "harness", "assert.js"));
const root = isCheckout ? join(suite, "test") : suite;
const texts = new Map<string, string>();

/** What a script declares with const, let and class is gone after an indirect eval; what it declares with var stays. */
const globally = (harness: string) =>
  harness.replace(/^(?:const|let) /gm, "var ").replace(/^class (\w+)/gm, "var $1 = class $1");

function read(path: string): string {
  const known = texts.get(path);
  if (known !== undefined) return known;
  const text = existsSync(path) ? globally(readFileSync(path, "utf8")) : "";
  texts.set(path, text);
  return text;
}

/** In a checkout the files that a test names; else the `shell.js` of each folder above it. */
function harnessOf(path: string, flags: readonly string[], includes: readonly string[]): string {
  if (flags.includes("raw")) return "";
  if (isCheckout) {
    return ["assert.js", "sta.js", ...includes].map((name) => read(join(suite, "harness", name))).join("\n");
  }
  const parts = relative(root, dirname(path)).split("/");
  const folders = ["", ...parts.map((_, i) => parts.slice(0, i + 1).join("/"))];
  return folders.map((folder) => read(join(root, folder, "shell.js"))).join("\n");
}

function fixturesOf(path: string, source: string): Record<string, string> {
  if (!source.includes("_FIXTURE")) return {};
  const folder = dirname(path);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("_FIXTURE"));
  return Object.fromEntries(
    names.filter((name) => name.endsWith(".js")).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

function testsOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js") && !/(?:^|\/)(?:shell|browser)\.js$|_FIXTURE/.test(name))
    .map((name) => join(root, folder, name))
    .sort();
}

/** A test runs in sloppy mode and in strict mode, unless its flags say otherwise. */
function modesOf(flags: readonly string[]): boolean[] {
  if (flags.includes("module") || flags.includes("raw") || flags.includes("noStrict")) return [false];
  return flags.includes("onlyStrict") ? [true] : [false, true];
}

/** The test, or the name of what it needs and the sandbox does not have. */
function load(path: string): TestFile | string {
  const source = readFileSync(path, "utf8");
  const description = describeTest(source);
  const { flags, features, includes } = description;
  const missing = features.find((feature) => Object.hasOwn(SKIPPED_FEATURES, feature));
  if (missing !== undefined) return missing;
  const flag = flags.find((name) => SKIPPED_FLAGS.includes(name));
  if (flag !== undefined) return flag;
  if (/\$262\.(?:createRealm|agent|AbstractModuleSource)/.test(source)) return "cross-realm";
  const harness = harnessOf(path, flags, includes);
  return { name: relative(root, path), source, description, harness, fixtures: fixturesOf(path, source) };
}

async function runFolder(engine: BareEngine, folder: string, failures: string[]): Promise<Row> {
  const row: Row = { passed: 0, failed: 0, skipped: 0 };
  const waiting: { test: TestFile; strict: boolean }[] = [];
  for (const path of testsOf(folder)) {
    const test = load(path);
    if (typeof test === "string") row.skipped += 1;
    else for (const strict of modesOf(test.description.flags)) waiting.push({ test, strict });
  }
  const client = async () => {
    for (let batch = waiting.splice(0, BATCH); batch.length > 0; batch = waiting.splice(0, BATCH)) {
      const results = await engine.run(batch.map(({ test, strict }) => programFor(test, strict)));
      for (const [i, { test, strict }] of batch.entries()) {
        const problem = failure(test.description, results[i]!);
        row[problem === null ? "passed" : "failed"] += 1;
        if (problem !== null) failures.push(`${test.name}${strict ? " (strict)" : ""}: ${problem.split("\n")[0]}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return row;
}

const share = ({ passed, failed }: Row) => `${((100 * passed) / Math.max(1, passed + failed)).toFixed(1)} %`;

async function main(): Promise<void> {
  const engine = await startBareEngine();
  const failures: string[] = [];
  const total: Row = { passed: 0, failed: 0, skipped: 0 };
  const line = (name: string, row: Row) =>
    console.log(`| ${name} | ${row.passed} | ${row.failed} | ${row.skipped} | ${share(row)} |`);
  console.log("| folder | passed | failed | tests skipped | passes |\n|---|---|---|---|---|");
  try {
    for (const folder of SAMPLE.filter((name) => name.startsWith(options.only) && existsSync(join(root, name)))) {
      const row = await runFolder(engine, folder, failures);
      line(folder, row);
      for (const key of ["passed", "failed", "skipped"] as const) total[key] += row[key];
    }
  } finally {
    await engine.stop();
  }
  line("all", total);
  if (options.failures !== undefined) writeFileSync(options.failures, `${failures.sort().join("\n")}\n`);
}

await main();
