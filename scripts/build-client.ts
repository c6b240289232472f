/**
 * Builds everything the browser loads: `node scripts/build-client.ts [--watch]`.
 *
 * Writes bundles, styles, fonts and icons into public/assets/ under names that contain their content's hash, the
 * manifest of those names and the inlined icons into worker/views/generated/, and public/_headers. Nothing of it is
 * edited or committed. Files of an earlier build are removed at the end; folders inside public/assets/ are not its own.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { ICON_NAMES } from "../worker/views/icon-names.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(ROOT, "public/assets");
const GENERATED = join(ROOT, "worker/views/generated");
const NODE_MODULES = join(ROOT, "node_modules");

/** theme.js blocks the first paint, preview-recorder.js is the first of a page under preview: both are classic scripts. */
const MODULES = ["client/console.ts", "client/run-log.ts", "client/playground.ts", "client/snippet.ts"];
const CLASSIC = ["client/theme.ts", "client/preview-recorder.ts"];
const STYLES = ["client/styles/console.css"];

/** The oldest browsers that know `light-dark()`, nesting, popover and content-visibility. */
const TARGET = ["chrome123", "firefox128", "safari17.5"];

const FAVICON_COLORS: Readonly<Record<string, string>> = {
  favicon: "#0b5fc1",
  "favicon-queued": "#6b7683",
  "favicon-running": "#2f81f7",
  "favicon-succeeded": "#2da44e",
  "favicon-failed": "#d1242f",
  "favicon-cancelled": "#8250df",
  "favicon-timed-out": "#bf8700",
};

const watch = process.argv.includes("--watch");

const common: esbuild.BuildOptions = {
  absWorkingDir: ROOT,
  outdir: OUT,
  bundle: true,
  minify: true,
  metafile: true,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  publicPath: "/assets",
  target: TARGET,
  legalComments: "none",
  loader: { ".woff2": "file" },
  logLevel: "warning",
};

const manifest: Record<string, string> = {};

/** Records the outputs of each build, and writes the manifest whenever one of them changed. */
const manifestPlugin: esbuild.Plugin = {
  name: "manifest",
  setup(build) {
    build.onEnd(async (result) => {
      for (const [output, { entryPoint }] of Object.entries(result.metafile?.outputs ?? {})) {
        if (!entryPoint) continue;
        const name = basename(entryPoint).replace(/\.ts$/, ".js");
        manifest[name] = `/${relative(join(ROOT, "public"), join(ROOT, output))}`;
      }
      await writeManifest();
    });
  },
};

async function writeManifest(): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = `// Written by scripts/build-client.ts.\nexport const ASSETS: Readonly<Record<string, string>> = ${JSON.stringify(sorted, null, 2)};\n`;
  await writeIfChanged(join(GENERATED, "assets.ts"), text);
}

async function writeIfChanged(path: string, text: string): Promise<void> {
  const before = await readFile(path, "utf8").catch(() => null);
  if (before !== text) await writeFile(path, text);
}

/** Copies one file under a name with the hash of its content. */
async function emit(name: string, content: string | Uint8Array): Promise<void> {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const extension = extname(name);
  const target = `${basename(name, extension)}-${hash}${extension}`;
  await writeFile(join(OUT, target), content);
  manifest[name] = `/assets/${target}`;
}

function favicon(color: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${color}"/>` +
    '<path d="M9 9.5 15.5 16 9 22.5M17.5 22.5H23" fill="none" stroke="#fff" stroke-width="3" ' +
    'stroke-linecap="round" stroke-linejoin="round"/></svg>\n'
  );
}

async function writeIcons(): Promise<void> {
  const entries: string[] = [];
  for (const name of ICON_NAMES) {
    const svg = await readFile(join(NODE_MODULES, `lucide-static/icons/${name}.svg`), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    entries.push(`  ${JSON.stringify(name)}: ${JSON.stringify(inner.replace(/\s+/g, " ").trim())},`);
  }
  const text =
    "// Written by scripts/build-client.ts from lucide (ISC licence).\n" +
    `import type { IconName } from "../icon-names.ts";\n\n` +
    `export const ICONS: Readonly<Record<IconName, string>> = {\n${entries.join("\n")}\n};\n`;
  await writeIfChanged(join(GENERATED, "icons.ts"), text);
}

async function writeHeaders(): Promise<void> {
  const text =
    "/*\n  X-Content-Type-Options: nosniff\n\n" + "/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n";
  await writeFile(join(ROOT, "public/_headers"), text);
}

async function main(): Promise<void> {
  await mkdir(OUT, { recursive: true });
  await mkdir(GENERATED, { recursive: true });
  await emit("htmx.js", await readFile(join(NODE_MODULES, "htmx.org/dist/htmx.min.js")));
  for (const [name, color] of Object.entries(FAVICON_COLORS)) await emit(`${name}.svg`, favicon(color));
  await Promise.all([writeIcons(), writeHeaders()]);

  const plugins = [manifestPlugin];
  const builds: esbuild.BuildOptions[] = [
    { ...common, plugins, entryPoints: MODULES, format: "esm", splitting: true },
    { ...common, plugins, entryPoints: CLASSIC, format: "iife" },
    { ...common, plugins, entryPoints: STYLES },
  ];
  if (!watch) {
    // Folders in there belong to other builds and stay.
    const entries = await readdir(OUT, { withFileTypes: true });
    const before = new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
    for (const options of builds) {
      const { metafile } = await esbuild.build(options);
      for (const output of Object.keys(metafile?.outputs ?? {})) before.delete(basename(output));
    }
    for (const address of Object.values(manifest)) before.delete(basename(address));
    // Last, and only what nothing names any more: a server that reads the folder meanwhile finds every file.
    for (const stale of before) await rm(join(OUT, stale), { force: true });
    return;
  }
  for (const options of builds) await (await esbuild.context(options)).watch();
  console.log("watching client/ …");
}

await main();
