/**
 * Bundles the prelude (guest code in `worker/sandbox/javascript/prelude`) into two scripts: one that is evaluated when the
 * image is built, and `Intl`, which guests evaluate that ask for it. Same sources, same text: esbuild is pinned.
 */
import { fileURLToPath } from "node:url";
import { type BuildOptions, buildSync } from "esbuild";

const PRELUDE = new URL("../../worker/sandbox/javascript/prelude/", import.meta.url);

/** Evaluating it gives the prelude's `install` function. */
export const bundlePrelude = () => bundle("main.ts", { minifyWhitespace: true, keepNames: true });

/** Evaluating it gives the function that makes `Intl`. ASCII alone, so that the guest keeps it in one byte a character. */
export const bundleIntl = () => bundle("intl/intl.ts", { minify: true, charset: "ascii" });

function bundle(entry: string, options: BuildOptions): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(entry, PRELUDE))],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "prelude",
    platform: "neutral",
    target: "esnext",
    legalComments: "none",
    tsconfigRaw: { compilerOptions: { target: "esnext", useDefineForClassFields: true } },
    ...options,
  });
  return `(()=>{"use strict";${outputFiles![0]!.text.trim()}return prelude.default})()`;
}
