/**
 * Builds everything that is served: the sandbox's engines, the type checker, the console's assets, the examples, and the Worker.
 * `node scripts/build.ts parts` stops before the Worker: what types, tests and `wrangler dev` need.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "../..");
const BIN = join(ROOT, "node_modules/.bin");

/** Keeps wrangler quiet and offline. */
export const WRANGLER_ENVIRONMENT = {
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

const PARTS = [
  ...["engine/build-engine.ts", "python/build-python.ts", "checker/build-checker.ts"],
  ...["build-client.ts", "build-examples.ts"],
];

function run(command: string, args: readonly string[]): void {
  const env = { ...process.env, ...WRANGLER_ENVIRONMENT };
  execFileSync(command, args, { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
}

export function buildParts(): void {
  for (const script of PARTS) {
    run(process.execPath, [join(ROOT, "scripts", script)]);
  }
}

export function buildWorker(): void {
  rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  run(process.execPath, [join(BIN, "wrangler"), "deploy", "--dry-run", "--outdir", "dist"]);
  run(process.execPath, [join(ROOT, "scripts/describe-worker.ts")]);
}

if (import.meta.main) {
  buildParts();
  if (process.argv[2] !== "parts") buildWorker();
}
