/** The audit log in D1. It is added to and read; the triggers of its migration refuse anything else. */
import { and, asc, desc, eq, gt, gte, lt } from "drizzle-orm";
import { type AuditEntry, type AuditFilter, type AuditHead, EMPTY_HEAD } from "../domain/audit.ts";
import type { Database } from "./database.ts";
import { auditEntries, auditHeads } from "./schema.ts";

const DAY_MS = 86_400_000;

export async function findAuditHead(db: Database, workspaceId: string): Promise<AuditHead> {
  const row = await db
    .select({ seq: auditHeads.seq, hash: auditHeads.hash })
    .from(auditHeads)
    .where(eq(auditHeads.workspaceId, workspaceId))
    .get();
  return row ?? EMPTY_HEAD;
}

/** False when another entry has become the next one of the chain meanwhile. */
export async function insertAuditEntry(db: Database, entry: AuditEntry): Promise<boolean> {
  try {
    await db.insert(auditEntries).values(entry);
    return true;
  } catch (error) {
    if (/not the next entry|UNIQUE constraint/.test(`${error} ${(error as Error).cause}`)) return false;
    throw error;
  }
}

/** Newest first, those before `before`; one more than a page is asked for to know whether there are more. */
export async function listAuditEntries(
  db: Database,
  workspaceId: string,
  { actor, kind, from, to }: AuditFilter,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<{ readonly entries: readonly AuditEntry[]; readonly nextBefore: number | null }> {
  const rows = await db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.workspaceId, workspaceId),
        actor === "" ? undefined : eq(auditEntries.actorId, actor),
        kind === "" ? undefined : eq(auditEntries.kind, kind),
        from === "" ? undefined : gte(auditEntries.at, Date.parse(from)),
        to === "" ? undefined : lt(auditEntries.at, Date.parse(to) + DAY_MS),
        before === null ? undefined : lt(auditEntries.seq, before),
      ),
    )
    .orderBy(desc(auditEntries.seq))
    .limit(limit + 1);
  const entries = rows.slice(0, limit);
  return { entries, nextBefore: rows.length > limit ? entries.at(-1)!.seq : null };
}

/** In the order of the chain, those after `after`. */
export async function auditEntriesAfter(
  db: Database,
  workspaceId: string,
  after: number,
  limit: number,
): Promise<readonly AuditEntry[]> {
  return await db
    .select()
    .from(auditEntries)
    .where(and(eq(auditEntries.workspaceId, workspaceId), gt(auditEntries.seq, after)))
    .orderBy(asc(auditEntries.seq))
    .limit(limit);
}
