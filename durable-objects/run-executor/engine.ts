/** The engines of this isolate, by name. The one place that knows which are shipped. */
import type { EngineName } from "../../worker/domain/languages.ts";
import type { Engine } from "../../worker/sandbox/engine.ts";
import { createJavaScriptEngine } from "../../worker/sandbox/javascript/engine.ts";
import { quickJsModule } from "../../worker/sandbox/javascript/quickjs-module.ts";

const javascript = createJavaScriptEngine(quickJsModule);

export const engines: Readonly<Record<EngineName, Engine>> = { javascript, python: javascript };
