/**
 * Writes items to D1 with their history. A write names the version that it is for: a late one changes nothing, and a
 * repeated one finds what it did. The history says which writes were made: it is written with each of them, in one
 * transaction.
 */
import { ownerOf, storyOf } from "../domain/item.ts";
import type { ItemWrite, WriteOutcome } from "../domain/item-change.ts";
import type { Database } from "./database.ts";
import { itemsById, itemsByOrigin, storiesByKey } from "./items.ts";

/** Writes that go to D1 in one call, which is one transaction. */
const WRITES_PER_CALL = 100;

/** What was made before is not made again, not even where its item has the same version once more. */
const IS_NEW = "NOT EXISTS (SELECT 1 FROM item_changes WHERE id = ?1)";

const INSERT = `
  INSERT INTO items (change_id, workspace_id, id, version, created_at, updated_at, kind, fields, title, status, owner,
                     story, evidence, meeting_id, origin)
  SELECT ?1, ?2, ?3, ?4 + 1, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 WHERE ${IS_NEW}
  ON CONFLICT DO NOTHING`;

const UPDATE = `
  UPDATE OR IGNORE items
  SET change_id = ?1, version = ?4 + 1, updated_at = ?5, fields = ?6, title = ?7, status = ?8, owner = ?9, story = ?10
  WHERE workspace_id = ?2 AND id = ?3 AND version = ?4 AND (?11 IS NULL OR change_id = ?11) AND ${IS_NEW}`;

const DELETE = `
  DELETE FROM items WHERE workspace_id = ?2 AND id = ?3 AND version = ?4 AND NOT (${IS_NEW})`;

const MADE = `
  SELECT id, version FROM item_changes WHERE workspace_id = ?1 AND id IN (SELECT value FROM json_each(?2))`;

/** @param made SQL: whether the change was made, or for a removal whether it can be */
const record = (made: string) => `
  INSERT INTO item_changes (id, workspace_id, item_id, version, at, kind, cause, made_by, run_id, line, evidence, before,
                            after)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
  WHERE EXISTS (SELECT 1 FROM items WHERE id = ?3 AND workspace_id = ?2 AND version = ?4 AND ${made})
  ON CONFLICT DO NOTHING`;
const RECORD = record("change_id = ?1");
const RECORD_REMOVAL = record("TRUE");

/**
 * Makes each of the writes, in order, where its item has the version that it is for. Those of one call to D1 are made
 * together or not at all; a write that was made before, by the same id, answers as it did then.
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
    const statements = some.flatMap((write) => statementsOf(db, workspaceId, write, now));
    const answers = await db.$client.batch([...statements, madeAmong(db, workspaceId, some)]);
    for (const { id, version } of answers.at(-1)!.results as MadeRow[]) made.set(id, version);
  }
  const inTheWay = await whatIsInTheWay(
    db,
    workspaceId,
    writes.filter(({ id }) => !made.has(id)),
  );
  return writes.map((write) => {
    const version = made.get(write.id);
    return version === undefined ? { type: "stale", current: inTheWay(write) } : { type: "made", version };
  });
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

function statementsOf(db: Database, workspaceId: string, write: ItemWrite, now: number): D1PreparedStatement[] {
  const { id, itemId, kind, after, ifVersion, evidence, meetingId, origin, follows } = write;
  const bound = (text: string, ...values: unknown[]) =>
    db.$client.prepare(text).bind(id, workspaceId, itemId, ...values);
  const history = [kind, write.cause, write.madeBy, write.runId, write.line, json(evidence), json(write.before)];
  if (after === null) {
    // A removal leaves no item that says so: it is kept first, and made where it was kept.
    return [bound(RECORD_REMOVAL, ifVersion, now, ...history, null), bound(DELETE, ifVersion)];
  }
  const fields = [json(after), after.title, after.status, ownerOf(kind, after), storyOf(kind, after)];
  const change =
    ifVersion === 0
      ? bound(INSERT, 0, now, kind, ...fields, json(evidence), meetingId, origin)
      : bound(UPDATE, ifVersion, now, ...fields, follows);
  return [change, bound(RECORD, ifVersion + 1, now, ...history, json(after))];
}

interface MadeRow {
  readonly id: string;
  readonly version: number;
}

/** Asked together with the writes: another journey to the database would double what a single write takes. */
function madeAmong(db: Database, workspaceId: string, writes: readonly ItemWrite[]): D1PreparedStatement {
  const ids = JSON.stringify(writes.map(({ id }) => id));
  return db.$client.prepare(MADE).bind(workspaceId, ids);
}

/** For each write that was not made the item as it is; where it is as expected, what has its key or its origin. */
async function whatIsInTheWay(db: Database, workspaceId: string, writes: readonly ItemWrite[]) {
  const keyOf = ({ kind, after }: ItemWrite) => (kind === "story" && after ? storyOf(kind, after) : null);
  const originOf = ({ origin, ifVersion }: ItemWrite) => (ifVersion === 0 ? origin : null);
  const all = (of: (write: ItemWrite) => string | null) => writes.map(of).filter((each) => each !== null);
  const [same, withKey, withOrigin] = await Promise.all([
    itemsById(
      db,
      workspaceId,
      all(({ itemId }) => itemId),
    ),
    storiesByKey(db, workspaceId, all(keyOf)),
    itemsByOrigin(db, workspaceId, all(originOf)),
  ]);
  return (write: ItemWrite) => {
    const current = same.get(write.itemId) ?? null;
    if ((current?.version ?? 0) !== write.ifVersion) return current;
    const rivals = [withKey.get(keyOf(write) ?? ""), withOrigin.get(originOf(write) ?? "")];
    return rivals.find((each) => each && each.id !== write.itemId) ?? current;
  };
}
