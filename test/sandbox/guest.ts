/** The JavaScript engine in this isolate, and programs that run on it. */
import { createJavaScriptEngine } from "../../worker/sandbox/javascript/engine.ts";
import { quickJsModule } from "../../worker/sandbox/javascript/quickjs-module.ts";
import { harness } from "./harness.ts";

export const engine = createJavaScriptEngine(quickJsModule);

export const { run, resultOf, printed, errorOf } = harness(engine, { language: "javascript", timeoutMs: 10_000 });
