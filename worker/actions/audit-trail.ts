/**
 * Writes the audit log, and looks whether it is whole. An entry is written when what it tells of has been done, and before
 * that is answered: an answer that says "done" has its entry. Where the entry cannot be written the request fails, and the
 * log of the server says of what.
 */
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import {
  type Actor,
  AUDIT_KINDS,
  type AuditDetails,
  type AuditEntry,
  type AuditHead,
  type AuditKind,
  type AuditVerification,
  DETAIL_CHARS,
  EMPTY_HEAD,
  endProblem,
  followChain,
  hashedText,
} from "../domain/audit.ts";
import { auditEntriesAfter, findAuditHead, insertAuditEntry } from "../store/audit.ts";

type Ports = Pick<Dependencies, "db" | "clock" | "log">;

/** Each loser of a race has let one other entry in: so many at the same moment, all in other isolates, are not met. */
const ATTEMPTS_MAX = 50;
/** Entries that are looked at per query. */
const PAGE = 1_000;
/** Two minutes of work. A longer chain is verified from the database's own file. */
const VERIFIED_MAX = 500_000;

export async function record<K extends AuditKind>(
  ports: Ports,
  actor: Actor,
  kind: K,
  target: string,
  details: AuditDetails<K>,
): Promise<void> {
  const { db, clock, log } = ports;
  const { workspaceId } = actor;
  const content = {
    ...{ workspaceId, at: clock.now(), kind, target: cut(target) },
    ...{ actorKind: actor.kind, actorId: actor.id, actorName: cut(actor.name), address: cut(actor.address) },
    details: JSON.stringify(declared(kind, details)),
  };
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const head = await findAuditHead(db, workspaceId);
    const linked = { ...content, seq: head.seq + 1, previousHash: head.hash };
    const entry: AuditEntry = { ...linked, hash: await sha256Hex(hashedText(linked)) };
    if (!(await insertAuditEntry(db, entry))) continue;
    // What reads the server's log elsewhere knows by this where the chain was, whatever becomes of the database.
    log.info("audit", { workspaceId, auditKind: kind, auditSeq: entry.seq, auditHash: entry.hash });
    return;
  }
  throw new Error(`The audit log of ${workspaceId} took no entry of ${kind} in ${ATTEMPTS_MAX} attempts`);
}

const cut = (text: string) => text.slice(0, DETAIL_CHARS);

/** What the kind declares and nothing besides, whatever else a caller's object holds. */
function declared<K extends AuditKind>(kind: K, details: AuditDetails<K>): Record<string, string> {
  const names: readonly string[] = AUDIT_KINDS[kind].details;
  return Object.fromEntries(names.map((name) => [name, cut((details as Record<string, string>)[name]!)]));
}

/**
 * Follows the whole chain.
 * @param noted where the chain was seen to end some time ago; null when nobody noted it
 */
export async function verifyAuditTrail(
  { db }: Pick<Ports, "db">,
  workspaceId: string,
  noted: AuditHead | null,
): Promise<AuditVerification> {
  // Read before the entries: what is written meanwhile comes after it.
  const marks = [await findAuditHead(db, workspaceId), ...(noted ? [noted] : [])];
  let head = EMPTY_HEAD;
  let problem: AuditVerification["problem"] = null;
  let isLast = false;
  while (!isLast && problem === null && head.seq < VERIFIED_MAX) {
    const entries = await auditEntriesAfter(db, workspaceId, head.seq, PAGE);
    ({ head, problem } = await followChain(entries, head, marks, sha256Hex));
    isLast = entries.length < PAGE;
  }
  if (isLast) problem ??= endProblem(head, marks);
  return { isIntact: problem === null, entries: head.seq, head, problem };
}
