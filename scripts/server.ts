/**
 * Serves the built Worker on this machine, in workerd, without an account: Miniflare over `dist/`.
 * The database is migrated and seeded before the port opens, so that whoever reaches the server finds it ready.
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import { VARIABLE_NAMES } from "../worker/config.ts";
import {
  bootstrapStatements,
  type Credentials,
  loadOrCreateSecrets,
  loadOrCreateSecretsKey,
  type Secrets,
  saveCredentials,
} from "./credentials.ts";
import { endWorkerdWithThisProcess } from "./processes.ts";
import { pythonWorker, WORKERD_ENVIRONMENT } from "./python/python-worker.ts";

const ROOT = resolve(fileURLToPath(import.meta.url), "../..");
const DIST = join(ROOT, "dist");
const MIGRATIONS = join(ROOT, "migrations");
/** No platform bounds the isolate here: room for some hundred programs that sleep, or some ten that fill their limit. */
const SANDBOX_MEMORY_MIB = "1024";

/**
 * Connects to public addresses alone, whatever name led there: Cloudflare's network refuses private ones by itself, that of
 * this machine does not.
 */
export const PUBLIC_NETWORK = { network: { allow: ["public"], tlsOptions: { trustBrowserCas: true } } };

export interface ServerOptions {
  readonly port: number;
  readonly stateFolder: string;
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly host?: string;
}

export interface RunningServer {
  readonly url: string;
  readonly credentials: Credentials;
  stop(): Promise<void>;
}

export async function startServer({
  port,
  stateFolder,
  variables = {},
  host = "127.0.0.1",
}: ServerOptions): Promise<RunningServer> {
  Object.assign(process.env, WORKERD_ENVIRONMENT);
  const folder = resolve(stateFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { workerOptions: described } = unstable_getMiniflareWorkerOptions(join(ROOT, "wrangler.toml"));
  // The modules are listed one by one, so the rules by which wrangler would find them do not apply.
  const { modulesRules, assets, ...workerOptions } = described;
  const shared = {
    cf: false,
    log: new Log(LogLevel.WARN),
    logRequests: false,
    enableDevRegistry: false,
    resourcePersistencePath: join(folder, "storage"),
    telemetry: { enabled: false },
  };
  const secrets = loadOrCreateSecrets(folder);
  const preparing = open({ ...shared, port: 0 }, [{ ...workerOptions, ...PREPARING_WORKER }]);
  await prepareDatabase(await preparing.getD1Database("DB"), secrets);
  await preparing.dispose();

  const given = {
    RUNYARD_SANDBOX_MEMORY_MIB: SANDBOX_MEMORY_MIB,
    RUNYARD_SECRETS_KEY: loadOrCreateSecretsKey(folder),
    ...Object.fromEntries(VARIABLE_NAMES.flatMap((name) => (variables[name] ? [[name, variables[name]]] : []))),
  };
  const main = {
    ...workerOptions,
    ...builtModules(),
    bindings: given,
    serviceBindings: { ...(workerOptions.serviceBindings as object), PUBLIC_NETWORK, ASSETS: ASSETS_WORKER.name },
    // Miniflare's own door leads through three Workers of its own before ours: half of what a small request costs.
    unsafeDirectSockets: [{ host, port }],
  };
  const miniflare = open({ ...shared, port: 0 }, [main, pythonWorker(), { ...ASSETS_WORKER, assets }]);
  await miniflare.ready;
  const url = (await miniflare.unsafeGetDirectURL()).origin;
  endWorkerdWithThisProcess();
  return { url, credentials: saveCredentials(folder, url, secrets), stop: () => miniflare.dispose() };
}

async function prepareDatabase(database: PreparedDatabase, secrets: Secrets): Promise<void> {
  await migrate(database);
  const seed = bootstrapStatements(secrets, Date.now());
  await database.batch(seed.map(({ sql, values }) => database.prepare(sql).bind(...values)));
}

type V4Options = Parameters<typeof convertV4MiniflareOptions>[0];

function open(shared: object, [main, ...others]: readonly object[]): Miniflare {
  return new Miniflare(
    convertV4MiniflareOptions({ ...shared, workers: [{ name: "runyard", ...main }, ...others] } as V4Options),
  );
}

/** Stands in while the database is prepared: no objects, no assets, no other Worker, nothing that could serve. */
const PREPARING_WORKER = {
  modules: true,
  script: "export default { fetch: () => new Response(null, { status: 503 }) }",
  durableObjects: {},
  serviceBindings: {},
  assets: undefined,
} as const;

/** Serves the built files to the main Worker, as the platform does in front of it. */
const ASSETS_WORKER = {
  name: "runyard-assets",
  modules: true,
  script: "export default { fetch: () => new Response(null, { status: 404 }) }",
} as const;

function builtModules() {
  const files = readdirSync(DIST).filter((name) => name.endsWith(".js") || name.endsWith(".wasm"));
  const entry = "index.js";
  const modules = [entry, ...files.filter((name) => name !== entry)].map((name) => ({
    type: name.endsWith(".wasm") ? ("CompiledWasm" as const) : ("ESModule" as const),
    path: join(DIST, name),
  }));
  return { modulesRoot: DIST, modules };
}

type PreparedDatabase = Awaited<ReturnType<Miniflare["getD1Database"]>>;

/** Applies the migrations that are not in the database's own list yet: the table that wrangler keeps, too. */
async function migrate(database: PreparedDatabase): Promise<void> {
  await database.exec(
    "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
  );
  const applied = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const known = new Set(applied.results.map((row) => row.name));
  for (const name of readdirSync(MIGRATIONS)
    .filter((file) => file.endsWith(".sql"))
    .sort()) {
    if (known.has(name)) continue;
    const statements = unstable_splitSqlQuery(readFileSync(join(MIGRATIONS, name), "utf8"));
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}
