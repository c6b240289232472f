/**
 * Loads Miniflare, which is slow in two ways that need not be. It is required, because to import CommonJS Node reads it two
 * more times, for its format and its exports: a second for this file. And it hands all authorities of NODE_EXTRA_CA_CERTS
 * on to workerd, for each few of which it copies the whole configuration, with Python in it: with a system's usual file
 * that is three seconds of every start. Those that workerd trusts anyway are left out: on Linux, the system's.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates } from "node:tls";

type MiniflarePackage = typeof import("miniflare");

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/g;
const VARIABLE = "NODE_EXTRA_CA_CERTS";

const bodyOf = (pem: string) => pem.replace(CERTIFICATE, "$1").replace(/\s/g, "");

/** The certificates of a text in PEM that are not among those that are trusted already. */
export function extraAuthorities(pem: string, trusted: readonly string[]): string[] {
  const known = new Set(trusted.map(bodyOf));
  return (pem.match(CERTIFICATE) ?? []).filter((certificate) => !known.has(bodyOf(certificate)));
}

function load(): MiniflarePackage {
  const require = createRequire(import.meta.url);
  const given = process.env[VARIABLE];
  // Miniflare makes nothing of a file that is not there. Elsewhere workerd and Node need not read the same store.
  if (!given || !existsSync(given) || process.platform !== "linux") return require("miniflare");
  const folder = mkdtempSync(join(tmpdir(), "runyard-authorities-"));
  try {
    process.env[VARIABLE] = join(folder, "extra.pem");
    const extra = extraAuthorities(readFileSync(given, "utf8"), getCACertificates("system"));
    writeFileSync(process.env[VARIABLE], extra.join("\n"));
    return require("miniflare");
  } finally {
    process.env[VARIABLE] = given;
    rmSync(folder, { recursive: true, force: true });
  }
}

export const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = load();
