/** The engines of this isolate, by name. The one place that knows which are shipped. */
import { configOf } from "../../worker/config.ts";
import type { EngineName } from "../../worker/domain/languages.ts";
import type { Engine } from "../../worker/sandbox/engine.ts";
import { createJavaScriptEngine } from "../../worker/sandbox/javascript/engine.ts";
import { quickJsModule } from "../../worker/sandbox/javascript/quickjs-module.ts";
import { createPythonEngine } from "../../worker/sandbox/python/engine.ts";
import type { Env } from "../env.ts";

/** One for the isolate: it shares out the isolate's memory. */
let javascript: Engine | null = null;

/** @param env its bindings say where engines run that are Workers of their own */
export function engineFor(name: EngineName, env: Env): Engine {
  switch (name) {
    case "javascript":
      javascript ??= createJavaScriptEngine(quickJsModule, configOf(env).sandboxMemoryBytes);
      return javascript;
    case "python":
      return createPythonEngine(env.PYTHON);
  }
}
