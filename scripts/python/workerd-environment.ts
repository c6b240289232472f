/** How workerd is started, for the sake of Python. */

const V8_FLAGS = [
  // V8 drops the quickly compiled code of WebAssembly now and then, and compiles it again in the next isolate without
  // giving all of its memory back: some 1.5 MB for each run of Python.
  "--no-flush-liftoff-code",
  // Room for what a request leaves behind, in MB for each isolate: with V8's own 1 to 16 a fifth of a short run's time
  // went to collecting it.
  "--min-semi-space-size=16",
  "--max-semi-space-size=32",
];

/** Whoever starts workerd sets this in its environment. */
export const WORKERD_ENVIRONMENT = { MINIFLARE_WORKERD_V8_FLAGS: V8_FLAGS.join(" ") } as const;
