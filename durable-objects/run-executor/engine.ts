/** The engine of this isolate. The one place that knows which artifact is shipped. */
import { createJavaScriptEngine } from "../../worker/sandbox/javascript/engine.ts";
import engineModule from "../../worker/sandbox/javascript/generated/quickjs.wasm";

export const engine = createJavaScriptEngine(engineModule);
