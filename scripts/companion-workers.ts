/**
 * The Workers beside the main one, as they were built: for the self-hosted server, for tests and for `wrangler dev`. A new
 * one is a new row here, a build of its own, and a binding in wrangler.toml.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

interface Companion {
  readonly folder: string;
  /** What Miniflare is told of its bindings. */
  readonly bindings?: object;
  /** It computes for long without a pause, and would hold up what shares a thread with it. */
  readonly isApart?: true;
}

/** Miniflare copies all that it has encoded so far for each further piece: the largest comes last. */
const COMPANIONS: readonly Companion[] = [
  { folder: "worker/program/checker", isApart: true },
  { folder: "worker/sandbox/python", bindings: { workerLoaders: { LOADER: {} } } },
];

/** What wrangler is given, from the project's root. */
export const COMPANION_CONFIGS = COMPANIONS.map(({ folder }) => `${folder}/wrangler.toml`);
/** In a companion's folder `generated`: the bundle of its `worker.ts`. */
export const WORKER_FILE = "worker.js";

const MODULE_TYPES: Readonly<Record<string, "CompiledWasm" | "Data" | "Text">> = {
  ".wasm": "CompiledWasm",
  ".bin": "Data",
  ".txt": "Text",
};

/** As Miniflare takes them. */
export const companionWorkers = () => COMPANIONS.map(companionWorker);
/** Those that a server gives a workerd of their own, and those that share its own. */
export const workersApart = () => COMPANIONS.filter(({ isApart }) => isApart).map(companionWorker);
export const workersBeside = () => COMPANIONS.filter(({ isApart }) => !isApart).map(companionWorker);

function companionWorker({ folder, bindings = {} }: Companion) {
  const config = readFileSync(join(ROOT, folder, "wrangler.toml"), "utf8");
  const setting = (name: string) => {
    const value = config.match(new RegExp(`^${name} = "(.*)"$`, "m"))?.[1];
    if (value === undefined) throw new Error(`${folder}/wrangler.toml has no ${name}`);
    return value;
  };
  const generated = join(ROOT, folder, "generated");
  const sizeOf = (name: string) => statSync(join(generated, name)).size;
  // As above, also within one.
  const names = readdirSync(generated).sort((a, b) => sizeOf(a) - sizeOf(b));
  const embedded = names.flatMap((name) => {
    const type = MODULE_TYPES[extname(name)];
    return type === undefined ? [] : [{ type, path: join(generated, name) }];
  });
  return {
    name: setting("name"),
    compatibilityDate: setting("compatibility_date"),
    modulesRoot: generated,
    modules: [{ type: "ESModule" as const, path: join(generated, WORKER_FILE) }, ...embedded],
    ...bindings,
  };
}
