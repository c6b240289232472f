/**
 * The package that the JavaScript engine is made of, and the SHA-256 of the file that the build makes of it. The build
 * writes no other, and a test rebuilds it byte for byte.
 */
export const ARTIFACT = {
  package: "@jitl/quickjs-wasmfile-release-sync",
  version: "0.32.0",
  sha256: "cebf96818edfc9b94e6526db5f36a444ac75902ebb7301dde4b5c836a93e917a",
  /** Linear memory at the start, in pages of 64 KiB: 88 KiB of data, 5 MiB of stack, and room for the prelude. */
  memoryPages: 96,
} as const;

export const ENGINE_VERSION = `quickjs-${ARTIFACT.version}-${ARTIFACT.sha256.slice(0, 8)}`;
