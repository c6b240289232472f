/** The product's Python engine over its own Worker, and programs that run on it. */
import { env } from "cloudflare:workers";
import { createPythonEngine } from "../../../worker/sandbox/python/engine.ts";
import type { PythonRunner } from "../../../worker/sandbox/python/protocol.ts";
import { harness } from "../harness.ts";

export const engine = createPythonEngine((env as unknown as { PYTHON: PythonRunner }).PYTHON);

export const { run, resultOf, printed, errorOf } = harness(engine, { language: "python", timeoutMs: 15_000 });
