/** What the API says of items, and what it takes. Fields have the same names everywhere: here, in programs, in the database. */
import * as z from "zod";
import { evidenceSchema } from "./evidence.ts";
import { ITEM_FIELDS, ITEM_KINDS, ITEMS_PER_ANSWER, itemFilterSchema } from "./item.ts";
import { CHANGE_CAUSES } from "./item-change.ts";

const fields = z.union([ITEM_FIELDS.story, ITEM_FIELDS.blocker, ITEM_FIELDS["action-item"], ITEM_FIELDS.decision]);

export const itemSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(ITEM_KINDS),
  /** Counts its changes, from 1. */
  version: z.number(),
  fields,
  evidence: evidenceSchema.nullable(),
  meetingId: z.string().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

export const itemListSchema = z.strictObject({ items: z.array(itemSchema) });

export const itemQuerySchema = itemFilterSchema.extend({
  kind: z.enum(ITEM_KINDS).optional(),
  /** Id of the meeting that it was made in. */
  meeting: z.string().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(ITEMS_PER_ANSWER).default(ITEMS_PER_ANSWER),
});

export const itemHistorySchema = z.strictObject({
  changes: z.array(
    z.strictObject({
      id: z.string(),
      itemId: z.string(),
      kind: z.enum(ITEM_KINDS),
      /** The version that it made; for a removal, the one that it ended. */
      version: z.number(),
      cause: z.enum(CHANGE_CAUSES),
      /** Id of the person or the token. */
      madeBy: z.string(),
      runId: z.string().nullable(),
      line: z.number().nullable(),
      evidence: evidenceSchema.nullable(),
      before: fields.nullable(),
      after: fields.nullable(),
      at: z.iso.datetime(),
    }),
  ),
});
export type ShownItem = z.output<typeof itemSchema>;
export type ShownItemChange = z.output<typeof itemHistorySchema>["changes"][number];

/** What fields hold is checked by the kind of the item. */
const givenFields = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

export const newItemSchema = z.strictObject({ kind: z.enum(ITEM_KINDS), fields: givenFields });

export const itemPatchSchema = z.strictObject({
  /** The version that the change was made for; or the header If-Match says it. */
  version: z.number().int().min(1).optional(),
  fields: givenFields,
});
