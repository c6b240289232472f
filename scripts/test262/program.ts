/**
 * Makes a program for the sandbox of one test of Test262: the test's text as a file beside an entry that evaluates it as
 * a global script, or imports it as a module, after the harness.
 * Source of the rules: INTERPRETING.md of tc39/test262.
 */
import { basename } from "node:path";
import type { BareRequest, BareResult } from "../bare-engine-worker.ts";

export interface Description {
  readonly flags: readonly string[];
  readonly features: readonly string[];
  readonly includes: readonly string[];
  /** What must be thrown; null where the test must end without an error. */
  readonly negative: { readonly phase: string; readonly type: string } | null;
}

/** Reads the YAML between the comment marks, as far as tests use it. */
export function describeTest(source: string): Description {
  const [, yaml = ""] = source.match(/\/\*---([\s\S]*?)---\*\//) ?? [];
  const list = (key: string): string[] => {
    const [, inline, lines = ""] =
      yaml.match(new RegExp(`^${key}:[ \\t]*(?:\\[([^\\]]*)\\]|((?:\\r?\\n[ \\t]+-.*)+))`, "m")) ?? [];
    const items =
      inline === undefined ? lines.split("\n").map((line) => line.replace(/^[ \t]*-/, "")) : inline.split(",");
    return items.map((item) => item.trim()).filter((item) => item !== "");
  };
  const [, negative] = yaml.match(/^negative:((?:\r?\n[ \t]+.*)+)/m) ?? [];
  const [, phase = ""] = negative?.match(/phase:\s*(\w+)/) ?? [];
  const [, type = ""] = negative?.match(/type:\s*(\w+)/) ?? [];
  return {
    flags: list("flags"),
    features: list("features"),
    includes: list("includes"),
    negative: negative === undefined ? null : { phase, type },
  };
}

/** The harness of SpiderMonkey's copy does not start without it. */
const BEFORE_HARNESS = "globalThis.createIsHTMLDDA = () => undefined;";

/** What tests expect of their host, in place of the harness's own. */
const HOST = `delete globalThis.createIsHTMLDDA;
globalThis.reportCompare = () => {};
globalThis.print = () => {};
globalThis.$262 = {
  global: globalThis,
  evalScript: (text) => (0, eval)(text),
  detachArrayBuffer: (buffer) => void buffer.transfer(),
  gc() { throw new Error("there is no gc"); },
};
globalThis.$DETACHBUFFER = globalThis.$262.detachArrayBuffer;
globalThis.finished = new Promise((done, fail) => {
  globalThis.$DONE = (error) => (error ? fail(error) : done("done"));
});`;

/** Printed at the end of a test: what comes later, such as a rejection that nobody handles, is no part of it. */
const PASSED = "passed";
const RUN_SCRIPT = `import { readTextFile, write } from "runyard";
import "./harness-module.js";
(0, eval)(readTextFile("test.txt"));`;
/** Code in `eval` cannot import in QuickJS: such a test is the entry itself, read as the product reads scripts. */
const PREPARE_SCRIPT = `const runyard = globalThis[Symbol.for("runyard")]; ${BEFORE_HARNESS}
(0, eval)(runyard.readTextFile("harness.txt")); (0, eval)(runyard.readTextFile("host.txt"));
`;
const AWAIT_END = "\nawait globalThis.finished;";
const SAY_SO = `\nwrite("${PASSED}");`;
const SAY_SO_IN_SCRIPT = `\nrunyard.write("${PASSED}");`;
const HARNESS_MODULE = `import { readTextFile } from "runyard";
${BEFORE_HARNESS}
(0, eval)(readTextFile("harness.txt"));
(0, eval)(readTextFile("host.txt"));`;

const LIMITS = { timeoutMs: 20_000, fuel: 2_000_000_000 };

export interface TestFile {
  readonly name: string;
  readonly source: string;
  readonly description: Description;
  readonly harness: string;
  /** Modules that lie beside the test, by their names. */
  readonly fixtures: Readonly<Record<string, string>>;
}

export function programFor(test: TestFile, strict: boolean): BareRequest {
  const { flags } = test.description;
  const source = strict ? `"use strict";\n${test.source}` : test.source;
  const awaiting = flags.includes("async") ? AWAIT_END : "";
  const end = awaiting + SAY_SO;
  const shared = { "harness-module.js": HARNESS_MODULE, "harness.txt": test.harness, "host.txt": HOST };
  const name = basename(test.name);
  if (!flags.includes("module") && /\bimport\s*\(/.test(test.source) && test.description.negative === null) {
    const directive = strict ? '"use strict";\n' : "";
    const script = directive + PREPARE_SCRIPT + test.source + awaiting + SAY_SO_IN_SCRIPT;
    return { entry: name, files: { ...shared, ...test.fixtures, [name]: script }, limits: LIMITS };
  }
  const files = flags.includes("module")
    ? {
        ...test.fixtures,
        [name]: source,
        "entry.js": `import "./harness-module.js";\nimport { write } from "runyard";\nimport "./${name}";${end}`,
      }
    : { ...test.fixtures, "test.txt": source, "entry.js": RUN_SCRIPT + end };
  return { entry: "entry.js", files: { ...shared, ...files }, limits: LIMITS };
}

/** Null where the test passed, or what happened instead. */
export function failure({ negative }: Description, { outcome, stdout }: BareResult): string | null {
  if (negative === null && stdout === PASSED) return null;
  if (outcome.kind === "limit") return `limit ${outcome.limit}`;
  if (outcome.kind !== "threw") return negative === null ? "it did not come to its end" : `no ${negative.type}`;
  const { name, message } = outcome.error;
  // The harness's own error is no `Error`: then its description is the message.
  const isExpected = name === negative?.type || (negative !== null && message.startsWith(`${negative.type} {`));
  return isExpected ? null : `${name}: ${message}`;
}
