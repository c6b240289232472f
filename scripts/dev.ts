/** `npm run dev`: serves through wrangler, with reload. Its state lies in .wrangler/state, apart from `npm start`'s. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildParts, WRANGLER_ENVIRONMENT } from "./build.ts";
import { COMPANION_CONFIGS } from "./companion-workers.ts";
import { bootstrapSql, loadOrCreateSecrets, loadOrCreateSecretsKey, saveCredentials } from "./credentials.ts";
import { WORKERD_ENVIRONMENT } from "./python/workerd-environment.ts";

const ROOT = resolve(fileURLToPath(import.meta.url), "../..");
const BIN = join(ROOT, "node_modules/.bin");
const STATE = join(ROOT, ".wrangler/state");
const port = process.env["PORT"] ?? "8787";
const env = { ...process.env, ...WRANGLER_ENVIRONMENT, ...WORKERD_ENVIRONMENT };

function wrangler(...args: string[]): void {
  execFileSync(join(BIN, "node"), [join(BIN, "wrangler"), ...args], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

buildParts();
mkdirSync(STATE, { recursive: true });
const secrets = loadOrCreateSecrets(STATE);
const seed = join(STATE, "bootstrap.sql");
writeFileSync(seed, bootstrapSql(secrets, Date.now()), { mode: 0o600 });
wrangler("d1", "migrations", "apply", "DB", "--local");
wrangler("d1", "execute", "DB", "--local", "--yes", "--file", seed);
const variables = join(STATE, "dev.vars");
writeFileSync(variables, `RUNYARD_SECRETS_KEY=${loadOrCreateSecretsKey(STATE)}\n`, { mode: 0o600 });
const { signInUrl } = saveCredentials(STATE, `http://127.0.0.1:${port}`, secrets);
console.log(`\nSign in    ${signInUrl}\n`);

spawn(process.execPath, ["scripts/build-client.ts", "--watch"], {
  cwd: ROOT,
  env,
  stdio: ["ignore", "ignore", "inherit"],
});
const configs = ["wrangler.toml", ...COMPANION_CONFIGS].flatMap((config) => ["--config", config]);
const dev = [
  "dev",
  ...configs,
  "--local",
  "--env-file",
  variables,
  "--ip",
  "127.0.0.1",
  "--port",
  port,
  "--inspector-port",
  "0",
];
spawn(join(BIN, "node"), [join(BIN, "wrangler"), ...dev], { cwd: ROOT, env, stdio: "inherit" }).on("exit", (code) =>
  process.exit(code ?? 0),
);
