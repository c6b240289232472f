/**
 * The package that the Python engine is made of. The build refuses any other version, because what it relies on
 * (snapshots, the interrupt check, the numbers of loops and functions) is internal to Pyodide.
 */
export const PYTHON_PACKAGE = {
  name: "pyodide",
  version: "314.0.7",
  python: "3.14.2",
  abi: "2026_0",
  platform: "emscripten_5_0_3",
  /** Linear memory at the start, in pages of 64 KiB: 30 MiB. */
  memoryPages: 480,
} as const;
