/** The database of a server as the file that it is: for what no request can ask or write. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The server must have been started once, and be stopped. */
export function openStoppedDatabase(stateFolder: string): DatabaseSync {
  return new DatabaseSync(databaseFile(stateFolder));
}

/** To look at what is written while the server writes it. */
export function watchDatabase(stateFolder: string): DatabaseSync {
  return new DatabaseSync(databaseFile(stateFolder), { readOnly: true });
}

function databaseFile(stateFolder: string): string {
  const files = globSync(join(stateFolder, "storage/d1/**/*.sqlite"));
  const databases = files.filter((name) => !name.endsWith("metadata.sqlite"));
  if (databases.length !== 1) throw new Error(`${stateFolder} has ${databases.length} databases and should have one`);
  return databases[0]!;
}
