/**
 * Loads the simulation with one bug planted in the product: a copy of all modules under an address of its own, in which
 * one text of one file is replaced. Nothing is written to disk.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";
import { type Simulate, WORLDS } from "./worlds.ts";

const ROOT = new URL("../../", import.meta.url);
const KEY = "planted";

function plantedIn(url: string | undefined): string | null {
  return url === undefined || !url.includes(KEY) ? null : new URL(url).searchParams.get(KEY);
}

/** Throws when the text to be replaced is not there exactly once: the bug must be written anew. */
export function plant(source: string, { name, file, find, replace }: Mutant): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`"${name}": its text occurs ${parts.length - 1} times in ${file}, not once`);
  return parts.join(replace);
}

let isReady = false;

function prepare(): void {
  if (isReady) return;
  isReady = true;
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const planted = plantedIn(context.parentURL);
      const isOurs = resolved.url.startsWith(ROOT.href) && !resolved.url.includes("/node_modules/");
      // Databases know nothing of the product, and are reused.
      if (planted === null || !isOurs || resolved.url.endsWith("/databases.ts")) return resolved;
      const url = new URL(resolved.url);
      url.searchParams.set(KEY, planted);
      return { ...resolved, url: url.href };
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const planted = plantedIn(url);
      const mutant = MUTANTS.find(({ name }) => name === planted);
      if (!mutant || new URL(url).pathname !== new URL(mutant.file, ROOT).pathname) return loaded;
      return { ...loaded, source: plant(String(loaded.source), mutant) };
    },
  });
}

export async function simulationWith(mutant: Mutant): Promise<Simulate> {
  prepare();
  plant(readFileSync(new URL(mutant.file, ROOT), "utf8"), mutant);
  const address = new URL(WORLDS[mutant.world ?? "runs"]);
  address.searchParams.set(KEY, mutant.name);
  const module: { simulate: Simulate } = await import(address.href);
  return module.simulate;
}
