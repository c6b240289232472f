/** Whether what a build reads has changed since it last wrote: builds that take seconds are skipped where it has not. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

export interface BuildInputs {
  readonly isUnchanged: boolean;
  /** Called when all is written. */
  remember(): void;
}

/**
 * @param inputs files and folders, from the project's root, whose contents decide what is built
 * @param folder where it is built, and what it was built from is remembered
 */
export function buildInputs(inputs: readonly string[], folder: string): BuildInputs {
  const hash = createHash("sha256");
  for (const input of inputs) {
    for (const file of filesOf(join(ROOT, input))) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  }
  const digest = hash.digest("hex");
  const known = join(folder, "inputs.sha256");
  return {
    isUnchanged: existsSync(known) && readFileSync(known, "utf8") === digest,
    remember: () => writeFileSync(known, digest),
  };
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm ci`);
  try {
    const entries = readdirSync(path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return files.sort();
  } catch {
    return [path];
  }
}
