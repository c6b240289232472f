/**
 * Finds a Chromium and launches it. On Linux x64 the browser, its system libraries and its fonts come out of the npm
 * package `@sparticuz/chromium`, so a bare machine needs no browser, no libnss and no fonts of its own; elsewhere an
 * installed Chrome or Chromium is taken. Nothing here skips: without a browser, launching is an error that says what
 * was tried.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CACHE = join(ROOT, ".cache/browser");
const PACKAGE = join(ROOT, "node_modules/@sparticuz/chromium");

/** Large enough for a cold disk under a loaded machine; a warm launch takes well under a second. */
const LAUNCH_TIMEOUT_MS = 60_000;

const FLAGS = [
  // Containers seldom allow Chromium's own sandbox; the pages under test are our own.
  "--no-sandbox",
  "--disable-gpu",
  // As installed browsers do, and this build does not by itself: frames of a foreign origin have a process of their own.
  "--site-per-process",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The network is closed: a page that asks for a foreign host fails at once, and `openPage` records it.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
  // Same glyph widths on every machine, so that layouts and screenshots can be compared.
  "--font-render-hinting=none",
];

/** An executable, and what its process needs in the environment. */
interface Installation {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a browser with a fresh profile, which is removed when the browser is closed. */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await findInstallation();
  try {
    return await chromium.launch({
      executablePath,
      args: FLAGS,
      chromiumSandbox: false,
      env: { ...inheritedEnvironment(), ...env },
      timeout: LAUNCH_TIMEOUT_MS,
    });
  } catch (cause) {
    throw new Error(`Chromium at ${executablePath} did not start. Set CHROMIUM_PATH to one that does.`, { cause });
  }
}

async function findInstallation(): Promise<Installation> {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`CHROMIUM_PATH names no file: ${chosen}`);
    return { executablePath: chosen, env: {} };
  }
  if (process.platform === "linux" && process.arch === "x64") return unpackBundled();
  const installed = installedCandidates().find((path) => existsSync(path));
  if (installed) return { executablePath: installed, env: {} };
  throw new Error(
    `The browser tests need a Chromium, and none was found on ${process.platform} ${process.arch}.\n` +
      "Install Google Chrome or Chromium, or set CHROMIUM_PATH to its executable. Looked at:\n" +
      installedCandidates()
        .map((path) => `  ${path}`)
        .join("\n"),
  );
}

function installedCandidates(): string[] {
  if (process.platform === "darwin") {
    return ["Google Chrome", "Chromium", "Microsoft Edge"].flatMap((name) =>
      ["/Applications", join(process.env.HOME ?? "/", "Applications")].map((folder) =>
        join(folder, `${name}.app`, "Contents/MacOS", name),
      ),
    );
  }
  if (process.platform === "win32") {
    return ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"]
      .flatMap((variable) => process.env[variable] ?? [])
      .flatMap((folder) => [
        join(folder, "Google/Chrome/Application/chrome.exe"),
        join(folder, "Microsoft/Edge/Application/msedge.exe"),
      ]);
  }
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
}

/** Unpacks the package once for each of its versions; later launches find the folder and start at once. */
async function unpackBundled(): Promise<Installation> {
  // Read from the disk: the package does not export its manifest.
  const manifest = join(PACKAGE, "package.json");
  if (!existsSync(manifest)) throw new Error("The browser tests need the npm package @sparticuz/chromium: run npm ci.");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const home = join(CACHE, `chromium-${version}`);
  if (!existsSync(home)) await unpackInto(home);
  const temporary = join(CACHE, "tmp");
  mkdirSync(temporary, { recursive: true });
  return {
    executablePath: join(home, "chromium"),
    env: {
      LD_LIBRARY_PATH: join(home, "al2023/lib"),
      FONTCONFIG_FILE: writeFontConfiguration(home),
      HOME: temporary,
      TMPDIR: temporary,
    },
  };
}

/**
 * The folder appears under its final name only when it is complete: a killed or a concurrent unpacking never leaves a
 * half-written executable that a later launch would trust.
 */
async function unpackInto(home: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const staging = mkdtempSync(join(CACHE, "unpacking-"));
  try {
    const { inflate } = await import("@sparticuz/chromium");
    const archives = ["chromium.br", "al2023.tar.br", "fonts.tar.br"].map((name) => join(PACKAGE, "bin", name));
    await Promise.all(withTemporaryFolder(staging, () => archives.map((archive) => inflate(archive))));
    renameSync(staging, home);
  } catch (cause) {
    // Another process was faster: its folder is as good as ours.
    if (existsSync(join(home, "chromium"))) return;
    throw new Error(`Could not unpack @sparticuz/chromium into ${home}.`, { cause });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The package unpacks into the temporary folder, which it looks up synchronously: TMPDIR is ours only meanwhile. */
function withTemporaryFolder<T>(folder: string, start: () => T): T {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    return start();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/**
 * Without any font, text has no size and nothing can be clicked. Only the bundled fonts are listed: the fonts of the
 * machine would make layouts differ from one machine to the next.
 */
function writeFontConfiguration(home: string): string {
  // Open Sans comes with the browser and has no fixed-width face and few symbols: DejaVu adds both. (Fonts for the web
  // are no help here: the browser's own FreeType reads no system font in WOFF or WOFF2.)
  const dejavu = join(ROOT, "node_modules/dejavu-fonts-ttf/ttf");
  const alias = (generic: string, family: string) =>
    `  <alias binding="same"><family>${generic}</family><prefer><family>${family}</family></prefer></alias>`;
  const file = join(home, "runyard-fonts.conf");
  const draft = `${file}.${process.pid}`;
  writeFileSync(
    draft,
    [
      '<?xml version="1.0"?>',
      '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
      "<fontconfig>",
      `  <dir>${join(home, "fonts")}</dir>`,
      `  <dir>${dejavu}</dir>`,
      `  <cachedir>${join(CACHE, "fontconfig")}</cachedir>`,
      ...["sans-serif", "system-ui", "serif", "Arial", "Helvetica"].map((generic) => alias(generic, "Open Sans")),
      ...["monospace", "ui-monospace"].map((generic) => alias(generic, "DejaVu Sans Mono")),
      "</fontconfig>",
      "",
    ].join("\n"),
  );
  // Replaced in one step: the browser of another test process may be reading it.
  renameSync(draft, file);
  return file;
}

function inheritedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
