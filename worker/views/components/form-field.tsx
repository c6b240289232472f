/**
 * One field of a form: its label, a hint, the control, and whether it is among what was wrong. The control is described
 * by its hint and its error, so that both are read out.
 */
import type { Child } from "hono/jsx";
import { type FieldError, fieldErrorId, fieldId } from "./error-summary.tsx";

interface FieldProps {
  /** Name of the control; it has the id `fieldId(name)`. */
  readonly name: string;
  readonly label: string;
  readonly hint?: Child;
  readonly errors?: readonly FieldError[];
}

function describedBy({ name, hint, errors = [] }: FieldProps): Record<string, string> {
  const isInvalid = errors.some((error) => error.field === name);
  const ids = [hint ? `${fieldId(name)}-hint` : "", isInvalid ? fieldErrorId(name) : ""].filter((id) => id !== "");
  return {
    ...(ids.length > 0 ? { "aria-describedby": ids.join(" ") } : {}),
    ...(isInvalid ? { "aria-invalid": "true" } : {}),
  };
}

function Field({ name, label, hint, children }: FieldProps & { readonly children: Child }) {
  return (
    <div class="field">
      <label for={fieldId(name)}>{label}</label>
      {children}
      {hint ? (
        <p id={`${fieldId(name)}-hint`} class="field-hint muted">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

export interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  readonly isReadOnly?: boolean;
  /** A text of several lines, so many of which are shown. */
  readonly rows?: number;
  /** Of a single line: whether its text is hidden, or an address. */
  readonly type?: "text" | "email" | "password";
  /** What a browser may fill in by itself (HTML, "autofill detail tokens"); nothing without it. */
  readonly autocomplete?: string;
  /** Of a single line: what a browser proposes; anything else may be typed. */
  readonly suggestions?: readonly { readonly value: string; readonly label: string }[];
}

export function TextField(props: TextFieldProps) {
  const {
    value,
    placeholder,
    isRequired,
    isReadOnly,
    rows,
    type = "text",
    autocomplete = "off",
    suggestions,
    ...field
  } = props;
  const list = suggestions && `${fieldId(field.name)}-list`;
  const attributes = {
    id: fieldId(field.name),
    name: field.name,
    placeholder,
    required: isRequired,
    readonly: isReadOnly,
    autocomplete,
    spellcheck: "false" as never,
    ...describedBy(field),
  };
  return (
    <Field {...field}>
      {rows === undefined ? (
        <input type={type} value={value} list={list} {...attributes} />
      ) : (
        <textarea rows={rows} {...attributes}>
          {value}
        </textarea>
      )}
      {suggestions && (
        <datalist id={list}>
          {suggestions.map((suggestion) => (
            <option value={suggestion.value}>{suggestion.label}</option>
          ))}
        </datalist>
      )}
    </Field>
  );
}

/** A secret that is typed in: never shown, neither as it is typed nor when the form comes back. */
export function SecretField(field: FieldProps) {
  return (
    <Field {...field}>
      <input
        type="password"
        id={fieldId(field.name)}
        name={field.name}
        autocomplete="off"
        spellcheck={"false" as never}
        {...describedBy(field)}
      />
    </Field>
  );
}

export interface SelectFieldProps extends FieldProps {
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function SelectField({ value, options, ...field }: SelectFieldProps) {
  return (
    <Field {...field}>
      <select id={fieldId(field.name)} name={field.name} {...describedBy(field)}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}
