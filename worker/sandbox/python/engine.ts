/**
 * The engine for Python: the host's side of a run. It gives the run to the Python Worker, answers its exchanges, and
 * says how it ended. Keeps nothing between runs.
 */
import type { Engine } from "../engine.ts";
import { ENGINE_VERSION } from "./generated/version.ts";
import type { PythonRunner } from "./protocol.ts";
import { runProgram } from "./run.ts";

/** @param runner the binding of the Python Worker */
export function createPythonEngine(runner: PythonRunner): Engine {
  return { version: ENGINE_VERSION, execute: (request) => runProgram(runner, request) };
}
