/** The effect sheet on the wire: what the API answers, and what it takes as a decision. Internal ids stay inside. */
import * as z from "zod";
import { WRITES_MAX } from "./effect.ts";
import { type Act, DECISIONS, type EarlierChoice } from "./effect-decision.ts";
import { type EffectSheet, ENTRY_OUTCOMES, SHEET_STATES, type SheetEntry, sheetStateOf } from "./effect-sheet.ts";
import { evidenceSchema } from "./evidence.ts";
import { ITEM_KINDS } from "./item.ts";

const value = z.union([z.string(), z.number(), z.null()]);
const fieldsSchema = z.record(z.string(), value);
const actSchema = z.strictObject({ by: z.string(), at: z.iso.datetime() });

/** The body of `POST /api/runs/{id}/effects/decisions`. */
export const decisionRequestSchema = z.strictObject({
  effects: z
    .array(z.number().int().min(1))
    .min(1, "names no effect: leave it out to decide about all that are open")
    .max(WRITES_MAX)
    .optional(),
  decision: z.enum(DECISIONS),
  edited: fieldsSchema.optional(),
});

const shownEffectSchema = z.strictObject({
  /** In the order in which the program asked, from 1. */
  number: z.number(),
  capability: z.string(),
  action: z.enum(["create", "update"]),
  kind: z.enum(ITEM_KINDS),
  itemId: z.string(),
  label: z.string(),
  before: fieldsSchema.nullable(),
  changes: fieldsSchema,
  edited: fieldsSchema.nullable(),
  /** In the program's entry, from 1. */
  line: z.number().nullable(),
  evidence: evidenceSchema.nullable(),
  dependsOn: z.array(z.number()),
  decision: z.enum(DECISIONS),
  decided: actSchema.nullable(),
  outcome: z.enum(ENTRY_OUTCOMES),
  /** What was decided about the same write when the meeting was processed before: the sheet begins with it. */
  remembered: z
    .strictObject({
      ...{ runId: z.string(), effect: z.number(), decision: z.enum(["approved", "rejected"]) },
      ...{ edited: fieldsSchema.nullable(), decided: actSchema },
    })
    .nullable(),
  applied: actSchema.nullable(),
  undone: actSchema.nullable(),
  /** What is there instead of what the program saw; its version and fields are null where the item is gone. */
  drift: z.strictObject({ version: z.number().nullable(), fields: fieldsSchema.nullable() }).nullable(),
});

export const effectSheetSchema = z.strictObject({
  runId: z.string(),
  state: z.enum(SHEET_STATES),
  /** Writes that the program asked for and that had been made before. */
  unchanged: z.number(),
  supersededBy: z.string().nullable(),
  effects: z.array(shownEffectSchema),
});
export type ShownEffectSheet = z.output<typeof effectSheetSchema>;

/** What the answer of a program says of its sheet. */
export const effectsSummarySchema = z.strictObject({
  state: z.enum(SHEET_STATES),
  count: z.number(),
  unchanged: z.number(),
  /** Effects about which somebody had decided before. */
  remembered: z.number(),
  url: z.string(),
});

export function effectsSummary(runId: string, sheet: EffectSheet): z.output<typeof effectsSummarySchema> {
  const { entries, unchanged } = sheet;
  const remembered = entries.filter((entry) => entry.remembered !== null).length;
  const url = `/api/runs/${runId}/effects`;
  return { state: sheetStateOf(sheet), count: entries.length, unchanged, remembered, url };
}

export function shownSheet(runId: string, sheet: EffectSheet): ShownEffectSheet {
  const { unchanged, supersededBy, entries } = sheet;
  return { runId, state: sheetStateOf(sheet), unchanged, supersededBy, effects: entries.map(shownEntry) };
}

function shownEntry(entry: SheetEntry): ShownEffectSheet["effects"][number] {
  const { effect, decision, edited, outcome, drift } = entry;
  const { number, capability, action, kind, itemId, label, before, changes, line, evidence, dependsOn } = effect;
  return {
    ...{ number, capability, action, kind, itemId, label, line, evidence, decision, outcome },
    ...{ before: before && { ...before }, changes: { ...changes }, edited: edited && { ...edited } },
    dependsOn: [...dependsOn],
    remembered: entry.remembered && shownChoice(entry.remembered.choice),
    ...{ decided: shownAct(entry.decided), applied: shownAct(entry.applied), undone: shownAct(entry.undone) },
    drift: drift && { version: drift.item?.version ?? null, fields: drift.item ? { ...drift.item.fields } : null },
  };
}

function shownChoice({ runId, number: effect, decision, edited, decided }: EarlierChoice) {
  return { runId, effect, decision, edited: edited && { ...edited }, decided: actOf(decided) };
}

const actOf = ({ by, at }: Act) => ({ by, at: new Date(at).toISOString() });

function shownAct(act: Act | null) {
  return act && actOf(act);
}
