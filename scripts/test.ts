/** `npm test`: builds what tests need, checks the sources, and runs every test. Stops at the first part that fails. */
import { spawnSync } from "node:child_process";
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

function timed(name: string, work: () => void): void {
  const startedAt = Date.now();
  work();
  console.log(`${name}: ${((Date.now() - startedAt) / SECOND_MS).toFixed(1)} s`);
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(join(ROOT, "node_modules/.bin", command), args, {
    cwd: ROOT,
    env: ENVIRONMENT,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

timed("build", () => {
  buildParts();
  buildWorker();
});
timed("types", () => {
  for (const project of [".", "client", "scripts", "test", "test/simulation", "examples"]) run("tsc", ["-p", project]);
});
timed("lint", () => {
  run("biome", ["check", "--error-on-warnings", "."]);
  run("node", ["scripts/lint/house-rules.ts"]);
});
timed("import rules", () => {
  run("depcruise", ["worker", "durable-objects", "client", "scripts", "--config", ".dependency-cruiser.cjs"]);
});
timed("tests", () => run("vitest", ["run"]));
