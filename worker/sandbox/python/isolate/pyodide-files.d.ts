/** The parts of the package that have no types of their own, and files that the build embeds as they are. */
declare module "pyodide/pyodide.asm.mjs" {
  export default function createPyodideModule(settings: object): Promise<{ readonly HEAPU8: Uint8Array }>;
}

declare module "*.py" {
  const text: string;
  export default text;
}

/** Files of the isolate, which it is given when it is loaded. */
declare module "*.zip" {
  const bytes: ArrayBuffer;
  export default bytes;
}
declare module "*.bin" {
  const bytes: ArrayBuffer;
  export default bytes;
}
declare module "*.txt" {
  const text: string;
  export default text;
}
declare module "runyard:trampolines" {
  /** Each with the hexadecimal bytes that it was compiled from. */
  export const TRAMPOLINES: readonly (readonly [hex: string, module: WebAssembly.Module])[];
}
