/**
 * Builds the checker Worker: `node scripts/checker/build-checker.ts` reads the pinned npm package of TypeScript 6 and the
 * declarations of the sandbox, and writes the compiler, the library and the Worker's bundle to
 * `worker/program/checker/generated/` (not committed). Needs no network.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildInputs } from "../build-inputs.ts";
import { WORKER_FILE } from "../companion-workers.ts";
import { bundleCompiler } from "./compiler-bundle.ts";
import { libraryFiles } from "./library-text.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGE = join(ROOT, "node_modules/typescript-6");
const CHECKER = join(ROOT, "worker/program/checker");
const DECLARATIONS = join(CHECKER, "library");
const GENERATED = join(CHECKER, "generated");
/** The meter's places were counted in this one. */
const VERSION = "6.0.3";
const WRITTEN_BY = "// Written by scripts/checker/build-checker.ts.";
/** What the Worker may weigh, gzipped: a third of what the platform takes on its smallest plan. */
const WORKER_BYTES_MAX = 2 ** 20;

async function buildCompiler(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { version: string };
  if (version !== VERSION) throw new Error(`typescript-6 is ${version}, expected ${VERSION}`);
  rmSync(GENERATED, { recursive: true, force: true });
  mkdirSync(GENERATED, { recursive: true });
  writeFileSync(join(GENERATED, "compiler.js"), await bundleCompiler(PACKAGE));
  writeFileSync(join(GENERATED, "compiler.d.ts"), typesOfCompiler());
  const declarations = readdirSync(DECLARATIONS).sort();
  const own = declarations.map((name) => [name, readFileSync(join(DECLARATIONS, name), "utf8")] as const);
  writeFileSync(join(GENERATED, "library.ts"), sourceOfLibrary([...libraryFiles(PACKAGE), ...own]));
}

const typesOfCompiler = () => `${WRITTEN_BY}
import type { Compiler } from "../compiler.ts";

export function createCompiler(): Compiler;
`;

const sourceOfLibrary = (files: readonly (readonly [string, string])[]) => `${WRITTEN_BY}
export const LIBRARY: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(files), null, 1)};
`;

/** The Worker around the compiler, which changes more often than the compiler. */
async function bundleWorker(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(CHECKER, "worker.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:workers"],
    minify: true,
    legalComments: "inline",
    write: false,
    logLevel: "error",
  });
  const { contents } = outputFiles[0]!;
  writeFileSync(join(GENERATED, WORKER_FILE), contents);
  const bytes = gzipSync(contents, { level: 9 }).length;
  if (bytes > WORKER_BYTES_MAX) throw new Error(`the checker Worker weighs ${bytes} bytes gzipped`);
  console.log(`${GENERATED}: ${Math.round(bytes / 1_024)} KiB gzipped`);
}

const inputs = buildInputs(
  [
    "scripts/checker",
    "scripts/build-inputs.ts",
    "worker/program/checker/library",
    "node_modules/typescript-6/package.json",
  ],
  GENERATED,
);
if (!inputs.isUnchanged) {
  await buildCompiler();
  inputs.remember();
}
await bundleWorker();
