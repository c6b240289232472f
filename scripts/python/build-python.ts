/**
 * Builds the Python engine: `node scripts/python/build-python.ts` reads the pinned npm package and the isolate's sources
 * and writes what an isolate is loaded from to `worker/sandbox/python/generated/` (not committed).
 * Needs no network and no Python. Does nothing where its inputs are those of the last time.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { PYTHON_PACKAGE } from "../../worker/sandbox/python/package.ts";
import { buildInputs } from "../build-inputs.ts";
import { WORKER_FILE } from "../companion-workers.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import { meterPython, suspenderModule } from "./wasm-meter.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGE = join(ROOT, "node_modules", PYTHON_PACKAGE.name);
const ENGINE = join(ROOT, "worker/sandbox/python");
const GENERATED = join(ENGINE, "generated");
/** Files and folders whose contents decide what is built. */
const INPUTS = [
  "scripts/python",
  "scripts/build-inputs.ts",
  "scripts/engine/wasm-binary.ts",
  "worker/sandbox/python/isolate",
  "worker/sandbox/python/package.ts",
  "worker/sandbox/javascript/random.ts",
  "node_modules/pyodide/package.json",
  "node_modules/esbuild/package.json",
  "node_modules/workerd/package.json",
];
/** What a Worker may weigh, gzipped. */
const WORKER_BYTES_MAX = 10 * 2 ** 20;
const EXPECTED_TRAMPOLINES = 30;

/** What the package's files were when the numbers in `wasm-meter.ts` were taken. */
function checkPackage(): void {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { version: string };
  if (version !== PYTHON_PACKAGE.version) {
    throw new Error(`${PYTHON_PACKAGE.name} is ${version}, expected ${PYTHON_PACKAGE.version}`);
  }
}

/** Pyodide asks for these where it thinks that it runs in Node. */
const withoutNode: Plugin = {
  name: "without-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:.*|ws)$/ }, ({ path }) => ({ path, namespace: "empty" }));
    onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "export default {};" }));
  },
};

/**
 * At its start the glue looks at each of 17,000 functions, so that one that it adds to the table is not there twice.
 * Twice does no harm without libraries that are loaded later, and the looking takes a third of the start.
 */
const LOOK_AT_ALL = "updateTableMap(0,wasmTable.length)";

const quickStart: Plugin = {
  name: "quick-start",
  setup({ onLoad }) {
    onLoad({ filter: /pyodide\.asm\.mjs$/ }, ({ path }) => {
      const [before, after, ...more] = readFileSync(path, "utf8").split(LOOK_AT_ALL);
      if (after === undefined || more.length > 0) throw new Error(`${path} does not have one ${LOOK_AT_ALL}`);
      return { contents: `${before}0${after}` };
    });
  },
};

function trampolineTable(trampolines: readonly string[]): Plugin {
  const imports = trampolines.map((_, i) => `import m${i} from "./trampoline-${i}.wasm";`);
  const entries = trampolines.map((bytes, i) => `["${bytes}", m${i}]`);
  const contents = `${imports.join("\n")}\nexport const TRAMPOLINES = [${entries.join(", ")}];`;
  return {
    name: "trampoline-table",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^runyard:trampolines$/ }, () => ({ path: "trampolines", namespace: "table" }));
      onLoad({ filter: /.*/, namespace: "table" }, () => ({ contents, resolveDir: ENGINE }));
    },
  };
}

/** Bundles code for an isolate, with the stand-ins in place of the runtime's globals. */
async function bundle(entry: string, plugins: readonly Plugin[] = []): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    format: "esm",
    target: "es2024",
    minify: true,
    write: false,
    legalComments: "inline",
    conditions: ["import"],
    inject: [join(ENGINE, "isolate/stand-ins.ts")],
    define: { process: "undefined", "globalThis.process": "undefined", location: '"http://pyodide/"' },
    external: ["*.wasm", "*.zip", "*.bin", "cloudflare:workers"],
    loader: { ".py": "text" },
    plugins: [withoutNode, quickStart, ...plugins],
    logLevel: "error",
  });
  return outputFiles[0]!.text;
}

/** The Worker around the engine, which changes more often than the engine. */
async function bundleWorker(): Promise<void> {
  await build({
    entryPoints: [join(ENGINE, "worker.ts")],
    outfile: join(GENERATED, WORKER_FILE),
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["*.wasm", "*.bin", "*.txt", "cloudflare:workers"],
    logLevel: "error",
  });
}

async function buildEngine(): Promise<void> {
  checkPackage();
  rmSync(GENERATED, { recursive: true, force: true });
  mkdirSync(GENERATED, { recursive: true });
  const glue = readFileSync(join(PACKAGE, "pyodide.asm.mjs"), "utf8");
  const python = meterPython(new Uint8Array(readFileSync(join(PACKAGE, "pyodide.asm.wasm"))), glue);
  const standardLibrary = new Uint8Array(readFileSync(join(PACKAGE, "python_stdlib.zip")));
  const script = await bundle("worker/sandbox/python/isolate/snapshot-worker.ts");
  const { snapshot, trampolines } = await takeSnapshot({ script, python, standardLibrary });
  if (trampolines.length !== EXPECTED_TRAMPOLINES) {
    throw new Error(`expected ${EXPECTED_TRAMPOLINES} trampolines, found ${trampolines.length}`);
  }
  const files: Record<string, string | Uint8Array> = {
    "isolate.js.txt": await bundle("worker/sandbox/python/isolate/main.ts", [trampolineTable(trampolines)]),
    "python.wasm": python,
    "suspender.wasm": suspenderModule(),
    "python_stdlib.zip.bin": standardLibrary,
    "snapshot.bin": snapshot,
    ...Object.fromEntries(trampolines.map((bytes, i) => [`trampoline-${i}.wasm`, Buffer.from(bytes, "hex")])),
  };
  const bytes = Object.values(files).reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
  if (bytes > WORKER_BYTES_MAX) throw new Error(`the Python Worker weighs ${bytes} bytes gzipped`);
  const hash = createHash("sha256");
  for (const [name, contents] of Object.entries(files)) {
    hash.update(name).update(contents);
    writeFileSync(join(GENERATED, name), contents);
  }
  const sha256 = hash.digest("hex");
  writeFileSync(join(GENERATED, "modules.ts"), modulesSource(trampolines.length, sha256));
  writeFileSync(join(GENERATED, "version.ts"), versionSource(sha256));
  console.log(`${GENERATED}: ${(bytes / 2 ** 20).toFixed(2)} MiB gzipped, sha256 ${sha256}`);
}

/** Of the main Worker: it must not import the engine's files. */
function versionSource(sha256: string): string {
  const version = `${PYTHON_PACKAGE.name}-${PYTHON_PACKAGE.version}-${sha256.slice(0, 8)}`;
  return `// Written by scripts/python/build-python.ts.\nexport const ENGINE_VERSION = "${version}";\n`;
}

/** Of the Python Worker: the modules of an isolate, by the names under which it imports them. */
function modulesSource(trampolines: number, sha256: string): string {
  const numbers = Array.from({ length: trampolines }, (_, i) => i);
  return [
    "// Written by scripts/python/build-python.ts.",
    'import main from "./isolate.js.txt";',
    'import python from "./python.wasm";',
    'import standardLibrary from "./python_stdlib.zip.bin";',
    'import snapshot from "./snapshot.bin";',
    'import suspender from "./suspender.wasm";',
    ...numbers.map((i) => `import trampoline${i} from "./trampoline-${i}.wasm";`),
    "",
    `export const HASH = "${sha256}";`,
    'export const MAIN_MODULE = "main.js";',
    "export const MODULES = {",
    '  "main.js": { js: main },',
    '  "python.wasm": { wasm: python },',
    '  "python_stdlib.zip": { data: standardLibrary },',
    '  "snapshot.bin": { data: snapshot },',
    '  "suspender.wasm": { wasm: suspender },',
    ...numbers.map((i) => `  "trampoline-${i}.wasm": { wasm: trampoline${i} },`),
    "};",
    "",
  ].join("\n");
}

const inputs = buildInputs(INPUTS, GENERATED);
if (!inputs.isUnchanged) {
  await buildEngine();
  inputs.remember();
}
await bundleWorker();
