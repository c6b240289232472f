/** `/api/items`: stories, blockers, action items and decisions, their history, and changing them by hand. */
import { type Context, Hono } from "hono";
import { changeItem, createItem, readHistory, readItem } from "../../actions/manage-items.ts";
import { fail, type Result, succeed } from "../../domain/errors.ts";
import { toIso } from "../../domain/instant.ts";
import type { ItemPatch } from "../../domain/item.ts";
import type { ItemChange } from "../../domain/item-change.ts";
import {
  itemPatchSchema,
  itemQuerySchema,
  newItemSchema,
  type ShownItem,
  type ShownItemChange,
} from "../../domain/item-schema.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { type ListedItem, listItems } from "../../store/items.ts";
import { readJson } from "../json-body.ts";
import { answer } from "./answer.ts";

export const items = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const query = check(c.req.query(), itemQuerySchema);
    if (!query.ok) return problem(c, query);
    const { kind, meeting: meetingId, limit, ...filter } = query.value;
    const { dependencies, principal } = c.var;
    const found = await listItems(dependencies.db, principal.workspaceId, { kind, meetingId, limit, filter });
    return answer(c, succeed({ items: found.map(shownItem) }));
  })
  .post("/", async (c) => {
    const body = await readJson(c, newItemSchema);
    if (!body.ok) return problem(c, body);
    const { kind, fields } = body.value;
    const created = await createItem(c.var.dependencies, c.var.principal, kind, fields as ItemPatch);
    if (created.ok) c.header("location", `/api/items/${created.value.id}`);
    return tagged(c, created, 201);
  })
  .get("/:id", async (c) =>
    tagged(c, await readItem(c.var.dependencies, c.var.principal.workspaceId, c.req.param("id"))),
  )
  .patch("/:id", async (c) => {
    const body = await readJson(c, itemPatchSchema);
    if (!body.ok) return problem(c, body);
    const version = versionOf(c, body.value.version);
    if (!version.ok) return problem(c, version);
    const which = { id: c.req.param("id"), version: version.value };
    return tagged(c, await changeItem(c.var.dependencies, c.var.principal, which, body.value.fields as ItemPatch));
  })
  .get("/:id/history", async (c) => {
    const history = await readHistory(c.var.dependencies, c.var.principal.workspaceId, c.req.param("id"));
    return answer(c, history.ok ? succeed({ changes: history.value.map(shownChange) }) : history);
  });

/** The item's version is its entity tag. */
function tagged(c: Context<SignedInEnv>, item: Result<ListedItem>, status: 200 | 201 = 200): Response {
  if (item.ok) c.header("etag", `"${item.value.version}"`);
  return answer(c, item.ok ? succeed(shownItem(item.value)) : item, status);
}

function shownItem({ createdAt, updatedAt, ...item }: ListedItem): ShownItem {
  return { ...item, createdAt: toIso(createdAt), updatedAt: toIso(updatedAt) };
}

function shownChange({ at, ...change }: ItemChange): ShownItemChange {
  return { ...change, at: toIso(at) };
}

/** The version that a change is for, from the header or the body. A change that names none could undo what nobody saw. */
function versionOf(c: Context<SignedInEnv>, given: number | undefined): Result<number | null> {
  const tag = c.req.header("if-match")?.trim();
  if (tag === "*") return succeed(null);
  if (tag !== undefined && !/^"\d{1,9}"$/.test(tag)) {
    return fail("invalid-request", `If-Match: must be the item's ETag, such as "3", or *`);
  }
  const version = tag === undefined ? given : Number(tag.slice(1, -1));
  if (version !== undefined) return succeed(version);
  const message = "is missing: say which version you change, here or as If-Match, or send If-Match: *";
  return fail("invalid-request", `version: ${message}`, [{ path: "version", message }]);
}
