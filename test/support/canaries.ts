/**
 * Secrets that must not be found again, and the search for them. Every key of a provider that a test saves has
 * {@link CANARY} in it, and everything that a server of the suite has stored is searched for it when the server stops.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CANARY, tracesOf } from "./canary.ts";

export interface Searched {
  readonly name: string;
  readonly bytes: Buffer;
}

/** @param secrets by what they are */
export function findings(places: readonly Searched[], secrets: ReadonlyMap<string, string>): string[] {
  const traces = [...secrets].map(([kind, secret]) => [kind, [...tracesOf(secret)]] as const);
  return places.flatMap(({ name, bytes }) => {
    const text = bytes.toString("latin1");
    return traces.flatMap(([kind, all]) => (all.some((trace) => text.includes(trace)) ? [`${kind} in ${name}`] : []));
  });
}

/** The databases of D1 and of all objects with what is written ahead of them, and whatever else the server keeps. */
export function storedFiles(stateFolder: string): Searched[] {
  const files = readdirSync(join(stateFolder, "storage"), { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: path.slice(stateFolder.length), bytes: readFileSync(path) }));
}

const PROVIDER_KEY = new Map([["a provider key", CANARY]]);

/**
 * Of a server that has stopped: throws where anything that it stored has a part of a key, or of what it was given; or where
 * its log has a part of a key.
 */
export function assertKeptSecret(stateFolder: string, log: string, own: ReadonlyMap<string, string>): void {
  const found = [
    ...findings(storedFiles(stateFolder), new Map([...PROVIDER_KEY, ...own])),
    // It tells its owner the link and the token that it was given.
    ...findings([{ name: "the log", bytes: Buffer.from(log) }], PROVIDER_KEY),
  ];
  if (found.length > 0) throw new Error(`The server gave secrets away: ${found.join(", ")}`);
}
