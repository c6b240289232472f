/**
 * People of the first workspace with a token each, written into the database of a server that does not run: the product
 * has one person, and a load of many needs many.
 */
import { createHash, randomBytes } from "node:crypto";
import { openStoppedDatabase } from "./database-file.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** @returns the tokens of `count` new people. The server must have been started once, and be stopped. */
export function addPeople(stateFolder: string, count: number): string[] {
  const database = openStoppedDatabase(stateFolder);
  const now = Date.now();
  const tokens = Array.from({ length: count }, () => `ry_${randomBytes(24).toString("hex")}`);
  const user = database.prepare(
    "INSERT INTO users (id, name, workspace_id, created_at) SELECT ?, ?, id, ? FROM workspaces LIMIT 1",
  );
  const token = database.prepare(
    "INSERT INTO api_tokens (id, secret_hash, name, user_id, created_at) VALUES (?, ?, 'load', ?, ?)",
  );
  for (const [index, secret] of tokens.entries()) {
    user.run(`usr_load${index}`, `Person ${index + 1}`, now);
    token.run(`tok_load${index}`, sha256(secret), `usr_load${index}`, now);
  }
  database.close();
  return tokens;
}
