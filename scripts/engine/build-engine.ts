/**
 * Builds the JavaScript engine: `node scripts/engine/build-engine.ts` reads the pinned npm package and the prelude's
 * sources and writes `quickjs.wasm`, `image.ts` and `intl.ts` to `worker/sandbox/javascript/generated/` (not committed).
 * `--pin` also writes the file's SHA-256 to `worker/sandbox/javascript/artifact.ts`, after a change that was reviewed.
 * Needs no network. The same sources give the same bytes on every machine.
 * Invariant: without `--pin`, nothing is written that has not the pinned SHA-256.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ARTIFACT } from "../../worker/sandbox/javascript/artifact.ts";
import type { ImageAddresses } from "../../worker/sandbox/javascript/guest-interface.ts";
import { buildImage } from "./engine-image.ts";
import { bundleIntl, bundlePrelude } from "./prelude-bundle.ts";
import { embedMemory } from "./wasm-embed.ts";
import { rewriteEngine } from "./wasm-rewrite.ts";

const ROOT = new URL("../../", import.meta.url);
const PACKAGE = new URL(`node_modules/${ARTIFACT.package}/`, ROOT);
const ARTIFACT_SOURCE = new URL("worker/sandbox/javascript/artifact.ts", ROOT);
const GENERATED = new URL("worker/sandbox/javascript/generated/", ROOT);

export interface EngineBuild {
  readonly wasm: Uint8Array;
  /** Of the file and of the source of `Intl`. */
  readonly sha256: string;
  readonly intl: string;
  readonly addresses: ImageAddresses;
}

/** The package's file and the glue beside it. @throws when another version is installed than the pinned one */
export function readPackage(): { wasm: Uint8Array; glue: string } {
  const { version } = JSON.parse(readFileSync(new URL("package.json", PACKAGE), "utf8")) as { version: string };
  if (version !== ARTIFACT.version) throw new Error(`${ARTIFACT.package} is ${version}, expected ${ARTIFACT.version}`);
  return {
    wasm: new Uint8Array(readFileSync(new URL("dist/emscripten-module.wasm", PACKAGE))),
    glue: readFileSync(new URL("dist/emscripten-module.mjs", PACKAGE), "utf8"),
  };
}

/** Builds in memory. */
export function buildEngine(): EngineBuild {
  const original = readPackage();
  const metered = rewriteEngine(original.wasm, original.glue).wasm;
  const { addresses, pieces } = buildImage(metered, bundlePrelude());
  const wasm = embedMemory(metered, pieces);
  const intl = bundleIntl();
  return { wasm, sha256: createHash("sha256").update(wasm).update(intl).digest("hex"), addresses, intl };
}

function main(pin: boolean): void {
  const { wasm, sha256, addresses, intl } = buildEngine();
  if (sha256 !== ARTIFACT.sha256) {
    if (!pin) throw new Error(`the engine's SHA-256 is ${sha256}, pinned is ${ARTIFACT.sha256}: review, then --pin`);
    const source = readFileSync(ARTIFACT_SOURCE, "utf8");
    writeFileSync(ARTIFACT_SOURCE, source.replace(ARTIFACT.sha256, sha256));
  }
  mkdirSync(GENERATED, { recursive: true });
  writeFileSync(new URL("quickjs.wasm", GENERATED), wasm);
  const lines = (...source: string[]) => ["// Written by scripts/engine/build-engine.ts.", ...source, ""].join("\n");
  writeFileSync(
    new URL("image.ts", GENERATED),
    lines(
      'import type { ImageAddresses } from "../guest-interface.ts";',
      "",
      `export const IMAGE: ImageAddresses = ${JSON.stringify(addresses)};`,
    ),
  );
  writeFileSync(new URL("intl.ts", GENERATED), lines(`export const INTL_SOURCE = ${JSON.stringify(intl)};`));
  console.log(
    `${fileURLToPath(GENERATED)}: quickjs.wasm, ${wasm.length} bytes, intl.ts, ${intl.length} bytes, sha256 ${sha256}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes("--pin"));
