/** Serves `engine-worker.ts` in workerd, with the engine that `node scripts/build.ts parts` built. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

const ENTRY = fileURLToPath(new URL("engine-worker.ts", import.meta.url));
const WASM = fileURLToPath(new URL("../../../worker/sandbox/javascript/generated/quickjs.wasm", import.meta.url));

export interface BareWorker {
  readonly origin: string;
  stop(): Promise<void>;
}

export async function startBareWorker(): Promise<BareWorker> {
  const { outputFiles } = await build({
    ...{ entryPoints: [ENTRY], bundle: true, write: false, format: "esm", minify: true },
    ...{ platform: "neutral", mainFields: ["module", "main"] },
    plugins: [
      {
        name: "engine",
        setup: ({ onResolve }) =>
          void onResolve({ filter: /\.wasm$/ }, () => ({ path: "./quickjs.wasm", external: true })),
      },
    ],
  });
  const shared = { host: "127.0.0.1", port: 0, cf: false, log: new Log(LogLevel.WARN), logRequests: false };
  const modules = [
    { type: "ESModule", path: "/index.js", contents: outputFiles[0]!.text },
    { type: "CompiledWasm", path: "/quickjs.wasm", contents: readFileSync(WASM) },
  ];
  const worker = { name: "engine", compatibilityDate: "2026-10-20", modulesRoot: "/", modules };
  const options = { ...shared, enableDevRegistry: false, telemetry: { enabled: false }, workers: [worker] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions(options as Parameters<typeof convertV4MiniflareOptions>[0]),
  );
  return { origin: (await miniflare.ready).origin, stop: () => miniflare.dispose() };
}
