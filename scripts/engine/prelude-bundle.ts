/**
 * Bundles the prelude (guest code in `worker/sandbox/javascript/prelude`) into one script. Evaluating it gives the
 * prelude's `install` function. Same sources, same text: esbuild is pinned.
 */
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const ENTRY = fileURLToPath(new URL("../../worker/sandbox/javascript/prelude/main.ts", import.meta.url));

export function bundlePrelude(): string {
  const { outputFiles } = buildSync({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "prelude",
    platform: "neutral",
    target: "esnext",
    legalComments: "none",
    minifyWhitespace: true,
    keepNames: true,
    tsconfigRaw: { compilerOptions: { target: "esnext", useDefineForClassFields: true } },
  });
  return `(()=>{"use strict";${outputFiles[0]!.text.trim()}return prelude.default})()`;
}
