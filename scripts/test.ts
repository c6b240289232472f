/** `npm test`: builds what tests need, checks the sources, and runs every test. Stops at the first part that fails. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildParts, buildWorker, WRANGLER_ENVIRONMENT } from "./build.ts";

const ROOT = resolve(fileURLToPath(import.meta.url), "../..");
const SECOND_MS = 1_000;

// Tests reach this machine alone. Miniflare hands on every authority that this names, and copies the whole configuration of
// workerd, with Python in it, for each few of them: three seconds of every start.
delete process.env["NODE_EXTRA_CA_CERTS"];
const ENVIRONMENT = {
  ...process.env,
  ...WRANGLER_ENVIRONMENT,
  // The same large packages are compiled by every process that starts.
  NODE_COMPILE_CACHE: join(ROOT, ".cache/compiled"),
};

async function timed(name: string, work: () => unknown): Promise<void> {
  const startedAt = Date.now();
  await work();
  console.log(`${name}: ${((Date.now() - startedAt) / SECOND_MS).toFixed(1)} s`);
}

/** Ends everything where the command fails. */
async function run(command: string, args: readonly string[]): Promise<void> {
  const path = join(ROOT, "node_modules/.bin", command);
  const child = spawn(path, args, { cwd: ROOT, env: ENVIRONMENT, stdio: "inherit" });
  const [status] = await once(child, "exit");
  if (status !== 0) process.exit(status ?? 1);
}

await timed("build", () => {
  buildParts();
  buildWorker();
});
const types = async () => {
  for (const project of [".", "client", "scripts", "test", "test/simulation", "examples"])
    await run("tsc", ["-p", project]);
};
const lint = async () => {
  await run("biome", ["check", "--error-on-warnings", "."]);
  await run("node", ["scripts/lint/house-rules.ts"]);
  await run("depcruise", ["worker", "durable-objects", "client", "scripts", "--config", ".dependency-cruiser.cjs"]);
};
await timed("types, lint and import rules", () => Promise.all([types(), lint()]));
await timed("tests", () => run("vitest", ["run"]));
