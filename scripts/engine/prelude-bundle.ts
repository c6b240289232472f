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

/**
 * The entry's default export is put into a variable, not exported: esbuild's code for exports walks an object with
 * `for … in`, which a program that marked `Object.prototype` would break for the part that is evaluated later.
 */
function bundle(entry: string, options: BuildOptions): string {
  const contents = `import entry from "./${entry}"; made = entry;`;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: fileURLToPath(PRELUDE), loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    target: "esnext",
    legalComments: "none",
    tsconfigRaw: { compilerOptions: { target: "esnext", useDefineForClassFields: true } },
    ...options,
  });
  return `(()=>{"use strict";let made;${outputFiles![0]!.text.trim()}return made})()`;
}
