/**
 * Serves the built Worker on this machine, in workerd, without an account: Miniflare over `dist/`.
 * The database is migrated and seeded before the port opens, so that whoever reaches the server finds it ready.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { VARIABLE_NAMES } from "../worker/config.ts";
import { workersApart, workersBeside } from "./companion-workers.ts";
import { type Credentials, loadOrCreateSecrets, loadOrCreateSecretsKey, saveCredentials } from "./credentials.ts";
import { isDatabasePrepared, prepareDatabase } from "./database.ts";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "./miniflare.ts";
import { endWorkerdWithThisProcess } from "./processes.ts";
import { WORKERD_ENVIRONMENT } from "./python/workerd-environment.ts";
import { DIST, readServing, type Serving } from "./serving.ts";

/** No platform bounds the isolate here: room for some hundred programs that sleep, or some ten that fill their limit. */
const SANDBOX_MEMORY_MIB = "1024";

const LOOPBACK = "127.0.0.1";

/**
 * Connects to public addresses alone, whatever name led there: Cloudflare's network refuses private ones by itself, that of
 * this machine does not.
 */
export const PUBLIC_NETWORK = { network: { allow: ["public"], tlsOptions: { trustBrowserCas: true } } };
/** Behind Miniflare's own `fetch` lies a Worker, through which every byte passes; on the platform there is none. */
export const ANY_NETWORK = { network: { allow: ["public", "private"], tlsOptions: { trustBrowserCas: true } } };

/** Of every Miniflare. */
const QUIET = {
  cf: false,
  log: new Log(LogLevel.WARN),
  logRequests: false,
  enableDevRegistry: false,
  telemetry: { enabled: false },
};

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
  host = LOOPBACK,
}: ServerOptions): Promise<RunningServer> {
  Object.assign(process.env, WORKERD_ENVIRONMENT);
  const folder = resolve(stateFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { options, assets, migrations } = readServing();
  const storage = join(folder, "storage");
  const shared = { ...QUIET, resourcePersistencePath: storage };
  const secrets = loadOrCreateSecrets(folder);
  const apart = openApart();
  if (!isDatabasePrepared(storage, migrations, secrets)) {
    const preparing = open({ ...shared, port: 0 }, [{ ...options, ...PREPARING_WORKER }]);
    await prepareDatabase(await preparing.getD1Database("DB"), migrations, secrets);
    await preparing.dispose();
  }

  const given = {
    // Who reaches the server is on this machine already.
    ...(host === LOOPBACK ? { RUNYARD_SIGN_UP: "open" } : {}),
    RUNYARD_SANDBOX_MEMORY_MIB: SANDBOX_MEMORY_MIB,
    RUNYARD_SECRETS_KEY: loadOrCreateSecretsKey(folder),
    ...Object.fromEntries(VARIABLE_NAMES.flatMap((name) => (variables[name] ? [[name, variables[name]]] : []))),
  };
  const main = {
    ...options,
    ...builtModules(),
    bindings: given,
    serviceBindings: {
      ...(await apart.bound(options.serviceBindings)),
      PUBLIC_NETWORK,
      ANY_NETWORK,
      ASSETS: ASSETS_WORKER.name,
    },
    // Miniflare's own door leads through three Workers of its own before ours: half of what a small request costs.
    unsafeDirectSockets: [{ host, port }],
  };
  const miniflare = open({ ...shared, port: 0 }, [main, { ...ASSETS_WORKER, assets }, ...workersBeside()]);
  await miniflare.ready;
  const url = (await miniflare.unsafeGetDirectURL()).origin;
  endWorkerdWithThisProcess();
  const stop = async () => void (await Promise.all([miniflare.dispose(), apart.stop()]));
  return { url, credentials: saveCredentials(folder, url, secrets), stop };
}

/**
 * All Workers of one workerd share a thread, which one that computes holds for as long as it does. On the platform each is
 * elsewhere; here each of these gets a workerd of its own, and the main Worker calls it through a port.
 */
function openApart() {
  const opened = workersApart().map((worker) => {
    const socket = { host: LOOPBACK, port: 0 };
    return {
      name: worker.name,
      miniflare: open({ ...QUIET, port: 0 }, [{ ...worker, unsafeDirectSockets: [socket] }]),
    };
  });
  const addresses = async () => {
    const found = opened.map(async ({ name, miniflare }) => {
      await miniflare.ready;
      return [name, (await miniflare.unsafeGetDirectURL()).host] as const;
    });
    return new Map(await Promise.all(found));
  };
  return {
    /** The main Worker's bindings, with those to these Workers led to where they are. */
    async bound(bindings: Serving["options"]["serviceBindings"]): Promise<object> {
      const known = await addresses();
      return Object.fromEntries(
        Object.entries(bindings).map(([binding, { name }]) => {
          const address = known.get(name);
          // Without options for HTTP Miniflare leaves out what methods are called through.
          return [binding, address === undefined ? { name } : { external: { address, http: {} } }];
        }),
      );
    },
    stop: () => Promise.all(opened.map(({ miniflare }) => miniflare.dispose())),
  };
}

type V4Options = Parameters<typeof convertV4MiniflareOptions>[0];

function open(shared: object, [main, ...others]: readonly object[]) {
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
