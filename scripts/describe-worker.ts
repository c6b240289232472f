/**
 * Writes `dist/serving.json`: what a server must know about the built Worker beside its modules. Wrangler alone can read its
 * configuration and split SQL, and loading it takes as long as all the rest of a start: it is asked here, once for each build.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import type { Serving } from "./serving.ts";

const ROOT = resolve(fileURLToPath(import.meta.url), "../..");
const MIGRATIONS = join(ROOT, "migrations");

function migrations(): Serving["migrations"] {
  const names = readdirSync(MIGRATIONS).filter((file) => file.endsWith(".sql"));
  return names.sort().map((name) => ({
    name,
    statements: unstable_splitSqlQuery(readFileSync(join(MIGRATIONS, name), "utf8")),
  }));
}

const isFolder = (assets: unknown): assets is Serving["assets"] =>
  typeof assets === "object" && assets !== null && "directory" in assets && typeof assets.directory === "string";
const areWorkers = (bindings: unknown): bindings is Serving["options"]["serviceBindings"] =>
  typeof bindings === "object" &&
  bindings !== null &&
  Object.values(bindings).every((binding) => typeof binding?.name === "string");

const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, "wrangler.toml"));
// The modules are listed one by one, so the rules by which wrangler would find them do not apply.
const { modulesRules, rootPath, assets, serviceBindings, ...options } = workerOptions;
if (!isFolder(assets)) throw new Error("wrangler.toml names no folder of assets");
if (!areWorkers(serviceBindings)) throw new Error("wrangler.toml binds a service that is no Worker");
const serving: Serving = {
  options: { ...options, serviceBindings },
  // The folder may be moved after the build.
  assets: { ...assets, directory: relative(ROOT, assets.directory) },
  migrations: migrations(),
};
writeFileSync(join(ROOT, "dist/serving.json"), JSON.stringify(serving));
