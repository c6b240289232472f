/** The fields of an item: as a form edits them, and what a change made of them. */
import type { FieldName, ItemFields, ItemKind, ItemPatch } from "../../domain/item.ts";
import { FIELD_WORDS, fieldNames, statusOptions, valueWord } from "../item-words.ts";
import type { FieldError } from "./error-summary.tsx";
import { SelectField, TextField } from "./form-field.tsx";

const HINTS: Readonly<Partial<Record<FieldName, string>>> = {
  key: "Such as RUN-12, or nothing.",
  story: "The key of the story that it is about, or nothing.",
  points: "0 to 100, or nothing.",
  due: "YYYY-MM-DD, or nothing.",
};
const ROWS: Readonly<Partial<Record<FieldName, number>>> = { description: 5, details: 5 };

/** As texts, as a form has them. */
export type ItemValues = Readonly<Partial<Record<FieldName, string>>>;

export function valuesOf(fields: ItemFields | ItemPatch): ItemValues {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === null ? "" : String(value)]));
}

export interface ItemFieldsProps {
  readonly kind: ItemKind;
  readonly values: ItemValues;
  readonly errors: readonly FieldError[];
}

export function ItemFormFields({ kind, values, errors }: ItemFieldsProps) {
  return (
    <>
      {fieldNames(kind).map((name) =>
        name === "status" ? (
          <SelectField
            name={name}
            label={FIELD_WORDS[name]}
            value={values[name] ?? ""}
            options={statusOptions(kind)}
            errors={errors}
          />
        ) : (
          <TextField
            name={name}
            label={FIELD_WORDS[name]}
            value={values[name] ?? ""}
            hint={HINTS[name]}
            errors={errors}
            isRequired={name === "title"}
            {...(ROWS[name] ? { rows: ROWS[name] } : {})}
          />
        ),
      )}
    </>
  );
}

/** A dash that is struck out would look like an equals sign. */
function Was({ word, isEmpty }: { readonly word: string; readonly isEmpty: boolean }) {
  const said = (
    <>
      <span class="visually-hidden">was </span>
      {word}
    </>
  );
  return isEmpty ? <span class="muted">{said}</span> : <del>{said}</del>;
}

/** Field by field what differs, and nothing else. Both null for what there is none of. */
export function FieldChanges({
  kind,
  before,
  after,
}: {
  readonly kind: ItemKind;
  readonly before: ItemFields | null;
  readonly after: ItemFields | null;
}) {
  const [was, is] = [(before ?? {}) as ItemPatch, (after ?? {}) as ItemPatch];
  const isEmpty = (value: unknown) => value === undefined || value === null || value === "";
  const changed = fieldNames(kind).filter(
    (name) => was[name] !== is[name] && !(isEmpty(was[name]) && isEmpty(is[name])),
  );
  return (
    <dl class="field-changes">
      {changed.map((name) => (
        <div>
          <dt>{FIELD_WORDS[name]}</dt>
          <dd>
            {before === null ? null : (
              <>
                <Was word={valueWord(name, was[name])} isEmpty={isEmpty(was[name])} /> <span aria-hidden="true">
                  →
                </span>{" "}
              </>
            )}
            {after === null ? (
              <span class="muted">removed</span>
            ) : (
              <ins>
                <span class="visually-hidden">{before === null ? "" : "is "}</span>
                {valueWord(name, is[name])}
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
