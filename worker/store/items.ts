/** Reads items and their history from D1, each time bound to a workspace. How they are written is in item-writes.ts. */
import { and, asc, count, desc, eq, gte, inArray, isNotNull, or, type SQL, sql } from "drizzle-orm";
import { ITEMS_PER_ANSWER, type Item, type ItemFilter, type ItemKind } from "../domain/item.ts";
import type { ItemChange } from "../domain/item-change.ts";
import type { Database } from "./database.ts";
import { type ItemRow, itemChanges, items } from "./schema.ts";

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

/** As `matchesFilter` in memory. Not LIKE: D1 takes patterns of 50 bytes at most. */
function fits({ text, status, owner, story }: ItemFilter): SQL | undefined {
  const has = (prose: SQL) => sql`instr(lower(coalesce(${prose}, '')), lower(${text}))`;
  // The key of a story that something is about is no text of its own.
  const key = sql`CASE WHEN ${items.kind} = 'story' THEN ${items.story} END`;
  const prose = [
    key,
    sql`${items.title}`,
    ...["description", "details"].map((name) => sql`${items.fields} ->> ${name}`),
  ];
  return and(
    text === undefined || text === "" ? undefined : or(...prose.map(has)),
    status === undefined ? undefined : eq(items.status, status),
    owner === undefined ? undefined : sql`coalesce(${items.owner}, '') = ${owner} COLLATE NOCASE`,
    story === undefined ? undefined : eq(items.story, story),
  );
}

export interface ItemSelection {
  readonly kind?: ItemKind | undefined;
  readonly filter?: ItemFilter;
  /** Made in this meeting. */
  readonly meetingId?: string | undefined;
}

function selected(workspaceId: string, { kind, filter = {}, meetingId }: ItemSelection): SQL | undefined {
  return and(
    eq(items.workspaceId, workspaceId),
    kind === undefined ? undefined : eq(items.kind, kind),
    meetingId === undefined ? undefined : eq(items.meetingId, meetingId),
    fits(filter),
  );
}

/** How many items there are of each status. */
export async function countByStatus(
  db: Database,
  workspaceId: string,
  selection: ItemSelection,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .select({ status: items.status, total: count() })
    .from(items)
    .where(selected(workspaceId, selection))
    .groupBy(items.status);
  return new Map(rows.map(({ status, total }) => [status, total]));
}

/** Those changed last come first. */
export async function listItems(
  db: Database,
  workspaceId: string,
  { limit = ITEMS_PER_ANSWER, ...selection }: ItemSelection & { readonly limit?: number },
): Promise<readonly ListedItem[]> {
  const rows = await db
    .select()
    .from(items)
    .where(selected(workspaceId, selection))
    .orderBy(desc(items.updatedAt), desc(items.id))
    .limit(limit);
  return rows.map(toItem);
}

export async function findItem(db: Database, workspaceId: string, id: string): Promise<ListedItem | null> {
  return one(db, workspaceId, eq(items.id, id));
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

/** What the meeting has made, by where it came from; null where that is more than `limit`. */
export async function originsOfMeeting(
  db: Database,
  workspaceId: string,
  meetingId: string,
  limit: number,
): Promise<ReadonlyMap<string, ListedItem> | null> {
  const made = and(eq(items.workspaceId, workspaceId), eq(items.meetingId, meetingId), isNotNull(items.origin));
  const rows = await db
    .select()
    .from(items)
    .where(made)
    .limit(limit + 1);
  return rows.length > limit ? null : new Map(rows.map((row) => [row.origin!, toItem(row)]));
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

export async function itemsById(
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ListedItem>> {
  return itemsBy(db, workspaceId, items.id, ids);
}

/** Stories by their keys. */
export async function storiesByKey(
  db: Database,
  workspaceId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ListedItem>> {
  return itemsBy(db, workspaceId, items.story, keys, eq(items.kind, "story"));
}

/** Stories by their keys, from one key on in the order of the alphabet. */
export async function storiesFrom(
  db: Database,
  workspaceId: string,
  from: string,
  limit: number,
): Promise<ReadonlyMap<string, ListedItem>> {
  const rows = await db
    .select()
    .from(items)
    .where(and(eq(items.workspaceId, workspaceId), eq(items.kind, "story"), gte(items.story, from)))
    .orderBy(asc(items.story))
    .limit(limit);
  return new Map(rows.map((row) => [row.story!, toItem(row)]));
}

export async function itemsByOrigin(
  db: Database,
  workspaceId: string,
  origins: readonly string[],
): Promise<ReadonlyMap<string, ListedItem>> {
  return itemsBy(db, workspaceId, items.origin, origins);
}

async function itemsBy(
  db: Database,
  workspaceId: string,
  column: typeof items.id | typeof items.story | typeof items.origin,
  values: readonly string[],
  which?: SQL,
): Promise<ReadonlyMap<string, ListedItem>> {
  const found = new Map<string, ListedItem>();
  for (const some of slices([...new Set(values)])) {
    const rows = await db
      .select({ name: column, row: items })
      .from(items)
      .where(and(eq(items.workspaceId, workspaceId), inArray(column, some), which));
    for (const { name, row } of rows) found.set(name!, toItem(row));
  }
  return found;
}

/** Lists that fit into one statement each. */
function slices(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_STATEMENT) }, (_, i) =>
    ids.slice(i * IDS_PER_STATEMENT, (i + 1) * IDS_PER_STATEMENT),
  );
}
