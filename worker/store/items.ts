/**
 * Items and their history in D1. A write names the version that it is for: a late one changes nothing, and a repeated one
 * finds what it did. Every read is bound to a workspace.
 */
import { and, asc, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { ITEMS_PER_ANSWER, type Item, type ItemFilter, type ItemKind, ownerOf, storyOf } from "../domain/item.ts";
import type { ItemChange, ItemWrite, WriteOutcome } from "../domain/item-change.ts";
import type { Database } from "./database.ts";
import { type ItemRow, itemChanges, items } from "./schema.ts";

/** Statements that go to D1 in one call. */
const WRITES_PER_CALL = 100;
/** Bound parameters of one statement, at most. */
const IDS_PER_STATEMENT = 90;

export interface ListedItem extends Item {
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly meetingId: string | null;
}

function toItem({ id, kind, version, fields, evidence, createdAt, updatedAt, meetingId }: ItemRow): ListedItem {
  return { id, kind, version, fields, evidence, createdAt, updatedAt, meetingId };
}

function fits({ text, status, owner, story }: ItemFilter): SQL | undefined {
  const prose = sql`coalesce(${items.story}, '') || char(10) || ${items.title} || char(10)
    || coalesce(${items.fields} ->> 'description', '') || char(10) || coalesce(${items.fields} ->> 'details', '')`;
  // The key of a story that something is about is no text of its own.
  const own = sql`CASE WHEN ${items.kind} = 'story' THEN ${prose} ELSE substr(${prose}, length(coalesce(${items.story}, '')) + 1) END`;
  return and(
    // Not LIKE: D1 takes no pattern of more than 50 bytes. Both know the case of ASCII alone.
    text === undefined ? undefined : sql`instr(lower(${own}), lower(${text})) > 0`,
    status === undefined ? undefined : eq(items.status, status),
    owner === undefined ? undefined : sql`coalesce(${items.owner}, '') = ${owner} COLLATE NOCASE`,
    story === undefined ? undefined : eq(items.story, story),
  );
}

/** Those changed last come first. */
export async function listItems(
  db: Database,
  workspaceId: string,
  { kind, filter = {}, limit = ITEMS_PER_ANSWER }: { kind?: ItemKind; filter?: ItemFilter; limit?: number },
): Promise<readonly ListedItem[]> {
  const rows = await db
    .select()
    .from(items)
    .where(and(eq(items.workspaceId, workspaceId), kind === undefined ? undefined : eq(items.kind, kind), fits(filter)))
    .orderBy(desc(items.updatedAt), desc(items.id))
    .limit(limit);
  return rows.map(toItem);
}

export async function findItem(db: Database, workspaceId: string, id: string): Promise<ListedItem | null> {
  return one(db, workspaceId, eq(items.id, id));
}

export async function findStory(db: Database, workspaceId: string, key: string): Promise<ListedItem | null> {
  return one(db, workspaceId, and(eq(items.kind, "story"), eq(items.story, key)));
}

export async function findItemByOrigin(db: Database, workspaceId: string, origin: string): Promise<ListedItem | null> {
  return one(db, workspaceId, eq(items.origin, origin));
}

async function one(db: Database, workspaceId: string, which: SQL | undefined): Promise<ListedItem | null> {
  const row = await db
    .select()
    .from(items)
    .where(and(eq(items.workspaceId, workspaceId), which))
    .get();
  return row ? toItem(row) : null;
}

export async function itemsOfMeeting(
  db: Database,
  workspaceId: string,
  meetingId: string,
): Promise<readonly ListedItem[]> {
  const ofMeeting = and(eq(items.workspaceId, workspaceId), eq(items.meetingId, meetingId));
  const rows = await db.select().from(items).where(ofMeeting).orderBy(asc(items.createdAt), asc(items.id)).limit(1_000);
  return rows.map(toItem);
}

/** Oldest first. */
export async function historyOf(db: Database, workspaceId: string, itemId: string): Promise<readonly ItemChange[]> {
  const rows = await db
    .select()
    .from(itemChanges)
    .where(and(eq(itemChanges.workspaceId, workspaceId), eq(itemChanges.itemId, itemId)))
    .orderBy(asc(itemChanges.version), asc(itemChanges.at))
    .limit(1_000);
  return rows.map(({ workspaceId: _, ...change }) => change);
}

/**
 * Makes each of the writes, in order, where its item has the version that it is for. Those of one call are made together
 * or not at all; a write that was made before, by the same id, answers as it did then.
 */
export async function writeItems(
  db: Database,
  workspaceId: string,
  writes: readonly ItemWrite[],
  now: number,
): Promise<readonly WriteOutcome[]> {
  const made = new Map<string, number>();
  for (let at = 0; at < writes.length; at += WRITES_PER_CALL) {
    const some = writes.slice(at, at + WRITES_PER_CALL);
    const statements = some.flatMap((write) => {
      const [made, kept] = [change(db, workspaceId, write, now), record(db, workspaceId, write, now)];
      // A removal leaves nothing that says so: it is kept first, and made where it was kept.
      return write.after === null ? [kept, made] : [made, kept];
    });
    await db.$client.batch(statements);
    for (const [id, version] of await madeAmong(db, workspaceId, some)) made.set(id, version);
  }
  const stale = writes.filter(({ id }) => !made.has(id)).map(({ itemId }) => itemId);
  const current = await itemsById(db, workspaceId, stale);
  return writes.map(({ id, itemId }) => {
    const version = made.get(id);
    return version === undefined ? { type: "stale", current: current.get(itemId) ?? null } : { type: "made", version };
  });
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** What was made before must not be made again, not even where its item has the same version once more. */
const UPDATE = `UPDATE items SET fields = ?, title = ?, status = ?, owner = ?, story = ?, version = ?, change_id = ?, updated_at = ?
  WHERE workspace_id = ? AND id = ? AND version = ? AND NOT EXISTS (SELECT 1 FROM item_changes WHERE id = ?)`;
const INSERT = `INSERT INTO items (fields, title, status, owner, story, version, change_id, updated_at, workspace_id, id,
                                   kind, evidence, meeting_id, origin, created_at)
  SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
  WHERE NOT EXISTS (SELECT 1 FROM item_changes WHERE id = ?)
  ON CONFLICT DO NOTHING`;
const DELETE = `DELETE FROM items WHERE workspace_id = ? AND id = ? AND version = ?
  AND EXISTS (SELECT 1 FROM item_changes WHERE id = ?)`;

function change({ $client }: Database, workspaceId: string, write: ItemWrite, now: number): D1PreparedStatement {
  const { id: changeId, itemId, kind, after, ifVersion, evidence, meetingId, origin } = write;
  if (after === null) return $client.prepare(DELETE).bind(workspaceId, itemId, ifVersion, changeId);
  const copied = [json(after), after.title, after.status, ownerOf(kind, after), storyOf(kind, after)];
  const set = [...copied, ifVersion + 1, changeId, now, workspaceId, itemId];
  return ifVersion > 0
    ? $client.prepare(UPDATE).bind(...set, ifVersion, changeId)
    : $client.prepare(INSERT).bind(...set, kind, json(evidence), meetingId, origin, now, changeId);
}

/** A change is kept if it was made, which the item says; a removal if it can be made. */
const RECORD = `INSERT INTO item_changes (id, workspace_id, item_id, kind, version, cause, made_by, run_id, line, evidence,
                                          before, after, at)
  SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
  WHERE EXISTS (SELECT 1 FROM items WHERE workspace_id = ? AND id = ? AND`;
const RECORD_MADE = `${RECORD} change_id = ?) ON CONFLICT DO NOTHING`;
const RECORD_REMOVAL = `${RECORD} version = ?) ON CONFLICT DO NOTHING`;

function record({ $client }: Database, workspaceId: string, write: ItemWrite, now: number): D1PreparedStatement {
  const { id, itemId, kind, cause, madeBy, runId, line, evidence, before, after, ifVersion } = write;
  const version = after === null ? ifVersion : ifVersion + 1;
  const values = [id, workspaceId, itemId, kind, version, cause, madeBy, runId, line, json(evidence), json(before)];
  return after === null
    ? $client.prepare(RECORD_REMOVAL).bind(...values, null, now, workspaceId, itemId, ifVersion)
    : $client.prepare(RECORD_MADE).bind(...values, json(after), now, workspaceId, itemId, id);
}

async function madeAmong(
  db: Database,
  workspaceId: string,
  writes: readonly ItemWrite[],
): Promise<readonly (readonly [string, number])[]> {
  const found: (readonly [string, number])[] = [];
  for (const ids of slices(writes.map(({ id }) => id))) {
    const rows = await db
      .select({ id: itemChanges.id, version: itemChanges.version })
      .from(itemChanges)
      .where(and(eq(itemChanges.workspaceId, workspaceId), inArray(itemChanges.id, ids)));
    found.push(...rows.map(({ id, version }) => [id, version] as const));
  }
  return found;
}

export async function itemsById(
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ListedItem>> {
  const found = new Map<string, ListedItem>();
  for (const some of slices([...new Set(ids)])) {
    const rows = await db
      .select()
      .from(items)
      .where(and(eq(items.workspaceId, workspaceId), inArray(items.id, some)));
    for (const row of rows) found.set(row.id, toItem(row));
  }
  return found;
}

function slices(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_STATEMENT) }, (_, i) =>
    ids.slice(i * IDS_PER_STATEMENT, (i + 1) * IDS_PER_STATEMENT),
  );
}
