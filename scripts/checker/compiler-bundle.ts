/**
 * Makes the compiler that runs in the checker Worker out of the pinned npm package: the type checker alone, without the
 * language service, as one function that makes a fresh compiler, and with a meter in it. Each function and loop of the
 * type checker uses a unit of fuel, and each type and symbol, which stay in memory, many. A check so ends after the same
 * work on every machine, also where the clock stands still while code computes.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import type ts from "typescript-6";

/** What `worker/program/checker/compiler.ts` names. */
const EXPORTS = ["createProgram", "createSourceFile", "flattenDiagnosticMessageText", "version"];
/** Its file for the command line has only numbers left of most of these. */
const ENUMS = [
  ...(["DiagnosticCategory", "JSDocParsingMode", "ModuleDetectionKind", "ModuleKind"] as const),
  ...(["ModuleResolutionKind", "ScriptKind", "ScriptTarget"] as const),
];
const CHECKER = "function createTypeChecker(";
/** Behind the type checker, the command line begins: it would run when it is imported. */
const COMMAND_LINE = "// src/tsc/tsc.ts";

/** In the checker's functions and loops. More or fewer of them: another version, whose work is to be measured anew. */
const EXPECTED_PLACES = { functions: 2_663, loops: 509 };
/** Functions that make what stays until the check ends, with the fuel that one costs: 220 bytes, on average. */
const MEMORY_FUEL: Readonly<Record<string, number>> = { createType: 20, createSymbol: 20, createSignature: 20 };

const METER = `
let fuelLeft = 0;
class OutOfFuel extends Error {}
function endForLackOfFuel() { fuelLeft = 0; throw new OutOfFuel("out of fuel"); }
function setFuel(fuel) { fuelLeft = fuel; }
function getFuel() { return fuelLeft; }
function isOutOfFuel(error) { return error instanceof OutOfFuel; }
`;
const COUNT = "if(--fuelLeft<0)endForLackOfFuel();";

/** @param folder of the package @returns the source of an ES module that exports `createCompiler` */
export async function bundleCompiler(folder: string): Promise<string> {
  const source = readFileSync(join(folder, "lib/_tsc.js"), "utf8");
  const end = source.indexOf(COMMAND_LINE);
  if (end < 0) throw new Error(`${folder}/lib/_tsc.js has no ${COMMAND_LINE}`);
  const compiler = createRequire(import.meta.url)(join(folder, "lib/typescript.js")) as typeof ts;
  const metered = meterChecker(compiler, source.slice(0, end));
  const { outputFiles } = await build({
    stdin: {
      contents: `${METER}${metered}\nexport { ${EXPORTS.join(", ")}, setFuel, getFuel, isOutOfFuel };`,
      loader: "js",
    },
    bundle: true,
    format: "iife",
    globalName: "compiler",
    target: "es2024",
    minify: true,
    write: false,
    // No file system, no environment: what the package would do in Node is left out.
    define: { __filename: '"/compiler.js"', __dirname: '"/"', process: "undefined", require: "undefined" },
    legalComments: "none",
    logLevel: "error",
  });
  const licence = source.match(/^\/\*![\s\S]*?\*\//)?.[0];
  if (licence === undefined) throw new Error("the package does not begin with its licence");
  const enums = JSON.stringify(Object.fromEntries(ENUMS.map((name) => [name, compiler[name]])));
  return `${licence}\nexport function createCompiler() {\n${outputFiles[0]!.text}\nreturn { ...compiler, ...${enums} };\n}\n`;
}

function meterChecker(compiler: typeof ts, source: string): string {
  const start = source.indexOf(CHECKER);
  const end = source.indexOf("\n}\n", start) + 2;
  if (start < 0 || end < start) throw new Error(`the package has no ${CHECKER}…)`);
  const checker = source.slice(start, end);
  const { places, functions, loops, memory } = findPlaces(compiler, checker);
  if (functions !== EXPECTED_PLACES.functions || loops !== EXPECTED_PLACES.loops) {
    throw new Error(`the type checker has ${functions} functions and ${loops} loops; look at its meter again`);
  }
  if (memory.length !== Object.keys(MEMORY_FUEL).length) throw new Error(`found ${memory} alone to meter for memory`);
  const metered = places.reduceRight((text, { at, code }) => text.slice(0, at) + code + text.slice(at), checker);
  return source.slice(0, start) + metered + source.slice(end);
}

interface Place {
  readonly at: number;
  readonly code: string;
}

function findPlaces(compiler: typeof ts, source: string) {
  const file = compiler.createSourceFile("checker.js", source, compiler.ScriptTarget.ESNext);
  const found = { places: [] as Place[], functions: 0, loops: 0, memory: [] as string[] };
  const behindBrace = (block: ts.Node) => block.getStart(file) + 1;
  const visit = (node: ts.Node): void => {
    if (compiler.isFunctionLike(node) && "body" in node && node.body && compiler.isBlock(node.body as ts.Node)) {
      const body = node.body as ts.Block;
      const name = compiler.isFunctionDeclaration(node) ? node.name?.text : undefined;
      const fuel = name !== undefined && Object.hasOwn(MEMORY_FUEL, name) ? MEMORY_FUEL[name] : undefined;
      if (fuel !== undefined) found.memory.push(name!);
      found.functions += 1;
      found.places.push({ at: behindBrace(body), code: fuel === undefined ? COUNT : `fuelLeft-=${fuel};${COUNT}` });
    }
    if (compiler.isIterationStatement(node, false) && compiler.isBlock(node.statement)) {
      found.loops += 1;
      found.places.push({ at: behindBrace(node.statement), code: COUNT });
    }
    compiler.forEachChild(node, visit);
  };
  const [checker] = file.statements;
  if (checker === undefined || !compiler.isFunctionDeclaration(checker)) throw new Error("the checker is no function");
  compiler.forEachChild(checker.body!, visit);
  return { ...found, places: found.places.sort((a, b) => a.at - b.at) };
}
