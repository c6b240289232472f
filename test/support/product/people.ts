/**
 * People of the first workspace with a token each, written into the database of a server that does not run: the product
 * has one person, and a load of many needs many. They may do what an admin may: kills happen to webhooks, too.
 */
import { createHash, randomBytes } from "node:crypto";
import { SCOPES } from "../../../worker/domain/access.ts";
import { openStoppedDatabase } from "./database-file.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** @returns the tokens of `count` new people. The server must have been started once, and be stopped. */
export function addPeople(stateFolder: string, count: number): string[] {
  const database = openStoppedDatabase(stateFolder);
  const now = Date.now();
  const tokens = Array.from({ length: count }, () => `ry_${randomBytes(24).toString("hex")}`);
  const user = database.prepare("INSERT INTO users (id, name, created_at) VALUES (?, ?, ?)");
  const membership = database.prepare(
    "INSERT INTO memberships (workspace_id, user_id, role, created_at) SELECT id, ?, 'admin', ? FROM workspaces LIMIT 1",
  );
  const token = database.prepare(
    `INSERT INTO api_tokens (id, secret_hash, name, workspace_id, user_id, prefix, scopes, created_at)
     SELECT ?, ?, 'load', id, ?, 'ry_', ?, ? FROM workspaces LIMIT 1`,
  );
  for (const [index, secret] of tokens.entries()) {
    user.run(`usr_load${index}`, `Person ${index + 1}`, now);
    membership.run(`usr_load${index}`, now);
    token.run(`tok_load${index}`, sha256(secret), `usr_load${index}`, JSON.stringify(SCOPES), now);
  }
  database.close();
  return tokens;
}
