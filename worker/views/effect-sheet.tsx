/**
 * The effects of a run at `/runs/:id/effects`: each write that its program asked for, what a person decides about it, and
 * what came of it. One form for all decisions: its controls name it, so that an effect's own form can stand among them.
 */

import { isAsBefore } from "../domain/earlier-decisions.ts";
import type { Act } from "../domain/effect-decision.ts";
import { type EffectSheet, firstBrokenDependency, isOpen, type SheetEntry, waitsFor } from "../domain/effect-sheet.ts";
import { ITEM_KINDS, type ItemFields, type ItemPatch, labelOf, NEW_ITEM } from "../domain/item.ts";
import { Allowed, PostForm, useMay } from "./components/allowed.tsx";
import { Dialog } from "./components/dialog.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { EvidenceQuote } from "./components/evidence.tsx";
import { Icon } from "./components/icon.tsx";
import { FieldChanges, ItemFormFields, type ItemValues } from "./components/item-fields.tsx";
import { StateBadge, type StateLook } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { byId, ELEMENT_ID, effectId, programLineId } from "./element-id.ts";
import { formatCount, plural } from "./format.ts";
import { hx } from "./hx.ts";
import { FIELD_WORDS, KIND_WORDS, valueWord } from "./item-words.ts";

/** A form of one effect that is open. */
export interface OpenEdit {
  readonly number: number;
  readonly values: ItemValues;
  readonly errors: readonly FieldError[];
}

export interface EffectSheetProps {
  readonly runId: string;
  /** Whether the program still runs: nothing is decided until it has ended. */
  readonly isActive: boolean;
  readonly sheet: EffectSheet;
  /** Who everybody is whom the sheet names, by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly edit: OpenEdit | null;
  /** What the last action came to. */
  readonly notice?: { readonly tone: "succeeded" | "failed"; readonly text: string } | null;
}

/** One letter for each decision: `12p` says that the form's reader had effect 12 before them as one to decide. */
export const DECISION_LETTERS = { pending: "p", approved: "a", rejected: "r" } as const;

const UNDO_DIALOG = "undo-effects";

/** Answer to the forms of the whole sheet, when they come through htmx. */
export function EffectSheetView(props: EffectSheetProps) {
  const { sheet, runId } = props;
  const groups = ITEM_KINDS.map((kind) => ({
    kind,
    entries: sheet.entries.filter(({ effect }) => effect.kind === kind),
  }));
  return (
    <section id={ELEMENT_ID.effectSheet} class="effect-sheet" aria-label="Effects">
      <SheetNotice {...props} />
      {sheet.supersededBy === null ? null : (
        <p class="notice">
          <Icon name="git-fork" />
          <span>
            The program was run again without what was rejected: decide on{" "}
            <a href={`/runs/${sheet.supersededBy}/effects`}>the effects of that run</a>.
          </span>
        </p>
      )}
      {sheet.entries.length === 0 ? <NoEffects {...props} /> : <SheetBar {...props} />}
      {groups
        .filter(({ entries }) => entries.length > 0)
        .map(({ kind, entries }) => (
          <details class="effect-group" open>
            <summary>
              <h2>
                {KIND_WORDS[kind].many} <span class="muted">{formatCount(entries.length)}</span>
              </h2>
            </summary>
            <ol class="effects">
              {entries.map((entry) => (
                <Entry entry={entry} page={props} />
              ))}
            </ol>
          </details>
        ))}
      <Allowed post={`/runs/${runId}/effect-undos`}>
        <Dialog id={UNDO_DIALOG} title="Undo what was applied?">
          <UndoForm {...props} />
        </Dialog>
        {sheet.entries.some(({ outcome }) => outcome === "applied") ? (
          <noscript>
            <section class="panel">
              <h2>Undo</h2>
              <UndoForm {...props} />
            </section>
          </noscript>
        ) : null}
      </Allowed>
    </section>
  );
}

/**
 * Answer to the form of one effect: that one anew, and what is said of all. What its reader has chosen for the others and
 * not saved yet stays as it is on their page.
 */
export function EffectAnswer(props: EffectSheetProps & { readonly entry: SheetEntry }) {
  return (
    <>
      <Entry entry={props.entry} page={props} />
      <SheetNotice {...props} isApart />
      <SheetSummary {...props} isApart />
    </>
  );
}

/** A part of an answer that has a place of its own on the page. */
interface Apart {
  readonly isApart?: boolean;
}
const apart = ({ isApart = false }: Apart) => (isApart ? { "hx-swap-oob": "true" } : {});

function SheetNotice({ notice = null, ...place }: EffectSheetProps & Apart) {
  return (
    <div role="status" id={ELEMENT_ID.sheetNotice} {...apart(place)}>
      {notice ? (
        <p class={`notice notice-${notice.tone}`}>
          <Icon name={notice.tone === "failed" ? "triangle-alert" : "check"} /> {notice.text}
        </p>
      ) : null}
    </div>
  );
}

function NoEffects({ isActive, sheet }: EffectSheetProps) {
  return (
    <EmptyState icon="list" title={isActive ? "Nothing to decide yet" : "The program asked for no writes"}>
      {isActive
        ? "What the program wants to write is listed here when it has ended."
        : sheet.unchanged > 0
          ? `${plural(sheet.unchanged, "write")} had been made before: there is nothing to do about them.`
          : "What programs want to write stands here, for somebody to look at before it happens."}
    </EmptyState>
  );
}

/** What posts a form of the sheet, and puts the answer in the place of what it is about. */
function inPlace(action: string, id: string = ELEMENT_ID.effectSheet) {
  return hx({
    post: action,
    target: byId(id),
    swap: "outerHTML",
    sync: "this:replace",
    status: { "4xx": "swap:outerHTML", "5xx": "swap:none" },
  });
}

/** How the decisions stand, and what is wrong with them. */
function SheetSummary({ sheet, ...place }: EffectSheetProps & Apart) {
  const count = (fits: (entry: SheetEntry) => boolean) => sheet.entries.filter(fits).length;
  const [open, written] = [sheet.entries.filter(isOpen), count(({ outcome }) => outcome === "applied")];
  const approved = open.filter(({ decision }) => decision === "approved").length;
  const rejected = count(({ decision, applied }) => decision === "rejected" && applied === null);
  const asBefore = count(isAsBefore);
  const [drifted, undone] = [
    count(({ outcome }) => outcome === "drifted"),
    count(({ outcome }) => outcome === "undone"),
  ];
  const broken = sheet.supersededBy === null ? firstBrokenDependency(sheet) : null;
  return (
    <div id={ELEMENT_ID.sheetSummary} {...apart(place)}>
      <p>
        {plural(sheet.entries.length, "effect")}: {formatCount(open.length - approved)} to decide,{" "}
        {formatCount(approved)} approved, {formatCount(rejected)} rejected, {formatCount(written)} written
        {undone > 0 ? `, ${formatCount(undone)} undone` : ""}
        {drifted > 0 ? <b>, {formatCount(drifted)} drifted</b> : null}
        {asBefore > 0 ? `; ${formatCount(asBefore)} as decided before` : ""}
        {sheet.unchanged > 0 ? `; ${formatCount(sheet.unchanged)} had been made before` : ""}
      </p>
      {broken ? (
        <p class="sheet-warning">
          <Icon name="triangle-alert" /> What is not rejected depends on{" "}
          <a href={`#${effectId(broken.effect.number)}`}>effect {broken.effect.number}</a>, which is rejected: to apply
          runs the program again without it.
        </p>
      ) : null}
    </div>
  );
}

function SheetBar(props: EffectSheetProps) {
  const { runId, sheet, isActive } = props;
  const isWritten = sheet.entries.some(({ outcome }) => outcome === "applied");
  const approved = sheet.entries.filter((entry) => isOpen(entry) && entry.decision === "approved").length;
  const action = `/runs/${runId}/effects`;
  const canDecide = useMay()("POST", action) && !isActive && sheet.supersededBy === null && hasUndecided(sheet);
  return (
    <div class="sheet-bar">
      <SheetSummary {...props} />
      <div class="actions">
        {canDecide ? (
          <PostForm action={action} id={ELEMENT_ID.decisions} class="actions" data-decisions="" {...inPlace(action)}>
            <button type="submit" class="button" name="do" value="approve-all">
              Approve all
            </button>
            <button type="submit" class="button" name="do" value="save">
              Save decisions
            </button>
            <button type="submit" class="button primary" name="do" value="apply">
              Apply <span data-approved="">{approved === 0 ? "" : formatCount(approved)}</span>
            </button>
          </PostForm>
        ) : null}
        {isWritten ? (
          <Allowed post={`/runs/${runId}/effect-undos`}>
            <button type="button" class="button danger needs-script" data-dialog={UNDO_DIALOG}>
              <Icon name="rotate-cw" /> Undo
            </button>
          </Allowed>
        ) : null}
      </div>
    </div>
  );
}

function hasUndecided({ entries }: EffectSheet): boolean {
  return entries.some(({ applied }) => applied === null);
}

function UndoForm({ runId, sheet }: EffectSheetProps) {
  const written = sheet.entries.filter(({ outcome }) => outcome === "applied").length;
  return (
    <PostForm action={`/runs/${runId}/effect-undos`}>
      <p>
        {plural(written, "effect")} {written === 1 ? "is" : "are"} taken back. What somebody has changed since stays as
        it is, and is listed as kept.
      </p>
      <div class="dialog-actions">
        <button type="submit" class="button danger">
          Undo {formatCount(written)}
        </button>
      </div>
    </PostForm>
  );
}

const OUTCOME_LOOKS: Readonly<Record<SheetEntry["outcome"], StateLook | null>> = {
  none: null,
  applied: { tone: "success", icon: "circle-check", word: "Written" },
  drifted: { tone: "warning", icon: "triangle-alert", word: "Drifted" },
  undone: { tone: "cancelled", icon: "rotate-cw", word: "Undone" },
  kept: { tone: "warning", icon: "hand", word: "Kept" },
};
const DECISION_LOOKS: Readonly<Record<SheetEntry["decision"], StateLook>> = {
  pending: { tone: "queued", icon: "circle", word: "To decide" },
  approved: { tone: "running", icon: "check", word: "Approved" },
  rejected: { tone: "failed", icon: "ban", word: "Rejected" },
};

interface EntryProps {
  readonly entry: SheetEntry;
  readonly page: EffectSheetProps;
}

function Entry({ entry, page }: EntryProps) {
  const { effect, decision, outcome, drift } = entry;
  const { number, action, label, kind, line, evidence, itemId } = effect;
  const base = baseOf(entry);
  const after = { ...(base ?? NEW_ITEM[kind]), ...effect.changes, ...entry.edited } as ItemFields;
  const isThere = effect.baseVersion > 0 || outcome === "applied" || outcome === "kept";
  return (
    <li id={effectId(number)} class="effect" data-outcome={outcome}>
      <div class="effect-head">
        <span class="muted">{number}</span>
        <b>{action === "create" ? `New ${KIND_WORDS[kind].one.toLowerCase()}` : "Change"}</b>
        {isThere ? <a href={`/stories/${itemId}`}>{label}</a> : <span>{label}</span>}
        <StateBadge look={OUTCOME_LOOKS[outcome] ?? DECISION_LOOKS[decision]} />
        {line === null ? null : (
          <a class="muted" href={`/runs/${page.runId}/program#${programLineId(0, line)}`}>
            line {line}
          </a>
        )}
      </div>
      <FieldChanges kind={kind} before={action === "create" ? null : base} after={after} />
      {entry.edited ? (
        <Edited changes={effect.changes} edited={entry.edited} base={effect.before ?? NEW_ITEM[kind]} />
      ) : null}
      <Before entry={entry} names={page.names} />
      {drift ? <Drift entry={entry} /> : null}
      {evidence ? <EvidenceQuote evidence={evidence} /> : null}
      <Dependencies entry={entry} sheet={page.sheet} />
      <Acts entry={entry} names={page.names} />
      <Decide entry={entry} page={page} />
    </li>
  );
}

/** What is there before the write, as far as it is known. */
function baseOf({ effect, applied, drift }: SheetEntry): ItemFields | null {
  if (applied) return applied.was;
  return drift?.item && drift.item.id === effect.itemId ? drift.item.fields : effect.before;
}

function Edited({
  changes,
  edited,
  base,
}: {
  readonly changes: ItemPatch;
  readonly edited: ItemPatch;
  readonly base: object;
}) {
  const asked = { ...base, ...changes } as Record<string, unknown>;
  return (
    <p class="muted">
      Edited. The program had asked for{" "}
      {Object.keys(edited)
        .map((name) => `${FIELD_WORDS[name as keyof typeof FIELD_WORDS]}: ${valueWord(name, asked[name])}`)
        .join("; ")}
      .
    </p>
  );
}

/** What was decided about the same write when the meeting was processed before. */
function Before({ entry, names }: { readonly entry: SheetEntry; readonly names: ReadonlyMap<string, string> }) {
  if (entry.remembered === null) return null;
  const { choice, decision } = entry.remembered;
  const edits = Object.entries(choice.edited ?? {}).map(([name, value]) => {
    return `${FIELD_WORDS[name as keyof typeof FIELD_WORDS]}: ${valueWord(name, value)}`;
  });
  const isOpen = decision === "pending" && entry.decided === null && entry.applied === null;
  return (
    <p class="effect-before">
      <Icon name="history" />
      <span>
        {choice.decision === "rejected" ? "Rejected before" : `Edited before: ${edits.join("; ")},`} by{" "}
        {names.get(choice.decided.by)}, <RelativeTime at={new Date(choice.decided.at).toISOString()} />:{" "}
        <a href={`/runs/${choice.runId}/effects#${effectId(choice.number)}`}>
          effect {choice.number} of an earlier run
        </a>
        .{isOpen ? " More has changed since: decide again." : ""}
      </span>
    </p>
  );
}

function Drift({ entry: { effect, drift } }: { readonly entry: SheetEntry }) {
  const there = drift!.item;
  if (there === null) {
    return <p class="effect-drift">The item is gone: what had made it was taken back. Reject this effect.</p>;
  }
  if (there.id !== effect.itemId) {
    return (
      <p class="effect-drift">
        <a href={`/stories/${there.id}`}>{labelOf(there)}</a> has its place already: it has the same key, or comes from
        the same words. Give this one another key, or reject it.
      </p>
    );
  }
  return (
    <div class="effect-drift">
      <p>Somebody changed the item after the program had read it. Since then:</p>
      <FieldChanges kind={effect.kind} before={effect.before} after={there.fields} />
      <p>To approve it once more puts this effect on top of that.</p>
    </div>
  );
}

function Dependencies({ entry, sheet }: { readonly entry: SheetEntry; readonly sheet: EffectSheet }) {
  const { dependsOn } = entry.effect;
  const waits = isOpen(entry) && entry.decision === "approved" ? waitsFor(sheet, entry) : null;
  if (dependsOn.length === 0) return null;
  const shown = dependsOn.slice(0, SHOWN_DEPENDENCIES);
  return (
    <p class="muted">
      The program had seen{" "}
      {shown.map((number, i) => (
        <>
          {i > 0 ? ", " : ""}
          <a href={`#${effectId(number)}`}>effect {number}</a>
        </>
      ))}
      {dependsOn.length > shown.length ? ` and ${formatCount(dependsOn.length - shown.length)} more` : ""} before.
      {waits ? ` It is written once effect ${waits.effect.number} is.` : ""}
    </p>
  );
}

const SHOWN_DEPENDENCIES = 5;

function Acts({ entry, names }: { readonly entry: SheetEntry; readonly names: ReadonlyMap<string, string> }) {
  const acts: readonly (readonly [string, Act | null])[] = [
    // An earlier sheet's decision has a line of its own.
    [entry.decision === "rejected" ? "Rejected" : "Approved", isAsBefore(entry) ? null : entry.decided],
    ["Written", entry.applied],
    ["Undone", entry.undone],
  ];
  const done = acts.filter(([, act]) => act !== null);
  if (done.length === 0) return null;
  return (
    <p class="muted effect-acts">
      {done.map(([word, act]) => (
        <span>
          {word} by {names.get(act!.by)}, <RelativeTime at={new Date(act!.at).toISOString()} />
        </span>
      ))}
      {entry.outcome === "kept" ? (
        <span>Kept when the rest was undone: somebody had changed the item since.</span>
      ) : null}
    </p>
  );
}

const CHOICES = [
  ["approved", "Approve"],
  ["rejected", "Reject"],
  ["pending", "Later"],
] as const;

function Decide({ entry, page }: EntryProps) {
  const { runId, isActive, sheet, edit } = page;
  const { number } = entry.effect;
  const isAllowed = useMay()("POST", `/runs/${runId}/effects`);
  if (!isAllowed || isActive || entry.applied !== null || sheet.supersededBy !== null) return null;
  const address = `/runs/${runId}/effects/${number}`;
  const open = hx({ get: address, target: `#edit-${number}`, swap: "innerHTML" });
  return (
    <>
      <fieldset class="decision">
        <legend class="visually-hidden">Effect {number}</legend>
        <input
          type="hidden"
          name="seen"
          value={`${number}${DECISION_LETTERS[entry.decision]}`}
          form={ELEMENT_ID.decisions}
        />
        {CHOICES.map(([value, word]) => (
          <label>
            <input
              type="radio"
              name={`d-${number}`}
              value={value}
              checked={entry.decision === value}
              form={ELEMENT_ID.decisions}
            />{" "}
            {word}
          </label>
        ))}
        <a href={`${address}#${effectId(number)}`} {...open}>
          <Icon name="pencil" /> Edit<span class="visually-hidden"> effect {number}</span>
        </a>
      </fieldset>
      <div id={`edit-${number}`}>
        {edit?.number === number ? <EditForm runId={runId} entry={entry} edit={edit} /> : null}
      </div>
    </>
  );
}

/** Answer to `GET /runs/:id/effects/:effect` with `HX-Request-Type: partial`. */
export function EditForm({
  runId,
  entry,
  edit,
}: {
  readonly runId: string;
  readonly entry: SheetEntry;
  readonly edit: OpenEdit;
}) {
  const action = `/runs/${runId}/effects/${edit.number}`;
  return (
    <PostForm action={action} class="panel item-form" novalidate {...inPlace(action, effectId(edit.number))}>
      <ErrorSummary title="It was not approved." errors={edit.errors} />
      <ItemFormFields kind={entry.effect.kind} values={edit.values} errors={edit.errors} />
      <div class="actions">
        <button type="submit" class="button primary">
          Approve as edited
        </button>
        <a class="button" href={`/runs/${runId}/effects#${effectId(edit.number)}`}>
          Cancel
        </a>
      </div>
    </PostForm>
  );
}
