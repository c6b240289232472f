/**
 * The capabilities of code mode, declared once: programs see them as types, models as tools, people as a reference, and
 * tokens and manifests grant them by name. A new capability is a new row; what it does is in implementations beside this.
 */
import * as z from "zod";
import type { CodeCapability } from "../../domain/capability.ts";
import { evidenceSchema, QUOTE_CHARS } from "../../domain/evidence.ts";
import { ITEM_FIELDS, ITEM_KINDS, type ItemKind, itemFilterSchema } from "../../domain/item.ts";

/** What a program gives as evidence: the words as they were said. */
export const quotedSchema = z.strictObject({
  quote: z
    .string()
    .min(QUOTE_CHARS.min)
    .max(QUOTE_CHARS.max)
    .describe("Words of the transcript, as they were said, in one utterance"),
  utterance: z.number().int().min(0).optional().describe("Index of the utterance, where the same words come twice"),
});

const id = z.string().max(60).describe("Id of the item, as another capability returned it");
/** Programs about a meeting must give it: the host refuses their writes without. */
const evidence = quotedSchema.optional().describe("Where in the meeting this was said");

/** An item as programs see it: its fields, and what it is called by. */
function shown<Fields extends z.ZodRawShape>(fields: z.ZodObject<Fields>) {
  return fields.extend({ id: z.string(), version: z.number(), evidence: evidenceSchema.nullable() });
}
export const storySchema = shown(ITEM_FIELDS.story);
export const blockerSchema = shown(ITEM_FIELDS.blocker);
export const actionItemSchema = shown(ITEM_FIELDS["action-item"]);
export const decisionSchema = shown(ITEM_FIELDS.decision);

function declare<Input extends z.ZodType, Output extends z.ZodType>(row: CodeCapability<Input, Output>) {
  return row;
}

const { story, blocker, "action-item": actionItem, decision } = ITEM_FIELDS;
const search = itemFilterSchema.omit({ status: true });

export const CODE_CAPABILITIES = {
  "stories.findByKey": declare({
    name: "stories.findByKey",
    summary: "The story with this key, or null.",
    access: "read",
    input: z.strictObject({ key: z.string().max(20) }),
    output: storySchema.nullable(),
    example: 'const story = await stories.findByKey({ key: "RUN-12" });',
  }),
  "stories.search": declare({
    name: "stories.search",
    summary: "Stories that fit, those changed last first; at most 100.",
    access: "read",
    input: search.extend({ status: story.shape.status.optional() }),
    output: z.array(storySchema),
    example: 'const open = await stories.search({ status: "todo", text: "login" });',
  }),
  "stories.create": declare({
    name: "stories.create",
    summary: "Creates a story. Leave out whatever was not said; name nobody who was not named.",
    access: "write",
    input: story.partial().required({ title: true }).extend({ evidence }),
    output: storySchema,
    example:
      'await stories.create({ title: "Export as CSV", points: 3, evidence: { quote: "we need an export as CSV" } });',
  }),
  "stories.update": declare({
    name: "stories.update",
    summary: "Changes fields of a story, by its key. What is left out stays as it is.",
    access: "write",
    input: story
      .omit({ key: true })
      .partial()
      .extend({ key: z.string().max(20), evidence }),
    output: storySchema,
    example: 'await stories.update({ key: "RUN-12", status: "done", evidence: { quote: "RUN-12 is finished" } });',
  }),
  "blockers.list": declare({
    name: "blockers.list",
    summary: "Blockers that fit, those changed last first; at most 100.",
    access: "read",
    input: search.extend({ status: blocker.shape.status.optional() }),
    output: z.array(blockerSchema),
    example: 'const open = await blockers.list({ status: "open" });',
  }),
  "blockers.create": declare({
    name: "blockers.create",
    summary: "Records what holds somebody up, with the key of the story that it blocks where one was named.",
    access: "write",
    input: blocker.omit({ status: true }).partial().required({ title: true }).extend({ evidence }),
    output: blockerSchema,
    example:
      'await blockers.create({ title: "No staging database", story: "RUN-12", evidence: { quote: "blocked by the staging database" } });',
  }),
  "blockers.resolve": declare({
    name: "blockers.resolve",
    summary: "Marks a blocker as resolved.",
    access: "write",
    input: z.strictObject({ id, evidence }),
    output: blockerSchema,
    example: 'await blockers.resolve({ id: open[0].id, evidence: { quote: "the database is back" } });',
  }),
  "actionItems.list": declare({
    name: "actionItems.list",
    summary: "Action items that fit, those changed last first; at most 100.",
    access: "read",
    input: search.extend({ status: actionItem.shape.status.optional() }),
    output: z.array(actionItemSchema),
    example: 'const mine = await actionItems.list({ owner: "Ana", status: "open" });',
  }),
  "actionItems.create": declare({
    name: "actionItems.create",
    summary: "Records what somebody is to do. The owner only where one was named; due as YYYY-MM-DD.",
    access: "write",
    input: actionItem.omit({ status: true }).partial().required({ title: true }).extend({ evidence }),
    output: actionItemSchema,
    example:
      'await actionItems.create({ title: "Write to the bank", owner: "Ana", evidence: { quote: "I will write to the bank" } });',
  }),
  "actionItems.complete": declare({
    name: "actionItems.complete",
    summary: "Marks an action item as done.",
    access: "write",
    input: z.strictObject({ id, evidence }),
    output: actionItemSchema,
    example: 'await actionItems.complete({ id: mine[0].id, evidence: { quote: "I wrote to the bank yesterday" } });',
  }),
  "decisions.list": declare({
    name: "decisions.list",
    summary: "Decisions that fit, those changed last first; at most 100.",
    access: "read",
    input: search.extend({ status: decision.shape.status.optional() }),
    output: z.array(decisionSchema),
    example: 'const earlier = await decisions.list({ text: "database" });',
  }),
  "decisions.create": declare({
    name: "decisions.create",
    summary: "Records what was decided: the last word, not what was only discussed.",
    access: "write",
    input: decision.omit({ status: true }).partial().required({ title: true }).extend({ evidence }),
    output: decisionSchema,
    example: 'await decisions.create({ title: "Ship on Friday", evidence: { quote: "so we ship on Friday" } });',
  }),
  "meetings.current": declare({
    name: "meetings.current",
    summary: "The meeting that this program is about.",
    access: "read",
    input: z.strictObject({}),
    output: z.strictObject({
      id: z.string(),
      title: z.string(),
      heldAt: z.string().nullable(),
      participants: z.array(z.string()),
      words: z.number(),
      utterances: z.number(),
    }),
    example: "const { participants } = await meetings.current({});",
  }),
  "meetings.transcript": declare({
    name: "meetings.transcript",
    summary: "Utterances of the meeting, in order; from and to are indexes, to excluded. At most 2,000 come at once.",
    access: "read",
    input: z.strictObject({ from: z.number().int().min(0).default(0), to: z.number().int().min(0).optional() }),
    output: z.array(
      z.strictObject({
        index: z.number(),
        speaker: z.string().nullable(),
        startMs: z.number().nullable(),
        text: z.string(),
      }),
    ),
    example: "const [first] = await meetings.transcript({ to: 1 });",
  }),
  "meetings.earlier": declare({
    name: "meetings.earlier",
    summary: "Meetings of the workspace before this one, the latest first; at most 20.",
    access: "read",
    input: z.strictObject({ text: z.string().max(200).optional() }),
    output: z.array(z.strictObject({ id: z.string(), title: z.string(), heldAt: z.string().nullable() })),
    example: "const [last] = await meetings.earlier({});",
  }),
  "members.list": declare({
    name: "members.list",
    summary: "People of the workspace.",
    access: "read",
    input: z.strictObject({}),
    output: z.array(z.strictObject({ name: z.string(), role: z.string() })),
    example: "const people = await members.list({});",
  }),
  "http.get": declare({
    name: "http.get",
    summary: "Gets a text from one of the origins that the run was granted.",
    access: "read",
    input: z.strictObject({ url: z.url().max(2_000) }),
    output: z.strictObject({ status: z.number(), contentType: z.string(), text: z.string() }),
    example: 'const { text } = await http.get({ url: "https://status.example.com/today" });',
  }),
} as const satisfies Record<string, CodeCapability>;

export type CodeCapabilityName = keyof typeof CODE_CAPABILITIES;
export const CODE_CAPABILITY_NAMES = Object.keys(CODE_CAPABILITIES) as readonly CodeCapabilityName[];

/** What a capability writes; null for one that only reads. */
export function writeOf(name: string): { readonly kind: ItemKind; readonly isNew: boolean } | null {
  const declared = (CODE_CAPABILITIES as Readonly<Record<string, CodeCapability>>)[name];
  const [entity, verb] = name.split(".");
  if (declared?.access !== "write") return null;
  return { kind: ENTITY_KINDS[entity as keyof typeof ENTITY_KINDS], isNew: verb === "create" };
}

/** The kind of items that an entity's capabilities are about. */
const ENTITY_KINDS = {
  stories: ITEM_KINDS[0],
  blockers: ITEM_KINDS[1],
  actionItems: ITEM_KINDS[2],
  decisions: ITEM_KINDS[3],
} as const;
