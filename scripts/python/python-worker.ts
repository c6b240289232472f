/** The built Python Worker as Miniflare takes it: for the self-hosted server and for tests. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const GENERATED = fileURLToPath(new URL("../../worker/sandbox/python/generated/", import.meta.url));
/** The bundle of `worker/sandbox/python/worker.ts`. */
export const WORKER_FILE = "worker.js";

const MODULE_TYPES = { ".wasm": "CompiledWasm", ".bin": "Data", ".txt": "Text" } as const;

/**
 * V8 drops the quickly compiled code of WebAssembly now and then, and compiles it again in the next isolate without
 * giving all of its memory back: some 1.5 MB for each run of Python. Whoever starts workerd sets this in its environment.
 */
export const WORKERD_ENVIRONMENT = { MINIFLARE_WORKERD_V8_FLAGS: "--no-flush-liftoff-code" } as const;

export function pythonWorker() {
  const config = readFileSync(new URL("../../worker/sandbox/python/wrangler.toml", import.meta.url), "utf8");
  const compatibilityDate = config.match(/^compatibility_date = "(.*)"$/m)?.[1];
  if (compatibilityDate === undefined) throw new Error("the Python Worker has no compatibility date");
  const names = readdirSync(GENERATED);
  const embedded = Object.entries(MODULE_TYPES).flatMap(([ending, type]) =>
    names.filter((name) => name.endsWith(ending)).map((name) => ({ type, path: join(GENERATED, name) })),
  );
  return {
    name: "runyard-python",
    compatibilityDate,
    modulesRoot: GENERATED,
    modules: [{ type: "ESModule" as const, path: join(GENERATED, WORKER_FILE) }, ...embedded],
    workerLoaders: { LOADER: {} },
  };
}
