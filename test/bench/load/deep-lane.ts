/** 10,000 runs that wait in one lane: how fast they join, how fast each is claimed, and in which order. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { PRIORITIES } from "../../../worker/domain/lane.ts";
import { ms, quantile } from "../measure.ts";
import type { DrainFigures, EnqueueFigures } from "./lane-figures.ts";

const WORKER = resolve(fileURLToPath(import.meta.url), "../lane-worker.ts");
const CALLERS = 20;
const POLL_MS = 100;
/** A lane that stands still for so long is stuck. */
const STILL_MS = 10_000;

export const ENQUEUE_BAR_PER_S = 300;
export const CLAIM_BAR_MS = 10;

async function startLaneWorker(stateFolder: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const { outputFiles } = await build({
    entryPoints: [WORKER],
    ...{ bundle: true, format: "esm", write: false, platform: "neutral", mainFields: ["browser", "module", "main"] },
    ...{ conditions: ["workerd", "worker", "browser"], external: ["cloudflare:*", "node:*"] },
  });
  const object = (className: string) => ({ className, useSQLite: true });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ host: "127.0.0.1", port: 0, cf: false, log: new Log(LogLevel.WARN), logRequests: false },
      ...{ enableDevRegistry: false, telemetry: { enabled: false }, resourcePersistencePath: stateFolder },
      workers: [
        {
          name: "lane",
          compatibilityDate: "2026-10-20",
          modulesRoot: "/",
          modules: [{ type: "ESModule", path: "/worker.js", contents: outputFiles[0]!.text }],
          bindings: { LOG_LEVEL: "error" },
          durableObjects: {
            RUN_QUEUE: object("RunQueue"),
            RUN_EXECUTOR: object("ReleasingRun"),
            WORKSPACE_CAPACITY: object("WorkspaceCapacity"),
            PLAIN: object("PlainRows"),
          },
        },
      ],
    } as Parameters<typeof convertV4MiniflareOptions>[0]),
  );
  return { url: (await miniflare.ready).origin, stop: () => miniflare.dispose() };
}

async function ask<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function drain(url: string, total: number): Promise<DrainFigures> {
  await ask(`${url}/resume`);
  let [figures, movedAt] = [await ask<DrainFigures>(`${url}/drained`), Date.now()];
  while (figures.claimed < total) {
    await sleep(POLL_MS);
    const now = await ask<DrainFigures>(`${url}/drained`);
    if (now.claimed > figures.claimed) movedAt = Date.now();
    if (Date.now() - movedAt > STILL_MS) throw new Error(`the lane stands still after ${now.claimed} of ${total} runs`);
    figures = now;
  }
  return figures;
}

/** Runs that were claimed before another one that is more urgent. All arrive within seconds, so there is none. */
function inversions({ priorities }: DrainFigures): number {
  const ranks = priorities.map((priority) => PRIORITIES.indexOf(priority));
  return ranks.filter((rank, index) => index > 0 && rank < ranks[index - 1]!).length;
}

/** The lane alone: everything is real but the runs. */
export async function deepLane(total: number): Promise<string[][]> {
  const stateFolder = mkdtempSync(join(tmpdir(), "runyard-lane-"));
  const worker = await startLaneWorker(stateFolder);
  try {
    const filled = await ask<EnqueueFigures>(`${worker.url}/enqueue?total=${total}&callers=${CALLERS}`);
    const drained = await drain(worker.url, total);
    const perSecond = (total / filled.tookMs) * 1_000;
    const plain = (total / filled.plainTookMs) * 1_000;
    return [
      [
        `lane: ${total} runs join, ${CALLERS} callers`,
        `${perSecond.toFixed(0)}/s`,
        `≥ ${ENQUEUE_BAR_PER_S}/s`,
        `one row stored a call ${plain.toFixed(0)}/s`,
      ],
      [
        "lane: one joins, p50 / p99",
        `${ms(quantile(filled.samplesMs, 0.5))} / ${ms(quantile(filled.samplesMs, 0.99))}`,
        "",
        `one row ${ms(quantile(filled.plainMs, 0.5))} / ${ms(quantile(filled.plainMs, 0.99))}`,
      ],
      [
        "lane: release to the next claim, p50 / p99",
        `${ms(quantile(drained.claimsMs, 0.5))} / ${ms(quantile(drained.claimsMs, 0.99))}`,
        `p99 ≤ ${CLAIM_BAR_MS} ms`,
        "",
      ],
      ["lane: claimed before a more urgent one", String(inversions(drained)), "0", ""],
    ];
  } finally {
    await worker.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}
