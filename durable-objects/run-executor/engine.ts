/** The engine of this isolate. The one place that knows which engine is shipped. */
import { createJavaScriptEngine } from "../../worker/sandbox/javascript/engine.ts";
import { quickJsModule } from "../../worker/sandbox/javascript/quickjs-module.ts";

export const engine = createJavaScriptEngine(quickJsModule);
