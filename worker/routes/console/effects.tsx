/** `/runs/:id/effects`: the effect sheet of a run, decisions about it, applying and undoing. */
import { Hono } from "hono";
import { applySheet } from "../../actions/fork-run.ts";
import { DECISIONS, type Decision } from "../../domain/effect-decision.ts";
import type { EffectSheet, SheetEntry } from "../../domain/effect-sheet.ts";
import { ERRORS, type Failure, fail, type Result, succeed } from "../../domain/errors.ts";
import { type ItemPatch, NEW_ITEM } from "../../domain/item.ts";
import { isTerminal, type RunDetail } from "../../domain/run.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { valuesOf } from "../../views/components/item-fields.tsx";
import {
  DECISION_LETTERS,
  EditForm,
  EffectAnswer,
  type EffectSheetProps,
  EffectSheetView,
  type OpenEdit,
} from "../../views/effect-sheet.tsx";
import { plural } from "../../views/format.ts";
import { RunPage } from "../../views/run.tsx";
import { accessRun, type RunHandle } from "../run-access.ts";
import { failedFiles } from "./failed-files.ts";
import { formOf, shownErrors, textOf } from "./form.ts";
import { patchOf, readItemValues } from "./item-form.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";
import { namesOf } from "./people-names.ts";

type RunContext = Parameters<typeof accessRun>[0];
type Notice = NonNullable<EffectSheetProps["notice"]>;

export const effectPages = new Hono<SignedInEnv>()
  .get("/:id/effects", (c) => withRun(c, (run) => sheetPage(c, run, {})))
  .post("/:id/effects", (c) =>
    withRun(c, async (run) => {
      const form = await formOf(c);
      const decided = await decideAll(c, run, form);
      if (!decided.ok) return sheetPage(c, run, { refused: decided });
      return textOf(form, "do") === "apply" ? apply(c, run) : sheetPage(c, run, { notice: saved("Decisions saved.") });
    }),
  )
  .get("/:id/effects/:effect", (c) =>
    withRun(c, async (run) => {
      const entry = await findEntry(run, c.req.param("effect"));
      if (!entry.ok) return failurePage(c, entry);
      const edit = { number: entry.value.effect.number, values: valuesOf(fieldsNow(entry.value)), errors: [] };
      if (!isPartial(c)) return sheetPage(c, run, { edit });
      return page(c, <EditForm runId={c.req.param("id")} entry={entry.value} edit={edit} />);
    }),
  )
  .post("/:id/effects/:effect", (c) =>
    withRun(c, async (run) => {
      const entry = await findEntry(run, c.req.param("effect"));
      if (!entry.ok) return failurePage(c, entry);
      const { number, kind } = entry.value.effect;
      const values = readItemValues(await formOf(c), kind);
      const request = { effects: [number], decision: "approved" as const, edited: patchOf(values) };
      const decided = await run.decideEffects(request, c.var.principal.id);
      const effect = number;
      if (decided.ok) return sheetPage(c, run, { effect, notice: saved(`Effect ${number} is approved as edited.`) });
      const errors = shownErrors({ ...decided, ...(decided.errors ? { errors: withoutPrefix(decided.errors) } : {}) });
      return sheetPage(c, run, { effect, edit: { number, values, errors }, status: ERRORS[decided.code].status });
    }),
  )
  .post("/:id/effect-undos", (c) =>
    withRun(c, async (run) => {
      const undone = await run.undoEffects(c.var.principal.id);
      if (!undone.ok) return sheetPage(c, run, { refused: undone });
      const kept = undone.value.entries.filter(({ outcome }) => outcome === "kept").length;
      const text =
        kept === 0 ? "Everything was taken back." : `Taken back, but for ${plural(kept, "effect")}: see below.`;
      return sheetPage(c, run, { notice: saved(text) });
    }),
  );

const saved = (text: string): Notice => ({ tone: "succeeded", text });
const withoutPrefix = (errors: NonNullable<Failure["errors"]>) =>
  errors.map(({ path, message }) => ({ path: path.replace(/^edited\./, ""), message }));

async function withRun(c: RunContext, work: (run: RunHandle) => Response | Promise<Response>): Promise<Response> {
  const run = await accessRun(c);
  return run.ok ? work(run.value) : failurePage(c, run);
}

async function findEntry(run: RunHandle, number: string): Promise<Result<SheetEntry>> {
  const sheet = await run.effectSheet();
  if (!sheet.ok) return sheet;
  const entry = sheet.value.entries.find(({ effect }) => String(effect.number) === number);
  return entry ? succeed(entry) : fail("not-found", "There is no such effect on the run's sheet.");
}

function fieldsNow({ effect, edited }: SheetEntry): ItemPatch {
  return { ...(effect.before ?? NEW_ITEM[effect.kind]), ...effect.changes, ...edited } as ItemPatch;
}

/**
 * Takes over what the form's reader has decided otherwise than it stood on their page: what somebody else decided
 * meanwhile about other effects stays.
 */
async function decideAll(c: RunContext, run: RunHandle, form: FormData): Promise<Result<EffectSheet>> {
  const by = c.var.principal.id;
  const isAll = textOf(form, "do") === "approve-all";
  const chosen = new Map<Decision, number[]>();
  for (const [, number, letter] of form
    .getAll("seen")
    .join()
    .matchAll(/(\d{1,6})([par])/g)) {
    const sent = DECISIONS.find((each) => each === textOf(form, `d-${number}`));
    if (sent === undefined || DECISION_LETTERS[sent] === letter) continue;
    chosen.set(sent, [...(chosen.get(sent) ?? []), Number(number)]);
  }
  let sheet = await run.effectSheet();
  for (const [decision, effects] of chosen) {
    if (sheet.ok) sheet = await run.decideEffects({ effects, decision }, by);
  }
  return sheet.ok && isAll ? run.decideEffects({ decision: "approved" }, by) : sheet;
}

async function apply(c: RunContext, run: RunHandle): Promise<Response> {
  const runId = c.req.param("id")!;
  const before = await run.effectSheet();
  const applied = await applySheet(c.var.dependencies, c.var.principal, runId);
  if (!applied.ok) return sheetPage(c, run, { refused: applied });
  if (applied.value.type === "run-again") {
    const { run: again, without } = applied.value;
    const text = `Nothing was written: the program runs again without effect ${without}, as ${again.id}.`;
    return sheetPage(c, run, { notice: saved(text) });
  }
  const count = ({ entries }: EffectSheet, outcome: SheetEntry["outcome"]) =>
    entries.filter((entry) => entry.outcome === outcome).length;
  const { sheet } = applied.value;
  const written = count(sheet, "applied") - (before.ok ? count(before.value, "applied") : 0);
  const drifted = count(sheet, "drifted");
  const text = `${plural(written, "effect")} written.`;
  if (drifted === 0) return sheetPage(c, run, { notice: saved(text) });
  const more = ` ${plural(drifted, "item")} had changed meanwhile: look at what is there now, and decide again.`;
  return sheetPage(c, run, { notice: { tone: "failed", text: text + more } });
}

interface Shown {
  readonly notice?: Notice;
  readonly refused?: Failure;
  readonly edit?: OpenEdit;
  /** The one effect that a form was about. */
  readonly effect?: number;
  readonly status?: number;
}

async function sheetPage(c: RunContext, handle: RunHandle, shown: Shown): Promise<Response> {
  const { dependencies, principal } = c.var;
  const [run, sheet] = await Promise.all([handle.describe(), handle.effectSheet()]);
  if (!sheet.ok) return failurePage(c, sheet);
  const names = await namesOf(dependencies, principal.workspaceId, actorsOn(sheet.value));
  const { refused, notice = refused ? ({ tone: "failed", text: refused.detail } as const) : null } = shown;
  const props = {
    ...{ runId: run!.id, isActive: !isTerminal(run!.state), sheet: sheet.value, names, notice },
    edit: shown.edit ?? null,
  };
  const status = shown.status ?? (refused ? ERRORS[refused.code].status : 200);
  if (isPartial(c)) {
    const entry = sheet.value.entries.find(({ effect }) => effect.number === shown.effect);
    return page(c, entry ? <EffectAnswer {...props} entry={entry} /> : <EffectSheetView {...props} />, status);
  }
  return runPage(c, run!, props, status);
}

function actorsOn({ entries }: EffectSheet): readonly string[] {
  return entries.flatMap(({ decided, applied, undone, remembered }) =>
    [decided, applied, undone, remembered?.choice.decided].flatMap((act) => (act ? [act.by] : [])),
  );
}

async function runPage(c: RunContext, run: RunDetail, props: EffectSheetProps, status: number): Promise<Response> {
  const files = await failedFiles(c, run);
  const tab = { name: "effects" as const, ...props };
  return page(c, <RunPage shell={signedInShell(c)} run={run} files={files} tab={tab} />, status);
}
