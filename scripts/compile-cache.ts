/**
 * Keeps what Node compiled: most of what it loads to serve is Miniflare, half a second on a small machine. Imported
 * before all that is to be kept.
 */
import { enableCompileCache, flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

enableCompileCache(fileURLToPath(new URL("../.cache/compiled", import.meta.url)));

/** Writes it now: a server is killed more often than it comes to its end. */
export const keepCompiled = flushCompileCache;
