/**
 * Collects the programs of examples/ for the playground: `node scripts/build-examples.ts`.
 *
 * Writes worker/generated/examples.ts with every example and its small files, and copies the large ones to
 * public/assets/examples/ under names that contain their content's hash: a megabyte of data has no place in the
 * Worker's bundle. Each example passes the same checks as a submitted program, so what is offered can be run.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { MODES, type PlaygroundMode } from "../worker/domain/playground-modes.ts";
import { previewFilesSchema } from "../worker/domain/preview.ts";
import { executeRequestSchema } from "../worker/domain/program.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCE = join(ROOT, "examples");
const ASSETS = join(ROOT, "public/assets/examples");
const GENERATED = join(ROOT, "worker/generated");
const DESCRIPTION_FILE = "example.json";

/** Files above this size are fetched by the playground when their example is chosen. */
const INLINE_LIMIT_BYTES = 32 * 1024;

const descriptionSchema = z.strictObject({
  title: z.string().min(1).max(40),
  description: z.string().min(1).max(160),
  language: z.enum(MODES),
  entry: z.string(),
  stdin: z.string().default(""),
  args: z.array(z.string()).default([]),
  /** Place in the menu, from 1; no two examples share one. */
  order: z.number().int().positive(),
});

interface SourceExample extends z.output<typeof descriptionSchema> {
  readonly slug: string;
  /** File name, relative to the example, to its text. */
  readonly files: Readonly<Record<string, string>>;
}

/** A file that is served as an asset of its own. */
interface AssetFile {
  readonly asset: string;
  readonly bytes: number;
}

/** The part of the generated module that is not data. It must describe what {@link publish} returns. */
const GENERATED_TYPES = `// Written by scripts/build-examples.ts from examples/.
import type { PlaygroundMode } from "../domain/playground-modes.ts";

/** A file too large for the bundle: fetch its text from \`asset\`, an address below the console's own origin. */
export interface ExampleAsset {
  readonly asset: string;
  readonly bytes: number;
}

export interface Example {
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly language: PlaygroundMode;
  readonly entry: string;
  readonly stdin: string;
  readonly args: readonly string[];
  /** File name to its text, or to where its text is. The entry is always text. */
  readonly files: Readonly<Record<string, string | ExampleAsset>>;
}
`;

interface PublishedExample {
  slug: string;
  title: string;
  description: string;
  language: PlaygroundMode;
  entry: string;
  stdin: string;
  args: readonly string[];
  files: Record<string, string | AssetFile>;
}

/** Every example in the order of the menu. Throws with the example's name when one could not be run as submitted. */
export async function readExamples(source = SOURCE): Promise<SourceExample[]> {
  const entries = await readdir(source, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const examples = await Promise.all(folders.map((slug) => readExample(join(source, slug), slug)));
  examples.sort((a, b) => a.order - b.order);
  examples.forEach(({ slug, order }, index) => {
    const before = examples[index - 1];
    if (before?.order === order) throw new Error(`examples ${before.slug} and ${slug} share the order ${order}`);
  });
  return examples;
}

async function readExample(folder: string, slug: string): Promise<SourceExample> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug)) throw new Error(`examples/${slug}: not a name for an address`);
  try {
    const description = descriptionSchema.parse(JSON.parse(await readText(join(folder, DESCRIPTION_FILE))));
    const files = await readFiles(folder);
    const { language, entry, stdin, args } = description;
    if (language === "html") previewFilesSchema.parse({ entry, files });
    else executeRequestSchema.parse({ language, entry, files, stdin, args });
    return { slug, ...description, files };
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new Error(`examples/${slug}: ${reason}`, { cause });
  }
}

async function readFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => relative(folder, path) !== DESCRIPTION_FILE)
    .sort();
  const pairs = paths.map(async (path) => [relative(folder, path).split(sep).join("/"), await readText(path)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

/** A program's files are text: bytes that are not UTF-8 would reach the guest as something else. */
async function readText(path: string): Promise<string> {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(path));
}

/** Writes the large files of an example as assets and describes it as the playground reads it. */
async function publish({ order: _, files, ...example }: SourceExample): Promise<PublishedExample> {
  const published: Record<string, string | AssetFile> = {};
  for (const [name, text] of Object.entries(files)) {
    const bytes = Buffer.byteLength(text);
    if (bytes <= INLINE_LIMIT_BYTES) {
      published[name] = text;
      continue;
    }
    if (name === example.entry) throw new Error(`examples/${example.slug}: the entry is larger than 32 KB`);
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
    const extension = extname(name);
    const target = `${example.slug}-${basename(name, extension)}-${hash}${extension}`;
    await writeFile(join(ASSETS, target), text);
    published[name] = { asset: `/assets/examples/${target}`, bytes };
  }
  return { ...example, files: published };
}

async function writeIfChanged(path: string, text: string): Promise<void> {
  const before = existsSync(path) ? await readFile(path, "utf8") : undefined;
  if (before !== text) await writeFile(path, text);
}

async function main(): Promise<void> {
  const examples = await readExamples();
  await rm(ASSETS, { recursive: true, force: true });
  await mkdir(ASSETS, { recursive: true });
  await mkdir(GENERATED, { recursive: true });
  const published = await Promise.all(examples.map(publish));
  const data = `export const EXAMPLES: readonly Example[] = ${JSON.stringify(published, null, 2)};\n`;
  await writeIfChanged(join(GENERATED, "examples.ts"), `${GENERATED_TYPES}\n${data}`);
}

if (import.meta.main) await main();
