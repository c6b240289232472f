/** Reads, makes and changes items by hand: for the API and the console alike. What programs write goes through their sheet. */
import type { Dependencies } from "../dependencies.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import {
  changesIn,
  ITEM_FIELDS,
  type ItemFields,
  type ItemKind,
  type ItemPatch,
  NEW_ITEM,
  storyOf,
} from "../domain/item.ts";
import type { ItemChange, ItemWrite } from "../domain/item-change.ts";
import type { Principal } from "../domain/principal.ts";
import { check } from "../domain/validation.ts";
import { writeItems } from "../store/item-writes.ts";
import { findItem, historyOf, type ListedItem } from "../store/items.ts";

export async function readItem(
  { db }: Pick<Dependencies, "db">,
  workspaceId: string,
  id: string,
): Promise<Result<ListedItem>> {
  const item = await findItem(db, workspaceId, id);
  return item ? succeed(item) : fail("not-found", "There is no item with this id in your workspace.");
}

/** Of an item that was taken back, too. */
export async function readHistory(
  { db }: Pick<Dependencies, "db">,
  workspaceId: string,
  id: string,
): Promise<Result<readonly ItemChange[]>> {
  const changes = await historyOf(db, workspaceId, id);
  return changes.length > 0 ? succeed(changes) : fail("not-found", "There is no item with this id in your workspace.");
}

export async function createItem(
  dependencies: Dependencies,
  principal: Principal,
  kind: ItemKind,
  given: ItemPatch,
): Promise<Result<ListedItem>> {
  const { clock, random } = dependencies;
  const fields = checkFields(kind, { ...NEW_ITEM[kind], ...given });
  if (!fields.ok) return fields;
  const itemId = newId("item", clock, random);
  return write(dependencies, principal, { itemId, kind, before: null, after: fields.value, ifVersion: 0 });
}

/**
 * Changes fields of an item, where it still has the version that the change was made for.
 * @param version null where whoever changes it has not looked at it: the latest
 */
export async function changeItem(
  dependencies: Dependencies,
  principal: Principal,
  { id, version }: { readonly id: string; readonly version: number | null },
  patch: ItemPatch,
): Promise<Result<ListedItem>> {
  const found = await readItem(dependencies, principal.workspaceId, id);
  if (!found.ok) return found;
  const { kind, fields: before, version: current } = found.value;
  const fields = checkFields(kind, { ...before, ...patch });
  if (!fields.ok) return fields;
  if (version !== null && version !== current) return stale(dependencies, principal, id, version);
  if (Object.keys(changesIn(before, fields.value as unknown as ItemPatch)).length === 0) return found;
  return write(dependencies, principal, { itemId: id, kind, before, after: fields.value, ifVersion: current });
}

function checkFields(kind: ItemKind, fields: ItemPatch): Result<ItemFields> {
  return check(fields, ITEM_FIELDS[kind]) as Result<ItemFields>;
}

async function write(
  dependencies: Dependencies,
  { workspaceId, id: madeBy }: Principal,
  what: Pick<ItemWrite, "itemId" | "kind" | "before" | "after" | "ifVersion">,
): Promise<Result<ListedItem>> {
  const { db, clock, random } = dependencies;
  const change: ItemWrite = {
    ...{ ...what, id: newId("chg", clock, random), cause: "person", madeBy, runId: null, line: null },
    ...{ evidence: null, follows: null, meetingId: null, origin: null },
  };
  const [outcome] = await writeItems(db, workspaceId, [change], clock.now());
  if (outcome?.type === "made") return readItem(dependencies, workspaceId, what.itemId);
  const current = outcome?.current ?? null;
  if (current !== null && current.id !== what.itemId) {
    const message = `is the key of another story, "${current.fields.title}"`;
    return fail("story-exists", `${storyOf("story", current.fields)} ${message}.`, [{ path: "key", message }]);
  }
  return stale(dependencies, { workspaceId }, what.itemId, what.ifVersion);
}

/** What was changed since a version, field by field. */
async function stale(
  { db }: Dependencies,
  { workspaceId }: Pick<Principal, "workspaceId">,
  itemId: string,
  version: number,
): Promise<Result<never>> {
  const [item, history] = await Promise.all([findItem(db, workspaceId, itemId), historyOf(db, workspaceId, itemId)]);
  if (!item) return fail("item-changed", "The item is gone: what had made it was taken back.");
  const then = history.find((change) => change.version === version)?.after;
  if (!then) return fail("item-changed", `The item never had version ${version}: it has version ${item.version}.`);
  const changes = changesIn(then, item.fields as unknown as ItemPatch);
  const errors = Object.entries(changes).map(([path, now]) => ({
    path,
    message: `is ${shown(now)} by now; it was ${shown((then as unknown as ItemPatch)[path as keyof ItemPatch])}`,
  }));
  const words = errors.map(({ path, message }) => `${path} ${message}`).join("; ") || "somebody changed it, and back";
  return fail("item-changed", `You changed version ${version}, and it is version ${item.version}: ${words}.`, errors);
}

const SHOWN_CHARS = 80;

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "empty";
  const text = String(value);
  return `"${text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text}"`;
}
