/**
 * The first person and the first token of an installation: made once, kept in `credentials.json` (readable by its owner
 * alone), and known to the database only as hashes.
 */
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCOPES } from "../worker/domain/access.ts";
import { shownPrefix, TOKEN_BYTES, TOKEN_PREFIX } from "../worker/domain/api-token.ts";
import { newId } from "../worker/domain/ids.ts";
import { KEY_BYTES } from "../worker/keys/cipher.ts";

export interface Credentials {
  readonly url: string;
  readonly signInUrl: string;
  readonly apiToken: string;
}

/** What must stay the same from start to start, wherever the server listens. */
export interface Secrets {
  readonly signInSecret: string;
  readonly apiToken: string;
}

const FILE = "credentials.json";
const KEY_FILE = "secrets.key";

/** Reads the kept secrets, or makes new ones. They are kept once {@link saveCredentials} has run. */
export function loadOrCreateSecrets(stateFolder: string): Secrets {
  const path = join(stateFolder, FILE);
  if (!existsSync(path)) {
    return {
      signInSecret: randomBytes(24).toString("hex"),
      apiToken: TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString("hex"),
    };
  }
  const kept: Credentials = JSON.parse(readFileSync(path, "utf8"));
  return { signInSecret: new URL(kept.signInUrl).pathname.split("/").at(-1)!, apiToken: kept.apiToken };
}

export function saveCredentials(stateFolder: string, url: string, secrets: Secrets): Credentials {
  const credentials = { url, signInUrl: `${url}/sign-in/${secrets.signInSecret}`, apiToken: secrets.apiToken };
  writePrivately(join(stateFolder, FILE), `${JSON.stringify(credentials, null, 2)}\n`);
  return credentials;
}

/**
 * The key that seals what the database keeps of other services' secrets: made once, and kept beside the database. Without
 * it those secrets are lost, so it belongs in every backup.
 */
export function loadOrCreateSecretsKey(stateFolder: string): string {
  const path = join(stateFolder, KEY_FILE);
  if (!existsSync(path)) writePrivately(path, `${randomBytes(KEY_BYTES).toString("base64")}\n`);
  return readFileSync(path, "utf8").trim();
}

/** Written beside and renamed, so that a reader never sees half a file. */
function writePrivately(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** SQL that makes the workspace, the person, the link and the token; running it again changes nothing. */
export function bootstrapStatements(secrets: Secrets, now: number): { sql: string; values: (string | number)[] }[] {
  const clock = { now: () => now, sleep: async () => {} };
  const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
  const workspaceId = newId("ws", clock, random);
  const userId = newId("usr", clock, random);
  const linkHash = sha256(secrets.signInSecret);
  const isNew = "WHERE NOT EXISTS (SELECT 1 FROM sign_in_links WHERE secret_hash = ?)";
  return [
    {
      sql: `INSERT INTO workspaces (id, name, is_sample, created_at) SELECT ?, 'Sample workspace', 1, ? ${isNew}`,
      values: [workspaceId, now, linkHash],
    },
    {
      sql: `INSERT INTO users (id, name, created_at) SELECT ?, 'Owner', ? ${isNew}`,
      values: [userId, now, linkHash],
    },
    {
      sql: `INSERT INTO memberships (workspace_id, user_id, role, created_at) SELECT ?, ?, 'owner', ? ${isNew}`,
      values: [workspaceId, userId, now, linkHash],
    },
    {
      sql: `INSERT INTO api_tokens (id, secret_hash, name, workspace_id, user_id, prefix, scopes, created_at)
        SELECT ?, ?, 'first token', ?, ?, ?, ?, ? ${isNew}`,
      values: [
        ...[newId("tok", clock, random), sha256(secrets.apiToken), workspaceId, userId],
        ...[shownPrefix(secrets.apiToken), JSON.stringify(SCOPES), now, linkHash],
      ],
    },
    {
      sql: `INSERT INTO sign_in_links (secret_hash, user_id, created_at) SELECT ?, ?, ? ${isNew}`,
      values: [linkHash, userId, now, linkHash],
    },
  ];
}

/** The same as one SQL text, for `wrangler d1 execute`. Every value is of our own making: ids, hashes and numbers. */
export function bootstrapSql(secrets: Secrets, now: number): string {
  const literal = (value: string | number) =>
    typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
  return bootstrapStatements(secrets, now)
    .map(({ sql, values }) => {
      const rest = [...values];
      return `${sql.replaceAll("?", () => literal(rest.shift()!))};`;
    })
    .join("\n");
}
