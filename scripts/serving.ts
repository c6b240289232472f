/** What a build says about the Worker that it built: written by `describe-worker.ts`, read by whoever serves it. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "../..");
export const DIST = join(ROOT, "dist");
const FILE = join(DIST, "serving.json");

export interface Migration {
  /** The file's name: migrations are applied in its order. */
  readonly name: string;
  readonly statements: readonly string[];
}

export interface Serving {
  /** As Miniflare takes them: bindings, objects, dates and flags of `wrangler.toml`. */
  readonly options: { readonly serviceBindings: Readonly<Record<string, { readonly name: string }>> };
  readonly assets: { readonly directory: string };
  readonly migrations: readonly Migration[];
}

export function readServing(): Serving {
  if (!existsSync(FILE)) throw new Error("Nothing that could be served was built yet: run `npm run build`.");
  const serving: Serving = JSON.parse(readFileSync(FILE, "utf8"));
  return { ...serving, assets: { ...serving.assets, directory: join(ROOT, serving.assets.directory) } };
}
