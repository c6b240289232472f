/** The built Python Worker as Miniflare takes it: for the self-hosted server and for tests. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const GENERATED = fileURLToPath(new URL("../../worker/sandbox/python/generated/", import.meta.url));
/** The bundle of `worker/sandbox/python/worker.ts`. */
export const WORKER_FILE = "worker.js";

const MODULE_TYPES: Readonly<Record<string, "CompiledWasm" | "Data" | "Text">> = {
  ".wasm": "CompiledWasm",
  ".bin": "Data",
  ".txt": "Text",
};

const sizeOf = (name: string) => statSync(join(GENERATED, name)).size;

const V8_FLAGS = [
  // V8 drops the quickly compiled code of WebAssembly now and then, and compiles it again in the next isolate without
  // giving all of its memory back: some 1.5 MB for each run of Python.
  "--no-flush-liftoff-code",
  // Room for what a request leaves behind, in MB for each isolate: with V8's own 1 to 16 a fifth of a short run's time
  // went to collecting it.
  "--min-semi-space-size=16",
  "--max-semi-space-size=32",
];

/** Whoever starts workerd sets this in its environment. */
export const WORKERD_ENVIRONMENT = { MINIFLARE_WORKERD_V8_FLAGS: V8_FLAGS.join(" ") } as const;

export function pythonWorker() {
  const config = readFileSync(new URL("../../worker/sandbox/python/wrangler.toml", import.meta.url), "utf8");
  const compatibilityDate = config.match(/^compatibility_date = "(.*)"$/m)?.[1];
  if (compatibilityDate === undefined) throw new Error("the Python Worker has no compatibility date");
  // Miniflare copies all that it has encoded so far for each further piece: the large files come last.
  const names = readdirSync(GENERATED).sort((a, b) => sizeOf(a) - sizeOf(b));
  const embedded = names.flatMap((name) => {
    const type = MODULE_TYPES[extname(name)];
    return type === undefined ? [] : [{ type, path: join(GENERATED, name) }];
  });
  return {
    name: "runyard-python",
    compatibilityDate,
    modulesRoot: GENERATED,
    modules: [{ type: "ESModule" as const, path: join(GENERATED, WORKER_FILE) }, ...embedded],
    workerLoaders: { LOADER: {} },
  };
}
