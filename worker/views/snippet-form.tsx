/** `/snippets/new`, and the form that it shares with `/snippets/:name`: the program, its parameters, what it may do. */
import { EFFECT_MODES, type EffectMode } from "../domain/effect.ts";
import { LANGUAGE_TABLE, LANGUAGES } from "../domain/languages.ts";
import { PARAMETER_TYPES } from "../domain/snippet-parameter.ts";
import { ReadableForm } from "./components/allowed.tsx";
import { EditorPane } from "./components/editor-pane.tsx";
import { ErrorSummary, type FieldError, fieldId, invalidAttributes } from "./components/error-summary.tsx";
import { SelectField, TextField } from "./components/form-field.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { Layout, type Shell } from "./layout.tsx";
import { EMPTY_PARAMETER, type ParameterRow, type SnippetValues } from "./snippet-values.ts";

/** Rows to fill in, beside those that are. */
const SPARE_ROWS = 2;

export const MODE_WORDS: Readonly<Record<EffectMode, string>> = {
  review: "shown to a person first",
  auto: "done at once",
};

export interface SnippetFormProps {
  readonly values: SnippetValues;
  readonly errors: readonly FieldError[];
  /** Origins that the operator lets programs reach. */
  readonly origins: readonly string[];
}

export function NewSnippetPage({ shell, ...props }: SnippetFormProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="snippets" title="New snippet" scripts={["snippet.js"]}>
      <div class="page-head">
        <h1>New snippet</h1>
      </div>
      <SnippetForm action="/snippets" isNew {...props} />
    </Layout>
  );
}

export function SnippetForm(props: SnippetFormProps & { readonly action: string; readonly isNew: boolean }) {
  const { action, isNew, values, errors } = props;
  return (
    <ReadableForm
      action={action}
      id={ELEMENT_ID.snippetForm}
      class="repository-form"
      data-files={JSON.stringify(values.files)}
    >
      <ErrorSummary title="The snippet was not saved" errors={errors} />
      <section class="panel field-group" aria-label="About the snippet">
        {isNew ? (
          <TextField
            name="name"
            label="Name"
            value={values.name}
            errors={errors}
            isRequired
            placeholder="date-tools"
            hint="Lower-case words with hyphens. Programs import it by this name; it stays."
          />
        ) : null}
        <TextField name="description" label="Description" value={values.description} errors={errors} />
        <SelectField
          name="language"
          label="Language"
          value={values.language}
          options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_TABLE[value].label }))}
        />
      </section>
      <input type="hidden" name="limits" value={JSON.stringify(values.limits)} />
      <div>
        <EditorPane values={values} errors={errors} enter="saves" />
        <div class="format-status" role="status" data-format-status></div>
      </div>
      <Parameters {...props} />
      <Manifest {...props} />
      <section class="panel field-group field-column" aria-label="Saving">
        <TextField name="note" label="What is new" value={values.note} errors={errors} hint="Kept with the version." />
        <div class="actions">
          <button type="submit" class="button primary">
            {isNew ? "Save snippet" : "Save new version"}
          </button>
        </div>
      </section>
    </ReadableForm>
  );
}

function Parameters({ values, errors }: SnippetFormProps) {
  const rows = [...values.parameters, ...Array.from({ length: SPARE_ROWS }, () => EMPTY_PARAMETER)];
  return (
    <fieldset class="panel field-group field-column">
      <legend>Parameters</legend>
      <p class="muted">
        What a run is asked for. JavaScript and TypeScript read <code>context.NAME</code>, Python{" "}
        <code>json.load(sys.stdin)</code>. A row without a name is none.
      </p>
      {rows.map((row, index) => (
        <ParameterFields row={row} name={`parameter-${index}`} number={index + 1} errors={errors} />
      ))}
    </fieldset>
  );
}

interface ParameterFieldsProps {
  readonly row: ParameterRow;
  readonly name: string;
  /** From 1. */
  readonly number: number;
  readonly errors: readonly FieldError[];
}

function ParameterFields({ row, name, number, errors }: ParameterFieldsProps) {
  const types = PARAMETER_TYPES.map((value) => ({ value, label: value }));
  return (
    <fieldset class="parameter">
      <legend class="visually-hidden">Parameter {number}</legend>
      <TextField name={`${name}-name`} label="Name" value={row.name} errors={errors} />
      <SelectField name={`${name}-type`} label="Type" value={row.type} options={types} errors={errors} />
      <TextField name={`${name}-default`} label="Default" value={row.default} errors={errors} />
      <TextField
        name={`${name}-options`}
        label="Options of an enum"
        value={row.options}
        errors={errors}
        placeholder="low, high"
      />
      <TextField name={`${name}-description`} label="Description" value={row.description} errors={errors} />
      <label class="check">
        <input type="checkbox" name={`${name}-required`} checked={row.required} autocomplete="off" /> required
      </label>
    </fieldset>
  );
}

/** Open where anything of it is set, or wrong. */
function Manifest({ values, errors, origins }: SnippetFormProps) {
  const names = ["capabilities", "writesMax", "mode", "fetch", "model"];
  const isOpen = values.capabilities !== "" || values.model || errors.some(({ field }) => names.includes(field));
  return (
    <details class="panel manifest" open={isOpen}>
      <summary>What a run of it may do</summary>
      <div class="field-group">
        <TextField
          name="capabilities"
          label="Capabilities"
          value={values.capabilities}
          rows={4}
          errors={errors}
          placeholder="stories.*"
          hint="One per line, like stories.search or stories.*. A program that imports the snippet gets none of them."
        />
        <TextField name="writesMax" label="Writes at most" value={values.writesMax} errors={errors} />
        <SelectField
          name="mode"
          label="Writes are"
          value={values.mode}
          options={EFFECT_MODES.map((value) => ({ value, label: MODE_WORDS[value] }))}
        />
        {origins.length === 0 ? null : (
          <fieldset class="fetch-grants" id={fieldId("fetch")} {...invalidAttributes("fetch", errors)}>
            <legend>May fetch from</legend>
            {origins.map((origin) => (
              <label class="check">
                <input
                  type="checkbox"
                  name="fetch"
                  value={origin}
                  checked={values.fetch.includes(origin)}
                  autocomplete="off"
                />
                <code>{origin}</code>
              </label>
            ))}
          </fieldset>
        )}
        <label class="check">
          <input type="checkbox" name="model" checked={values.model} autocomplete="off" />
          <span>May ask the workspace's model</span>
        </label>
      </div>
    </details>
  );
}
