/**
 * The package that the JavaScript engine is made of, and the SHA-256 of what the build makes of it: the file, and the
 * source of `Intl` behind it. The build writes no other, and a test rebuilds both byte for byte.
 */
export const ARTIFACT = {
  package: "@jitl/quickjs-wasmfile-release-sync",
  version: "0.32.0",
  sha256: "79fc9778ecd91c4e8cca20351ff2a3492835ba86f348b7966f127934caceb15b",
  /** The C stack: what `GUEST_STACK_BYTES` allows, and as much again and more for natives that do not look. */
  stackBytes: 512 * 1024,
  /** Linear memory at the start, in pages of 64 KiB: 88 KiB of data, the stack, and room for the prelude. */
  memoryPages: 24,
} as const;

/** Raised where the host counts a run's fuel or its places in another way than before. */
const COUNTING = 2;

export const ENGINE_VERSION = `quickjs-${ARTIFACT.version}-${ARTIFACT.sha256.slice(0, 8)}-${COUNTING}`;
