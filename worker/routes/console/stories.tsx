/** `/stories`: the board, the other lists, and one item. */
import { type Context, Hono } from "hono";
import { changeItem, createItem, readHistory, readItem } from "../../actions/manage-items.ts";
import { ERRORS, type Failure } from "../../domain/errors.ts";
import {
  type FieldName,
  ITEM_KINDS,
  type ItemFields,
  type ItemKind,
  itemFilterSchema,
  NEW_ITEM,
  STATUSES,
} from "../../domain/item.ts";
import type { ItemChange } from "../../domain/item-change.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { countByStatus, type ItemSelection, listItems } from "../../store/items.ts";
import { type ItemValues, valuesOf } from "../../views/components/item-fields.tsx";
import { ItemPage, NewItemPage } from "../../views/item.tsx";
import { StoriesPage, type StoriesProps, StoriesResults } from "../../views/stories.tsx";
import { formOf, shownErrors, textOf } from "./form.ts";
import { patchOf, readItemValues } from "./item-form.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";
import { namesOf } from "./people-names.ts";

type ItemContext = Context<SignedInEnv>;

/** Cards of a column, and rows of a list. */
const SHOWN_MAX = 100;
const MEETING_CHARS = 60;

export const storyPages = new Hono<SignedInEnv>()
  .get("/", (c) => listPage(c, "story"))
  .get("/blockers", (c) => listPage(c, "blocker"))
  .get("/action-items", (c) => listPage(c, "action-item"))
  .get("/decisions", (c) => listPage(c, "decision"))
  .get("/new", (c) => {
    const kind = kindOf(c.req.query("kind"));
    const values = { ...valuesOf(NEW_ITEM[kind]), title: "" };
    return page(c, <NewItemPage shell={signedInShell(c)} kind={kind} values={values} errors={[]} />);
  })
  .post("/", async (c) => {
    const form = await formOf(c);
    const kind = kindOf(textOf(form, "kind"));
    const values = readItemValues(form, kind);
    const created = await createItem(c.var.dependencies, c.var.principal, kind, patchOf(values));
    if (created.ok) return c.redirect(`/stories/${created.value.id}?saved`, 303);
    const props = { kind, values, errors: shownErrors(created) };
    return page(c, <NewItemPage shell={signedInShell(c)} {...props} />, ERRORS[created.code].status);
  })
  .get("/:id", (c) => itemPage(c, null))
  .post("/:id", async (c) => {
    const { dependencies, principal } = c.var;
    const id = c.req.param("id");
    const found = await readItem(dependencies, principal.workspaceId, id);
    if (!found.ok) return failurePage(c, found);
    const form = await formOf(c);
    const values = readItemValues(form, found.value.kind);
    const version = Number(textOf(form, "version")) || 0;
    const changed = await changeItem(dependencies, principal, { id, version }, patchOf(values));
    if (changed.ok) return c.redirect(`/stories/${id}?saved`, 303);
    return itemPage(c, { failure: changed, values, version });
  });

function kindOf(text: string | undefined): ItemKind {
  return ITEM_KINDS.find((kind) => kind === text) ?? "story";
}

/** A value that is not known is no filter. */
function readFilter(c: ItemContext, kind: ItemKind): StoriesProps["filter"] {
  const known = Object.entries(itemFilterSchema.shape).flatMap(([name, schema]) => {
    const value = schema.safeParse(c.req.query(name)?.trim() || undefined).data;
    const isKnown = value !== undefined && (name !== "status" || STATUSES[kind].includes(value));
    return isKnown ? [[name, value]] : [];
  });
  const meeting = c.req.query("meeting")?.slice(0, MEETING_CHARS);
  return Object.fromEntries([...known, ...(meeting ? [["meeting", meeting]] : [])]);
}

async function listPage(c: ItemContext, kind: ItemKind) {
  const { db } = c.var.dependencies;
  const { workspaceId } = c.var.principal;
  const filter = readFilter(c, kind);
  const { meeting: meetingId, ...rest } = filter;
  const selection: ItemSelection = { kind, meetingId, filter: rest };
  // On the board each column has its own latest ones: one status with many does not push out the others.
  const shown = kind === "story" && rest.status === undefined ? STATUSES.story : [rest.status];
  const lists = shown.map((status) =>
    listItems(db, workspaceId, {
      ...{ ...selection, limit: SHOWN_MAX },
      filter: { ...rest, ...(status === undefined ? {} : { status }) },
    }),
  );
  const [counts, ...found] = await Promise.all([countByStatus(db, workspaceId, selection), ...lists]);
  const props = { kind, filter, items: found.flat(), counts };
  return page(c, isPartial(c) ? <StoriesResults {...props} /> : <StoriesPage shell={signedInShell(c)} {...props} />);
}

/** What was sent and not saved, and why. */
interface Refused {
  readonly failure: Failure;
  readonly values: ItemValues;
  /** The version that was sent. */
  readonly version: number;
}

/**
 * Of what was sent only what its sender has changed stays in the form, over the item as it is now: to save again leaves
 * what others have changed meanwhile.
 */
function keptValues({ values, version }: Refused, fields: ItemFields, history: readonly ItemChange[]): ItemValues {
  const then = history.find((change) => change.version === version)?.after ?? fields;
  const before = valuesOf(then);
  const own = Object.entries(values).filter(([name, value]) => value !== before[name as FieldName]);
  return { ...valuesOf(fields), ...Object.fromEntries(own) };
}

async function itemPage(c: ItemContext, refused: Refused | null) {
  const { dependencies, principal } = c.var;
  const { workspaceId } = principal;
  const id = c.req.param("id") ?? "";
  const [item, history] = await Promise.all([
    readItem(dependencies, workspaceId, id),
    readHistory(dependencies, workspaceId, id),
  ]);
  if (!item.ok) return failurePage(c, item);
  const actors = history.ok ? history.value.map(({ madeBy }) => madeBy) : [];
  const names = await namesOf(dependencies, workspaceId, actors);
  const props = {
    ...{ item: item.value, names, history: history.ok ? history.value : [] },
    values: refused
      ? keptValues(refused, item.value.fields, history.ok ? history.value : [])
      : valuesOf(item.value.fields),
    errors: refused ? refusedErrors(refused.failure) : [],
    isSaved: refused === null && c.req.query("saved") === "",
  };
  return page(c, <ItemPage shell={signedInShell(c)} {...props} />, refused ? ERRORS[refused.failure.code].status : 200);
}

/** Somebody was quicker: what they changed, and what saving again would do. */
function refusedErrors(refused: Failure) {
  if (refused.code !== "item-changed") return shownErrors(refused);
  const message =
    "Somebody changed it while you did. What you changed is still below, over what is there now: save again to keep both.";
  return [{ field: "", message }, ...shownErrors(refused)];
}
