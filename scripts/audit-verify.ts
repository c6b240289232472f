/**
 * `npm run audit:verify`: says whether the audit log is as it was written, and exits with 1 when it is not.
 *
 *   RUNYARD_TOKEN=… npm run audit:verify -- http://127.0.0.1:8787 [SEQ:HASH]    asks a server about the token's workspace
 *   npm run audit:verify -- FILE.sqlite [WORKSPACE=SEQ:HASH …]                  reads a copy of the database, all workspaces
 *
 * SEQ:HASH is where a chain was seen to end: an earlier verification prints it, and the server's log has it with each
 * entry. Without it nobody can tell whether entries were taken from the end together with the head of the chain.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import {
  type AuditEntry,
  type AuditHead,
  type AuditVerification,
  EMPTY_HEAD,
  endProblem,
  followChain,
} from "../worker/domain/audit.ts";

const USAGE =
  "Say which log: RUNYARD_TOKEN=… npm run audit:verify -- http://127.0.0.1:8787 [SEQ:HASH], " +
  "or npm run audit:verify -- FILE.sqlite [WORKSPACE=SEQ:HASH …]. The token is an admin's, with the scope settings:read.";

function parseHead(text: string): AuditHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new Error(`"${text}" is no SEQ:HASH. ${USAGE}`);
  return { seq: Number(seq), hash };
}

async function askServer(url: string, token: string, noted: AuditHead | null): Promise<AuditVerification> {
  const address = new URL("/api/audit/verification", url);
  if (noted) address.search = new URLSearchParams({ seq: String(noted.seq), hash: noted.hash }).toString();
  const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
  if (answer.ok) return (await answer.json()) as AuditVerification;
  const { detail = answer.statusText } = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new Error(`${answer.status}: ${detail}`);
}

const sha256 = async (text: string) => createHash("sha256").update(text).digest("hex");

const ENTRIES = `
  SELECT workspace_id AS workspaceId, seq, at, kind, actor_kind AS actorKind, actor_id AS actorId, actor_name AS actorName,
    address, target, details, previous_hash AS previousHash, hash
  FROM audit_entries WHERE workspace_id = ? ORDER BY seq`;

/** Follows the chain of each workspace in a database file. No server may write to it meanwhile: take a copy. */
export async function verifyFile(
  file: string,
  noted: ReadonlyMap<string, AuditHead>,
): Promise<ReadonlyMap<string, AuditVerification>> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const names = database
      .prepare("SELECT workspace_id AS id FROM audit_entries UNION SELECT workspace_id FROM audit_heads ORDER BY 1")
      .all() as { id: string }[];
    const found = new Map<string, AuditVerification>();
    for (const id of new Set([...names.map((row) => row.id), ...noted.keys()])) {
      const known = database.prepare("SELECT seq, hash FROM audit_heads WHERE workspace_id = ?").get(id);
      const marks = [known, noted.get(id)].filter((mark) => mark !== undefined) as unknown as AuditHead[];
      const entries = database.prepare(ENTRIES).all(id) as unknown as AuditEntry[];
      const followed = await followChain(entries, EMPTY_HEAD, marks, sha256);
      const problem = followed.problem ?? endProblem(followed.head, marks);
      found.set(id, { isIntact: problem === null, entries: followed.head.seq, head: followed.head, problem });
    }
    return found;
  } finally {
    database.close();
  }
}

/** One line for people; whether all is well. */
function tell(name: string, { isIntact, entries, head, problem }: AuditVerification): boolean {
  const line = isIntact
    ? `whole, ${entries} entries, ends with ${head.seq}:${head.hash}`
    : `NOT WHOLE at entry ${problem?.seq}: ${problem?.reason}`;
  console.log(`${name}  ${line}`);
  return isIntact;
}

async function main([where, ...rest]: readonly string[]): Promise<boolean> {
  if (where !== undefined && /^https?:/.test(where)) {
    const token = process.env["RUNYARD_TOKEN"];
    if (!token) throw new Error(USAGE);
    return tell(where, await askServer(where, token, rest[0] === undefined ? null : parseHead(rest[0])));
  }
  if (where === undefined || !existsSync(where)) throw new Error(USAGE);
  const noted = new Map(
    rest.map((text): [string, AuditHead] => {
      const [id, head] = text.split("=");
      return [id!, parseHead(head ?? "")];
    }),
  );
  const found = await verifyFile(where, noted);
  return [...found].map(([id, verification]) => tell(id, verification)).every((isIntact) => isIntact);
}

if (import.meta.main) {
  main(process.argv.slice(2)).then(
    (isIntact) => process.exit(isIntact ? 0 : 1),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
