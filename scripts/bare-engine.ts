/**
 * Serves the JavaScript engine alone, in workerd, for as long as a script needs it: see `bare-engine-worker.ts`.
 * Needs the built engine (`node scripts/build.ts parts`).
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import type { BareRequest, BareResult } from "./bare-engine-worker.ts";

const ROOT = resolve(fileURLToPath(import.meta.url), "../..");
const WASM_NAME = "quickjs.wasm";
const WASM_FILE = resolve(ROOT, "worker/sandbox/javascript/generated", WASM_NAME);
const KIBIBYTE = 1_024;

export interface BareEngine {
  /** Runs programs one after the other. Calls may overlap. */
  run(programs: readonly BareRequest[]): Promise<BareResult[]>;
  /** Resident memory of the workerd process, in bytes. */
  residentBytes(): number;
  stop(): Promise<void>;
}

/** A Worker that has the engine, served on a free port. */
export interface EngineWorker {
  readonly origin: string;
  /** Resident memory of its workerd process, in bytes. */
  residentBytes(): number;
  stop(): Promise<void>;
}

export async function startBareEngine(): Promise<BareEngine> {
  const { origin, ...worker } = await startEngineWorker(resolve(ROOT, "scripts/bare-engine-worker.ts"));
  return {
    async run(programs) {
      const answer = await fetch(origin, { method: "POST", body: JSON.stringify(programs) });
      if (!answer.ok) throw new Error(`the engine answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as BareResult[];
    },
    ...worker,
  };
}

/** @param entry the Worker's source file */
export async function startEngineWorker(entry: string): Promise<EngineWorker> {
  const others = new Set(workerdChildren().map(({ pid }) => pid));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ host: "127.0.0.1", port: 0, cf: false, log: new Log(LogLevel.WARN), logRequests: false },
      ...{ enableDevRegistry: false, telemetry: { enabled: false } },
      workers: [
        {
          name: "bare-engine",
          compatibilityDate: "2026-10-01",
          modulesRoot: "/",
          modules: [
            { type: "ESModule", path: "/worker.js", contents: await bundle(entry) },
            { type: "CompiledWasm", path: `/${WASM_NAME}`, contents: readFileSync(WASM_FILE) },
          ],
        },
      ],
    } as Parameters<typeof convertV4MiniflareOptions>[0]),
  );
  const { origin } = await miniflare.ready;
  return {
    origin,
    residentBytes() {
      const own = workerdChildren().find(({ pid }) => !others.has(pid));
      if (own === undefined) throw new Error("the workerd process was not found");
      return own.residentBytes;
    },
    stop: () => miniflare.dispose(),
  };
}

async function bundle(entry: string): Promise<string> {
  const wasm = { name: "wasm", setup: leaveWasmOutside };
  const { outputFiles } = await build({
    entryPoints: [entry],
    ...{ bundle: true, minify: true, format: "esm", write: false, platform: "neutral", mainFields: ["module", "main"] },
    plugins: [wasm],
  });
  return outputFiles[0]!.text;
}

/** The engine's file is a module of its own, beside the bundle. */
function leaveWasmOutside({
  onResolve,
}: Parameters<NonNullable<Parameters<typeof build>[0]["plugins"]>[0]["setup"]>[0]) {
  onResolve({ filter: /\.wasm$/ }, () => ({ path: `./${WASM_NAME}`, external: true }));
}

interface ChildProcess {
  readonly pid: number;
  readonly residentBytes: number;
}

/** This process's children that are workerd. */
function workerdChildren(): ChildProcess[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss=,command="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, parent, kibibytes, command = ""] = line.match(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/) ?? [];
    const isOurs = Number(parent) === process.pid && command.includes("workerd serve");
    return isOurs ? [{ pid: Number(pid), residentBytes: Number(kibibytes) * KIBIBYTE }] : [];
  });
}
