/** The compiled engine file: the one place that imports it, because only a Worker can import WebAssembly. */
/// <reference path="./wasm-files.d.ts" />
import module from "./generated/quickjs.wasm";

export const quickJsModule: WebAssembly.Module = module;
