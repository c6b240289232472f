/** What the API and the console have in common of the audit log: one page of it, its entries as they are shown, and both exports. */
import type { Dependencies } from "../dependencies.ts";
import { type AuditEntry, type AuditFilter, auditFilterSchema, type ShownAuditEntry } from "../domain/audit.ts";
import { type Failure, type Result, succeed } from "../domain/errors.ts";
import { toIso } from "../domain/instant.ts";
import { check } from "../domain/validation.ts";
import { listAuditEntries } from "../store/audit.ts";
import { decodeOrdinalCursor, encodeCursor } from "./cursor.ts";

/** Entries of a page. */
const PAGE = 50;
/** Entries that an export reads at once. */
const EXPORT_PAGE = 1_000;

export interface AuditPage {
  readonly filter: AuditFilter;
  readonly entries: readonly ShownAuditEntry[];
  readonly cursor: string | null;
  readonly nextCursor: string | null;
}

export async function auditPage(
  { db }: Dependencies,
  workspaceId: string,
  query: Readonly<Record<string, string>>,
): Promise<Result<AuditPage>> {
  const filter = check(query, auditFilterSchema);
  if (!filter.ok) return filter;
  const before = decodeOrdinalCursor(query["cursor"]);
  if (!before.ok) return before;
  const list = await listAuditEntries(db, workspaceId, filter.value, { before: before.value, limit: PAGE });
  return succeed({
    filter: filter.value,
    entries: list.entries.map(shown),
    cursor: before.value === null ? null : query["cursor"]!,
    nextCursor: list.nextBefore === null ? null : encodeCursor(String(list.nextBefore)),
  });
}

function shown(entry: AuditEntry): ShownAuditEntry {
  const { seq, at, kind, actorKind, actorId, actorName, address, target, details, previousHash, hash } = entry;
  const actor = { kind: actorKind, id: actorId, name: actorName };
  return { seq, at: toIso(at), kind, actor, address, target, details: JSON.parse(details), previousHash, hash };
}

/** How an export is written: what comes first, each entry, and what comes last. */
interface Writing {
  readonly contentType: string;
  readonly head: string;
  readonly entry: (entry: ShownAuditEntry, isFirst: boolean) => string;
  readonly end: string;
}

const COLUMNS = "seq,at,kind,actor_kind,actor_id,actor_name,address,target,details,previous_hash,hash";

export const EXPORTS = {
  csv: {
    contentType: "text/csv; charset=utf-8",
    head: `${COLUMNS}\r\n`,
    entry: ({ seq, at, kind, actor, address, target, details, previousHash, hash }) => {
      const cells = [kind, actor.kind, actor.id, actor.name, address, target, JSON.stringify(details)];
      return `${[String(seq), at, ...cells.map(csvCell), previousHash, hash].join(",")}\r\n`;
    },
    end: "",
  },
  json: {
    contentType: "application/json",
    head: '{"entries":[',
    entry: (entry, isFirst) => `${isFirst ? "" : ","}\n${JSON.stringify(entry)}`,
    end: "\n]}\n",
  },
} as const satisfies Record<string, Writing>;

/** In quotes, and never the beginning of what a spreadsheet would compute: names are chosen by strangers. */
function csvCell(text: string): string {
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** The whole log, as far as the filter lets it through, newest first: read as fast as it is taken. */
export function exportAudit(
  { db }: Dependencies,
  workspaceId: string,
  query: Readonly<Record<string, string>>,
  format: keyof typeof EXPORTS,
): Response | Failure {
  const filter = check(query, auditFilterSchema);
  if (!filter.ok) return filter;
  const { contentType, head, entry, end }: Writing = EXPORTS[format];
  let before: number | null = null;
  let isFirst = true;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const list = await listAuditEntries(db, workspaceId, filter.value, { before, limit: EXPORT_PAGE });
      const lines = list.entries.map((each, index) => entry(shown(each), isFirst && index === 0)).join("");
      controller.enqueue(encoder.encode(`${isFirst ? head : ""}${lines}${list.nextBefore === null ? end : ""}`));
      isFirst = false;
      before = list.nextBefore;
      if (before === null) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": contentType,
      "content-disposition": `attachment; filename="audit.${format}"`,
      "cache-control": "private, no-store",
    },
  });
}
