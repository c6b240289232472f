/**
 * What meetings leave behind: stories, blockers, action items and decisions. Owns their fields and what may be searched;
 * one row of {@link ITEM_KINDS} and one schema carry a kind through the store, the capabilities and the screens.
 */
import * as z from "zod";
import type { evidenceSchema } from "./evidence.ts";

export const ITEM_KINDS = ["story", "blocker", "action-item", "decision"] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

/** A story's key as trackers write it. */
const KEY = "[A-Z][A-Z0-9]{1,9}-[1-9]\\d{0,6}";
const STORY_KEY = new RegExp(`^${KEY}$`);

/** What is written like a story's key in a text, in its order. */
export function storyKeysIn(text: string): readonly string[] {
  return text.match(new RegExp(`\\b${KEY}\\b`, "g")) ?? [];
}

const STORY_STATUSES = ["todo", "in-progress", "in-review", "blocked", "done"] as const;

const title = z.string().trim().min(1).max(300);
const description = z.string().max(10_000);
/** Null for nobody: who was not named stays unassigned. */
const person = z.string().trim().min(1).max(120).nullable();
const storyKey = z.string().regex(STORY_KEY, "must be a key like RUN-12");
const relatedStory = storyKey.nullable();

/** One row for each kind: its fields, whole. The first status is that of a new item. */
export const ITEM_FIELDS = {
  story: z.strictObject({
    key: storyKey.nullable(),
    title,
    description,
    status: z.enum(STORY_STATUSES),
    points: z.number().int().min(0).max(100).nullable(),
    assigned_to: person,
  }),
  blocker: z.strictObject({ title, status: z.enum(["open", "resolved"]), story: relatedStory, owner: person }),
  "action-item": z.strictObject({
    title,
    status: z.enum(["open", "done"]),
    owner: person,
    due: z.iso.date().nullable(),
    story: relatedStory,
  }),
  decision: z.strictObject({
    title,
    details: description,
    status: z.enum(["decided", "reversed"]),
    story: relatedStory,
  }),
} as const satisfies Record<ItemKind, z.ZodObject>;

export type Story = z.output<(typeof ITEM_FIELDS)["story"]>;
export type ItemFields = z.output<(typeof ITEM_FIELDS)[ItemKind]>;
export type FieldName = keyof Story | "story" | "owner" | "due" | "details";
/** Some fields of an item, with their new values. */
export type ItemPatch = Readonly<Partial<Record<FieldName, string | number | null>>>;

/** What a new item has where its maker says nothing. */
export const NEW_ITEM: Readonly<Record<ItemKind, ItemPatch>> = {
  story: { key: null, description: "", status: "todo", points: null, assigned_to: null },
  blocker: { status: "open", story: null, owner: null },
  "action-item": { status: "open", owner: null, due: null, story: null },
  decision: { details: "", status: "decided", story: null },
};

/** By kind; the first one is that of a new item. */
export const STATUSES: Readonly<Record<ItemKind, readonly string[]>> = {
  story: STORY_STATUSES,
  blocker: ITEM_FIELDS.blocker.shape.status.options,
  "action-item": ITEM_FIELDS["action-item"].shape.status.options,
  decision: ITEM_FIELDS.decision.shape.status.options,
};

/** Who an item belongs to, by kind. */
export const OWNER_FIELD: Readonly<Record<ItemKind, FieldName | null>> = {
  story: "assigned_to",
  blocker: "owner",
  "action-item": "owner",
  decision: null,
};

export interface Item {
  readonly id: string;
  readonly kind: ItemKind;
  /** Counts its changes, from 1. */
  readonly version: number;
  readonly fields: ItemFields;
  readonly evidence: z.output<typeof evidenceSchema> | null;
}

/** What is searched for; all of it must fit. */
export const itemFilterSchema = z.strictObject({
  text: z.string().max(200).optional(),
  status: z.string().max(20).optional(),
  /** A person's name, whatever its case. */
  owner: z.string().max(120).optional(),
  /** A story's key: of the story itself, or of what is about it. */
  story: z.string().max(20).optional(),
});
export type ItemFilter = z.output<typeof itemFilterSchema>;

/** At most this many items come with one answer. */
export const ITEMS_PER_ANSWER = 100;

const field = (fields: ItemFields, name: FieldName | null): unknown =>
  name === null ? null : (fields as Readonly<Record<string, unknown>>)[name];

export function storyOf(kind: ItemKind, fields: ItemFields): string | null {
  return (field(fields, kind === "story" ? "key" : "story") as string | null) ?? null;
}

export function ownerOf(kind: ItemKind, fields: ItemFields): string | null {
  return (field(fields, OWNER_FIELD[kind]) as string | null) ?? null;
}

/** What a person reads as the item's name: a title that begins with the key says it once. */
export function labelOf({ kind, fields }: Pick<Item, "kind" | "fields">): string {
  const { title } = fields;
  const key = kind === "story" ? storyOf(kind, fields) : null;
  const saysKey = key !== null && title.startsWith(key) && !/^[\w-]/.test(title.slice(key.length));
  return key === null || saysKey ? title : `${key} · ${title}`;
}

/** The same rule as the store's, for items that are not stored yet. Case is folded for ASCII alone, as SQLite does. */
export function matchesFilter(
  { kind, fields }: Pick<Item, "kind" | "fields">,
  { text, status, owner, story }: ItemFilter,
): boolean {
  // The key of a story that something is about is no text of its own.
  const prose = [
    kind === "story" ? storyOf(kind, fields) : "",
    fields.title,
    field(fields, "description"),
    field(fields, "details"),
  ];
  return (
    (text === undefined || prose.some((each) => foldCase(String(each ?? "")).includes(foldCase(text)))) &&
    (status === undefined || fields.status === status) &&
    (owner === undefined || foldCase(ownerOf(kind, fields) ?? "") === foldCase(owner)) &&
    (story === undefined || storyOf(kind, fields) === story)
  );
}

function foldCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Only what differs from what is there. */
export function changesIn(fields: ItemFields, patch: ItemPatch): ItemPatch {
  const changed = Object.entries(patch).filter(
    ([name, value]) => value !== undefined && (fields as Record<string, unknown>)[name] !== value,
  );
  return Object.fromEntries(changed);
}
