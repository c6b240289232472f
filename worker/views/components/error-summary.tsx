/**
 * What is wrong with a submitted form, at its top. Takes the focus when it arrives; each entry leads to its field.
 */
import { Icon } from "./icon.tsx";

export interface FieldError {
  /** The form field's name, or "" for the form as a whole. */
  readonly field: string;
  readonly message: string;
}

export interface ErrorSummaryProps {
  readonly title: string;
  readonly errors: readonly FieldError[];
}

/** Id of the element that holds a field; views give their fields this id. */
export function fieldId(field: string): string {
  return `field-${field.replace(/[^A-Za-z0-9]+/g, "-")}`;
}

/** Id of the message that describes what is wrong with a field. */
export function fieldErrorId(field: string): string {
  return `${fieldId(field)}-error`;
}

export function ErrorSummary({ title, errors }: ErrorSummaryProps) {
  if (errors.length === 0) return null;
  return (
    <div class="error-summary" role="alert" tabindex={-1} autofocus>
      <p class="error-summary-title">
        <Icon name="triangle-alert" /> {title}
      </p>
      <ul>
        {errors.map(({ field, message }) => (
          <li id={field ? fieldErrorId(field) : undefined} data-field={field}>
            {field ? (
              <a href={`#${fieldId(field)}`}>
                <b>{field.replaceAll("-", " ")}</b> {message}
              </a>
            ) : (
              message
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** `aria-invalid` and `aria-describedby` for a field, when it is among the errors. */
export function invalidAttributes(field: string, errors: readonly FieldError[]): Record<string, string> {
  if (!errors.some((error) => error.field === field)) return {};
  return { "aria-invalid": "true", "aria-describedby": fieldErrorId(field) };
}
