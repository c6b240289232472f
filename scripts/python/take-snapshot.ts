/** Runs `worker/sandbox/python/isolate/snapshot-worker.ts` in workerd, the runtime that will start from the snapshot, and collects what it answers. */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

export interface SnapshotParts {
  /** The bundle of `snapshot-worker.ts`. */
  readonly script: string;
  readonly python: Uint8Array;
  readonly standardLibrary: Uint8Array;
}

export interface SnapshotResult {
  readonly snapshot: Uint8Array;
  /** The bytes of each small module, as hexadecimal digits, sorted. */
  readonly trampolines: readonly string[];
}

type V4Options = Parameters<typeof convertV4MiniflareOptions>[0];

export async function takeSnapshot({ script, python, standardLibrary }: SnapshotParts): Promise<SnapshotResult> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      log: new Log(LogLevel.WARN),
      cf: false,
      telemetry: { enabled: false },
      name: "snapshot",
      compatibilityDate: "2026-10-20",
      modules: [
        { type: "ESModule", path: "main.js", contents: script },
        { type: "CompiledWasm", path: "python.wasm", contents: python },
        { type: "Data", path: "python_stdlib.zip", contents: standardLibrary },
      ],
      unsafeEvalBinding: "UNSAFE_EVAL",
    } as V4Options),
  );
  try {
    const answer = await miniflare.dispatchFetch("http://snapshot/");
    if (!answer.ok) throw new Error(`the snapshot could not be taken: ${await answer.text()}`);
    const trampolines = JSON.parse(answer.headers.get("x-trampolines") ?? "[]") as string[];
    return { snapshot: new Uint8Array(await answer.arrayBuffer()), trampolines };
  } finally {
    await miniflare.dispose();
  }
}
