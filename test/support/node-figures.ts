/** Runs the programs of `sandbox/same-work.ts` in Node before the tests in workerd start, and hands them what came of each. */
import { readFileSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { createJavaScriptEngine } from "../../worker/sandbox/javascript/engine.ts";
import { SAME_WORK, workOf } from "../sandbox/same-work.ts";

const FILE = new URL("../../worker/sandbox/javascript/generated/quickjs.wasm", import.meta.url);

export default async function provideFigures(project: TestProject): Promise<void> {
  const engine = createJavaScriptEngine(new WebAssembly.Module(readFileSync(FILE)));
  const figures: Record<string, string> = {};
  for (const [name, code] of Object.entries(SAME_WORK)) figures[name] = await workOf(engine, code);
  project.provide("workInNode", figures);
}
