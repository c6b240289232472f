/**
 * The engine for JavaScript and TypeScript: QuickJS, metered and suspended. Its entry point; see `run.ts` for a run.
 * Keeps nothing between runs but the code that the host compiled for the module.
 */
import { DEFAULT_LIMITS } from "../../domain/program.ts";
import type { Engine, GuestRequest } from "../engine.ts";
import { MemoryGate } from "../memory-gate.ts";
import { ENGINE_VERSION } from "./artifact.ts";
import { IMAGE } from "./generated/image.ts";
import { ISOLATE_MEMORY_BYTES } from "./limits.ts";
import { runProgram } from "./run.ts";
import { SliceQueue } from "./slice-queue.ts";

/**
 * Create one for each isolate: it shares out the isolate's memory.
 * @param module the compiled `generated/quickjs.wasm`; a Worker imports it in `quickjs-module.ts`
 * @param memoryBytes what all guests together may hold
 */
export function createJavaScriptEngine(module: WebAssembly.Module, memoryBytes = ISOLATE_MEMORY_BYTES): Engine {
  const shared = { memory: new MemoryGate(memoryBytes), slices: new SliceQueue() };
  let warm: Promise<unknown> | null = null;
  return {
    version: ENGINE_VERSION,
    async execute(request) {
      warm ??= runProgram(module, IMAGE, warmUp(), shared);
      await warm;
      return runProgram(module, IMAGE, request, shared);
    },
  };
}

/**
 * Runs once before the first program, for about 5 ms: enough calls for the host to begin to optimise the interpreter in
 * the background. A function of WebAssembly that runs already is never replaced by its optimised code, so that without
 * this a long loop as the first program runs at a third of the speed to its end.
 */
const warmUp = (): GuestRequest => ({
  program: {
    language: "javascript",
    entry: "warm-up.js",
    files: { "warm-up.js": "const f = (n) => n + 1; let sum = 0; for (let i = 0; i < 4000; i++) sum = f(sum);" },
    stdin: "",
    args: [],
  },
  limits: DEFAULT_LIMITS,
  seed: "",
  // It must not wait for anything: requests share this promise, and only a settled one may be shared.
  clock: { now: () => 0, sleep: async () => {} },
  onOutput: () => undefined,
  onNotice: () => undefined,
  signal: new AbortController().signal,
  replay: null,
  capabilities: [],
});
